package buildlog

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// TestBranchesThatAreFollowedComeAsTheyArrive: those of a and b take turns, each line behind its branch, and none is lost.
func TestBranchesThatAreFollowedComeAsTheyArrive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		steps := func(name string) []jenkinstest.Step {
			return []jenkinstest.Step{{Name: name + "1", Log: []string{name + "1", name + "2", name + "3", name + "4"}}, {Name: name + "2", Log: []string{name + "5", name + "6"}}}
		}
		sim := jenkinstest.New(jenkinstest.Options{})
		job := sim.AddPipeline("shop", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
			return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Test", Branches: []jenkinstest.Stage{
				{Name: "a", Takes: time.Minute, Steps: steps("a")},
				{Name: "b", Takes: time.Minute, Steps: []jenkinstest.Step{{Name: "b1", Log: []string{"b1", "b2", "b3", "b4", "b5", "b6"}}}}}}}}
		}})
		sim.StartAt(job, time.Now(), nil)
		time.Sleep(5 * time.Second)
		lines := logOf(t, sim, &Options{Tail: -1, Follow: true, Stage: "Test"})
		for _, branch := range []string{"a", "b"} {
			var own, want []string
			for i, l := range lines {
				if strings.HasPrefix(l, "["+branch+"] ") {
					own = append(own, lines[i])
				}
			}
			for _, n := range "123456" {
				want = append(want, "["+branch+"] "+branch+string(n))
			}
			if !slices.Equal(own, want) {
				t.Errorf("of %s came %q", branch, own)
			}
		}
		if last := slices.Index(lines, "[a] a6"); len(lines) != 12 || slices.Index(lines, "[b] b1") > last || slices.Index(lines, "[b] b6") < slices.Index(lines, "[a] a2") {
			t.Errorf("one branch comes after the other: %q", lines)
		}
	})
}

// logOf returns the lines of the log of shop #1.
func logOf(t *testing.T, sim *jenkinstest.Controller, o *Options) []string {
	t.Helper()
	out, _, err := write(t, sim, o)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out), "\n")
}

// write returns what is printed of the log of shop #1, and what is said of it.
func write(t *testing.T, sim *jenkinstest.Controller, o *Options) (printed, said string, err error) {
	t.Helper()
	c := &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse(sim.RootURL)), User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
		HTTP: &http.Client{Transport: sim.Transport()}}
	run, err := c.Build(t.Context(), jenkins.BuildSpec{Job: "shop", Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	b := find.Build{On: &cli.Controller{Client: c, Stages: &stages.Reader{Client: c}, Console: &console.Client{Client: c}}, Run: run}
	err = Write(t.Context(), cli.New(strings.NewReader(""), &out, &errOut), &jenkins.Waiter{}, b, o)
	return out.String(), errOut.String(), err
}

// TestAStageWithoutALogSaysWhy: it failed with a message, printed nothing, or never ran.
func TestAStageWithoutALogSaysWhy(t *testing.T) {
	t.Parallel()
	sim := jenkinstest.New(jenkinstest.Options{})
	job := sim.AddPipeline("shop", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Quiet", Takes: time.Second},
			{Name: "Test", Takes: time.Second, Result: "FAILURE", Steps: []jenkinstest.Step{{Name: "error", Result: "FAILURE", Error: "no target given"}}},
			{Name: "Ship", Takes: time.Second}}}
	}})
	sim.StartAt(job, time.Now().Add(-time.Hour), nil)
	for stage, want := range map[string]string{"Quiet": "||jenkwatch: it has printed nothing\n", "Test": "no target given\n||", "Ship": "|Ship never ran|"} {
		out, said, err := write(t, sim, &Options{Tail: -1, Stage: stage})
		why := ""
		if err != nil {
			why = err.Error()
		}
		if got := out + "|" + why + "|" + said; got != want {
			t.Errorf("%s: %q, want %q", stage, got, want)
		}
	}
}

// TestFailedSaysThatTheStepPrintedNothing: the flow graph alone does not know with which message an error step failed.
func TestFailedSaysThatTheStepPrintedNothing(t *testing.T) {
	t.Parallel()
	sim := jenkinstest.New(jenkinstest.Options{NoGraphView: true, NoStageView: true})
	job := sim.AddPipeline("shop", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Test", Takes: time.Second, Result: "FAILURE",
			Steps: []jenkinstest.Step{{Name: "error", Result: "FAILURE", Error: "no target given"}}}}}
	}})
	sim.StartAt(job, time.Now().Add(-time.Hour), nil)
	out, said, err := write(t, sim, &Options{Tail: -1, Failed: true})
	if err != nil || out != "" || !strings.Contains(said, "jenkwatch why") {
		t.Errorf("%q, %q, %v", out, said, err)
	}
}

// TestAFailedStepEndsWithWhatItFailedWith, unless its log said so, or it is only the exit code.
func TestAFailedStepEndsWithWhatItFailedWith(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"down #2 completed with status FAILURE": "Scheduling project: down|down #2 completed with status FAILURE",
		"script returned exit code 2":           "Scheduling project: down",
		"project: down":                         "Scheduling project: down",
	} {
		sim := jenkinstest.New(jenkinstest.Options{})
		job := sim.AddPipeline("shop", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
			return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Test", Takes: time.Second, Result: "FAILURE", Steps: []jenkinstest.Step{
				{Name: "x", Result: "FAILURE", Error: message, Log: []string{"Scheduling project: down"}}}}}}
		}})
		sim.StartAt(job, time.Now().Add(-time.Hour), nil)
		if got := strings.Join(logOf(t, sim, &Options{Tail: -1, Failed: true}), "|"); got != want {
			t.Errorf("%q: %q, want %q", message, got, want)
		}
	}
}
