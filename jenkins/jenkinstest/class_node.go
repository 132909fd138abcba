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
		get("currentExecutable", 1, func(_ *exporter, e executor) any {
			switch {
			case e.slot.b == nil:
				return nil
			case e.number >= 0 && e.slot.b.job.kind == pipeline:
				return bean{class: placeholder, o: e.slot}
			}
			return e.slot.b.bean()
		}),
		get("idle", 1, func(_ *exporter, e executor) any { return e.slot.b == nil }),
		get("likelyStuck", 1, func(x *exporter, e executor) any { return e.stuck(x.now) }),
		get("number", 1, func(_ *exporter, e executor) any { return e.number }),
		get("progress", 1, func(x *exporter, e executor) any { return e.progress(x.now) }),
	}
}

var (
	executorClass  = &class{name: "hudson.model.Executor", make: executorProps}
	oneOffExecutor = &class{name: "hudson.model.OneOffExecutor", make: executorProps}
)

// placeholder is a node block of a pipeline: the stage that it runs stands in its name.
var placeholder = &class{name: "org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask$PlaceholderExecutable", make: func() []prop {
	return []prop{
		get("displayName", 1, placeholderName),
		get("estimatedDuration", 1, func(_ *exporter, s slot) any { return s.b.job.estimate() }),
		get("fullDisplayName", 1, placeholderName),
		get("number", always, func(_ *exporter, s slot) any { return s.b.number }),
		get("timestamp", 1, func(_ *exporter, s slot) any {
			if s.span != nil {
				return s.b.wall(s.span.begin)
			}
			return s.b.started.Add(4 * time.Millisecond)
		}),
		get("url", always, func(x *exporter, s slot) any { return x.url(s.b.job) + s.b.id() + "/" }),
	}
}}

func placeholderName(x *exporter, s slot) any {
	run := s.b.job.fullDisplay() + " " + s.b.shown()
	if stage := s.b.current(s.span, x.now); stage != "" {
		return run + " (" + stage + ")"
	}
	return "part of " + run
}

// label is a label of a node.
type label struct {
	name string
	node *Node
}

func loads(names ...string) []prop {
	props := make([]prop, len(names))
	for i, n := range names {
		props[i] = k(n, 1, empty)
	}
	return props
}

func loadProps() []prop {
	return loads("availableExecutors", "busyExecutors", "connectingExecutors", "definedExecutors", "idleExecutors",
		"onlineExecutors", "queueLength", "totalExecutors")
}

var labelAtom = &class{name: "", make: func() []prop {
	return []prop{
		k("actions", 1, []bean(nil)),
		get("busyExecutors", 1, func(_ *exporter, l label) any { return busy(l.node) }),
		k("clouds", 1, []bean(nil)),
		k("description", 1, nil),
		get("idleExecutors", 1, func(_ *exporter, l label) any { return len(l.node.slots) - busy(l.node) }),
		k("loadStatistics", 1, bean{class: &class{name: "hudson.model.Label$1", make: loadProps}}),
		get("name", 2, func(_ *exporter, l label) any { return l.name }),
		get("nodes", 1, func(_ *exporter, l label) any {
			return []bean{{class: &class{name: "hudson.model.Hudson", props: []prop{k("nodeName", 3, l.node.Name)}}}}
		}),
		get("offline", 1, func(_ *exporter, l label) any { return l.node.Offline != "" }),
		get("tiedJobs", 1, func(x *exporter, l label) any { return x.c.root.tied(l, nil) }),
		get("totalExecutors", 1, func(_ *exporter, l label) any { return len(l.node.slots) }),
		k("propertiesList", 1, []bean(nil)),
	}
}}

// tied are the freestyle jobs that a label's nodes may build.
func (j *Job) tied(l label, list []bean) []bean {
	for _, c := range j.children {
		if c.kind == freestyle && (c.Label == l.name || c.Label == "" && l.node.Name == "") {
			list = append(list, c.bean())
		}
		list = c.tied(l, list)
	}
	return list
}

func labels(n *Node) []bean {
	list := make([]bean, len(n.Labels))
	for i, l := range n.Labels {
		list[i] = bean{class: labelAtom, o: label{l, n}}
	}
	return list
}

