package failure

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

func reading(rt http.RoundTripper) *Reader {
	c := &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: rt}}
	return &Reader{Client: c, Stages: &stages.Reader{Client: c}, Console: &console.Client{Client: c}, Env: &env.Client{Client: c}}
}

// TestTheCardOfTheDemosFailure is the question that the demo is asked: in which step, with which error, which test is new,
// whose commit.
func TestTheCardOfTheDemosFailure(t *testing.T) {
	t.Parallel()
	r := reading(demo.New().Transport())
	run, err := r.Client.Build(t.Context(), jenkins.BuildSpec{Job: "shop/cart/main", Permalink: "lastFailed"})
	if err != nil {
		t.Fatal(err)
	}
	card, err := r.Card(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(card.Lines(40), "\n")
	if len(card.Stage) == 0 || card.Step == "" || len(card.Error.Lines) < 3 || len(card.Error.Lines) > mostLines {
		t.Errorf("stage %q, step %q, error %q", card.Stage, card.Step, card.Error.Lines)
	}
	if card.Tests == nil || card.Tests.New == 0 || !card.Tests.Cases[0].New {
		t.Errorf("tests: %+v", card.Tests)
	}
	if card.Good == nil || card.Good.Number >= run.Number || card.Good.Status != jenkins.Success {
		t.Errorf("last good: %+v", card.Good)
	}
	if len(card.Commits) == 0 || card.Commits[0].Author == "" {
		t.Errorf("commits: %+v", card.Commits)
	}
	for _, part := range []string{"FAILURE in ", "Step: ", "Error, from the log of the step", "Tests: ", "Commits since #", "  in #1203  ", "  in #1202  "} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
	if n := len(card.Lines(10)); n != 10 {
		t.Errorf("%d lines of 10", n)
	}
}

func TestABuildThatDidNotFailHasNoCard(t *testing.T) {
	t.Parallel()
	r := reading(recorded.Pages{})
	for _, s := range []jenkins.Status{jenkins.Running, jenkins.Success, jenkins.Queued} {
		if _, err := r.Card(t.Context(), jenkins.Run{Status: s}); err != ErrNotFailed {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// manySteps is a stage of 150 steps whose 140th fails: the run stops there, or goes on where the failure was caught.
func manySteps(steps int) func(*jenkinstest.Build) jenkinstest.Script {
	return func(*jenkinstest.Build) jenkinstest.Script {
		stage := jenkinstest.Stage{Name: "Many", Takes: time.Minute, Result: "FAILURE"}
		for i := 1; i <= steps; i++ {
			stage.Steps = append(stage.Steps, jenkinstest.Step{Name: fmt.Sprintf("step %d", i), Log: []string{fmt.Sprintf("this is step %d", i)}})
		}
		broken := &stage.Steps[139]
		broken.Result, broken.Error, broken.Log = "FAILURE", "script returned exit code 1", []string{"+ ./140", "Error: the 140th broke"}
		return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Before", Takes: time.Second, Log: []string{"fine"}}, stage}}
	}
}

func TestTheFailingStepOfAStageOf150(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		noGraphView, noStageView bool
		source                   stages.Source
	}{
		"both plugins":  {false, false, stages.GraphView},
		"no stage view": {false, true, stages.GraphView},
		"only wfapi":    {true, false, stages.WFAPI},
		"neither":       {true, true, stages.FlowNodes},
	} {
		for _, steps := range []int{140, 150} {
			sim := jenkinstest.New(jenkinstest.Options{NoGraphView: c.noGraphView, NoStageView: c.noStageView})
			sim.StartAt(sim.AddPipeline("many", jenkinstest.Job{Script: manySteps(steps)}), time.Now().Add(-time.Hour), nil)
			r := reading(sim.Transport())
			run, err := r.Client.Build(t.Context(), jenkins.BuildSpec{Job: "many", Number: 1})
			if err != nil {
				t.Fatal(err)
			}
			card, err := r.Card(t.Context(), run)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(card.Lines(0), "\n")
			if c.source == stages.FlowNodes && steps == 150 { // a failure that was caught looks like one that did no harm: no guess
				if card.Step != "" || len(card.Stage) > 0 || !strings.Contains(text, "Error: the 140th broke") {
					t.Errorf("%s, %d steps:\n%s", name, steps, text)
				}
				continue
			}
			if card.Step != "step 140" || card.Cut || card.Source != c.source || strings.Join(card.Stage, ">") != "Many" ||
				card.Error.From != "log of the step" || !strings.Contains(text, "Error: the 140th broke") {
				t.Errorf("%s, %d steps:\n%s", name, steps, text)
			}
		}
	}
}

func TestTheBlockIsAroundTheFirstError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		log  string
		want string
	}{
		"the first of several":  {"a\nb\nc\nerror: one\n\nd\n\n\nerror: two\n", "c|error: one|d"},
		"no error line":         {"1\n2\n3\n4\n5\n6\n7\nFinished: FAILURE\n", "2|3|4|5|6|7"},
		"Jenkins' own lines":    {"x\n[Pipeline] sh\ny\nFAIL z\n[Pipeline] }\nw", "y|FAIL z|w"},
		"bounded":               {"E\nERROR a\n" + strings.Repeat("more\n", 50), "E|ERROR a" + strings.Repeat("|more", 9)},
		"colors":                {"\x1b[31merror: red\x1b[0m\n", "error: red"},
		"empty":                 {"", ""},
		"a harmless one before": {"cat: x: No such file or directory\n" + strings.Repeat("ok\n", 20) + "fine\nERROR: y\n", "fine|ERROR: y"},
		"the cause just before": {"+ make\nsh: foo: command not found\nmake: *** [x] Error 127\n", "+ make|sh: foo: command not found|make: *** [x] Error 127"},
		"only possible ones":    {"java.io.IOException: a\n\n\nok\n" + strings.Repeat("ok\n", 20) + "b.c.DException\n", "java.io.IOException: a"},
		"behind a trace": {"TypeError: x is undefined\n" + strings.Repeat("    at f (a.js:1)\n", 20) + "\nnpm error Test failed.\n",
			"TypeError: x is undefined" + strings.Repeat("|    at f (a.js:1)", 3) + "|npm error Test failed."},
		"behind two empty lines": {"cat: x: No such file or directory\n\n\nERROR: y\nz\n", "cat: x: No such file or directory|ERROR: y"},
		"a service that goes on": {"10:00:01 INFO one\nError: locked\n    at Db.write (db.js:14:2)\n" + strings.Repeat("2026-11-30 10:00:02 INFO two\n", 20) + "bye\n",
			"Error: locked|    at Db.write (db.js:14:2)"},
		"counts and warnings": {"0 errors\nWARN a.b.CException: x\nx.c:1: warning: error: y\n", "0 errors|WARN a.b.CException: x|x.c:1: warning: error: y"},
	} {
		for _, size := range []int{1, 3, 1000} { // however it is cut into chunks
			var b blockReader
			for text := []byte(c.log); len(text) > 0; {
				n := min(size, len(text))
				if b.add(text[:n]) {
					break
				}
				text = text[n:]
			}
			if got := strings.Join(linesOf(&b), "|"); got != c.want {
				t.Errorf("%s, by %d: %q, want %q", name, size, got, c.want)
			}
		}
	}
}

// TestTheStepThatFailedIsFoundInALongStage has a stage of 140 steps, of which the last fails. wfapi lists 100.
func TestTheStepThatFailedIsFoundInALongStage(t *testing.T) {
	t.Parallel()
	for _, noGraphView := range []bool{false, true} {
		c := jenkinstest.New(jenkinstest.Options{NoGraphView: noGraphView})
		stage := jenkinstest.Stage{Name: "Check", Takes: time.Second, Result: "FAILURE"}
		for i := range 140 {
			stage.Steps = append(stage.Steps, jenkinstest.Step{Name: fmt.Sprint("step ", i+1), Log: []string{"fine"}})
		}
		last := &stage.Steps[139]
		last.Result, last.Error, last.Log = "FAILURE", "script returned exit code 7", []string{"checking", "ERROR: the disk is full", "exit 7"}
		job := c.AddPipeline("long", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
			return jenkinstest.Script{Stages: []jenkinstest.Stage{stage}}
		}})
		c.Finish(c.StartAt(job, time.Now().Add(-time.Minute), nil), "FAILURE")
		r := reading(c.Transport())
		run, err := r.Client.Build(t.Context(), jenkins.BuildSpec{Job: "long", Number: 1})
		if err != nil {
			t.Fatal(err)
		}
		card, err := r.Card(t.Context(), run)
		if err != nil || card.Cut || card.Step != "step 140" || card.Error.From != "log of the step" || !slices.Contains(card.Error.Lines, "ERROR: the disk is full") {
			t.Errorf("without Graph View %t: cut %t, step %q, error %q, %v", noGraphView, card.Cut, card.Step, card.Error.Lines, err)
		}
	}
}

