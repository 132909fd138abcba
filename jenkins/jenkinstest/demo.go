package jenkinstest

import (
	"fmt"
	"time"
)

// Demo returns a controller that is worth watching: a shop's builds, one of them late, one waiting for a person, two for a
// node. One has failed: shop/cart/main, in a step whose log says why, with a new failing test, commits, artifacts and a
// downstream build. It goes on living for as long as it is asked.
func Demo() *Controller { return DemoWith(Options{}) }

// DemoWith is Demo with options of one's own. Nodes are set by the demo.
func DemoWith(o Options) *Controller {
	o.Nodes = []*Node{
		{Executors: 4, Labels: []string{"built-in"}},
		{Name: "agent-7", Executors: 8, Labels: []string{"agent-7", "linux", "8c"}},
		{Name: "agent-9", Executors: 6, Labels: []string{"agent-9", "linux", "docker"}},
		{Name: "mac mini", Executors: 1, Labels: []string{"mac mini", "macos"}, Offline: "Connection was broken", Lost: true, Since: time.Now().Add(-40 * time.Minute)},
		{Name: "bench-1", Executors: 1, Labels: []string{"bench-1", "bench"}},
	}
	c := New(o)
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
		takes := d.c.dryRun(j)
		b := d.c.StartAt(j, d.now.Add(-back-takes-answerTime), causes)
		d.c.answered(b)
		for _, below := range b.plan.downstream {
			d.c.StartAt(d.c.Job(below.job), b.wall(below.at).Add(time.Second), []Cause{{Upstream: b}})
		}
	}
}

// answerTime is how long the questions of past builds waited for a person.
const answerTime = 3 * time.Minute

// answered lets a build of the past have had the answer to its first question, and so be over.
func (c *Controller) answered(b *Build) {
	if g := b.gate(); g != nil {
		g.passed, g.waited, b.paused = true, answerTime, answerTime
	}
	if end, _ := b.ends(); !b.ended() {
		c.end(b, func() { b.finish(end) })
	}
}

// dryRun returns how long the next build of a job would take.
func (c *Controller) dryRun(j *Job) time.Duration {
	b := &Build{job: j, number: j.nextNum + 1, params: j.defaults()}
	return compile(b, j.Script(b)).takes
}

// number lets the next build of a job have a number.
func (d *demo) number(name string, n int) { d.c.Job(name).nextNum = n - 1 }

func (d *demo) past() {
	push := []Cause{{Push: "mira"}}
	d.number("shop/checkout/main", 408)
	d.history("shop/checkout/main", 4, 40*time.Minute, time.Hour, push)
	d.number("shop/cart/main", 1199)
	d.history("shop/cart/main", 5, 2*time.Minute, 50*time.Minute, []Cause{{Push: "tom"}})
	d.number("shop/cart/PR-88", 5)
	d.history("shop/cart/PR-88", 2, 3*time.Hour, time.Hour, []Cause{{Push: "jun"}})
	d.history("shop/checkout/PR-91", 4, 5*time.Minute, 2*time.Hour, []Cause{{Push: "ana"}})
	d.number("shop/web/feature%2Flogin-form", 8)
	d.history("shop/web/feature%2Flogin-form", 1, 26*time.Hour, time.Hour, []Cause{{Branch: true}})
	d.number("release/ship-it", 29)
	d.history("release/ship-it", 2, 25*time.Hour, 24*time.Hour, []Cause{{User: "mira"}})
	d.number("infra/nightly images", 899)
	d.history("infra/nightly images", 3, 23*time.Hour, 24*time.Hour, []Cause{{Timer: true}})
	d.number("lib/parser/main", 86)
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

// every gives the build numbers for which something is to be different a rhythm.
func every(b *Build, n int) bool { return b.number%n == 0 }

const (
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	plain  = "\x1b[0m"
)

func times(n int, format string) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(format, i+1)
	}
	return lines
}
