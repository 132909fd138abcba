package tui

import (
	"strconv"

	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// intentMsg has the root do what a key would in a pane, listMsg chooses a list: the list of commands sends them.
type (
	intentMsg struct {
		intent kit.Intent
		pane   kit.PaneID // which gets the keys first
	}
	listMsg int
)

// newHelp lists the keys by what they are about.
func newHelp(sh *kit.Shared, k *keys.Map, f keys.Facts) popup.Popup {
	var sections []popup.Section
	for _, g := range keys.Groups {
		section := popup.Section{Title: string(g)}
		for i := range k.Bindings {
			b := &k.Bindings[i]
			if b.Group() != g || !b.On(f) {
				continue
			}
			key := b.Labels()
			if key == "" {
				key = "in " + k.Of(kit.IntentPalette).Label() // which has it by name
			}
			section.Keys = append(section.Keys, kit.KeyWord{Key: key, Word: b.Desc})
		}
		sections = append(sections, section)
	}
	return popup.NewHelp(sh, sections)
}

// newPalette lists everything that can be done now, as verb and object: what the focused pane and the program do, the lists to choose
// from, and what the other panes about the run do, which get the keys for it.
func newPalette(sh *kit.Shared, k *keys.Map, f keys.Facts, focused kit.PaneID, lists []kit.Filter) popup.Popup {
	var items []popup.Item
	add := func(pane kit.PaneID, where string, fits func(*keys.Binding) bool) {
		for _, b := range k.ActionsFirst(kit.IntentNextPane, kit.IntentPrevPane, kit.IntentNextLower, kit.IntentPrevLower, kit.IntentEnter, kit.IntentBack) {
			if b.On(f) && fits(b) && b.Intent != kit.IntentPalette && b.Intent != kit.IntentTab {
				items = append(items, popup.Item{Label: kit.Sentence(b.Desc), Note: where + b.Labels(), Msg: intentMsg{b.Intent, pane}})
			}
		}
	}
	add(focused, "", func(b *keys.Binding) bool { return b.Scope == keys.Everywhere || b.Scope == keys.ScopeOf(focused) })
	for i, t := range lists {
		key := ""
		if i < 9 {
			key = strconv.Itoa(i + 1)
		}
		items = append(items, popup.Item{Label: "Show list " + kit.Clean(t.Name), Note: key, Msg: listMsg(i)})
	}
	for pane := range kit.PaneCount {
		if pane != focused && !pane.Alone() && f.Any {
			add(pane, pane.String()+" ", func(b *keys.Binding) bool { return b.Scope == keys.ScopeOf(pane) })
		}
	}
	return popup.NewList(sh, "Commands", "run", items)
}
