package act

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// outcome is what came of an action.
type outcome struct {
	action action.Action
	result action.Result
	err    error
}

// doneMsg says that actions were done, followedMsg what became of the build of one.
type (
	doneMsg     struct{ list []outcome }
	followedMsg struct {
		action   action.Action
		progress action.Progress
		err      error
	}
)

func (doneMsg) acts()     {}
func (followedMsg) acts() {}

// atOnce is how many of several actions are under way at the same time.
const atOnce = 4

// run does actions, each once. A request that has begun is not cut off when the program ends: Jenkins may have it.
func (a *Acts) run(list ...action.Action) tea.Cmd {
	a.running++
	actors := make([]kit.Actor, len(list))
	for i := range list {
		actors[i] = a.sh.ActorOf(list[i].Target.Controller)
	}
	ctx := context.WithoutCancel(a.sh.Context())
	text := "asking Jenkins to " + list[0].Op()
	if len(list) > 1 {
		text = fmt.Sprintf("asking Jenkins for %d changes", len(list))
	}
	return tea.Batch(kit.Send(kit.NoteMsg{Text: text + a.sh.Glyphs.More, Busy: true}), func() tea.Msg {
		done := make([]outcome, len(list))
		var g errgroup.Group
		g.SetLimit(atOnce)
		for i := range list {
			g.Go(func() error {
				o := outcome{action: list[i]}
				o.result, o.err = actors[i].Do(ctx, list[i])
				done[i] = o
				return nil
			})
		}
		_ = g.Wait() // none returns an error: each outcome has its own
		return doneMsg{done}
	})
}

// done says in the footer what came of actions, has the controllers asked at once and follows what was started.
func (a *Acts) done(msg doneMsg) tea.Cmd {
	a.running--
	var cmds []tea.Cmd
	poked := map[string]bool{}
	var failed []outcome
	var acted []jenkins.Run
	for _, o := range msg.list {
		acted = append(acted, o.action.Target.Run)
		c := o.action.Target.Controller
		if !poked[c] {
			poked[c] = true
			cmds = append(cmds, kit.Send(kit.PokeMsg{Controller: c}))
		}
		if o.err != nil {
			a.learn(&o.action, o.err)
			failed = append(failed, o)
			continue
		}
		if o.action.Kind.Ends() {
			a.stopped[kit.KeyOf(&o.action.Target.Run)] = &stopping{kind: o.action.Kind, at: time.Now(), run: o.action.Target.Run}
		}
		if o.action.Kind == action.Replay {
			delete(a.edits, kit.KeyOf(&o.action.Target.Run))
		}
		if o.action.Kind.Starts() {
			cmds = append(cmds, a.follow(o.action, o.result))
		}
	}
	cmds = append(cmds, kit.Send(kit.UnmarkMsg{Runs: acted}))
	return tea.Batch(append([]tea.Cmd{a.say(msg.list, failed)}, cmds...)...) // said before the answers to what follows come
}

// say is the one line about what was done.
func (a *Acts) say(list, failed []outcome) tea.Cmd {
	first := &list[0]
	switch {
	case len(failed) > 0 && len(list) == 1:
		return kit.Send(kit.NoteMsg{Err: a.local(failed[0].err)})
	case len(failed) > 0:
		what := fmt.Sprintf("%d of %d done; %s", len(list)-len(failed), len(list), failed[0].err.Error())
		return kit.Send(kit.NoteMsg{Err: &kit.SaidError{What: what, Fix: kit.HintOf(a.local(failed[0].err))}})
	case len(list) > 1:
		return kit.Note(fmt.Sprintf("asked Jenkins for %d changes: the list shows what becomes of them", len(list)))
	}
	text := a.did(first)
	if next := a.next(&first.action); next != "" && !first.result.Already {
		text += " - " + next
	}
	return kit.Send(kit.NoteMsg{Text: text, Busy: first.action.Kind.Starts()}) // until it is known what became of it
}

// did says what was done. What matters most, the build, comes early: the line may be cut.
func (a *Acts) did(o *outcome) string {
	what := o.action.Target.String()
	if len(a.sh.Opts.Controllers) > 1 {
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
func (a *Acts) next(what *action.Action) string {
	key := func(in kit.Intent) string { return kit.KeyLabel(a.sh.Key(in)) }
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

// follow waits until the build that comes of an action has started.
func (a *Acts) follow(what action.Action, r action.Result) tea.Cmd {
	actor, ctx := a.sh.ActorOf(what.Target.Controller), a.sh.Context()
	return func() tea.Msg {
		p, err := actor.Follow(ctx, what, r)
		return followedMsg{what, p, err}
	}
}

// followed says what became of the build of an action. The cursor stays where it is; a key goes to the build.
func (a *Acts) followed(msg followedMsg) tea.Cmd {
	poke := kit.Send(kit.PokeMsg{Controller: msg.action.Target.Controller})
	job := kit.Clean(jenkins.DisplayName(msg.action.Target.Job))
	switch {
	case errors.Is(msg.err, context.Canceled):
		return nil
	case msg.err != nil:
		return kit.Send(kit.NoteMsg{Err: fmt.Errorf("follow the build of %s: %w", job, a.local(msg.err))})
	case msg.progress.Cancelled:
		return tea.Batch(poke, kit.Note("the build of "+job+" was taken out of the queue before it started"))
	}
	run := msg.progress.Run
	a.started = &run
	text := "Started " + kit.RunTitle(run)
	if len(a.sh.Opts.Controllers) > 1 {
		text += " on " + kit.Clean(run.Controller)
	}
	if key := a.sh.Key(kit.IntentStarted); key != "" {
		text += " - " + kit.KeyLabel(key) + " goes to it"
	}
	return tea.Batch(poke, kit.Note(text))
}

// denial is a right that Jenkins refused in this session.
type denial struct{ controller, job, permission string }

// learn remembers which right is missing.
func (a *Acts) learn(what *action.Action, err error) {
	e, ok := errors.AsType[*jenkins.Error](err)
	if !ok || e.Kind != jenkins.NotAllowed {
		return
	}
	words := kit.WhatOf(err)
	if own, ok := errors.AsType[*action.Error](err); ok {
		words = kit.Clean(own.What)
	}
	a.denied[denialOf(what)] = words
}

func denialOf(what *action.Action) denial {
	return denial{what.Target.Controller, what.Target.Job + what.Target.Node, what.Permission}
}

// warnings is what speaks against an action.
func (a *Acts) warnings(what action.Action) []string {
	if words := a.denied[denialOf(&what)]; words != "" {
		return []string{"Jenkins refused this in this session: " + strings.TrimRight(words, ".") + "."}
	}
	return nil
}

// lacks is the note of a choice that Jenkins refused before, empty where it did not.
func (a *Acts) lacks(what action.Action) string {
	if a.denied[denialOf(&what)] != "" {
		return "not allowed: " + what.Permission + " is missing"
	}
	return ""
}
