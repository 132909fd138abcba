// Package demo has the controller of `jenkwatch demo`: a shop's builds. Tests use it, too.
package demo

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// What the demo is made of.
type (
	Artifact   = jenkinstest.Artifact
	Build      = jenkinstest.Build
	Cause      = jenkinstest.Cause
	Commit     = jenkinstest.Commit
	Controller = jenkinstest.Controller
	Input      = jenkinstest.Input
	Job        = jenkinstest.Job
	Node       = jenkinstest.Node
	Options    = jenkinstest.Options
	Param      = jenkinstest.Param
	Script     = jenkinstest.Script
	Stage      = jenkinstest.Stage
	Step       = jenkinstest.Step
	Suite      = jenkinstest.Suite
	Test       = jenkinstest.Test
)

// New returns a controller that is worth watching: a shop's builds, one of them late, one waiting for a person, two for a
// node. One has failed: shop/cart/main, in a step whose log says why, with a new failing test, commits, artifacts and a
// downstream build. It goes on living for as long as it is asked.
func New() *Controller { return With(Options{}) }

// With is New with options of one's own. Nodes are set by the demo.
func With(o Options) *Controller {
	o.Nodes = []*Node{
		{Executors: 4, Labels: []string{"built-in"}},
		{Name: "agent-7", Executors: 8, Labels: []string{"agent-7", "linux", "8c"}},
		{Name: "agent-9", Executors: 6, Labels: []string{"agent-9", "linux", "docker"}},
		{Name: "mac mini", Executors: 1, Labels: []string{"mac mini", "macos"}, Offline: "Connection was broken", Lost: true, Since: time.Now().Add(-40 * time.Minute)},
		{Name: "bench-1", Executors: 1, Labels: []string{"bench-1", "bench"}},
	}
	c := jenkinstest.New(o)
	d := &demo{c: c, now: time.Now()}
	d.shop()
	d.rest()
	d.past()
	d.present()
	return c
}

type demo struct {
	c   *Controller
	now time.Time
}

// history starts builds of a job that have ended by now: the last one ended ago, those before it apart from each other.
func (d *demo) history(name string, builds int, ago, apart time.Duration, causes []Cause) {
	j := d.c.Job(name)
	for i := range builds {
		back := ago + time.Duration(builds-1-i)*apart
		d.c.EndedAt(j, d.now.Add(-back), causes)
	}
}

// next sets the number of a job's next build.
func (d *demo) next(name string, n int) { d.c.NextNumber(d.c.Job(name), n) }

func (d *demo) past() {
	push := []Cause{{Push: "mira"}}
	d.next("shop/checkout/main", 408)
	d.history("shop/checkout/main", 4, 40*time.Minute, time.Hour, push)
	d.next("shop/cart/main", 1199)
	d.history("shop/cart/main", 5, 2*time.Minute, 50*time.Minute, []Cause{{Push: "tom"}})
	d.next("shop/cart/PR-88", 5)
	d.history("shop/cart/PR-88", 2, 3*time.Hour, time.Hour, []Cause{{Push: "jun"}})
	d.history("shop/checkout/PR-91", 4, 5*time.Minute, 2*time.Hour, []Cause{{Push: "ana"}})
	d.next("shop/web/feature%2Flogin-form", 8)
	d.history("shop/web/feature%2Flogin-form", 1, 26*time.Hour, time.Hour, []Cause{{Branch: true}})
	d.next("release/ship-it", 29)
	d.history("release/ship-it", 2, 25*time.Hour, 24*time.Hour, []Cause{{User: "mira"}})
	d.next("infra/nightly images", 899)
	d.history("infra/nightly images", 3, 23*time.Hour, 24*time.Hour, []Cause{{Timer: true}})
	d.next("lib/parser/main", 86)
	d.history("shop/search/main", 2, 4*time.Minute, time.Hour, []Cause{{Timer: true}})
	d.history("shop/web/main", 2, 8*time.Minute, time.Hour, push)
	d.history("shop/e2e", 3, 6*time.Minute, time.Hour, []Cause{{Timer: true}})
	d.history("ml/train model", 2, 30*time.Minute, time.Hour, []Cause{{User: "jun"}})
	d.history("lib/parser/main", 3, 9*time.Minute, 30*time.Minute, []Cause{{Push: "ana"}})
	d.history("docs/site", 2, 20*time.Minute, 3*time.Hour, push)
	d.history("hello-free", 2, 30*time.Minute, time.Hour, []Cause{{User: "admin"}})
	d.history("tools/bench", 5, 14*time.Minute, time.Hour, []Cause{{User: "tom"}})
	d.history("data/50% sample #1?", 4, time.Hour, time.Hour, []Cause{{Timer: true}})
	d.history("data/größe & maß", 5, 2*time.Hour, time.Hour, []Cause{{Timer: true}})
}

func (d *demo) present() {
	start := func(name string, ago time.Duration, cause Cause, params ...Param) *Build {
		return d.c.StartAt(d.c.Job(name), d.now.Add(-ago), []Cause{cause}, params...)
	}
	start("infra/nightly images", 58*time.Minute, Cause{Timer: true})
	start("release/ship-it", 12*time.Minute+30*time.Second, Cause{User: "mira"}, Param{Name: "VERSION", Value: "2.14.0-rc.3"})
	checkout := start("shop/checkout/main", 3*time.Minute+12*time.Second, Cause{Push: "mira"})
	start("shop/web/feature%2Flogin-form", 4*time.Minute, Cause{Push: "jun"})
	start("shop/cart/PR-88", 41*time.Second, Cause{Push: "jun"})
	start("shop/e2e", 30*time.Second, Cause{Upstream: checkout})
	start("hello-free", 4*time.Second, Cause{User: "admin"}, Param{Name: "NAME", Value: "Zoë + 100% & more"})
	start("perf/soak test", 35*time.Second, Cause{Timer: true})
	d.c.Enqueue(d.c.Job("perf/load test"), 0, []Cause{{User: "tom"}})
	d.c.Enqueue(d.c.Job("docs/site"), 5*time.Minute, []Cause{{Push: "mira"}})
	d.c.Enqueue(d.c.Job("mobile/ios app"), 0, []Cause{{User: "ana"}})
	d.c.Enqueue(d.c.Job("lib/firmware"), 0, []Cause{{Timer: true}})
	d.c.Enqueue(d.c.Job("hello-free"), 0, []Cause{{User: "tom"}}, Param{Name: "NAME", Value: "next"})
}

const (
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	plain  = "\x1b[0m"
)
