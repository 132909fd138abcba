package tui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// actionsFirst is the bindings for who looks for something to do: what only moves comes last, and these, too.
func (k *keyMap) actionsFirst(last ...kit.Intent) []*binding {
	var actions, motions []*binding
	for i := range k.bindings {
		b := &k.bindings[i]
		if _, moves := b.intent.Lines(0); moves || b.intent == kit.IntentLeft || b.intent == kit.IntentRight || slices.Contains(last, b.intent) {
			motions = append(motions, b)
		} else {
			actions = append(actions, b)
		}
	}
	return append(actions, motions...)
}

// help lists the keys, those of the focused pane first.
func (k *keyMap) help(sh *kit.Shared, f facts, focused scope) popup.Popup {
	scopes := []scope{focused, everywhere}
	for _, s := range paneScopes {
		if s != focused {
			scopes = append(scopes, s)
		}
	}
	var sections []popup.Section
	for _, s := range scopes {
		section := popup.Section{Title: string(s)}
		for _, b := range k.actionsFirst() {
			if b.scope == s && b.on(f) && len(b.keys) > 0 {
				section.Keys = append(section.Keys, kit.KeyWord{Key: keyLabels(b.keys), Word: b.desc})
			}
		}
		sections = append(sections, section)
	}
	return popup.NewHelp(sh, sections)
}

// commands lists everything that can be done here and now, by name, and the lists to choose from.
func (k *keyMap) commands(sh *kit.Shared, f facts, focused scope, lists []kit.Filter) popup.Popup {
	var items []popup.Item
	for _, b := range k.actionsFirst(kit.IntentNextPane, kit.IntentPrevPane, kit.IntentEnter, kit.IntentBack) {
		if !b.on(f) || b.scope != everywhere && b.scope != focused || b.intent == kit.IntentPalette || b.intent == kit.IntentTab {
			continue
		}
		name := string(b.intent)
		if strings.HasPrefix(b.desc, name) { // read once, it says all
			name = b.desc
		} else {
			name += ": " + b.desc
		}
		items = append(items, popup.Item{Label: kit.Sentence(name), Note: keyLabels(b.keys), Msg: intentMsg{b.intent}})
	}
	for i, t := range lists {
		key := ""
		if i < 9 {
			key = strconv.Itoa(i + 1)
		}
		items = append(items, popup.Item{Label: "List: " + kit.Clean(t.Name), Note: key, Msg: listMsg(i)})
	}
	return popup.NewList(sh, "Commands", "run", items)
}
