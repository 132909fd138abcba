package tui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// group is what the help puts together.
type group string

const (
	groupNavigate group = "Navigate"
	groupRuns     group = "Runs"
	groupBuild    group = "Build"
	groupLog      group = "Log"
	groupEnv      group = "Env"
	groupNotify   group = "Notify"
	groupProgram  group = "Program"
	groupCommands group = "Your commands"
)

var groups = []group{groupNavigate, groupRuns, groupBuild, groupLog, groupEnv, groupNotify, groupCommands, groupProgram}

// groupOf returns the group of a binding: that of its pane, or of what it is about.
func groupOf(b *binding) group {
	switch b.scope {
	case scopeRuns:
		return groupRuns
	case scopeStatus:
		return groupBuild
	case scopeLog:
		return groupLog
	case scopeEnv:
		return groupEnv
	case scopeCompose, scopeSent:
		return groupNotify
	}
	switch {
	case moves(b):
		return groupNavigate
	case strings.HasPrefix(string(b.intent), userCommand):
		return groupCommands
	}
	switch b.intent {
	case kit.IntentNextPane, kit.IntentPrevPane, kit.IntentNextLower, kit.IntentPrevLower, kit.IntentEnter, kit.IntentBack, kit.IntentZoom,
		kit.IntentCompact, kit.IntentTab, kit.IntentFilter:
		return groupNavigate
	case kit.IntentFollow:
		return groupLog
	case kit.IntentDiff:
		return groupEnv
	case kit.IntentCompose, kit.IntentSent, kit.IntentSync, kit.IntentFollowRun, kit.IntentFollowNext, kit.IntentFollowMine:
		return groupNotify
	case kit.IntentMouse, kit.IntentPalette, kit.IntentHelp, kit.IntentQuit, kit.IntentSuspend, kit.IntentAbandon, kit.IntentRefresh:
		return groupProgram
	}
	return groupBuild
}

// moves reports whether a binding only moves the cursor.
func moves(b *binding) bool {
	_, lines := b.intent.Lines(0)
	return lines || b.intent == kit.IntentLeft || b.intent == kit.IntentRight
}

// actionsFirst returns the bindings for who looks for something to do: what only moves comes last, and these, too.
func (k *keyMap) actionsFirst(last ...kit.Intent) []*binding {
	var actions, motions []*binding
	for i := range k.bindings {
		if b := &k.bindings[i]; moves(b) || slices.Contains(last, b.intent) {
			motions = append(motions, b)
		} else {
			actions = append(actions, b)
		}
	}
	return append(actions, motions...)
}

// help lists the keys by what they are about.
func (k *keyMap) help(sh *kit.Shared, f facts) popup.Popup {
	var sections []popup.Section
	for _, g := range groups {
		section := popup.Section{Title: string(g)}
		for i := range k.bindings {
			b := &k.bindings[i]
			if groupOf(b) != g || !b.on(f) {
				continue
			}
			key := keyLabels(b.keys)
			if key == "" {
				key = k.of(kit.IntentPalette).label() // it has it by name
			}
			section.Keys = append(section.Keys, kit.KeyWord{Key: key, Word: b.desc})
		}
		sections = append(sections, section)
	}
	return popup.NewHelp(sh, sections)
}

// commands lists everything that can be done now, as verb and object: what the focused pane and the program do, the lists to choose
// from, and what the other panes about the run do, which get the keys for it.
func (k *keyMap) commands(sh *kit.Shared, f facts, focused kit.PaneID, lists []kit.Filter) popup.Popup {
	var items []popup.Item
	add := func(pane kit.PaneID, where string, fits func(*binding) bool) {
		for _, b := range k.actionsFirst(kit.IntentNextPane, kit.IntentPrevPane, kit.IntentNextLower, kit.IntentPrevLower, kit.IntentEnter, kit.IntentBack) {
			if b.on(f) && fits(b) && b.intent != kit.IntentPalette && b.intent != kit.IntentTab {
				items = append(items, popup.Item{Label: kit.Sentence(b.desc), Note: where + keyLabels(b.keys), Msg: intentMsg{b.intent, pane}})
			}
		}
	}
	add(focused, "", func(b *binding) bool { return b.scope == everywhere || b.scope == paneScopes[focused] })
	for i, t := range lists {
		key := ""
		if i < 9 {
			key = strconv.Itoa(i + 1)
		}
		items = append(items, popup.Item{Label: "Show list " + kit.Clean(t.Name), Note: key, Msg: listMsg(i)})
	}
	for _, pane := range []kit.PaneID{kit.PaneRuns, kit.PaneStatus, kit.PaneEnv, kit.PaneLog} {
		if pane != focused && f.any {
			add(pane, pane.String()+" ", func(b *binding) bool { return b.scope == paneScopes[pane] })
		}
	}
	return popup.NewList(sh, "Commands", "run", items)
}

// nothing says that a key does nothing now, and where it would do something.
func (k *keyMap) nothing(f facts, focused scope, key string) string {
	label := kit.KeyLabel(key)
	for _, s := range []scope{focused, everywhere} {
		for _, i := range k.byKey[s][key] {
			if b := &k.bindings[i]; !b.on(f) {
				return label + " (" + b.desc + ") is not possible now"
			}
		}
	}
	for _, s := range paneScopes {
		if is := k.byKey[s][key]; len(is) > 0 {
			return label + " (" + k.bindings[is[0]].desc + ") works in " + string(s) + ", not here"
		}
	}
	return label + " does nothing here; " + k.of(kit.IntentHelp).label() + " shows the keys"
}
