package stages_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// failing is a pipeline that fails in its 140th step, beside a failure that was caught.
func failing(*jenkinstest.Build) jenkinstest.Script {
	var many []jenkinstest.Step
	for i := range 140 {
		many = append(many, jenkinstest.Step{Name: fmt.Sprintf("step %d", i+1), Log: []string{fmt.Sprint("this is ", i+1)}})
	}
	many[139].Result, many[139].Error = "FAILURE", "step 140 fails"
	return jenkinstest.Script{Stages: []jenkinstest.Stage{
		{Name: "Retry", Takes: time.Second, Steps: []jenkinstest.Step{{Name: "flaky", Result: "FAILURE"}, {Name: "flaky"}}},
		{Name: "Test", Takes: time.Second, Branches: []jenkinstest.Stage{
			{Name: "unit", Takes: time.Second}, {Name: "lint", Takes: 3 * time.Second}}},
		{Name: "Many", Takes: time.Minute, Steps: many, Result: "FAILURE"},
		{Name: "Deploy", Takes: time.Second},
	}}
}

func TestEachSourceOfAController(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o      jenkinstest.Options
		source stages.Source
		branch bool   // branches are in the tree
		timed  bool   // there are times
		step   string // that failed
	}{
		"pipeline-overview":   {jenkinstest.Options{}, stages.GraphView, true, true, "step 140"},
		"stages":              {jenkinstest.Options{GraphViewAt: "stages"}, stages.GraphView, true, true, "step 140"},
		"pipeline-console":    {jenkinstest.Options{GraphViewAt: "pipeline-console"}, stages.GraphView, true, true, "step 140"},
		"pipeline-graph":      {jenkinstest.Options{GraphViewAt: "pipeline-graph"}, stages.GraphView, true, true, "step 140"},
		"times that are text": {jenkinstest.Options{GraphViewAt: "pipeline-graph", GraphViewText: true}, stages.GraphView, true, true, "step 140"},
		"wfapi":               {jenkinstest.Options{NoGraphView: true}, stages.WFAPI, false, true, "step 140"},
		"flow nodes":          {jenkinstest.Options{NoGraphView: true, NoStageView: true}, stages.FlowNodes, true, false, "step 140"},
	} {
		synctest.Test(t, func(t *testing.T) {
			jenkins, r := played(c.o, failing)
			run := jenkins()
			ctx := t.Context()
			time.Sleep(10 * time.Second)
			tree, err := r.Whole(ctx, run)
			if stage, step := tree.Current(run.Status); err != nil || tree.Source != c.source || stage == nil || stage.Name != "Many" ||
				step == nil || step.State != stages.Running || c.timed == stage.StartedAt.IsZero() {
				t.Errorf("%s runs: from %s, %v: %+v of %+v", name, tree.Source, err, step, stage)
			}
			time.Sleep(80 * time.Second)
			run = jenkins()
			tree, err = r.Whole(ctx, run)
			f, ok := tree.Failed(run.Status)
			if err != nil || !ok || f.Stage() == nil || f.Stage().Name != "Many" {
				t.Fatalf("%s: %v, %+v", name, err, tree)
			}
			got := ""
			if f.Step != nil {
				got = f.Step.Name
			}
			if got != c.step || f.Cut {
				t.Errorf("%s: the step %q failed, cut %v", name, got, f.Cut)
			}
			if test := tree.Stages[1]; c.branch && (len(test.Children) != 2 || test.Children[1].Kind != stages.Branch ||
				c.timed != (test.Children[1].Duration > 2*time.Second && test.Children[1].Duration < 4*time.Second)) {
				t.Errorf("%s: the branches are %+v", name, test)
			}
			if f.Step == nil {
				return
			}
			text, err := r.Exception(ctx, run, &tree, f.Step.ID)
			if err != nil || text != map[bool]string{true: "step 140 fails"}[c.source == stages.GraphView] {
				t.Errorf("%s: %q, %v", name, text, err)
			}
		})
	}
}

func TestASimulatedStepHasItsOwnLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jenkins, r := played(jenkinstest.Options{}, failing)
		run := jenkins()
		time.Sleep(2 * time.Minute)
		tree, err := r.Whole(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		many := tree.Stages[2]
		for query, want := range map[string]string{
			"execution/node/" + many.Steps[6].ID + "/log/logText/progressiveText?start=0":   "this is 7\r\n",
			"execution/node/" + many.Steps[6].ID + "/log/logText/progressiveText?start=5":   "is 7\r\n",
			"execution/node/" + many.Steps[6].ID + "/log/logText/progressiveText?start=-1":  "this is 7\r\n",
			"execution/node/" + tree.Stages[0].Steps[0].ID + "/log/logText/progressiveText": "",
			"pipeline-overview/exceptionText?nodeId=" + many.Steps[6].ID:                    "null",
		} {
			page, query, _ := strings.Cut(query, "?")
			q := r.Client.PageBelow(run.Ref, "read", page, query)
			q.Text, q.Limit = true, 1<<20
			text, err := r.Client.Fetch(t.Context(), q)
			if err != nil || string(text) != want {
				t.Errorf("%s: %q, %v", page, text, err)
			}
		}
	})
}

// played runs a pipeline on a simulated controller, and asks for its build.
func played(o jenkinstest.Options, script func(*jenkinstest.Build) jenkinstest.Script) (func() jenkins.Run, *stages.Reader) {
	c := jenkinstest.New(o)
	c.AddPipeline("a", jenkinstest.Job{Script: script})
	client := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci.example.com"}, User: "admin", Token: "admin-token",
		HTTP: &http.Client{Transport: c.Transport()}}
	req, _ := http.NewRequest(http.MethodPost, "http://ci.example.com/job/a/build", nil)
	req.SetBasicAuth("admin", "admin-token")
	if resp, err := c.Transport().RoundTrip(req); err == nil {
		_ = resp.Body.Close()
	}
	time.Sleep(20 * time.Second)
	return func() jenkins.Run {
		run, _ := client.Build(context.Background(), jenkins.BuildSpec{Job: "a", Number: 1})
		return run
	}, &stages.Reader{Client: client}
}
