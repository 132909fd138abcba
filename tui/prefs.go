package tui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/compose"
	"github.com/jenkwatch/jenkwatch/tui/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/layout"
	"github.com/jenkwatch/jenkwatch/tui/runs"
)

// SavePrefsMsg says that the preferences have rested.
type SavePrefsMsg struct{}

// prefs returns what should come back at the next start, as they stand.
func (m *Model) prefs() kit.Prefs {
	p := kit.Prefs{
		Tab:     m.runs.Lists.Tab,
		Filter:  m.runs.Search.Filter.Text(),
		Status:  runs.StatusFilters[m.runs.Lists.Status].Name,
		Sort:    string(m.runs.Sort),
		Group:   m.runs.Group,
		Compact: m.want.Compact,
		Lists:   m.runs.Lists.Text(),
		Lower:   m.want.Lower.String(),
		Follow:  m.follow.Text(),
	}
	if m.want.Lower == kit.PaneSent { // it is looked at, not lived in
		p.Lower = m.want.Before[1].String()
	}
	if e, ok := m.panes[kit.PaneEnv].(*env.Pane); ok {
		p.Pins = e.Pins()
	}
	if c, ok := m.panes[kit.PaneCompose].(*compose.Pane); ok {
		p.Draft, p.Endpoint = c.Draft()
	}
	if m.want.Zoom {
		p.Zoom = m.want.Focus.String()
		if m.want.Focus == kit.PaneCompose {
			p.Zoom = m.want.Behind.String()
		}
	}
	return p
}

// restore applies the preferences of an earlier session; what no longer exists is left out.
func (m *Model) restore(p kit.Prefs) {
	m.want = layout.Want{Focus: kit.PaneRuns, Lower: kit.PaneStatus, Bottom: kit.PaneLog, Compact: p.Compact,
		Before: [2]kit.PaneID{kit.PaneRuns, kit.PaneStatus}}
	m.runs.Lists.Restore(p.Lists)
	if p.Tab > 0 && p.Tab < len(m.runs.Lists.Tabs) {
		m.runs.Lists.Tab = p.Tab
	}
	m.runs.Search.Filter.Set(p.Filter)
	if e, ok := m.panes[kit.PaneEnv].(*env.Pane); ok {
		e.SetPins(p.Pins)
	}
	if c, ok := m.panes[kit.PaneCompose].(*compose.Pane); ok {
		c.Restore(p.Draft, p.Endpoint)
	}
	m.follow.Restore(p.Follow, m.opts.Controllers)
	m.runs.Group = p.Group
	if i := slices.IndexFunc(runs.StatusFilters, func(f kit.Filter) bool { return f.Name == p.Status }); i > 0 {
		m.runs.Lists.Status = i
	}
	if slices.Contains(runs.SortModes, runs.SortMode(p.Sort)) {
		m.runs.Sort = runs.SortMode(p.Sort)
	}
	if id, ok := kit.PaneByName(p.Lower); ok && id != kit.PaneRuns && !id.Alone() && m.panes[id] != nil {
		m.want.Lower = id
	}
	if id, ok := kit.PaneByName(p.Zoom); ok && id != kit.PaneCompose && (id == kit.PaneRuns || m.panes[id] != nil) {
		m.want.FocusOn(id)
		m.want.Zoom = true
	}
}

// keepPrefs has changed preferences saved once they rest.
func (m *Model) keepPrefs() tea.Cmd {
	if m.opts.SavePrefs == nil || m.saving || m.prefs() == m.saved {
		return nil
	}
	m.saving = true
	return tea.Tick(kit.PrefsDelay, func(time.Time) tea.Msg { return SavePrefsMsg{} })
}

func (m *Model) savePrefs() tea.Cmd {
	m.saving = false
	p, save := m.prefs(), m.opts.SavePrefs
	if save == nil || p == m.saved {
		return nil
	}
	m.saved = p
	return func() tea.Msg {
		if err := save(p); err != nil {
			return kit.NoteMsg{Err: fmt.Errorf("keep the layout for the next start: %w", err)}
		}
		return compose.PrefsSavedMsg{Prefs: p}
	}
}
