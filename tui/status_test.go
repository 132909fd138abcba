package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

func TestStatusMasksWhatIsSecret(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 200, 60)
		s := sampleSnapshot(time.Now())
		s.Runs[2].Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}, {Name: "DEPLOY_PASSWORD", Secret: true},
			{Name: "GITHUB_TOKEN", Value: "ghp_0123456789abcdefghijABCDEFGHIJ456789"}}
		d.send(s)
		d.selectJob("shop/checkout/main")
		screen := d.screen()
		if strings.Contains(screen, "ghp_") || strings.Count(screen, secrets.Masked) < 2 || !strings.Contains(screen, "TARGET=prod") {
			t.Errorf("secrets are not masked, or more than them:\n%s", screen)
		}
	})
}

func TestStatusTellsAllOfARunThatEndedBeforeItWasWatched(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
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

func TestEveryStageShowsHowItDoesHoweverLongItsName(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 60, 20)
		plainPanes(d)
		d.send(sampleSnapshot(time.Now()))
		d.selectJob("shop/checkout/main")
		d.press("enter")
		done := func(name string, children ...stages.Stage) stages.Stage {
			return stages.Stage{Name: name, State: stages.Failure, Duration: 83 * time.Second, Kind: stages.Branch, Node: "agent-9",
				Children: children}
		}
		long := "windows server with a very long name that goes on and on until it ends"
		d.send(status.StagesMsg{Ref: d.m.runs.List.Selected.Ref, Stages: stages.Tree{Stages: []stages.Stage{
			done("a", done("日本語のとても長いステージ名がここにもあります"+long, done(long+" at last"))), done("b")}}})
		column := -1
		for _, l := range strings.Split(d.screen(), "\n") {
			before, after, ok := strings.Cut(l, "✗ ")
			if !ok {
				continue
			}
			if !strings.HasPrefix(strings.TrimLeft(after, " "), "1:23") {
				t.Errorf("the time is cut off: %s", l)
			}
			if column >= 0 && column != kit.Width(before) {
				t.Errorf("the sign stands in column %d, above it in %d:\n%s", kit.Width(before), column, d.screen())
			}
			column = kit.Width(before)
		}
		if screen := d.screen(); strings.Count(screen, "✗ ") != 4 || !strings.Contains(screen, "at last") {
			t.Errorf("not every stage is to be seen, with the end of its name:\n%s", screen)
		}
	})
}

func TestStatusShowsTheLineEndsOfAParameter(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		s := sampleSnapshot(time.Now())
		s.Runs[2].Parameters = []jenkins.Parameter{{Name: "NOTES", Value: "line one\r\nline two\nthree"}}
		d.send(s)
		d.selectJob("shop/checkout/main")
		if want := "NOTES=line one↵line two↵three"; !strings.Contains(d.screen(), want) {
			t.Errorf("no %s:\n%s", want, d.screen())
		}
	})
}
