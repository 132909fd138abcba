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
func (d *Data) Mark(build kit.BuildKey, what absent) bool {
	if _, known := d.Gone[build]; known {
		return false
	}
	if d.Gone == nil {
		d.Gone = map[kit.BuildKey]absent{}
	}
	d.Gone[build] = what
	return true
}

// dropGone hides the builds that are gone but for the selected one, and returns those that it hid.
func (d *Data) dropGone(selected kit.BuildKey) (dropped []kit.BuildKey) {
	for build, what := range d.Gone {
		if what == Leaves && build != selected {
			d.Gone[build] = hidden
			dropped = append(dropped, build)
			d.close(build)
		}
	}
	return dropped
}

// DropGone hides the builds that are gone but for the selected one, and returns those that it hid.
func (p *Pane) DropGone() []kit.BuildKey {
	dropped := p.Data.dropGone(p.List.Selected)
	if dropped != nil {
		p.Rebuild()
	}
	return dropped
}

// SeeGone forgets what was hidden once a snapshot does not name it: if it is named again it is there again.
func (d *Data) SeeGone(s *watch.Snapshot) {
	for build, what := range d.Gone {
		if what == hidden && build.Controller == s.Controller &&
			!slices.ContainsFunc(s.Recent, func(r jenkins.Run) bool { return build.Names(&r) }) {
			delete(d.Gone, build)
		}
	}
}
