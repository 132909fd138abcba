package stages

import (
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// flowNodesTree asks for the flow graph, which a run's own answer holds whatever plugins there are.
const flowNodesTree = "tree=actions%5B_class,nodes%5Bid,displayName,parents,running,iconColor%5D%5D"

type flowNode struct {
	Class       string   `json:"_class"`
	ID          flowID   `json:"id"`
	DisplayName string   `json:"displayName"`
	IconColor   string   `json:"iconColor"`
	Parents     []flowID `json:"parents"`
	Running     bool     `json:"running"`
}

// flowGraph puts the blocks of a flow graph together.
type flowGraph struct {
	nodes  map[string]*flowNode
	around map[string]string // the block that each node is in, by the block's start
	end    map[string]*flowNode
	inner  map[string][]string // the nodes of a block, in order
}

// flowNodes is the part of a run's own answer that holds its flow graph.
type flowNodes struct {
	Actions []struct {
		Nodes []*flowNode `json:"nodes"`
	} `json:"actions"`
}

// stages returns the stages that a flow graph makes up, and the steps outside of any.
func (f *flowNodes) stages(mask func(string) string) ([]Stage, []Step, error) {
	g := &flowGraph{nodes: map[string]*flowNode{}, around: map[string]string{}, end: map[string]*flowNode{}, inner: map[string][]string{}}
	var ids []string
	for _, a := range f.Actions {
		for _, n := range a.Nodes {
			if n == nil || n.ID == "" || g.nodes[string(n.ID)] != nil {
				continue
			}
			g.nodes[string(n.ID)] = n
			ids = append(ids, string(n.ID))
		}
	}
	if len(ids) == 0 {
		return nil, nil, errUnusable
	}
	slices.SortFunc(ids, compareIDs)
	for _, id := range ids {
		g.place(id)
	}
	root := &Stage{}
	g.fill(root, "", Step{}, mask)
	return root.Children, root.Steps, nil
}

func (n *flowNode) isStart() bool { return strings.HasSuffix(n.Class, "StartNode") }
func (n *flowNode) isEnd() bool   { return strings.HasSuffix(n.Class, "EndNode") }

// place finds the block that a node is in; all nodes before it have been placed.
func (g *flowGraph) place(id string) {
	n, block := g.nodes[id], ""
	if len(n.Parents) > 0 {
		parent := string(n.Parents[0])
		if p := g.nodes[parent]; p != nil && compareIDs(parent, id) < 0 {
			block = g.around[parent]
			if p.isStart() {
				block = parent
			}
		}
	}
	if n.isEnd() { // it ends the block, and what follows is behind that
		if g.end[block] == nil {
			g.end[block] = n
		}
		block = g.around[block]
	}
	g.around[id] = block
	g.inner[block] = append(g.inner[block], id)
}

// catches begins the names of the blocks of catchError and warnError.
const catches = "Catch error and set build"

// fill gives a stage what is in a block, other stages apart. Of within it takes what becomes of a failure in the block.
func (g *flowGraph) fill(into *Stage, block string, within Step, mask func(string) string) {
	for _, id := range g.inner[block] {
		n := g.nodes[id]
		name, isStage := strings.CutPrefix(n.DisplayName, "Branch: ")
		kind := Branch
		if !isStage && g.nodes[block] != nil && g.nodes[block].DisplayName == "Stage : Start" {
			isStage, kind = true, Plain
		}
		switch {
		case n.isStart() && isStage:
			s := Stage{ID: id, Name: clean.Line(name), Title: clean.Line(name), Kind: kind, post: isPost(name)}
			g.fill(&s, id, Step{caught: within.caught}, mask) // what is around the stage says nothing of which step ended it
			g.judge(&s)
			into.Children = append(into.Children, s)
		case n.isStart():
			inner := within
			if strings.HasPrefix(n.DisplayName, catches) {
				inner.caught = true
			} else if end := g.end[id]; end != nil && end.state() == Success { // no failure in it came out of it
				inner.retried = true
			}
			g.fill(into, id, inner, mask)
		case !n.isEnd():
			into.Steps = append(into.Steps, Step{ID: id, Name: mask(n.DisplayName), State: n.state(), caught: within.caught, retried: within.retried})
		}
	}
	slices.SortStableFunc(into.Steps, func(a, b Step) int { return compareIDs(a.ID, b.ID) })
}

// judge finds the state of a stage whose contents are known: that of its end.
func (g *flowGraph) judge(s *Stage) {
	if len(s.Children) == 1 && s.Kind == Branch && len(s.Steps) == 0 && s.Children[0].Name == s.Name { // declarative
		s.Steps, s.Children = s.Children[0].Steps, s.Children[0].Children
	}
	switch end := g.end[s.ID]; {
	case len(s.Steps) == 1 && s.Steps[0].Name == skippedStep:
		s.State, s.Steps = Skipped, nil
	case end == nil:
		s.State = Running
	default:
		s.State = end.state()
		if s.State == Failure && len(s.Children) == 0 && !slices.ContainsFunc(s.Steps, Step.threw) {
			s.Steps = append(s.Steps, Step{ID: string(end.ID), Name: "Pipeline error", State: Failure, Exception: true})
		}
	}
}

// state is what the color of a node's icon means; that of a block's start means nothing.
func (n *flowNode) state() State {
	switch color := strings.TrimSuffix(n.IconColor, "_anime"); {
	case n.Running && !n.isEnd() || color != n.IconColor && !n.isEnd():
		return Running
	case color == "red":
		return Failure
	case color == "yellow":
		return Unstable
	case color == "aborted":
		return Aborted
	case color == "blue":
		return Success
	case color == "nodocolor", color == "notbuilt", color == "disabled", color == "grey":
		return NotBuilt
	}
	return Unknown
}
