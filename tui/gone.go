package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/runs"
)

// vanish marks the row of a build that is not there any more. It goes when the selection leaves it: nothing moves under
// the cursor.
func (m *Model) vanish(ref jenkins.Ref) tea.Cmd {
	if !m.runs.Mark(ref, runs.Leaves) {
		return nil
	}
	if ref != m.runs.Selected {
		m.forgetGone()
	}
	return kit.Note("Jenkins does not have " + kit.RunTitle(jenkins.Run{Ref: ref}) + " any more")
}

// forgetGone takes the builds that are gone, and are not looked at, off the list, and has their controllers' watchers
// look what came before them.
func (m *Model) forgetGone() {
	for _, ref := range m.runs.DropGone() {
		for i := range m.opts.Controllers {
			if c := &m.opts.Controllers[i]; c.Name == ref.Controller && c.Watcher != nil {
				c.Watcher.NotifyMissing(ref.Job, ref.Number) // it never blocks
			}
		}
	}
}
