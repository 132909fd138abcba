package api

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// flowGraph is the action in which a run's own answer holds its flow graph.
var flowGraph = &class{Name: "org.jenkinsci.plugins.workflow.job.views.FlowGraphAction", Make: func() []prop {
	return []prop{
		get("nodes", func(x *Scope, b *world.Build) any {
			list := []object{}
			for _, f := range flowNodes(b, x.Now) {
				list = append(list, object{Class: flowClasses[f.class], Of: f})
			}
			return list
		}),
	}
}}

var flowClasses = map[string]*class{
	"FlowStartNode": {Name: "org.jenkinsci.plugins.workflow.graph.FlowStartNode", Make: flowProps},
	"FlowEndNode":   {Name: "org.jenkinsci.plugins.workflow.graph.FlowEndNode", Make: flowProps},
	"StepStartNode": {Name: "org.jenkinsci.plugins.workflow.cps.nodes.StepStartNode", Make: flowProps},
	"StepEndNode":   {Name: "org.jenkinsci.plugins.workflow.cps.nodes.StepEndNode", Make: flowProps},
	"StepAtomNode":  {Name: "org.jenkinsci.plugins.workflow.cps.nodes.StepAtomNode", Make: flowProps},
}

func flowProps() []prop {
	return []prop{
		k("actions", []object{empty}),
		get("displayName", func(_ *Scope, f flow) any { return f.name }),
		get("iconColor", func(_ *Scope, f flow) any { return f.icon }),
		get("id", func(_ *Scope, f flow) any { return strconv.Itoa(f.id) }),
		get("parents", func(_ *Scope, f flow) any {
			parents := []string{}
			for _, id := range slices.Concat([]int{f.before}, f.also) {
				if id != 0 {
					parents = append(parents, strconv.Itoa(id))
				}
			}
			return parents
		}),
		get("running", func(_ *Scope, f flow) any { return f.running }),
		get("url", func(_ *Scope, f flow) any {
			return fmt.Sprintf("%s%s/execution/node/%d/", f.b.Job().Path, f.b.ID(), f.id)
		}),
	}
}

// flow is a node of the flow graph.
type flow struct {
	b                 *world.Build
	id, before        int
	class, name, icon string
	running           bool
	also              []int // the other branches that a parallel block ends
}

// flowNodes returns the nodes of the flow graph so far: every step, and the beginning and end of every block.
func flowNodes(b *world.Build, now time.Time) []flow {
	w := &flowWriter{b: b, now: now, last: 2}
	w.nodes = append(w.nodes, flow{b: b, id: 2, class: "FlowStartNode", name: "Start of Pipeline",
		icon: w.color(b.Result, !b.Ended()), running: !b.Ended()})
	state := cmp.Or(strings.ToLower(b.Result), "running")
	got := b.GotNode(nil)
	if !b.Plan.NoNode {
		w.allocate(3, state, got)
	}
	w.stages(b.Plan.Spans)
	if b.Ended() {
		if !b.Plan.NoNode {
			w.release(lastNode-1, state, got)
		}
		w.add(lastNode, "FlowEndNode", "End of Pipeline", state)
	}
	return w.nodes
}

// lastNode is the id of the node that ends the run.
const lastNode = 1 << 20

// allocate begins a node block, whose body begins once it has got its node.
func (w *flowWriter) allocate(id int, state string, got bool) {
	w.add(id, "StepStartNode", "Allocate node : Start", started(state))
	if got {
		w.add(id+1, "StepStartNode", "Allocate node : Body : Start", started(state))
	}
}

// release ends a node block with the node of an id, its body with the one before.
func (w *flowWriter) release(id int, state string, got bool) {
	if got {
		w.add(id-1, "StepEndNode", "Allocate node : Body : End", state)
	}
	w.add(id, "StepEndNode", "Allocate node : End", state)
}

// started is the state of the node that begins a block.
func started(state string) string {
	if state == "running" || state == "paused" {
		return "running"
	}
	return "success"
}

type flowWriter struct {
	b     *world.Build
	now   time.Time
	last  int // the node before
	nodes []flow
}

func (w *flowWriter) add(id int, kind, name, state string) {
	running := state == "running" || state == "paused"
	w.nodes = append(w.nodes, flow{b: w.b, id: id, before: w.last, class: kind, name: name, icon: w.color(state, running), running: running})
	w.last = id
}

func (w *flowWriter) color(state string, running bool) string {
	color := map[string]string{"failure": "red", "unstable": "yellow", "aborted": "aborted"}[strings.ToLower(state)]
	if color = cmp.Or(color, "blue"); running {
		color += "_anime"
	}
	return color
}

func (w *flowWriter) stages(spans []*world.Span) {
	for _, sp := range spans {
		state := w.b.State(sp, w.now)
		if state == "" {
			return
		}
		w.add(sp.ID-1, "StepStartNode", "Stage : Start", started(state))
		w.block(sp, state)
		if state != "running" && state != "paused" {
			w.add(sp.BodyEnd+1, "StepEndNode", "Stage : End", leftAs(sp, state))
		}
	}
}

// block is a stage's or a branch's body.
func (w *flowWriter) block(sp *world.Span, state string) {
	start, got := started(state), w.b.GotNode(sp)
	w.add(sp.ID, "StepStartNode", sp.Shown(), start)
	if sp.Allocates() {
		w.allocate(sp.ID+1, state, got)
	}
	end, forkEnd := "Stage : Body : End", sp.BodyEnd-1
	if sp.Allocates() {
		forkEnd = sp.BodyEnd - 3
	}
	if sp.Parallel {
		end = "Execute in parallel : Body : End"
	}
	for _, p := range w.b.Steps(sp, w.now) {
		if !p.Exception {
			w.add(p.ID, "StepAtomNode", cmp.Or(p.Title, map[bool]string{true: "Shell Script", false: p.Name}[p.Name == "make"]), p.State)
		}
	}
	if len(sp.Branches) > 0 && len(sp.Children) > 0 && w.b.State(sp.Children[0], w.now) != "" {
		fork := sp.FirstStep() + len(sp.Scripted())
		w.add(fork, "StepStartNode", "Execute in parallel : Start", start)
		var ends []int
		for _, br := range sp.Children {
			w.last = fork
			w.block(br, w.b.State(br, w.now))
			ends = append(ends, w.last)
		}
		w.last = ends[0]
		if start != "running" {
			w.add(forkEnd, "StepEndNode", "Execute in parallel : End", state)
			w.nodes[len(w.nodes)-1].also = ends[1:]
		}
	} else {
		w.stages(sp.Children)
	}
	if start != "running" {
		if sp.Allocates() {
			w.release(sp.BodyEnd-1, leftAs(sp, state), got)
		}
		w.add(sp.BodyEnd, "StepEndNode", end, leftAs(sp, state))
	}
}

// left is the state of the node that ends a stage: that of the stage, unless catchError caught what failed, so that the steps behind
// it ran and no exception left the stage.
func leftAs(sp *world.Span, state string) string {
	if n := len(sp.Steps); state == "failure" && n > 0 && cmp.Or(sp.Steps[n-1].Result, "SUCCESS") == "SUCCESS" && !sp.Steps[n-1].Exception &&
		slices.ContainsFunc(sp.Steps, func(st world.Step) bool { return st.Result == "FAILURE" }) {
		return "success"
	}
	return state
}