func FuzzTheBlockIsShort(f *testing.F) {
	f.Add([]byte("error: x\ny\n"))
	f.Add([]byte("\x1b[31m\xff\r\n\x00FAILED"))
	f.Fuzz(func(t *testing.T, log []byte) {
		var b blockReader
		b.add(clean.Log(log))
		lines := linesOf(&b)
		if len(lines) > mostLines {
			t.Errorf("%d lines", len(lines))
		}
		for _, l := range lines {
			if l != clean.Line(l) {
				t.Errorf("not clean: %q", l)
			}
		}
	})
}

func linesOf(b *blockReader) []string {
	lines, _ := b.result()
	return lines
}

// TestShapesOfFailures are runs that do not simply stop at a step that failed.
func TestShapesOfFailures(t *testing.T) {
	t.Parallel()
	lint := jenkinstest.Step{Name: "lint", Result: "FAILURE", Error: "script returned exit code 1", Log: []string{"ERROR: 3 problems"}}
	quiet := jenkinstest.Step{Name: "junit", Result: "UNSTABLE", Log: []string{"Recording test results"}}
	build := jenkinstest.Step{Name: "Building down", Title: "Build a job", Result: "FAILURE", Error: "down #7 completed with status FAILURE",
		Log: []string{"Scheduling project: down"}}
	tests := []jenkinstest.Suite{{Name: "s", Stage: "A", Tests: []jenkinstest.Test{{Class: "a.B", Name: "total", Result: "FAILURE",
		Message: strings.Repeat("boom ", 100)}}}}
	for name, c := range map[string]struct {
		script    jenkinstest.Script
		want, not string
	}{
		"caught, and unstable": {jenkinstest.Script{Result: "UNSTABLE", Stages: []jenkinstest.Stage{{Name: "A", Result: "UNSTABLE", Takes: time.Second,
			Steps: []jenkinstest.Step{lint, {Name: "echo"}}}}}, "Step: lint", ""},
		"a failed stage of an unstable run": {jenkinstest.Script{Result: "UNSTABLE", Stages: []jenkinstest.Stage{{Name: "A", Result: "FAILURE", Takes: time.Second,
			Steps: []jenkinstest.Step{lint}}}}, "UNSTABLE in A", ""},
		"only tests": {jenkinstest.Script{Suites: tests, Stages: []jenkinstest.Stage{{Name: "A", Result: "UNSTABLE", Takes: time.Second,
			Steps: []jenkinstest.Step{quiet}}}}, "new  a.B.total: boom", "Recording"},
		"a downstream build": {jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "A", Result: "FAILURE", Takes: time.Second,
			Steps: []jenkinstest.Step{build}}}}, "down #7 completed with status FAILURE", ""},
	} {
		sim := jenkinstest.New(jenkinstest.Options{})
		sim.StartAt(sim.AddPipeline("job", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script { return c.script }}), time.Now().Add(-time.Hour), nil)
		r := reading(sim.Transport())
		run, err := r.Client.Build(t.Context(), jenkins.BuildSpec{Job: "job", Number: 1})
		if err != nil {
			t.Fatal(err)
		}
		card, err := r.Card(t.Context(), run)
		lines := card.Lines(0)
		text := strings.Join(lines, "\n")
		if err != nil || !strings.Contains(text, c.want) || c.not != "" && strings.Contains(text, c.not) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		for _, l := range lines {
			if len(l) > 300 {
				t.Errorf("%s: a line of %d bytes", name, len(l))
			}
		}
	}
}
