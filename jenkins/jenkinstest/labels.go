package jenkinstest

import (
	"slices"
	"strings"
)

// label is a label, or an expression of labels: "gpu && linux".
type label struct {
	c    *Controller
	name string
}

// matches reports whether a node has the label. Of expressions, && and || are understood.
func (n *Node) matches(label string) bool {
	for alternative := range strings.SplitSeq(label, "||") {
		all := true
		for atom := range strings.SplitSeq(alternative, "&&") {
			atom = strings.TrimSpace(atom)
			all = all && (n.shown() == atom || slices.Contains(n.Labels, atom))
		}
		if all {
			return true
		}
	}
	return false
}

// nodesOf returns the nodes that have a label.
func (c *Controller) nodesOf(label string) []*Node {
	var all []*Node
	for _, n := range c.nodes {
		if n.matches(label) {
			all = append(all, n)
		}
	}
	return all
}

func (l label) nodes() []*Node { return l.c.nodesOf(l.name) }

// executors counts those of the label's nodes that are online.
func (l label) executors() (busy, total int) {
	for _, n := range l.nodes() {
		if n.Offline == "" {
			busy += n.busy()
			total += len(n.slots)
		}
	}
	return busy, total
}

// offline reports whether no node of the label is online.
func (l label) offline() bool {
	return !slices.ContainsFunc(l.nodes(), func(n *Node) bool { return n.Offline == "" })
}

func (l label) bean() bean {
	class := labelAtom
	switch {
	case strings.Contains(l.name, "||"):
		class = labelOr
	case strings.Contains(l.name, "&&"):
		class = labelAnd
	}
	return bean{class: class, o: l}
}

var (
	labelAtom = &class{name: "hudson.model.labels.LabelAtom", make: labelProps}
	labelAnd  = &class{name: "hudson.model.labels.LabelExpression$And", make: labelProps}
	labelOr   = &class{name: "hudson.model.labels.LabelExpression$Or", make: labelProps}
)

func labelProps() []prop {
	return []prop{
		get("busyExecutors", func(_ *exporter, l label) any { busy, _ := l.executors(); return busy }),
		k("clouds", []bean(nil)),
		get("description", func(_ *exporter, l label) any {
			if len(l.nodes()) == 0 {
				return "invalid label"
			}
			return nil
		}),
		get("idleExecutors", func(_ *exporter, l label) any { busy, total := l.executors(); return total - busy }),
		get("name", func(_ *exporter, l label) any { return l.name }),
		get("nodes", func(_ *exporter, l label) any {
			list := []bean{}
			for _, n := range l.nodes() {
				name := "hudson.slaves.DumbSlave"
				if n.Name == "" {
					name = "hudson.model.Hudson"
				}
				list = append(list, bean{class: &class{name: name, props: []prop{k("nodeName", n.Name)}}})
			}
			return list
		}),
		get("offline", func(_ *exporter, l label) any { return l.offline() }),
		get("totalExecutors", func(_ *exporter, l label) any { _, total := l.executors(); return total }),
	}
}

// labelPage answers for a label, which an address spells with blanks that its name does not have.
func (q *request) labelPage() func() {
	if len(q.path) < 2 {
		return q.notFound()
	}
	q.c.allocate(q.now)
	name := strings.NewReplacer(" && ", "&&", " || ", "||").Replace(q.path[1])
	return q.api(q.path[2:], label{q.c, name}.bean())
}
