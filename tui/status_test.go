package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

func TestTheStageThatMattersIsInSightUntilTheUserScrolls(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		plainPanes(d)
		d.send(sampleSnapshot(time.Now()))
		d.selectJob("shop/checkout/main")
		var stages []jenkins.Stage
		for i := range 40 {
			s := jenkins.Stage{Name: fmt.Sprintf("stage-%d", i), Status: jenkins.StageSuccess, Duration: time.Second}
			if i == 30 {
				s.Status, s.StartedAt = jenkins.StageRunning, time.Now()
			}
			stages = append(stages, s)
		}
		d.send(stagesMsg{ref: d.m.runs.selected, stages: jenkins.Stages{Stages: stages}})
		if screen := d.screen(); !strings.Contains(screen, "stage-30 ▶") || !strings.Contains(screen, "RUNNING  3:12") {
			t.Errorf("the running stage or the headline is out of sight:\n%s", screen)
		}
		d.press("enter", "g")
		if screen := d.screen(); !strings.Contains(screen, "stage-0 ") || !strings.Contains(screen, "RUNNING  3:12") {
			t.Errorf("the top cannot be reached:\n%s", screen)
		}
		d.press("G")
		if screen := d.screen(); !strings.Contains(screen, "url ") || !strings.Contains(screen, "RUNNING  3:12") {
			t.Errorf("the end cannot be reached:\n%s", screen)
		}
	})
}

func TestStatusMasksWhatIsSecret(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 200, 60)
		s := sampleSnapshot(time.Now())
		s.Runs[2].Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}, {Name: "DEPLOY_PASSWORD", Secret: true},
			{Name: "GITHUB_TOKEN", Value: "ghp_0123456789abcdefghijABCDEFGHIJ456789"}}
		d.send(s)
		d.selectJob("shop/checkout/main")
		screen := d.screen()
		if strings.Contains(screen, "ghp_") || strings.Count(screen, jenkins.Masked) < 2 || !strings.Contains(screen, "TARGET=prod") {
			t.Errorf("secrets are not masked, or more than them:\n%s", screen)
		}
	})
}

func TestStatusTellsAllOfARunThatEndedBeforeItWasWatched(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		c := jenkinstest.New(jenkinstest.Options{Nodes: []*jenkinstest.Node{{Name: "agent-1", Executors: 1}}})
		job := c.AddFreestyle("done", jenkinstest.Job{Params: []jenkinstest.Param{{Name: "TARGET", Value: "prod"}},
			Script: func(*jenkinstest.Build) jenkinstest.Script {
				return jenkinstest.Script{Takes: time.Second, Node: "agent-1", Description: "Release candidate 3"}
			}})
		c.StartAt(job, time.Now().Add(-time.Minute), []jenkinstest.Cause{{User: "mira"}})
		d := drive(t, played(c), 120, 40)
		plainPanes(d)
		d.watch(time.Second)
		for _, want := range []string{"Started by user mira", "TARGET=prod", "Release candidate 3", "agent-1"} {
			if !strings.Contains(d.screen(), want) {
				t.Errorf("%q is missing:\n%s", want, d.screen())
			}
		}
		d.watch(time.Minute)
		if n := asked(c, "job/done/1/"); n != 1 {
			t.Errorf("it was asked for %d times", n)
		}
	})
}
