package api

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// executor is a slot of a node, or the one-off executor of a pipeline.
type executor struct {
	number int
	slot   world.Slot
}

func (x *Scope) executorOf(b *world.Build) any {
	switch {
	case b.Ended():
		return nil
	case b.Job().Kind == world.Pipeline:
		return object{Class: oneOffExecutor, Of: executor{-1, world.Slot{Build: b}}}
	}
	if n := x.World.Node(b.Plan.Node); n != nil {
		for i, s := range n.Slots {
			if s.Build == b {
				return object{Class: executorClass, Of: executor{i, s}, Plain: true}
			}
		}
	}
	return object{Class: executorClass, Of: executor{0, world.Slot{Build: b}}, Plain: true}
}

func (e executor) progress(now time.Time) int {
	if e.slot.Build == nil {
		return -1
	}
	est := e.slot.Build.Job().Estimate()
	if est <= 0 {
		return -1
	}
	return min(99, int(e.slot.Build.Duration(now)*100/est))
}

// stuck is Jenkins' own opinion: ten times the estimate, or a day without one.
func (e executor) stuck(now time.Time) bool {
	if e.slot.Build == nil {
		return false
	}
	if est := e.slot.Build.Job().Estimate(); est > 0 {
		return e.slot.Build.Duration(now) > 10*est
	}
	return e.slot.Build.Duration(now) > 24*time.Hour
}

func executorProps() []prop {
	return []prop{
		get("currentExecutable", func(_ *Scope, e executor) any {
			switch {
			case e.slot.Build == nil:
				return nil
			case e.number >= 0 && e.slot.Build.Job().Kind == world.Pipeline:
				return object{Class: placeholder, Of: e.slot}
			}
			return Build(e.slot.Build)
		}),
		get("idle", func(_ *Scope, e executor) any { return e.slot.Build == nil }),
		get("likelyStuck", func(x *Scope, e executor) any { return e.stuck(x.Now) }),
		get("number", func(_ *Scope, e executor) any { return e.number }),
		get("progress", func(x *Scope, e executor) any { return e.progress(x.Now) }),
	}
}

var (
	executorClass  = &class{Name: "hudson.model.Executor", Make: executorProps}
	oneOffExecutor = &class{Name: "hudson.model.OneOffExecutor", Make: executorProps}
)

// placeholder is a node block of a pipeline: the stage that it runs stands in its name.
var placeholder = &class{Name: "org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask$PlaceholderExecutable", Make: func() []prop {
	return []prop{
		get("displayName", placeholderName),
		get("estimatedDuration", func(_ *Scope, s world.Slot) any { return s.Build.Job().Estimate() }),
		get("fullDisplayName", placeholderName),
		get("number", func(_ *Scope, s world.Slot) any { return s.Build.Number() }),
		get("timestamp", func(_ *Scope, s world.Slot) any {
			if s.Span != nil {
				return s.Build.Wall(s.Span.Begin)
			}
			return s.Build.Started.Add(4 * time.Millisecond)
		}),
		get("url", func(x *Scope, s world.Slot) any { return x.url(s.Build.Job()) + s.Build.ID() + "/" }),
	}
}}

func placeholderName(x *Scope, s world.Slot) any {
	run := s.Build.Job().FullDisplay() + " " + s.Build.Shown()
	if stage := s.Build.CurrentStage(s.Span, x.Now); stage != "" {
		return run + " (" + stage + ")"
	}
	return "part of " + run
}

// labels returns those of a node: their declared type says what they are.
func (x *Scope) labels(n *world.Node) []object {
	list := make([]object, len(n.Labels))
	for i, l := range n.Labels {
		list[i] = object{Class: labelAtom, Of: x.World.Label(l), Plain: true}
	}
	return list
}

func computerProps() []prop {
	return []prop{
		get("assignedLabels", func(x *Scope, n *world.Node) any { return x.labels(n) }),
		get("description", func(_ *Scope, n *world.Node) any {
			if n.Name == "" {
				return "the Jenkins controller's built-in node"
			}
			return ""
		}),
		get("displayName", func(_ *Scope, n *world.Node) any {
			if n.Name == "" {
				return "Built-In Node"
			}
			return n.Name
		}),
		get("executors", func(x *Scope, n *world.Node) any {
			list := make([]object, len(n.Slots))
			for i, s := range n.Slots {
				list[i] = object{Class: executorClass, Of: executor{i, s}, Plain: true}
			}
			return list
		}),
		get("idle", func(_ *Scope, n *world.Node) any { return n.Busy() == 0 }),
		get("numExecutors", func(_ *Scope, n *world.Node) any { return n.Executors }),
		get("offline", func(_ *Scope, n *world.Node) any { return n.Offline != "" }),
		get("offlineCause", func(_ *Scope, n *world.Node) any {
			if n.Offline == "" {
				return nil
			}
			name, why := "hudson.slaves.OfflineCause$UserCause", "Disconnected by admin : "+n.Offline
			if n.Lost {
				name, why = "hudson.slaves.OfflineCause$ChannelTermination", n.Offline
			}
			return object{Class: &class{Name: name, Props: []prop{k("timestamp", n.Since), k("description", why)}}}
		}),
		get("offlineCauseReason", func(_ *Scope, n *world.Node) any { return n.Offline }),
		get("oneOffExecutors", func(x *Scope, n *world.Node) any {
			var list []object
			if n.Name == "" {
				for _, b := range x.World.Running {
					if b.Job().Kind == world.Pipeline {
						list = append(list, object{Class: oneOffExecutor, Of: executor{-1, world.Slot{Build: b}}, Plain: true})
					}
				}
			}
			return list
		}),
		get("temporarilyOffline", func(_ *Scope, n *world.Node) any { return n.Offline != "" && !n.Lost }),
	}
}

var (
	masterComputer = &class{Name: "hudson.model.Hudson$MasterComputer", Make: computerProps}
	slaveComputer  = &class{Name: "hudson.slaves.SlaveComputer", Make: computerProps}
)

// Node is the computer of a node.
func Node(n *world.Node) object {
	if n.Name == "" {
		return object{Class: masterComputer, Of: n}
	}
	return object{Class: slaveComputer, Of: n}
}

// Computers is the page of all nodes of a world.
func Computers(w *world.World) Object { return object{Class: computerSet, Of: w} }

var computerSet = &class{Name: "hudson.model.ComputerSet", Make: func() []prop {
	return []prop{
		get("busyExecutors", func(_ *Scope, w *world.World) any {
			sum := 0
			for _, n := range w.Nodes {
				sum += n.Busy()
			}
			return sum
		}),
		get("computer", func(_ *Scope, w *world.World) any {
			list := make([]object, len(w.Nodes))
			for i, n := range w.Nodes {
				list[i] = Node(n)
			}
			return list
		}),
		k("displayName", "Nodes"),
		get("totalExecutors", func(_ *Scope, w *world.World) any {
			sum := 0
			for _, n := range w.Nodes {
				sum += len(n.Slots)
			}
			return sum
		}),
	}
}}
