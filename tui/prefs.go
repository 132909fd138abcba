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

// savePrefsMsg says that the preferences have rested.
type savePrefsMsg struct{}

// prefs returns what should come back at the next start, as it stands.
func (m *Model) prefs() kit.Prefs {
	p := m.panes.prefs()
	p.Follow = m.follow.Text()
	return p
}

// prefs returns what of the panes should come back at the next start.
func (l *paneSet) prefs() kit.Prefs {
	p := kit.Prefs{
		Tab:     l.runs.Lists.Tab,
		Filter:  l.runs.Search.Filter.Text(),
		Status:  runs.StatusFilters[l.runs.Lists.Status].Name,
		Sort:    string(l.runs.Sort),
		Group:   l.runs.Group,
		Compact: l.want.Compact,
		Lists:   l.runs.Lists.Text(),
		Lower:   l.want.Lower.String(),
	}
	if l.want.Lower == kit.PaneSent { // it is looked at, not lived in
		p.Lower = l.want.Before[1].String()
	}
	if e, ok := l.all[kit.PaneEnv].(*env.Pane); ok {
		p.Pins = e.Pins()
	}
	if c, ok := l.all[kit.PaneCompose].(*compose.Pane); ok {
		p.Draft, p.Endpoint = c.Draft()
	}
	if l.want.Zoom {
		p.Zoom = l.want.Focus.String()
		if l.want.Focus == kit.PaneCompose {
			p.Zoom = l.want.Behind.String()
		}
	}
	return p
}

// restore applies the preferences of an earlier session; what no longer exists is left out.
func (l *paneSet) restore(p kit.Prefs) {
	l.want = layout.Want{Focus: kit.PaneRuns, Lower: kit.PaneStatus, Bottom: kit.PaneLog, Compact: p.Compact,
		Before: [2]kit.PaneID{kit.PaneRuns, kit.PaneStatus}}
	l.runs.Lists.Restore(p.Lists)
	if p.Tab > 0 && p.Tab < len(l.runs.Lists.Tabs) {
		l.runs.Lists.Tab = p.Tab
	}
	l.runs.Search.Filter.Set(p.Filter)
	if e, ok := l.all[kit.PaneEnv].(*env.Pane); ok {
		e.SetPins(p.Pins)
	}
	if c, ok := l.all[kit.PaneCompose].(*compose.Pane); ok {
		c.Restore(p.Draft, p.Endpoint)
	}
	l.runs.Group = p.Group
	if i := slices.IndexFunc(runs.StatusFilters, func(f kit.Filter) bool { return f.Name == p.Status }); i > 0 {
		l.runs.Lists.Status = i
	}
	if slices.Contains(runs.SortModes, runs.SortMode(p.Sort)) {
		l.runs.Sort = runs.SortMode(p.Sort)
	}
	if id, ok := kit.PaneByName(p.Lower); ok && id != kit.PaneRuns && !id.Alone() && l.all[id] != nil {
		l.want.Lower = id
	}
	if id, ok := kit.PaneByName(p.Zoom); ok && id != kit.PaneCompose && (id == kit.PaneRuns || l.all[id] != nil) {
		l.want.FocusOn(id)
		l.want.Zoom = true
	}
}

// prefsSaver saves preferences that have changed, once they rest.
type prefsSaver struct {
	saved kit.Prefs // as last handed to the function that saves them
	due   bool      // a savePrefsMsg is under way
}

// rest returns a command that waits until changed preferences have rested; nil where nothing is to be saved by then.
func (s *prefsSaver) rest(o *kit.Options, p kit.Prefs) tea.Cmd {
	if o.SavePrefs == nil || s.due || p == s.saved {
		return nil
	}
	s.due = true
	return tea.Tick(kit.PrefsDelay, func(time.Time) tea.Msg { return savePrefsMsg{} })
}

// save saves changed preferences. save is nil where they are not kept.
func (s *prefsSaver) save(save func(kit.Prefs) error, p kit.Prefs) tea.Cmd {
	s.due = false
	if save == nil || p == s.saved {
		return nil
	}
	s.saved = p
	return func() tea.Msg {
		if err := save(p); err != nil {
			return kit.NoteMsg{Err: fmt.Errorf("keep the layout for the next start: %w", err)}
		}
		return compose.PrefsSavedMsg{Prefs: p}
	}
}