func busy(n *Node) int {
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
		k("actions", 1, []bean(nil)),
		get("assignedLabels", 1, func(_ *exporter, n *Node) any { return labels(n) }),
		get("description", 1, func(_ *exporter, n *Node) any {
			if n.Name == "" {
				return "the Jenkins controller's built-in node"
			}
			return ""
		}),
		get("displayName", 1, func(_ *exporter, n *Node) any {
			if n.Name == "" {
				return "Built-In Node"
			}
			return n.Name
		}),
		get("executors", 1, func(x *exporter, n *Node) any {
			list := make([]bean, len(n.slots))
			for i, s := range n.slots {
				list[i] = bean{class: executorClass, o: executor{i, s}, plain: true}
			}
			return list
		}),
		k("icon", 1, "symbol-computer"),
		k("iconClassName", 1, "symbol-computer"),
		get("idle", 1, func(_ *exporter, n *Node) any { return busy(n) == 0 }),
		get("jnlpAgent", 1, func(_ *exporter, n *Node) any { return n.Name != "" }),
		get("launchSupported", 1, func(_ *exporter, n *Node) any { return n.Name == "" }),
		k("loadStatistics", 1, bean{class: &class{name: "hudson.model.Label$1", make: loadProps}}),
		k("manualLaunchAllowed", 1, true),
		get("monitorData", 1, func(x *exporter, n *Node) any { return monitors(x) }),
		get("numExecutors", 1, func(_ *exporter, n *Node) any { return n.Executors }),
		get("offline", 1, func(_ *exporter, n *Node) any { return n.Offline != "" }),
		get("offlineCause", 1, func(_ *exporter, n *Node) any {
			if n.Offline == "" {
				return nil
			}
			return bean{class: &class{name: "hudson.slaves.OfflineCause$UserCause", props: []prop{
				k("timestamp", 3, n.offlineAt), k("description", 3, "Disconnected by admin : "+n.Offline)}}}
		}),
		get("offlineCauseReason", 1, func(_ *exporter, n *Node) any { return n.Offline }),
		get("oneOffExecutors", 1, func(x *exporter, n *Node) any {
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
		get("temporarilyOffline", 1, func(_ *exporter, n *Node) any { return n.Offline != "" }),
	}
}

func monitors(x *exporter) []pair {
	at := func(name string, props ...prop) bean {
		return bean{class: &class{name: "hudson.node_monitors." + name, props: props}}
	}
	disk := func(path string) bean {
		return at("DiskSpaceMonitorDescriptor$DiskSpace", k("timestamp", always, x.now), k("path", always, path),
			k("size", always, 76162998272), k("threshold", always, 1<<30), k("totalSize", always, 270553174016),
			k("warningThreshold", always, 1<<31))
	}
	return []pair{
		{"hudson.node_monitors.SwapSpaceMonitor", at("SwapSpaceMonitor$MemoryUsage2",
			k("availablePhysicalMemory", always, 23767658496), k("availableSwapSpace", always, 0),
			k("totalPhysicalMemory", always, 25276502016), k("totalSwapSpace", always, 0))},
		{"hudson.node_monitors.TemporarySpaceMonitor", disk("/tmp")},
		{"hudson.node_monitors.DiskSpaceMonitor", disk("/var/lib/jenkins")},
		{"hudson.node_monitors.ArchitectureMonitor", "Linux (amd64)"},
		{"hudson.node_monitors.ResponseTimeMonitor", at("ResponseTimeMonitor$Data", k("timestamp", always, x.now), k("average", always, 0))},
		{"hudson.node_monitors.ClockMonitor", bean{class: &class{name: "hudson.util.ClockDifference", props: []prop{k("diff", always, 0)}}}},
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
		get("busyExecutors", 1, func(_ *exporter, c *Controller) any {
			sum := 0
			for _, n := range c.nodes {
				sum += busy(n)
			}
			return sum
		}),
		inline(get("computer", 1, func(_ *exporter, c *Controller) any {
			list := make([]bean, len(c.nodes))
			for i, n := range c.nodes {
				list[i] = n.bean()
			}
			return list
		})),
		k("displayName", 1, "Nodes"),
		get("totalExecutors", 1, func(_ *exporter, c *Controller) any {
			sum := 0
			for _, n := range c.nodes {
				sum += len(n.slots)
			}
			return sum
		}),
	}
}}
