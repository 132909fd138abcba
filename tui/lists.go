package tui

import (
	"errors"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
	"github.com/jenkwatch/jenkwatch/tui/runs"
)

// saveListMsg keeps what narrows the list under a name, removeListMsg forgets the chosen list.
type (
	saveListMsg   struct{ name string }
	removeListMsg struct{}
)

// askList asks for the name of a list to save; on a saved list that nothing narrows further, whether to remove it.
func askList(sh *kit.Shared, list *runs.Pane) (popup.Popup, tea.Cmd) {
	chosen, further := list.Lists.Tabs[list.Lists.Tab], list.Lists.Status != 0 || list.Search.Filter.Text() != ""
	switch {
	case chosen.Saved && !further:
		return nil, kit.Send(kit.ChooseMsg{Name: "List " + kit.Clean(chosen.Name) + ": " + kit.Clean(chosen.Query.String()), Choices: []kit.Choice{
			{Label: "keep it"}, {Label: "remove it", Msg: removeListMsg{}},
		}})
	case !further:
		return nil, kit.Note("nothing narrows this list: " + sh.Key(kit.IntentFilter) + " filters it, then " + sh.Key(kit.IntentSaveList) + " saves it")
	}
	text, _ := list.Chosen()
	name := ""
	if chosen.Saved {
		name = chosen.Name
	}
	return dialog.NewForm(sh, dialog.Spec{Local: true,
		Title: "Save list", Asks: "Keep " + text + " as a list?", Effect: whereListsAre(sh.Opts),
		Fields: []dialog.Field{{Name: "name", Value: name, Description: "the name of a saved list replaces it"}}, Yes: "save",
		Check: func(v []dialog.Value) (int, error) {
			if strings.TrimSpace(kit.Clean(v[0].Text)) == "" {
				return 0, errors.New("a list needs a name")
			}
			return 0, nil
		},
		Done: func(v []dialog.Value) tea.Msg { return saveListMsg{strings.TrimSpace(kit.Clean(v[0].Text))} },
	}), nil
}

// whereListsAre says where saved lists are kept.
func whereListsAre(o *kit.Options) string {
	if o.SavePrefs == nil || o.PrefsFile == "" {
		return "It stays until the program ends."
	}
	return "It is kept in " + kit.Clean(o.PrefsFile) + "."
}

// saveList saves what narrows the list under a name.
func saveList(list *runs.Pane, name string) tea.Cmd {
	n := list.SaveList(name)
	if n > 9 {
		return kit.Note("saved as list " + name)
	}
	return kit.Note("saved as list " + name + ": " + strconv.Itoa(n) + " shows it")
}

// chooseList shows the list of a digit, or the next one.
func chooseList(sh *kit.Shared, list *runs.Pane, key string) tea.Cmd {
	if len(key) != 1 || key[0] < '1' || key[0] > '9' {
		list.Choose((list.Lists.Tab + 1) % len(list.Lists.Tabs))
		return nil
	}
	if n := int(key[0] - '0'); n > len(list.Lists.Tabs) {
		return kit.Note("there is no list " + key + ": " + sh.Key(kit.IntentSaveList) + " saves a filter as one")
	}
	list.Choose(int(key[0] - '1'))
	return nil
}
