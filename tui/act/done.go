package act

import (
	"context"
	"errors"
	"fmt"

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
	var acted []jenkins.Run
	var stopped *jenkins.Run
	for _, o := range msg.list {
		acted = append(acted, o.action.Target.Run)
		c := o.action.Target.Controller
		if !poked[c] {
			poked[c] = true
			cmds = append(cmds, kit.Send(kit.PokeMsg{Controller: c}))
		}
		if o.err != nil {
			a.rights.learn(&o.action, o.err)
			continue
		}
		if o.action.Kind.Ends() {
			a.stops.note(&o.action)
			if stopped == nil {
				stopped = &o.action.Target.Run
			}
		}
		switch key := kit.KeyOf(&o.action.Target.Run); o.action.Kind {
		case action.Replay:
			delete(a.replays.edits, key)
		case action.Delete:
			cmds = append(cmds, kit.Send(kit.GoneMsg{Build: key, Deleted: true}))
		case action.Describe:
			a.described[key] = o.action.Target.Run.Description
		}
		if o.action.Kind.Starts() {
			cmds = append(cmds, a.follow(o.action, o.result))
		}
	}
	if len(msg.list) > 1 && stopped != nil {
		a.started = stopped
	}
	cmds = append(cmds, kit.Send(kit.UnmarkMsg{Runs: acted}))
	return tea.Batch(append([]tea.Cmd{a.say(msg.list)}, cmds...)...) // said before the answers to what follows come
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
		return kit.Send(kit.NoteMsg{Err: fmt.Errorf("follow the build of %s: %w", job, a.local(msg.err)), Stays: true})
	case msg.progress.Cancelled:
		return tea.Batch(poke, outcomeNote("the build of "+job+" was taken out of the queue before it started"))
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
	return tea.Batch(poke, outcomeNote(text))
}
