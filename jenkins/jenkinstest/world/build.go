package world

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NoResult ends a build without a result, as one of which Jenkins has lost it: the plugin then says COMPLETE.
const NoResult = "none"

// A Build is a build of a job. It lives by the clock: what it shows depends on the moment at which it is asked.
type Build struct {
	job         *Job
	number      int
	QueueID     int64
	Started     time.Time
	Waited      time.Duration // in the queue
	Plan        *Plan
	Causes      []Cause
	Params      []Param
	Description string
	paused      time.Duration // at gates that have been passed
	endClock    time.Duration // of an ended build: how far its clock came
	Result      string        // once it has ended
	extra       []string      // lines written when it was stopped
	stopped     bool
	rename      string
	suites      []SuiteResult
	Keep        bool   // forever
	repeated    string // the commit of the build that it repeats
}

// Number returns the build's number.
func (b *Build) Number() int { return b.number }

// Job returns the job that it belongs to.
func (b *Build) Job() *Job { return b.job }

// URL returns the address of a build or job below the root, as the controller reports it.
func (b *Build) URL() string { return b.job.w.RootURL + b.job.Path + b.ID() + "/" }

// ID returns the number as text.
func (b *Build) ID() string { return strconv.Itoa(b.number) }

// Shown returns what pages call the build: its number, unless it was renamed.
func (b *Build) Shown() string {
	if b.rename != "" {
		return b.rename
	}
	return fmt.Sprintf("#%d", b.number)
}

// Param returns the value of a parameter.
func (b *Build) Param(name string) string {
	for _, q := range b.Params {
		if q.Name == name {
			return q.Value
		}
	}
	return ""
}

// HasPassword reports whether a parameter of the build is a password.
func (b *Build) HasPassword() bool {
	return slices.ContainsFunc(b.Params, func(p Param) bool { return p.Type == "Password" })
}

// Ended reports whether the build is over.
func (b *Build) Ended() bool { return b.Result != "" }

// Interrupted reports whether somebody aborted the build, and who: "Aborted by ann". That is the last line of a script that says so.
func (b *Build) Interrupted() (why string, ok bool) {
	lines := b.Plan.Log
	if b.stopped {
		lines = b.extra[:len(b.extra)-1]
	}
	if len(lines) > 0 && (b.stopped || strings.HasPrefix(lines[len(lines)-1], "Aborted by ")) {
		why = strings.ReplaceAll(lines[len(lines)-1], Note, "")
	}
	return why, b.Result == "ABORTED" && (b.stopped || why != "")
}

// Clock returns how far the build has come at the time now, the time spent at gates not counted.
func (b *Build) Clock(now time.Time) time.Duration {
	if b.Ended() {
		return b.endClock
	}
	t := min(now.Sub(b.Started)-b.paused, b.Plan.takes)
	if g := b.gate(); g != nil {
		return min(t, g.At)
	}
	return t
}

// gate returns the next gate that has not been opened yet, reached or not.
func (b *Build) gate() *Gate {
	for _, g := range b.Plan.Gates {
		if !g.Passed {
			return g
		}
	}
	return nil
}

// atGate returns the gate at which the build stands.
func (b *Build) atGate(now time.Time) *Gate {
	if g := b.gate(); g != nil && !b.Ended() && b.Clock(now) >= g.At {
		return g
	}
	return nil
}

// AtInput returns the input at which the build waits.
func (b *Build) AtInput(now time.Time) *Gate {
	if g := b.atGate(now); g != nil && g.Input != nil {
		return g
	}
	return nil
}

// HasAsked reports whether the run has ever asked a person: the action stays after the answer.
func (b *Build) HasAsked(now time.Time) bool {
	t := b.Clock(now)
	for _, g := range b.Plan.Gates {
		if g.Input != nil && t >= g.At {
			return true
		}
	}
	return false
}

