package world

import (
	"cmp"
	"strings"
	"time"
)

// PlayedStep is a step as it stands at a moment.
type PlayedStep struct {
	Step
	ID, Before   int
	State        string
	Begin        time.Time
	Took, Paused time.Duration
	plan         time.Duration // what it takes in the end, without pauses
}

// Steps returns those of a stage's steps that have begun.
func (b *Build) Steps(sp *Span, now time.Time) []PlayedStep {
	state := b.State(sp, now)
	if state == "" || !b.GotNode(sp) {
		return nil
	}
	begin, took, paused := b.Times(sp, now)
	for _, g := range b.Plan.Gates {
		if g.Label != "" && g.span == sp { // they began once there was a node
			begin, took = begin.Add(g.waited), took-g.waited
		}
	}
	list := sp.Scripted()
	each := sp.Takes / time.Duration(len(list))
	var out []PlayedStep
	for i, st := range list {
		p := PlayedStep{Step: st, ID: sp.FirstStep() + i, Before: sp.FirstStep() + i - 1, Begin: begin.Add(time.Duration(i) * each), Took: each, plan: each,
			State: strings.ToLower(cmp.Or(st.Result, "SUCCESS"))}
		if len(list) == 1 {
			p.Took, p.Paused = took, paused
		}
		goesOn := i == len(list)-1 || !p.Begin.Add(each).Before(now) // the last one does for as long as its stage
		if st.Exception {
			p.State = "failure"
		}
		if (state == "running" || state == "paused") && goesOn {
			p.State = state
		}
		if state == "aborted" && !p.Begin.Add(each).Before(begin.Add(took)) {
			p.State = state
		}
		if d := b.StartedBy(st.Starts); d != nil {
			p.Log = d.Lines(plainLink)
		}
		out = append(out, p)
		if p.State == "running" || p.State == "paused" || state == "aborted" && p.State == "aborted" {
			break
		}
	}
	return out
}

// StepText returns what a step has printed so far.
func (b *Build) StepText(p PlayedStep, now time.Time) string {
	n := len(p.Log)
	if p.State == "running" && p.plan > 0 && p.Starts == "" {
		n = min(n, int(time.Duration(n)*now.Sub(p.Begin)/p.plan))
	}
	if n <= 0 {
		return ""
	}
	return strings.Join(p.Log[:n], "\n") + "\n"
}
