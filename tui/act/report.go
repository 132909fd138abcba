package act

import (
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// report says what was done, in the words and with the keys of this screen.
type report struct{ sh *kit.Shared }

// say is the one line about what was done.
func (r report) say(list, failed []outcome) tea.Cmd {
	first := &list[0]
	switch {
	case len(failed) > 0 && len(list) == 1:
		return kit.Send(kit.NoteMsg{Err: r.local(failed[0].err)})
	case len(failed) > 0:
		what := fmt.Sprintf("%d of %d done; %s", len(list)-len(failed), len(list), failed[0].err.Error())
		return kit.Send(kit.NoteMsg{Err: &kit.SaidError{What: what, Fix: kit.HintOf(r.local(failed[0].err))}})
	case len(list) > 1:
		return kit.Note(fmt.Sprintf("asked Jenkins for %d changes: the list shows what becomes of them", len(list)))
	}
	text := r.did(first)
	if next := r.next(&first.action); next != "" && !first.result.Already {
		text += " - " + next
	}
	return kit.Send(kit.NoteMsg{Text: text, Busy: first.action.Kind.Starts()}) // until it is known what became of it
}

// did says what was done. What matters most, the build, comes early: the line may be cut.
func (r report) did(o *outcome) string {
	what := o.action.Target.String()
	if len(r.sh.Opts.Controllers) > 1 {
		what += " on " + kit.Clean(o.action.Target.Controller)
	}
	switch {
	case o.result.Already:
	case o.action.Kind == action.Stop:
		return "Stopping " + what
	case o.action.Kind == action.Terminate:
		return "Terminating " + what
	case o.action.Kind == action.Kill:
		return "Killing " + what
	case o.action.Kind == action.Build:
		return "Queued a build of " + what
	case o.action.Kind.Starts():
		return "Queued a " + string(o.action.Kind) + " of " + what
	}
	if strings.HasPrefix(o.result.Message, o.action.Target.String()) { // a name stays as it is
		return o.result.Message
	}
	return kit.Sentence(o.result.Message)
}

// next is the way to undo or to follow what was done, with the keys of this screen.
func (r report) next(what *action.Action) string {
	key := func(in kit.Intent) string { return kit.KeyLabel(r.sh.Key(in)) }
	palette := key(kit.IntentPalette)
	switch what.Kind {
	case action.Stop:
		return "it says ABORTED in a moment"
	case action.Terminate, action.Kill:
		return "it ends in a moment"
	case action.CancelItem:
		if what.Target.Run.PartOf || what.Target.Run.NoBuild {
			return ""
		}
		return key(kit.IntentBuild) + " on a build of the job starts it again"
	case action.Build, action.Rerun, action.Restart, action.Replay:
		return "waiting for it to start"
	case action.Proceed, action.Abort:
		return "the pipeline goes on in a moment"
	case action.Keep, action.Unkeep:
		return palette + " keep build changes it back"
	case action.Describe:
		if was := kit.Clean(kit.LineEnds(what.Target.Run.Description)); was != "" {
			return "it was: " + was
		}
	case action.DisableJob:
		return palette + " enable job undoes it"
	case action.EnableJob:
		return palette + " disable job undoes it"
	case action.NodeOffline:
		return palette + " bring node online undoes it"
	case action.NodeOnline:
		return palette + " take node offline undoes it"
	}
	return ""
}

// commands are the intents that do on the screen what a command does that an error names.
var commands = map[string]kit.Intent{
	"build": kit.IntentBuild, "enable": kit.IntentEnableJob, "history": kit.IntentHistory, "keep": kit.IntentKeep, "runs": kit.IntentRefresh,
	"status": kit.IntentRefresh, "stop": kit.IntentStop,
}

// onScreen is an error whose hint names a key, or what to look for in the palette, instead of a command.
type onScreen struct {
	error
	hint string
}

func (e *onScreen) Unwrap() error { return e.error }
func (e *onScreen) Hint() string  { return e.hint }

// local returns an error as it is said on the screen.
func (r report) local(err error) error {
	own, ok := errors.AsType[*action.Error](err)
	if !ok || own.Command == "" {
		return err
	}
	name, _, _ := strings.Cut(own.Command, " ")
	return &onScreen{err, own.Fix + r.way(commands[name])}
}

// way returns how an intent is reached, in parentheses: by its key, else by its name in the palette.
func (r report) way(in kit.Intent) string {
	if key := r.sh.Key(in); key != "" {
		return " (" + kit.KeyLabel(key) + ")"
	}
	if key := r.sh.Key(kit.IntentPalette); key != "" && in != "" {
		return " (" + kit.KeyLabel(key) + " " + string(in) + ")"
	}
	return ""
}

// instead says why a build cannot be run again this way, and how it can.
func (r report) instead(title string, err error) popup.Popup {
	return popup.NewNotice(title, kit.WhatOf(err), "Build it instead: "+kit.KeyLabel(r.sh.Key(kit.IntentBuild))+" asks for its parameters again.")
}
