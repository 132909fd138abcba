package world

import (
	"slices"
	"strings"
	"time"
)

// Node is a computer. The first one of a controller is its own.
type Node struct {
	Name      string // empty: the controller's own
	Labels    []string
	Executors int
	Offline   string    // why it is offline; empty: it is online
	Lost      bool      // its connection broke; it was not taken offline
	Since     time.Time // when it went offline; default: as the controller is made
	Slots     []Slot
}

// Slot is an executor: what it runs at the moment, if anything.
type Slot struct {
	Build *Build
	Span  *Span
}

// Shown returns the name as labels and variables have it.
func (n *Node) Shown() string {
	if n.Name == "" {
		return "built-in"
	}
	return n.Name
}

// Busy counts the executors that run something.
func (n *Node) Busy() int {
	k := 0
	for _, s := range n.Slots {
		if s.Build != nil {
			k++
		}
	}
	return k
}

// Label is a label, or an expression of labels: "gpu && linux".
type Label struct {
	w    *World
	Name string
}

// matches reports whether a node has the label. Of expressions, && and || are understood.
func (n *Node) matches(label string) bool {
	for alternative := range strings.SplitSeq(label, "||") {
		all := true
		for atom := range strings.SplitSeq(alternative, "&&") {
			atom = strings.TrimSpace(atom)
			all = all && (n.Shown() == atom || slices.Contains(n.Labels, atom))
		}
		if all {
			return true
		}
	}
	return false
}

// nodesOf returns the nodes that have a label.
func (w *World) nodesOf(label string) []*Node {
	var all []*Node
	for _, n := range w.Nodes {
		if n.matches(label) {
			all = append(all, n)
		}
	}
	return all
}

// Label returns a label, which no node need have.
func (w *World) Label(name string) Label { return Label{w, name} }

// Nodes returns the nodes that have the label.
func (l Label) Nodes() []*Node { return l.w.nodesOf(l.Name) }

// Executors counts those of the label's nodes that are online.
func (l Label) Executors() (busy, total int) {
	for _, n := range l.Nodes() {
		if n.Offline == "" {
			busy += n.Busy()
			total += len(n.Slots)
		}
	}
	return busy, total
}

// Offline reports whether no node of the label is online.
func (l Label) Offline() bool {
	return !slices.ContainsFunc(l.Nodes(), func(n *Node) bool { return n.Offline == "" })
}

// Node finds a node by its name, nil if there is none.
func (w *World) Node(name string) *Node {
	for _, n := range w.Nodes {
		if n.Name == name {
			return n
		}
	}
	return nil
}

// otherLabels returns the labels of a node without its own name, as consoles show them.
func (w *World) otherLabels(node string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(w.labelsOf(node), node), node))
}

// labelsOf returns the labels of a node, as its variables show them.
func (w *World) labelsOf(node string) string {
	if n := w.Node(node); n != nil {
		return strings.Join(n.Labels, " ")
	}
	return node
}

// Allocate gives every node block that runs an executor, and keeps those that have one where they are.
func (w *World) Allocate(now time.Time) {
	for _, n := range w.Nodes {
		for i, s := range n.Slots {
			if s.Build == nil {
				continue
			}
			holds := func(bl block) bool { return bl.node == n.Name && bl.span == s.Span }
			if !slices.Contains(w.Running, s.Build) || !slices.ContainsFunc(s.Build.blocks(now), holds) {
				n.Slots[i] = Slot{}
			}
		}
	}
	for _, b := range w.Running {
		for _, bl := range b.blocks(now) {
			n := w.Node(bl.node)
			if n == nil || slices.Contains(n.Slots, Slot{b, bl.span}) {
				continue
			}
			if i := slices.Index(n.Slots, Slot{}); i >= 0 {
				n.Slots[i] = Slot{b, bl.span}
			} else { // more work than executors: Jenkins would queue it, here the node grows
				n.Slots = append(n.Slots, Slot{b, bl.span})
			}
		}
	}
}

// held returns how many executors of a node the running builds hold.
func (w *World) held(n *Node, now time.Time) int {
	held := 0
	for _, b := range w.Running {
		for _, bl := range b.blocks(now) {
			if bl.node == n.Name {
				held++
			}
		}
	}
	return held
}
