package stages

import (
	"context"
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// complete adds the steps that wfapi leaves out of long stages of an ended run. They come from the run's flow graph, and so have
// neither times nor what they were given. Where that does not answer, the stages stay cut.
func (r *Reader) complete(ctx context.Context, run jenkins.Run, t *Tree) {
	cut := map[string]*Stage{}
	each(t.Stages, func(s *Stage) {
		if s.Cut {
			cut[s.ID] = s
		}
	})
	if len(cut) == 0 || !run.Status.Ended() {
		return
	}
	var answer flowNodes
	var graph []Stage
	err := r.ask(ctx, run, askSteps, flowPage, flowNodesTree, &answer, func() (err error) {
		graph, _, err = answer.stages(r.mask)
		return err
	})
	if err != nil {
		return
	}
	each(graph, func(g *Stage) {
		s := cut[g.ID]
		if s == nil {
			return
		}
		listed := map[string]bool{}
		for i := range s.Steps {
			listed[s.Steps[i].ID] = true
		}
		t.addUnlisted(s, g, listed)
		slices.SortStableFunc(s.Steps, func(a, b Step) int { return compareIDs(a.ID, b.ID) })
		s.Cut = false
	})
}

// addUnlisted adds the steps of a stage of the graph, and of the branches in it that are no stages of the tree: wfapi lists the steps
// of scripted branches with those of the stage around.
func (t *Tree) addUnlisted(to, from *Stage, listed map[string]bool) {
	for i := range from.Steps {
		if p := from.Steps[i]; !listed[p.ID] {
			to.Steps = append(to.Steps, p)
		}
	}
	for i := range from.Children {
		if c := &from.Children[i]; t.Find(c.ID) == nil {
			t.addUnlisted(to, c, listed)
		}
	}
}
