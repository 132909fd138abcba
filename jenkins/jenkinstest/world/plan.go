package world

import (
	"slices"
	"time"
)

// Span is a stage as it runs: begin and end are times of the build's own clock.
type Span struct {
	*Stage
	ID, ids    int // the stage's own, and how many its steps take
	Begin, End time.Duration
	Parallel   bool
	Children   []*Span
	Parent     *Span
	Skipped    bool
	BodyEnd    int // id of the node that ends its body
}

// Gate is a moment at which the clock stops until somebody acts.
type Gate struct {
	At     time.Duration
	span   *Span  // the stage that waits; nil: the whole run
	Input  *Input // for a person's answer
	Label  string // or for a node
	Passed bool
	waited time.Duration // once passed
	item   *Item         // what the queue shows of it

	answered []*Input
}

// Open returns the inputs of a gate that are not answered.
func (g *Gate) Open() []*Input {
	all := append([]*Input{g.Input}, g.Input.And...)
	return slices.DeleteFunc(all, func(in *Input) bool { return slices.Contains(g.answered, in) })
}

// Line is a line of the console with the moment of the build's clock at which it is written.
type Line struct {
	at   time.Duration
	Text string
	Node int       // that printed it; 0: none
	New  *NewBlock // of a line that says that a block begins
}

// NewBlock is what the console as HTML says of a block that begins.
type NewBlock struct {
	ID, Around int
	Label      string
}

// Plan is a compiled Script.
type Plan struct {
	Script
	takes      time.Duration
	result     string
	Spans      []*Span // of the first level
	All        []*Span // in order of their ids
	Gates      []*Gate
	Lines      []Line // in order of time
	Assigned   []Line // K=V
	downstream []*Downstream
}

// Shown returns how a node block names its stage: a branch of a parallel stage is called "Branch: NAME" in the console only.
func (sp *Span) Shown() string {
	if sp.Parallel {
		return "Branch: " + sp.Name
	}
	return sp.Name
}

// Scripted returns the steps of a stage: one shell script where the script says nothing of them.
func (sp *Span) Scripted() []Step {
	switch {
	case sp.Skipped:
		return []Step{{Name: "Get contextual object from internal APIs"}}
	case len(sp.Steps) > 0:
		return sp.Steps
	case sp.Input != nil:
		return []Step{{Name: "Wait for interactive input"}}
	}
	return []Step{{Name: "make", Log: sp.Log, Result: sp.Result, Error: map[bool]string{true: "script returned exit code 1"}[sp.Result == "FAILURE"]}}
}

// Allocates reports whether the stage has a node block of its own.
func (sp *Span) Allocates() bool { return sp.Node != "" || sp.Label != "" }

// FirstStep returns the id of the first step, which is behind the two nodes that begin a node block.
func (sp *Span) FirstStep() int {
	if sp.Allocates() {
		return sp.ID + 3
	}
	return sp.ID + 1
}

// SpanOf returns the stage that a step belongs to.
func (b *Build) SpanOf(node int) *Span {
	for _, sp := range b.Plan.All {
		if node > sp.ID && node < sp.ID+sp.ids {
			return sp
		}
	}
	return nil
}

// Answer takes an input as answered.
func (g *Gate) Answer(in *Input) { g.answered = append(g.answered, in) }
