package runs

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// absent is what becomes of the row of a build that Jenkins does not have any more.
type absent int

const (
	Leaves absent = iota + 1 // it goes when the selection leaves it
	hidden                   // it is off the list, as long as snapshots still name it
	Stays                    // it was opened to see the local copy
)

// Mark notes that a build is gone. It is false when that is known.
func (p *Pane) Mark(ref jenkins.Ref, what absent) bool {
	if _, known := p.Gone[ref]; known {
		return false
	}
	if p.Gone == nil {
		p.Gone = map[jenkins.Ref]absent{}
	}
	p.Gone[ref] = what
	return true
}

// DropGone hides the builds that are gone but for the selected one, and returns those that it hid.
func (p *Pane) DropGone() (dropped []jenkins.Ref) {
	for ref, what := range p.Gone {
		if what == Leaves && ref != p.Selected {
			p.Gone[ref] = hidden
			dropped = append(dropped, ref)
			p.Opened = slices.DeleteFunc(p.Opened, func(o *jenkins.Run) bool { return o.Ref == ref })
		}
	}
	if dropped != nil {
		p.Rebuild()
	}
	return dropped
}

// SeeGone forgets what was hidden once a snapshot does not name it: if it is named again it is there again.
func (p *Pane) SeeGone(s *watch.Snapshot) {
	for ref, what := range p.Gone {
		if what == hidden && ref.Controller == s.Controller &&
			!slices.ContainsFunc(s.Recent, func(r jenkins.Run) bool { return r.Ref == ref }) {
			delete(p.Gone, ref)
		}
	}
}
