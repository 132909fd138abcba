package tui

import (
	"errors"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// saveListMsg keeps what narrows the list under a name, removeListMsg forgets the chosen list.
type (
	saveListMsg   struct{ name string }
	removeListMsg struct{}
)

// askList asks for the name of a list to save; on a saved list that nothing narrows further, whether to remove it.
func (m *Model) askList() tea.Cmd {
	chosen, further := m.runs.Lists.Tabs[m.runs.Lists.Tab], m.runs.Lists.Status != 0 || m.runs.Search.Filter.Text() != ""
	switch {
	case chosen.Saved && !further:
		return kit.Send(kit.ChooseMsg{Name: "List " + kit.Clean(chosen.Name) + ": " + kit.Clean(chosen.Query.String()), Choices: []kit.Choice{
			{Label: "keep it"}, {Label: "remove it", Msg: removeListMsg{}},
		}})
	case !further:
		return kit.Note("nothing narrows this list: " + m.sh.Key(kit.IntentFilter) + " filters it, then " + m.sh.Key(kit.IntentSaveList) + " saves it")
	}
	text, _ := m.runs.Chosen()
	name := ""
	if chosen.Saved {
		name = chosen.Name
	}
	m.popup = dialog.NewForm(m.sh, dialog.Spec{Local: true,
		Title: "Save list", Asks: "Keep " + text + " as a list?", Effect: m.whereListsAre(),
		Fields: []dialog.Field{{Name: "name", Value: name, Description: "the name of a saved list replaces it"}}, Yes: "save",
		Check: func(v []dialog.Value) (int, error) {
			if strings.TrimSpace(kit.Clean(v[0].Text)) == "" {
				return 0, errors.New("a list needs a name")
			}
			return 0, nil
		},
		Done: func(v []dialog.Value) tea.Msg { return saveListMsg{strings.TrimSpace(kit.Clean(v[0].Text))} },
	})
	return nil
}

// whereListsAre says where saved lists are kept.
func (m *Model) whereListsAre() string {
	if m.opts.SavePrefs == nil || m.opts.PrefsFile == "" {
		return "It stays until the program ends."
	}
	return "It is kept in " + kit.Clean(m.opts.PrefsFile) + "."
}

func (m *Model) saveList(name string) tea.Cmd {
	n := m.runs.SaveList(name)
	if n > 9 {
		return kit.Note("saved as list " + name)
	}
	return kit.Note("saved as list " + name + ": " + strconv.Itoa(n) + " shows it")
}
