package stages

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// wfapiSteps is how many steps of a stage wfapi lists; it does not say that there are more.
const wfapiSteps = 100

// wfNode is a stage or a step.
type wfNode struct {
	ID                   flowID                          `json:"id"`
	Name                 string                          `json:"name"`
	Status               string                          `json:"status"`
	ExecNode             string                          `json:"execNode"`
	ParameterDescription string                          `json:"parameterDescription"` // of a step: what it was given
	Error                *struct{ Message, Type string } `json:"error"`
	timing
	ParentNodes    []flowID `json:"parentNodes"`
	StageFlowNodes []wfNode `json:"stageFlowNodes"`
}

// description is the answer of wfapi.
type description struct {
	Stages *[]wfNode `json:"stages"`
}

// stages returns wfapi's stages with their steps. Branches come flattened, and the steps of scripted ones in the stage
// around them.
func (d *description) stages(mask func(string) string) ([]Stage, error) {
	if d.Stages == nil {
		return nil, errUnusable
	}
	var stages []Stage
	for i := range *d.Stages {
		n := &(*d.Stages)[i]
		s := Stage{ID: string(n.ID), Name: clean.Line(n.Name), Title: clean.Line(n.Name), Kind: Plain,
			Node: clean.Line(n.ExecNode), State: stateOf(n.Status), Error: n.message(mask), Cut: len(n.StageFlowNodes) == wfapiSteps,
			post: isPost(n.Name)}
		for j := range n.StageFlowNodes {
			s.Steps = append(s.Steps, n.StageFlowNodes[j].step(mask))
		}
		slices.SortStableFunc(s.Steps, func(a, b Step) int { return compareIDs(a.ID, b.ID) })
		s.State = wfState(&s)
		s.StartedAt, s.Duration, s.Paused = n.of(s.State)
		stages = append(stages, s)
	}
	return stages, nil
}

// wfState is the true state of a stage: wfapi calls one FAILED that was skipped because an earlier one failed, and one
// SUCCESS while its parallel steps go on.
func wfState(s *Stage) State {
	if len(s.Steps) == 1 && s.Steps[0].Name == skippedStep {
		s.Error = ""
		return Skipped
	}
	for _, state := range []State{Running, Paused} {
		if slices.ContainsFunc(s.Steps, func(p Step) bool { return p.State == state }) && s.State.Ended() {
			return state
		}
	}
	return s.State
}

func (n *wfNode) step(mask func(string) string) Step {
	p := Step{ID: string(n.ID), Name: mask(n.Name), State: stateOf(n.Status), Error: n.message(mask)}
	if n.ParameterDescription != "" {
		p.Name, p.Title = mask(n.ParameterDescription), clean.Line(n.Name)
	}
	if len(n.ParentNodes) > 0 {
		p.parent = string(n.ParentNodes[0])
	}
	p.StartedAt, p.Duration, p.Paused = n.of(p.State)
	return p
}

func (n *wfNode) message(mask func(string) string) string {
	if n.Error == nil {
		return ""
	}
	if n.Error.Message == "" {
		return clean.Line(n.Error.Type)
	}
	return mask(n.Error.Message)
}

// join finds the stages of from, which wfapi listed, in the tree that Pipeline Graph View sent. For a declarative
// parallel stage wfapi has the stage inside the branch.
func (t *Tree) join(from []Stage) map[string]*Stage {
	found := map[string]*Stage{}
	named := map[string][]*Stage{}
	each(t.Stages, func(s *Stage) {
		found[s.ID] = s
		named[s.Name] = append(named[s.Name], s)
	})
	joined := map[string]*Stage{}
	for i := range from {
		f := &from[i]
		if s := found[f.ID]; s != nil {
			joined[f.ID] = s
			continue
		}
		for _, s := range named[f.Name] {
			if s.Kind == Branch && compareIDs(s.ID, f.ID) < 0 {
				joined[f.ID] = s // the last one before it
			}
		}
	}
	return joined
}

// date takes the times that the tree lacks from wfapi's stages.
func (t *Tree) date(from []Stage) {
	joined := t.join(from)
	for i := range from {
		if s := joined[from[i].ID]; s != nil {
			s.StartedAt, s.Duration, s.Paused = from[i].StartedAt, from[i].Duration, from[i].Paused
		}
	}
}

// addFrom gives the tree the steps that wfapi lists.
func (t *Tree) addFrom(from []Stage) {
	joined := t.join(from)
	of := map[string]string{} // the stage of each flow node
	each(t.Stages, func(s *Stage) { of[s.ID] = s.ID })
	var steps []Step
	var stage []string
	for i := range from {
		f := &from[i]
		within := ""
		if s := joined[f.ID]; s != nil {
			within = s.ID
		}
		for _, p := range f.Steps {
			at := within
			if branch, ok := of[p.parent]; ok {
				at = branch
			}
			of[p.ID] = at
			steps, stage = append(steps, p), append(stage, at)
		}
	}
	t.add(steps, stage, WFAPI)
	listed := map[*Stage]bool{}
	for _, s := range joined {
		listed[s] = true
	}
	for i := range from {
		s := joined[from[i].ID]
		if s == nil || !from[i].Cut {
			continue
		}
		s.Cut = true
		each(s.Children, func(c *Stage) { c.Cut = c.Cut || !listed[c] }) // scripted branches share the list of their stage
	}
}

// timeFrom takes the times of steps from wfapi's: of those in parallel branches, of which Pipeline Graph View has wrong
// durations once the run is over, or of all.
func (t *Tree) timeFrom(from []Stage, all bool) {
	listed := map[string]*Step{}
	for i := range from {
		for j := range from[i].Steps {
			listed[from[i].Steps[j].ID] = &from[i].Steps[j]
		}
	}
	take := func(steps []Step) {
		for i := range steps {
			if p := listed[steps[i].ID]; p != nil {
				steps[i].StartedAt, steps[i].Duration, steps[i].Paused = p.StartedAt, p.Duration, p.Paused
			}
		}
	}
	each(t.Stages, func(s *Stage) {
		if all || s.Kind == Branch {
			take(s.Steps)
		}
	})
	if all {
		take(t.Steps)
	}
}
