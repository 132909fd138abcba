package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/sourcegraph/conc/panics"
)

func TestOfSeveralControllersTheOneThatHasTheBuildIsOpened(t *testing.T) {
	t.Parallel()
	has, lacks := jenkinstest.New(jenkinstest.Options{}), jenkinstest.New(jenkinstest.Options{})
	has.StartAt(has.AddPipeline("shop/main", jenkinstest.Job{}), time.Now().Add(-time.Hour), nil)
	for name, order := range map[string][]*jenkinstest.Controller{"first": {has, lacks}, "last": {lacks, has}} {
		o := played(order[0])
		other := played(order[1]).Controllers[0]
		other.Name, other.Client.Name = "other", "other"
		o.Controllers = append(o.Controllers, other)
		spec := jenkins.BuildSpec{Job: "shop/main", Permalink: "last"}
		o.Open = []kit.Target{{Controller: "ci", BuildSpec: spec}, {Controller: "other", BuildSpec: spec}}
		d := drive(t, o, 120, 40)
		d.send(openBuild(d.m.sh, o.Open...)())
		if got := d.screen(); strings.Contains(got, "Not opened") || !strings.Contains(got, "shop/main #1") {
			t.Errorf("%s:\n%s", name, got)
		}
		has.Fault(jenkinstest.Down)
		if msg := openBuild(d.m.sh, o.Open...)().(builtMsg); kit.IsGone(msg.err) {
			t.Errorf("%s: the unreachable one is not named: %v", name, msg.err)
		}
		has.Fault(jenkinstest.Healthy)
	}
}

func TestWhatPanicsWhileABuildIsOpenedPanicsWhereItWasAsked(t *testing.T) {
	t.Parallel()
	o := played(jenkinstest.New(jenkinstest.Options{}))
	o.Absent = func(context.Context, kit.Target, error) error { panic("as ordered by the test") }
	d := drive(t, o, 120, 40)
	ask := openBuild(d.m.sh, kit.Target{Controller: "ci", BuildSpec: jenkins.BuildSpec{Job: "no/such", Number: 1}})
	defer func() {
		if p, ok := recover().(*panics.Recovered); !ok || p.Value != "as ordered by the test" {
			t.Errorf("it panics with %v", p)
		}
	}()
	t.Errorf("it goes on: %v", ask())
}
