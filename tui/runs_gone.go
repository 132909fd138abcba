package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// goneMsg tells that Jenkins does not have an ended build any more: a pane asked for it.
type goneMsg struct{ ref jenkins.Ref }

// thereMsg tells that one that seemed gone is there: asked again, Jenkins had it.
type thereMsg struct{ ref jenkins.Ref }

// missed is the command of a pane that asked for a run and got this error: the list learns of a build that is not there.
// One that runs is the list's own affair.
func missed(run jenkins.Run, err error) tea.Cmd {
	if !isGone(err) || !run.Status.Ended() {
		return nil
	}
	return send(goneMsg{run.Ref})
}

// vanish marks the row of a build that is not there any more. It goes when the selection leaves it: nothing moves under
// the cursor.
func (m *Model) vanish(ref jenkins.Ref) tea.Cmd {
	if !m.runs.mark(ref, leaves) {
		return nil
	}
	if ref != m.runs.selected {
		m.forgetGone()
	}
	return note("Jenkins does not have " + runTitle(jenkins.Run{Ref: ref}) + " any more")
}

// forgetGone takes the builds that are gone, and are not looked at, off the list, and has their controllers' watchers
// look what came before them.
func (m *Model) forgetGone() {
	for _, ref := range m.runs.dropGone() {
		for i := range m.opts.Controllers {
			if c := &m.opts.Controllers[i]; c.Name == ref.Controller && c.Watcher != nil {
				c.Watcher.NotifyMissing(ref.Job, ref.Number) // it never blocks
			}
		}
	}
}

// absent is what becomes of the row of a build that Jenkins does not have any more.
type absent int

const (
	leaves absent = iota + 1 // it goes when the selection leaves it
	hidden                   // it is off the list, as long as snapshots still name it
	stays                    // it was opened to see the local copy
)

// mark notes that a build is gone. It is false when that is known.
func (p *runsPane) mark(ref jenkins.Ref, what absent) bool {
	if _, known := p.gone[ref]; known {
		return false
	}
	if p.gone == nil {
		p.gone = map[jenkins.Ref]absent{}
	}
	p.gone[ref] = what
	return true
}

// dropGone hides the builds that are gone but for the selected one, and returns those that it hid.
func (p *runsPane) dropGone() (dropped []jenkins.Ref) {
	for ref, what := range p.gone {
		if what == leaves && ref != p.selected {
			p.gone[ref] = hidden
			dropped = append(dropped, ref)
			p.opened = slices.DeleteFunc(p.opened, func(o *jenkins.Run) bool { return o.Ref == ref })
		}
	}
	if dropped != nil {
		p.past = past{}
		p.rebuild()
	}
	return dropped
}

// seeGone forgets what was hidden once a snapshot does not name it: if it is named again it is there again.
func (p *runsPane) seeGone(s *watch.Snapshot) {
	for ref, what := range p.gone {
		if what == hidden && ref.Controller == s.Controller &&
			!slices.ContainsFunc(s.Recent, func(r jenkins.Run) bool { return r.Ref == ref }) {
			delete(p.gone, ref)
		}
	}
}
