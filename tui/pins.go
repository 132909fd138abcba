package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// seekPinned looks for the local copies of runs that came into the list, if there are pinned variables to show.
func (m *Model) seekPinned(s *watch.Snapshot) tea.Cmd {
	c := m.sh.EnvOf(s.Controller)
	if len(m.sh.Opts.Pinned) == 0 || c == nil || c.Copies == nil {
		return nil
	}
	p := &m.sh.Pins
	if p.Sought == nil {
		p.Sought = map[kit.BuildKey]bool{}
	}
	var unknown []jenkins.Run
	for _, runs := range [][]jenkins.Run{s.Runs, s.Recent} {
		for i := range runs {
			if key := kit.KeyOf(&runs[i]); !p.Sought[key] && p.Looked[key] == nil {
				p.Sought[key] = true
				unknown = append(unknown, runs[i])
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return func() tea.Msg {
		var found kit.KeptMsg
		for _, run := range unknown {
			if e, err := c.Copies.Peek(m.sh.Context(), run); err == nil {
				found = append(found, e)
			}
		}
		return found
	}
}

func (m *Model) keptPinned(found kit.KeptMsg) {
	for _, e := range found {
		if m.sh.Pins.Looked[kit.KeyOf(&e.Run)] == nil {
			m.sh.LookedAt(e)
		}
	}
}
