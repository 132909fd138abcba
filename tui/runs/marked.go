package runs

import (
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// buildSet is a set of builds, such as those that are marked to be acted on.
type buildSet map[kit.BuildKey]bool

// has does not look at a run where there is nothing to be found: most sets are empty in most frames.
func (s buildSet) has(r *jenkins.Run) bool { return len(s) > 0 && s[kit.KeyOf(r)] }

func (s buildSet) add(r *jenkins.Run) { s[kit.KeyOf(r)] = true }

// toggle takes a run in, or out again.
func (s buildSet) toggle(r *jenkins.Run) {
	if s.has(r) {
		delete(s, kit.KeyOf(r))
	} else {
		s.add(r)
	}
}

func (s buildSet) remove(runs []jenkins.Run) {
	for i := range runs {
		delete(s, kit.KeyOf(&runs[i]))
	}
}

// among returns the rows' runs that are in the set, in their order.
func (s buildSet) among(rows []Row) []jenkins.Run {
	if len(s) == 0 {
		return nil
	}
	var runs []jenkins.Run
	for _, r := range rows {
		if r.Run != nil && s.has(r.Run) {
			runs = append(runs, *r.Run)
		}
	}
	return runs
}
