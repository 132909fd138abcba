package demo

import (
	"fmt"
	"strings"
	"testing"
)

func TestShapesLookAsJenkinsShowsThem(t *testing.T) {
	t.Parallel()
	c := New()
	AddShapes(c)
	var tree struct {
		Data struct{ Stages []stage }
	}
	ask(t, c, "/job/shapes/job/matrix/1/pipeline-overview/tree", &tree)
	if got := fmt.Sprint(tree.Data.Stages); got != "[{Matrix STAGE success [{Matrix - OS = 'linux', DB = 'pg' PARALLEL success [{cell STAGE success []}]} "+
		"{Matrix - OS = 'windows', DB = 'pg' PARALLEL success [{cell STAGE success []}]} {Matrix - OS = 'linux', DB = 'my' PARALLEL success [{cell STAGE success []}]}]}]" {
		t.Errorf("matrix: %s", got)
	}
	tree.Data.Stages = nil
	ask(t, c, "/job/shapes/job/fail%20fast/1/pipeline-overview/tree", &tree)
	if got := fmt.Sprint(tree.Data.Stages); got != "[{Checks STAGE failure [{slow PARALLEL aborted []} {lint PARALLEL failure []} {quick PARALLEL success []}]} {Publish STAGE skipped []}]" {
		t.Errorf("fail fast: %s", got)
	}
	var run struct{ Result string }
	if ask(t, c, "/job/shapes/job/fail%20fast/1/api/json?tree=result", &run); run.Result != "FAILURE" {
		t.Errorf("the result is %s", run.Result)
	}
	if log := string(body(t, c, "/job/shapes/job/fail%20fast/1/consoleText")); !strings.Contains(log, "case 14\n") || strings.Contains(log, "case 20\n") {
		t.Errorf("the branch that was aborted printed %s", log)
	}
}

type stage struct {
	Name, Type, State string
	Children          []stage
}
