package jenkinstest

import "time"

// executor is a slot of a node, or the one-off executor of a pipeline.
type executor struct {
	number int
	slot   slot
}

func (x *exporter) executorOf(b *Build) any {
	switch {
	case b.ended():
		return nil
	case b.job.kind == pipeline:
		return bean{class: oneOffExecutor, o: executor{-1, slot{b: b}}}
	}
	if n := x.c.node(b.plan.Node); n != nil {
		for i, s := range n.slots {
			if s.b == b {
				return bean{class: executorClass, o: executor{i, s}, plain: true}
			}
		}
	}
	return bean{class: executorClass, o: executor{0, slot{b: b}}, plain: true}
}

func (e executor) progress(now time.Time) int {
	if e.slot.b == nil {
		return -1
	}
	est := e.slot.b.job.estimate()
	if est <= 0 {
		return -1
	}
	return min(99, int(e.slot.b.duration(now)*100/est))
}

// stuck is Jenkins' own opinion: ten times the estimate, or a day without one.
func (e executor) stuck(now time.Time) bool {
	if e.slot.b == nil {
		return false
	}
	if est := e.slot.b.job.estimate(); est > 0 {
		return e.slot.b.duration(now) > 10*est
	}
	return e.slot.b.duration(now) > 24*time.Hour
}

func executorProps() []prop {
	return []prop{
		get("currentExecutable", func(_ *exporter, e executor) any {
			switch {
			case e.slot.b == nil:
				return nil
			case e.number >= 0 && e.slot.b.job.kind == pipeline:
				return bean{class: placeholder, o: e.slot}
			}
			return e.slot.b.bean()
		}),
		get("idle", func(_ *exporter, e executor) any { return e.slot.b == nil }),
		get("likelyStuck", func(x *exporter, e executor) any { return e.stuck(x.now) }),
		get("number", func(_ *exporter, e executor) any { return e.number }),
		get("progress", func(x *exporter, e executor) any { return e.progress(x.now) }),
	}
}

var (
	executorClass  = &class{name: "hudson.model.Executor", make: executorProps}
	oneOffExecutor = &class{name: "hudson.model.OneOffExecutor", make: executorProps}
)

// placeholder is a node block of a pipeline: the stage that it runs stands in its name.
var placeholder = &class{name: "org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask$PlaceholderExecutable", make: func() []prop {
	return []prop{
		get("displayName", placeholderName),
		get("estimatedDuration", func(_ *exporter, s slot) any { return s.b.job.estimate() }),
		get("fullDisplayName", placeholderName),
		get("number", func(_ *exporter, s slot) any { return s.b.number }),
		get("timestamp", func(_ *exporter, s slot) any {
			if s.span != nil {
				return s.b.wall(s.span.begin)
			}
			return s.b.started.Add(4 * time.Millisecond)
		}),
		get("url", func(x *exporter, s slot) any { return x.url(s.b.job) + s.b.id() + "/" }),
	}
}}

func placeholderName(x *exporter, s slot) any {
	run := s.b.job.fullDisplay() + " " + s.b.shown()
	if stage := s.b.current(s.span, x.now); stage != "" {
		return run + " (" + stage + ")"
	}
	return "part of " + run
}

// labels returns those of a node: their declared type says what they are.
func (x *exporter) labels(n *Node) []bean {
	list := make([]bean, len(n.Labels))
	for i, l := range n.Labels {
		list[i] = bean{class: labelAtom, o: label{x.c, l}, plain: true}
	}
	return list
}

func (n *Node) busy() int {
	k := 0
	for _, s := range n.slots {
		if s.b != nil {
			k++
		}
	}
	return k
}

func computerProps() []prop {
	return []prop{
		get("assignedLabels", func(x *exporter, n *Node) any { return x.labels(n) }),
		get("description", func(_ *exporter, n *Node) any {
			if n.Name == "" {
				return "the Jenkins controller's built-in node"
			}
			return ""
		}),
		get("displayName", func(_ *exporter, n *Node) any {
			if n.Name == "" {
				return "Built-In Node"
			}
			return n.Name
		}),
		get("executors", func(x *exporter, n *Node) any {
			list := make([]bean, len(n.slots))
			for i, s := range n.slots {
				list[i] = bean{class: executorClass, o: executor{i, s}, plain: true}
			}
			return list
		}),
		get("idle", func(_ *exporter, n *Node) any { return n.busy() == 0 }),
		get("numExecutors", func(_ *exporter, n *Node) any { return n.Executors }),
		get("offline", func(_ *exporter, n *Node) any { return n.Offline != "" }),
		get("offlineCause", func(_ *exporter, n *Node) any {
			if n.Offline == "" {
				return nil
			}
			name, why := "hudson.slaves.OfflineCause$UserCause", "Disconnected by admin : "+n.Offline
			if n.Lost {
				name, why = "hudson.slaves.OfflineCause$ChannelTermination", n.Offline
			}
			return bean{class: &class{name: name, props: []prop{k("timestamp", n.Since), k("description", why)}}}
		}),
		get("offlineCauseReason", func(_ *exporter, n *Node) any { return n.Offline }),
		get("oneOffExecutors", func(x *exporter, n *Node) any {
			var list []bean
			if n.Name == "" {
				for _, b := range x.c.running {
					if b.job.kind == pipeline {
						list = append(list, bean{class: oneOffExecutor, o: executor{-1, slot{b: b}}, plain: true})
					}
				}
			}
			return list
		}),
		get("temporarilyOffline", func(_ *exporter, n *Node) any { return n.Offline != "" && !n.Lost }),
	}
}

var (
	masterComputer = &class{name: "hudson.model.Hudson$MasterComputer", make: computerProps}
	slaveComputer  = &class{name: "hudson.slaves.SlaveComputer", make: computerProps}
)

func (n *Node) bean() bean {
	if n.Name == "" {
		return bean{class: masterComputer, o: n}
	}
	return bean{class: slaveComputer, o: n}
}

var computerSet = &class{name: "hudson.model.ComputerSet", make: func() []prop {
	return []prop{
		get("busyExecutors", func(_ *exporter, c *Controller) any {
			sum := 0
			for _, n := range c.nodes {
				sum += n.busy()
			}
			return sum
		}),
		get("computer", func(_ *exporter, c *Controller) any {
			list := make([]bean, len(c.nodes))
			for i, n := range c.nodes {
				list[i] = n.bean()
			}
			return list
		}),
		k("displayName", "Nodes"),
		get("totalExecutors", func(_ *exporter, c *Controller) any {
			sum := 0
			for _, n := range c.nodes {
				sum += len(n.slots)
			}
			return sum
		}),
	}
}}
