package runs

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// absent is what becomes of the row of a build that Jenkins does not have any more.
type absent int

const (
	Leaves absent = iota + 1 // it goes when the selection leaves it
	hidden                   // it is off the list, as long as snapshots still name it
	Stays                    // it was opened to see the local copy
)

// Mark notes that a build is gone. It is false when that is known.
func (p *Pane) Mark(build kit.BuildKey, what absent) bool {
	if _, known := p.Gone[build]; known {
		return false
	}
	if p.Gone == nil {
		p.Gone = map[kit.BuildKey]absent{}
	}
	p.Gone[build] = what
	return true
}

// DropGone hides the builds that are gone but for the selected one, and returns those that it hid.
func (p *Pane) DropGone() (dropped []kit.BuildKey) {
	for build, what := range p.Gone {
		if what == Leaves && build != p.Selected {
			p.Gone[build] = hidden
			dropped = append(dropped, build)
			p.Opened = slices.DeleteFunc(p.Opened, func(o *jenkins.Run) bool { return build.Names(o) })
		}
	}
	if dropped != nil {
		p.Rebuild()
	}
	return dropped
}

// SeeGone forgets what was hidden once a snapshot does not name it: if it is named again it is there again.
func (p *Pane) SeeGone(s *watch.Snapshot) {
	for build, what := range p.Gone {
		if what == hidden && build.Controller == s.Controller &&
			!slices.ContainsFunc(s.Recent, func(r jenkins.Run) bool { return build.Names(&r) }) {
			delete(p.Gone, build)
		}
	}
}
