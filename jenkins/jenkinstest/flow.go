package jenkinstest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flowGraph is the action in which a run's own answer holds its flow graph.
var flowGraph = &class{name: "org.jenkinsci.plugins.workflow.job.views.FlowGraphAction", make: func() []prop {
	return []prop{
		get("nodes", func(x *exporter, b *Build) any {
			list := []bean{}
			for _, f := range b.flowNodes(x.now) {
				list = append(list, bean{class: flowClasses[f.class], o: f})
			}
			return list
		}),
	}
}}

var flowClasses = map[string]*class{
	"FlowStartNode": {name: "org.jenkinsci.plugins.workflow.graph.FlowStartNode", make: flowProps},
	"FlowEndNode":   {name: "org.jenkinsci.plugins.workflow.graph.FlowEndNode", make: flowProps},
	"StepStartNode": {name: "org.jenkinsci.plugins.workflow.cps.nodes.StepStartNode", make: flowProps},
	"StepEndNode":   {name: "org.jenkinsci.plugins.workflow.cps.nodes.StepEndNode", make: flowProps},
	"StepAtomNode":  {name: "org.jenkinsci.plugins.workflow.cps.nodes.StepAtomNode", make: flowProps},
}

func flowProps() []prop {
	return []prop{
		k("actions", []bean{empty}),
		get("displayName", func(_ *exporter, f flow) any { return f.name }),
		get("iconColor", func(_ *exporter, f flow) any { return f.icon }),
		get("id", func(_ *exporter, f flow) any { return strconv.Itoa(f.id) }),
		get("parents", func(_ *exporter, f flow) any {
			parents := []string{}
			for _, id := range slices.Concat([]int{f.before}, f.also) {
				if id != 0 {
					parents = append(parents, strconv.Itoa(id))
				}
			}
			return parents
		}),
		get("running", func(_ *exporter, f flow) any { return f.running }),
		get("url", func(_ *exporter, f flow) any {
			return fmt.Sprintf("%s%s/execution/node/%d/", f.b.job.url, f.b.id(), f.id)
		}),
	}
}

// flow is a node of the flow graph.
type flow struct {
	b                 *Build
	id, before        int
	class, name, icon string
	running           bool
	also              []int // the other branches that a parallel block ends
}

// flowNodes returns the nodes of the flow graph so far: every step, and the beginning and end of every block.
func (b *Build) flowNodes(now time.Time) []flow {
	w := &flowWriter{b: b, now: now, last: 2}
	w.nodes = append(w.nodes, flow{b: b, id: 2, class: "FlowStartNode", name: "Start of Pipeline",
		icon: w.color(b.plan.result, !b.ended()), running: !b.ended()})
	w.stages(b.plan.spans)
	if b.ended() {
		w.add(1<<20, "FlowEndNode", "End of Pipeline", strings.ToLower(b.result))
	}
	return w.nodes
}

type flowWriter struct {
	b     *Build
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

func (w *flowWriter) stages(spans []*span) {
	for _, sp := range spans {
		state := w.b.stageState(sp, w.now)
		if state == "" {
			return
		}
		w.add(sp.id-1, "StepStartNode", "Stage : Start", "success")
		w.block(sp, state)
		if state != "running" && state != "paused" {
			w.add(sp.bodyEnd+1, "StepEndNode", "Stage : End", sp.left(state))
		}
	}
}

// block is a stage's or a branch's body.
func (w *flowWriter) block(sp *span, state string) {
	start := "success"
	if state == "running" || state == "paused" {
		start = "running"
	}
	w.add(sp.id, "StepStartNode", sp.label(), start)
	end := "Stage : Body : End"
	if sp.parallel {
		end = "Execute in parallel : Body : End"
	}
	for _, p := range w.b.steps(sp, w.now) {
		if !p.Exception {
			w.add(p.id, "StepAtomNode", cmp.Or(p.Title, map[bool]string{true: "Shell Script", false: p.Name}[p.Name == "make"]), p.state)
		}
	}
	if len(sp.Branches) > 0 && len(sp.children) > 0 && w.b.stageState(sp.children[0], w.now) != "" {
		fork := sp.id + len(sp.scripted()) + 1
		w.add(fork, "StepStartNode", "Execute in parallel : Start", start)
		var ends []int
		for _, br := range sp.children {
			w.last = fork
			w.block(br, w.b.stageState(br, w.now))
			ends = append(ends, w.last)
		}
		w.last = ends[0]
		if start != "running" {
			w.add(sp.bodyEnd-1, "StepEndNode", "Execute in parallel : End", state)
			w.nodes[len(w.nodes)-1].also = ends[1:]
		}
	} else {
		w.stages(sp.children)
	}
	if start != "running" {
		w.add(sp.bodyEnd, "StepEndNode", end, sp.left(state))
	}
}

// left is the state of the node that ends a stage: that of the stage, unless catchError caught what failed, so that the steps behind
// it ran and no exception left the stage.
func (sp *span) left(state string) string {
	if n := len(sp.Steps); state == "failure" && n > 0 && cmp.Or(sp.Steps[n-1].Result, "SUCCESS") == "SUCCESS" && !sp.Steps[n-1].Exception &&
		slices.ContainsFunc(sp.Steps, func(st Step) bool { return st.Result == "FAILURE" }) {
		return "success"
	}
	return state
}
