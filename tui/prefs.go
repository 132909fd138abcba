package tui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
)

// savePrefsMsg says that the preferences have rested.
type savePrefsMsg struct{}

// prefs are what should come back at the next start, as they stand.
func (m *Model) prefs() Prefs {
	p := Prefs{
		Tab:     m.runs.tab,
		Filter:  m.runs.filter.text(),
		Status:  statusFilters[m.runs.status].Name,
		Sort:    string(m.runs.sort),
		Group:   m.runs.group,
		Compact: m.want.compact,
		Lower:   m.want.lower.String(),
	}
	if m.want.lower == paneSent { // it is looked at, not lived in
		p.Lower = m.want.before[1].String()
	}
	if e, ok := m.details[paneEnv].(*envPane); ok {
		p.Pins = e.pins()
	}
	if c, ok := m.details[paneCompose].(*composePane); ok {
		p.Draft, p.Endpoint = c.draft()
	}
	if m.want.zoom {
		p.Zoom = m.want.focus.String()
		if m.want.focus == paneCompose {
			p.Zoom = m.want.behind.String()
		}
	}
	return p
}

// restore takes the preferences of an earlier session; what does not exist any more is left out.
func (m *Model) restore(p Prefs) {
	m.want = want{focus: paneRuns, lower: paneStatus, bottom: paneLog, compact: p.Compact,
		before: [2]paneID{paneRuns, paneStatus}}
	if p.Tab > 0 && p.Tab < len(m.runs.tabs) {
		m.runs.tab = p.Tab
	}
	m.runs.filter.set(p.Filter)
	if e, ok := m.details[paneEnv].(*envPane); ok {
		e.setPins(p.Pins)
	}
	if c, ok := m.details[paneCompose].(*composePane); ok {
		c.restore(p.Draft, p.Endpoint)
	}
	m.runs.group = p.Group
	if i := slices.IndexFunc(statusFilters, func(f Filter) bool { return f.Name == p.Status }); i > 0 {
		m.runs.status = i
	}
	if slices.Contains(sortModes, sortMode(p.Sort)) {
		m.runs.sort = sortMode(p.Sort)
	}
	if id, ok := paneByName(p.Lower); ok && id != paneRuns && !id.alone() && m.details[id] != nil {
		m.want.lower = id
	}
	if id, ok := paneByName(p.Zoom); ok && id != paneCompose && (id == paneRuns || m.details[id] != nil) {
		m.focusOn(id)
		m.want.zoom = true
	}
}

// keepPrefs has changed preferences saved once they rest.
func (m *Model) keepPrefs() tea.Cmd {
	if m.opts.SavePrefs == nil || m.saving || m.prefs() == m.saved {
		return nil
	}
	m.saving = true
	return tea.Tick(prefsDelay, func(time.Time) tea.Msg { return savePrefsMsg{} })
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
			return noteMsg{err: fmt.Errorf("keep the layout for the next start: %w", err)}
		}
		return prefsSavedMsg{p}
	}
}
