package show

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// TestAStageOfUnknownTimeHasNone: the flow nodes, which are all there is without a plugin, have no times.
func TestAStageOfUnknownTimeHasNone(t *testing.T) {
	t.Parallel()
	step := stages.Step{ID: "7", Name: "Shell Script", State: stages.Failure}
	stage := stages.Stage{ID: "5", Name: "Test", State: stages.Failure, Steps: []stages.Step{step}}
	s := jsonview.StatusView{Run: jenkins.Run{Ref: jenkins.Ref{Job: "shop", Number: 1}, Status: jenkins.Failure, Duration: 61 * time.Second},
		Tree: stages.Tree{Source: stages.FlowNodes, Stages: []stages.Stage{stage}}, Stage: &stage, Step: &step}
	var b strings.Builder
	if err := writeStatus(&b, &s, 80); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "0s") || !strings.Contains(text, "Test › Shell Script") {
		t.Error(text)
	}
	stage.Duration, step.Duration = 40*time.Second, 30*time.Second
	s.Tree.Stages[0].Duration = stage.Duration
	b.Reset()
	if err := writeStatus(&b, &s, 80); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !strings.Contains(text, "40s") || !strings.Contains(text, "30s") {
		t.Error(text)
	}
}

// TestAStepThatIsNotListedIsSaid: wfapi lists the first 100 steps of a stage, and the one that runs may be another.
func TestAStepThatIsNotListedIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := jenkinstest.New(jenkinstest.Options{NoGraphView: true, AnonymousReads: true})
		job := sim.AddPipeline("shop", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
			var many []jenkinstest.Step
			for i := range 150 {
				many = append(many, jenkinstest.Step{Name: fmt.Sprint("step ", i+1)})
			}
			return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Many", Takes: 150 * time.Minute, Steps: many}}}
		}})
		sim.StartAt(job, time.Now().Add(-120*time.Minute), nil)
		client := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "jenkins", Path: "/"}, HTTP: &http.Client{Transport: sim.Transport()}}
		run, err := client.Build(t.Context(), jenkins.BuildSpec{Job: "shop", Number: 1})
		if err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		s := jsonview.StatusView{Run: run}
		addStages(t.Context(), cli.New(nil, io.Discard, &said),
			find.Build{Run: run, On: &cli.Controller{Client: client, Stages: &stages.Reader{Client: client}}}, &s)
		if s.Step != nil || !strings.Contains(said.String(), "lists only the first 100 steps of Many") {
			t.Errorf("%+v, %q", s.Step, said.String())
		}
	})
}
