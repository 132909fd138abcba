package act

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// report says what was done, in the words and with the keys of this screen.
type report struct{ sh *kit.Shared }

// say is the one line about what was done.
func (r report) say(list []outcome) tea.Cmd {
	if len(list) > 1 {
		return r.several(list)
	}
	only := &list[0]
	if only.err != nil {
		return kit.Send(kit.NoteMsg{Err: r.local(only.err), Stays: true})
	}
	text := r.did(only)
	if next := r.next(&only.action); next != "" && !only.result.Already {
		text += " - " + next
	}
	return kit.Send(kit.NoteMsg{Text: text, Busy: only.action.Kind.Starts(), Stays: true}) // until it is known what became of it
}

// several says how many runs were stopped and the key that leads to the first of them, and which were not, and why.
func (r report) several(list []outcome) tea.Cmd {
	builds, items := 0, 0
	failed := map[string][]string{} // the runs, by the reason
	var reasons []string
	var first error
	for i := range list {
		switch o := &list[i]; {
		case o.err != nil:
			why := reason(o.err)
			if failed[why] == nil {
				reasons = append(reasons, why)
			}
			failed[why] = append(failed[why], kit.Clean(o.action.Target.String()))
			first = cmp.Or(first, o.err)
		case o.action.Kind == action.CancelItem:
			items++
		default:
			builds++
		}
	}
	var did []string
	if builds > 0 {
		did = append(did, "stopping "+kit.Plural(builds, "build"))
	}
	if items > 0 {
		did = append(did, "cancelled "+kit.Plural(items, "queue item"))
	}
	text := "stopped none of " + strconv.Itoa(len(list))
	if len(did) > 0 {
		text = strings.Join(did, ", ")
	}
	text = kit.Sentence(text) + " on " + where(list)
	for _, why := range reasons {
		text += "; not " + names(failed[why]) + ": " + why
	}
	if first != nil {
		return kit.Send(kit.NoteMsg{Err: &kit.SaidError{What: text, Fix: kit.HintOf(r.local(first))}, Stays: true})
	}
	if key := r.sh.Key(kit.IntentStarted); builds > 0 && key != "" {
		text += "; " + kit.KeyLabel(key) + " goes to the first"
	}
	return outcomeNote(text)
}

// outcomeNote says what became of an action.
func outcomeNote(text string) tea.Cmd { return kit.Send(kit.NoteMsg{Text: text, Stays: true}) }

// where is the controller of what was done, or how many there are.
func where(list []outcome) string {
	names := map[string]bool{}
	for i := range list {
		names[list[i].action.Target.Controller] = true
	}
	if len(names) > 1 {
		return kit.Plural(len(names), "controller")
	}
	return kit.Clean(list[0].action.Target.Controller)
}

// names lists the first few of several.
func names(list []string) string {
	const most = 3
	if len(list) > most+1 {
		list = append(list[:most:most], strconv.Itoa(len(list)-most)+" others")
	}
	if n := len(list) - 1; n > 0 {
		return strings.Join(list[:n], ", ") + " and " + list[n]
	}
	return list[0]
}

// reason is why an action was not done, without saying again which.
func reason(err error) string {
	own, ok := errors.AsType[*action.Error](err)
	if !ok {
		return kit.WhatOf(err)
	}
	bare := *own
	bare.Op = ""
	return strings.TrimPrefix(kit.Clean(bare.Error()), ": ")
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
	case action.Stop, action.Terminate:
		return "it says ABORTED once it has ended"
	case action.Kill:
		return "it ends in a moment"
	case action.CancelItem:
		if what.Target.Run.PartOf || what.Target.Run.NoBuild {
			return ""
		}
		return key(kit.IntentBuild) + " on a build of the job starts it again"
	case action.Build, action.Rerun, action.Restart, action.Replay:
		return "waiting for it to start"
	case action.Proceed:
		return "the pipeline goes on in a moment"
	case action.Abort:
		return "it ends in a moment, unless its script catches that"
	case action.Keep, action.Unkeep:
		return palette + " keep build changes it back"
	case action.Describe:
		return palette + " describe build undoes it"
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
	if !ok || len(own.Command) == 0 {
		return err
	}
	return &onScreen{err, own.Fix + r.way(commands[own.Command[0]])}
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
