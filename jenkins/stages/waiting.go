package stages

import "github.com/jenkwatch/jenkwatch/jenkins"

// Waiting returns the stage of a run whose queue item waits for a node, or nil where it is not known which of several it is. Of a stage
// without a node Pipeline Graph View leaves the node out (recording 928b).
func (t *Tree) Waiting(run *jenkins.Run) *Stage {
	if run.Why == "" || run.Status.Ended() {
		return nil
	}
	all := innermost(t.Stages, nil)
	if len(all) == 1 {
		return all[0]
	}
	var found *Stage
	for _, s := range all {
		switch {
		case s.Node != "" || t.Source != GraphView:
		case found != nil:
			return nil
		default:
			found = s
		}
	}
	return found
}

// innermost appends the stages that run and have none in them that does.
func innermost(list []Stage, to []*Stage) []*Stage {
	for i := range list {
		s, before := &list[i], len(to)
		if to = innermost(s.Children, to); len(to) == before && s.State == Running {
			to = append(to, s)
		}
	}
	return to
}
