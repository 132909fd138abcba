package failure

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// TestAnExceptionAfterARetry has a step fail, pass when it is tried again, and then an exception end the stage: whichever plugin is
// there, that is the error, and not what the first attempt printed.
func TestAnExceptionAfterARetry(t *testing.T) {
	t.Parallel()
	script := jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Deploy", Takes: time.Minute, Result: "FAILURE", Steps: []jenkinstest.Step{
		{Name: "flaky.sh", Result: "FAILURE", Error: "script returned exit code 1", Log: []string{"+ flaky.sh", "Error: connection refused"}},
		{Name: "flaky.sh", Log: []string{"+ flaky.sh", "ok"}},
		{Exception: true, Error: "no target given"},
	}}}}
	for name, o := range map[string]jenkinstest.Options{
		"both plugins": {}, "no stage view": {NoStageView: true}, "only wfapi": {NoGraphView: true},
	} {
		sim := jenkinstest.New(o)
		sim.StartAt(sim.AddPipeline("deploy", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script { return script }}),
			time.Now().Add(-time.Hour), nil)
		r := reading(sim.Transport())
		run, err := r.Client.Build(t.Context(), jenkins.BuildSpec{Job: "deploy", Number: 1})
		if err != nil {
			t.Fatal(err)
		}
		card, err := r.Card(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(card.Lines(0), "\n")
		if !strings.Contains(text, "no target given") || strings.Contains(text, "connection refused") || card.Step == "flaky.sh" ||
			strings.Join(card.Stage, ">") != "Deploy" || !card.Error.Found {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

// TestThePipelinesLastWords are the error where no step is known to have failed.
func TestThePipelinesLastWords(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"Also:   org.jenkinsci.plugins.workflow.actions.ErrorAction$ErrorId: 77b8\njava.lang.NullPointerException: no tag\n\tat WorkflowScript.run(WorkflowScript:7)\nFinished: FAILURE\n": "java.lang.NullPointerException: no tag| at WorkflowScript.run(WorkflowScript:7)",
		"\nGitHub has been notified of this commit's build result\n\nERROR: no target given\nFinished: FAILURE\n":                                                                          "ERROR: no target given",
		"ERROR: script returned exit code 1\nFinished: FAILURE\n":                                                                                                                          "",
		"Finished: FAILURE\n": "",
	} {
		got := lastWords("[Pipeline] // node\n" + endOfPipeline + "\n" + said)
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q", said, got)
		}
	}
	if got := lastWords("error: of a log without that line\n"); got != nil {
		t.Errorf("%q", got)
	}
}

func TestAStackIsShownAsFarAsItIsOfTheScript(t *testing.T) {
	t.Parallel()
	got := messageLines(string(recorded.Read(t, "903b").Body))
	want := []string{"Found unhandled java.lang.IndexOutOfBoundsException exception:", "Index 5 out of bounds for length 2", " WorkflowScript.run(WorkflowScript:11)"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := messageLines("no target\n  (see the wiki)\n  of x(y)"); len(got) < 2 {
		t.Errorf("a message of its own: %q", got)
	}
}
