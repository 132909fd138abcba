package jenkinstest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// NoResult ends a build without a result, as one of which Jenkins has lost it: the plugin then says COMPLETE.
const NoResult = "none"

// A Build is a build of a job. It lives by the clock: what it shows depends on the moment at which it is asked.
type Build struct {
	job         *Job
	number      int
	queueID     int64
	started     time.Time
	waited      time.Duration // in the queue
	plan        *plan
	causes      []Cause
	params      []Param
	description string
	paused      time.Duration // at gates that have been passed
	endClock    time.Duration // of an ended build: how far its clock came
	result      string        // once it has ended
	extra       []string      // lines written when it was stopped
	stopped     bool
	rename      string
	suites      []suiteResult
	keep        bool // forever
}

// Number returns the build's number.
func (b *Build) Number() int { return b.number }

// Job returns the job that it belongs to.
func (b *Build) Job() *Job { return b.job }

// Param returns the value of a parameter.
func (b *Build) Param(name string) string {
	for _, q := range b.params {
		if q.Name == name {
			return q.Value
		}
	}
	return ""
}

func (b *Build) ended() bool { return b.result != "" }

// clock returns how far the build has come at the time now, the time spent at gates not counted.
func (b *Build) clock(now time.Time) time.Duration {
	if b.ended() {
		return b.endClock
	}
	t := min(now.Sub(b.started)-b.paused, b.plan.takes)
	if g := b.gate(); g != nil {
		return min(t, g.at)
	}
	return t
}

// gate returns the next gate that has not been opened yet, reached or not.
func (b *Build) gate() *gate {
	for _, g := range b.plan.gates {
		if !g.passed {
			return g
		}
	}
	return nil
}

// atGate returns the gate at which the build stands.
func (b *Build) atGate(now time.Time) *gate {
	if g := b.gate(); g != nil && !b.ended() && b.clock(now) >= g.at {
		return g
	}
	return nil
}

// wall returns when the build's clock showed t.
func (b *Build) wall(t time.Duration) time.Time {
	at := b.started.Add(t)
	for _, g := range b.plan.gates {
		if g.passed && g.at < t {
			at = at.Add(g.waited)
		}
	}
	return at
}

// ends returns when the build will end unless it is stopped.
func (b *Build) ends() (time.Time, bool) {
	if b.gate() != nil {
		return time.Time{}, false
	}
	return b.wall(b.plan.takes), true
}

// duration of the build until now, or its whole if it has ended.
func (b *Build) duration(now time.Time) time.Duration {
	if b.ended() {
		if g := b.gate(); g != nil && b.stopped { // stopped while it waited
			return b.endClock + b.paused + g.waited
		}
		return b.endClock + b.paused
	}
	return max(0, now.Sub(b.started))
}

func (b *Build) pass(g *gate, now time.Time, by string) {
	g.waited = now.Sub(b.started) - b.paused - g.at
	g.passed = true
	b.paused += g.waited
	if g.input != nil {
		line := logLine{at: g.at + time.Millisecond, text: "Approved by " + note + by + "\n"}
		i, _ := slices.BinarySearchFunc(b.plan.log, line, func(a, b logLine) int { return cmp.Compare(a.at, b.at) })
		b.plan.log = slices.Insert(b.plan.log, i, line)
	}
}

func (b *Build) finish(now time.Time) {
	b.endClock = b.clock(now)
	b.result = b.plan.result
}

func (b *Build) stop(now time.Time, result string, lines ...string) {
	b.endClock = b.clock(now)
	if g := b.atGate(now); g != nil {
		g.waited = now.Sub(b.started) - b.paused - g.at
	}
	b.stopped = true
	b.extra = append(append(b.extra, lines...), "Finished: "+result)
	b.result = result
}

// block is a node block of a pipeline, or the whole of a freestyle build, at a moment: it holds an executor.
type block struct {
	node string // empty: the controller's own
	span *span  // nil: the whole build
}

// blocks returns which executors the build holds at the time now.
func (b *Build) blocks(now time.Time) []block {
	if b.ended() {
		return nil
	}
	if b.job.kind == freestyle {
		return []block{{node: b.plan.Node}}
	}
	var held []block
	if g := b.gate(); !b.plan.NoNode && (g == nil || g.span != nil || b.clock(now) < g.at) {
		held = append(held, block{node: b.plan.Node})
	}
	t := b.clock(now)
	for _, sp := range b.plan.all {
		if sp.Node != "" && sp.running(t) {
			held = append(held, block{sp.Node, sp})
		}
	}
	return held
}

func (sp *span) running(t time.Duration) bool { return !sp.skipped && sp.begin <= t && t < sp.end }

// current returns the name of the innermost stage that runs below a span, or in the whole build.
func (b *Build) current(below *span, now time.Time) string {
	t := b.clock(now)
	spans, name := b.plan.spans, ""
	if below != nil {
		spans, name = below.children, below.Name
	}
	for {
		i := slices.IndexFunc(spans, func(sp *span) bool { return sp.running(t) })
		if i < 0 {
			return name
		}
		name, spans = spans[i].Name, spans[i].children
	}
}

// stageState returns what becomes of a span: "", "running", "paused", "skipped" or a result in lower case.
func (b *Build) stageState(sp *span, now time.Time) string {
	t := b.clock(now)
	switch {
	case t < sp.begin || t == sp.begin && b.stopped:
		return ""
	case sp.skipped:
		return "skipped"
	case t < sp.end && b.ended():
		return strings.ToLower(b.result)
	case t < sp.end:
		if g := b.inputGate(now); g != nil && within(g.span, sp) {
			return "paused"
		}
		return "running"
	}
	return worst(sp)
}

func within(sp, outer *span) bool {
	for ; sp != nil; sp = sp.parent {
		if sp == outer {
			return true
		}
	}
	return false
}

var severity = map[string]int{"success": 0, "skipped": 0, "unstable": 1, "failure": 2, "aborted": 3}

func worst(sp *span) string {
	state := map[string]string{"UNSTABLE": "unstable", "FAILURE": "failure", "ABORTED": "aborted"}[sp.Result]
	state = cmp.Or(state, "success")
	for _, c := range sp.children {
		if w := worst(c); !c.skipped && severity[w] > severity[state] {
			state = w
		}
	}
	return state
}

// env returns what env.X = ... has assigned so far.
func (b *Build) env(now time.Time) []string {
	var kvs []string
	t := b.clock(now)
	for _, a := range b.plan.assigned {
		if a.at <= t {
			kvs = append(kvs, a.text)
		}
	}
	return kvs
}