// Wall returns when the build's clock showed t.
func (b *Build) Wall(t time.Duration) time.Time {
	at := b.Started.Add(t)
	for _, g := range b.Plan.Gates {
		if g.Passed && g.At < t {
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
	return b.Wall(b.Plan.takes), true
}

// Duration returns that of the build until now, or its whole if it has ended.
func (b *Build) Duration(now time.Time) time.Duration {
	if b.Ended() {
		if g := b.gate(); g != nil && b.stopped { // stopped while it waited
			return b.endClock + b.paused + g.waited
		}
		return b.endClock + b.paused
	}
	return max(0, now.Sub(b.Started))
}

func (b *Build) pass(g *Gate, now time.Time, by string) {
	g.waited = now.Sub(b.Started) - b.paused - g.At
	g.Passed = true
	b.paused += g.waited
	if g.Input != nil {
		line := Line{at: g.At + time.Millisecond, Text: "Approved by " + Note + by + "\n"}
		i, _ := slices.BinarySearchFunc(b.Plan.Lines, line, func(a, b Line) int { return cmp.Compare(a.at, b.at) })
		b.Plan.Lines = slices.Insert(b.Plan.Lines, i, line)
	}
}

func (b *Build) finish(now time.Time) {
	b.endClock = b.Clock(now)
	b.Result = b.Plan.result
}

func (b *Build) stop(now time.Time, result string, lines ...string) {
	b.endClock = b.Clock(now)
	if g := b.atGate(now); g != nil {
		g.waited = now.Sub(b.Started) - b.paused - g.At
	}
	b.stopped = true
	b.extra = append(append(b.extra, lines...), "Finished: "+result)
	b.Result = result
}

// block is a node block of a pipeline, or the whole of a freestyle build, at a moment: it holds an executor.
type block struct {
	node string // empty: the controller's own
	span *Span  // nil: the whole build
}

// blocks returns which executors the build holds at the time now.
func (b *Build) blocks(now time.Time) []block {
	if b.Ended() {
		return nil
	}
	if b.job.Kind == Freestyle {
		return []block{{node: b.Plan.Node}}
	}
	var held []block
	if g := b.gate(); !b.Plan.NoNode && (g == nil || g.span != nil || b.Clock(now) < g.At) {
		held = append(held, block{node: b.Plan.Node})
	}
	t := b.Clock(now)
	for _, sp := range b.Plan.All {
		if sp.Allocates() && sp.running(t) && b.GotNode(sp) {
			held = append(held, block{b.nodeOf(sp), sp})
		}
	}
	return held
}

// GotNode reports whether the node block of a stage, or of the whole run (nil), has the node that it waited for.
func (b *Build) GotNode(sp *Span) bool {
	return !slices.ContainsFunc(b.Plan.Gates, func(g *Gate) bool { return g.Label != "" && g.span == sp && !g.Passed })
}

// nodeOf returns the node of a stage's own node block: the first that has its label. Empty: the controller's own.
func (b *Build) nodeOf(sp *Span) string {
	if nodes := b.job.w.nodesOf(sp.Label); sp.Node == "" && len(nodes) > 0 {
		return nodes[0].Name
	}
	return sp.Node
}

// CurrentStage returns the name of the innermost stage that runs below a span, or in the whole build.
func (b *Build) CurrentStage(below *Span, now time.Time) string {
	t := b.Clock(now)
	spans, name := b.Plan.Spans, ""
	if below != nil {
		spans, name = below.Children, below.Name
	}
	for {
		i := slices.IndexFunc(spans, func(sp *Span) bool { return sp.running(t) })
		if i < 0 {
			return name
		}
		name, spans = spans[i].Name, spans[i].Children
	}
}

// State returns what becomes of a span: "", "running", "paused", "skipped" or a result in lower case.
func (b *Build) State(sp *Span, now time.Time) string {
	t := b.Clock(now)
	switch {
	case t < sp.Begin || t == sp.Begin && b.stopped:
		return ""
	case sp.Skipped:
		return "skipped"
	case t < sp.End && b.Ended():
		return strings.ToLower(b.Result)
	case t < sp.End:
		if g := b.AtInput(now); g != nil && within(g.span, sp) {
			return "paused"
		}
		return "running"
	}
	return worst(sp)
}

func within(sp, outer *Span) bool {
	for ; sp != nil; sp = sp.Parent {
		if sp == outer {
			return true
		}
	}
	return false
}

var severity = map[string]int{"success": 0, "skipped": 0, "unstable": 1, "aborted": 2, "failure": 3}

func worst(sp *Span) string {
	state := map[string]string{"UNSTABLE": "unstable", "FAILURE": "failure", "ABORTED": "aborted"}[sp.Result]
	state = cmp.Or(state, "success")
	for _, c := range sp.Children {
		if w := worst(c); !c.Skipped && severity[w] > severity[state] {
			state = w
		}
	}
	return state
}

// Assigned returns what env.X = ... has assigned so far.
func (b *Build) Assigned(now time.Time) []string {
	var kvs []string
	t := b.Clock(now)
	for _, a := range b.Plan.Assigned {
		if a.at <= t {
			kvs = append(kvs, a.Text)
		}
	}
	return kvs
}

// Times returns when a stage began, how long it has taken and how much of that it waited for input.
func (b *Build) Times(sp *Span, now time.Time) (begin time.Time, took, paused time.Duration) {
	begin = b.Wall(sp.Begin)
	end := b.Wall(sp.End)
	if b.Clock(now) < sp.End {
		end = now
		if b.Ended() {
			end = b.Started.Add(b.Duration(now))
		}
	}
	for _, g := range b.Plan.Gates {
		if g.Input == nil || !within(g.span, sp) {
			continue
		}
		if g.Passed {
			paused += g.waited
		} else if b.Clock(now) >= g.At {
			paused += end.Sub(b.Wall(g.At))
		}
	}
	if sp.Skipped {
		return begin, 0, 0
	}
	return begin, max(0, end.Sub(begin)), paused
}

// Agent returns the node of the innermost node block around a stage; empty: there is none, or it waits for one.
func (b *Build) Agent(sp *Span) string {
	for ; sp != nil; sp = sp.Parent {
		if sp.Allocates() && !b.GotNode(sp) {
			return ""
		}
		if sp.Allocates() {
			return cmp.Or(b.nodeOf(sp), "built-in")
		}
	}
	if b.Plan.NoNode {
		return ""
	}
	return cmp.Or(b.Plan.Node, "built-in")
}

func (sp *Span) running(t time.Duration) bool { return !sp.Skipped && sp.Begin <= t && t < sp.End }
