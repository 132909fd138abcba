package keys

import (
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Group is what the help puts together.
type Group string

const (
	groupNavigate Group = "Navigate"
	groupRuns     Group = "Runs"
	groupBuild    Group = "Build"
	groupLog      Group = "Log"
	groupEnv      Group = "Env"
	groupNotify   Group = "Notify"
	groupProgram  Group = "Program"
	groupCommands Group = "Your commands"
)

// Groups are all groups, in the order of the help.
var Groups = []Group{groupNavigate, groupRuns, groupBuild, groupLog, groupEnv, groupNotify, groupCommands, groupProgram}

// Group returns the group of a binding: that of its pane, or of what it is about.
func (b *Binding) Group() Group {
	switch b.Scope {
	case Runs:
		return groupRuns
	case Status:
		return groupBuild
	case Log:
		return groupLog
	case Env:
		return groupEnv
	case Compose, Sent:
		return groupNotify
	}
	_, isCommand := CommandOf(b.Intent)
	switch {
	case moves(b):
		return groupNavigate
	case isCommand:
		return groupCommands
	}
	switch b.Intent {
	case kit.IntentNextPane, kit.IntentPrevPane, kit.IntentNextLower, kit.IntentPrevLower, kit.IntentEnter, kit.IntentBack, kit.IntentZoom,
		kit.IntentCompact, kit.IntentTab, kit.IntentFilter:
		return groupNavigate
	case kit.IntentFollow:
		return groupLog
	case kit.IntentDiff:
		return groupEnv
	case kit.IntentCompose, kit.IntentSendWhy, kit.IntentSent, kit.IntentSync, kit.IntentFollowRun, kit.IntentFollowNext, kit.IntentFollowMine:
		return groupNotify
	case kit.IntentMouse, kit.IntentPalette, kit.IntentHelp, kit.IntentQuit, kit.IntentSuspend, kit.IntentAbandon, kit.IntentRefresh:
		return groupProgram
	}
	return groupBuild
}

// moves reports whether a binding only moves the cursor.
func moves(b *Binding) bool {
	_, lines := b.Intent.Lines(0)
	return lines || b.Intent == kit.IntentLeft || b.Intent == kit.IntentRight
}

// ActionsFirst returns the bindings for who looks for something to do: what only moves comes last, and these, too.
func (k *Map) ActionsFirst(last ...kit.Intent) []*Binding {
	var actions, motions []*Binding
	for i := range k.Bindings {
		if b := &k.Bindings[i]; moves(b) || slices.Contains(last, b.Intent) {
			motions = append(motions, b)
		} else {
			actions = append(actions, b)
		}
	}
	return append(actions, motions...)
}

// command begins the intents of the commands of the config.
const command = "command: "

// CommandOf returns the name of the command of the config that an intent stands for, and whether it stands for one.
func CommandOf(in kit.Intent) (name string, ok bool) { return strings.CutPrefix(string(in), command) }

// bindings returns the default bindings with the keys of the config, and those of its commands.
func bindings(own map[string][]string, commands []kit.Command) []Binding {
	all := defaultBindings()
	var given []Binding
	for i := range all {
		b := &all[i]
		if b.Scope == "" {
			b.Scope = Everywhere
		}
		if keys, ok := own[string(b.Intent)]; ok && !b.Fixed {
			b.Keys = keys
			given = append(given, *b)
		}
	}
	var ofCommands []Binding
	for _, c := range commands {
		ofCommands = append(ofCommands, Binding{Intent: kit.Intent(command + c.Name), Scope: Everywhere, Keys: []string{c.Key}, Short: c.Name, Desc: c.Name, whyNot: needsChange})
	}
	given = append(given, ofCommands...)
	for i := range all {
		b := &all[i]
		if _, ok := own[string(b.Intent)]; ok || b.Fixed {
			continue
		}
		for _, g := range given {
			if g.takesFrom(b) {
				b.Keys = slices.DeleteFunc(b.Keys, func(key string) bool { return slices.Contains(g.Keys, key) })
			}
		}
	}
	return append(all, ofCommands...)
}

// takesFrom reports whether the keys that the config gives to b are no longer those of another: in the same scope, and those of a
// command in all panes but the one where text is written.
func (b *Binding) takesFrom(o *Binding) bool {
	_, isCommand := CommandOf(b.Intent)
	return b.Intent != o.Intent && (b.Scope == o.Scope || isCommand && o.Scope != Compose)
}
