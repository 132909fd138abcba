package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// newPalette lists everything that can be done here and now, by name.
func newPalette(m *Model) popup {
	l := &listPopup{name: "Do", does: "do it"}
	facts, focused := m.facts(), paneScopes[m.want.focus]
	for _, i := range m.keys.deedsFirst(kit.IntentNextPane, kit.IntentPrevPane, kit.IntentEnter, kit.IntentBack) {
		b := m.keys.bindings[i]
		if !b.on(facts) || b.scope != everywhere && b.scope != focused || b.intent == kit.IntentPalette || b.intent == kit.IntentTab {
			continue
		}
		in, label := b.intent, string(b.intent)
		if strings.HasPrefix(b.desc, label) { // read once, it says all
			label = b.desc
		} else {
			label += ": " + b.desc
		}
		l.items = append(l.items, item{
			label: label,
			note:  keyLabels(b.keys),
			do:    func(m *Model) tea.Cmd { return m.do(in, "") },
		})
	}
	for i, t := range m.runs.Tabs {
		key := ""
		if i < 9 {
			key = strconv.Itoa(i + 1)
		}
		l.items = append(l.items, item{
			label: "tab: " + kit.Clean(t.Name),
			note:  key,
			do: func(m *Model) tea.Cmd {
				m.runs.Choose(i)
				return nil
			},
		})
	}
	l.choose()
	return l
}
