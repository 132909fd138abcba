// Package act leads from a key to a change in Jenkins: which build, which values, the question, the request, and what became
// of it. Nothing is changed without a dialog that was confirmed, and nothing is ever tried again by itself.
package act

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// Acts is what the user does to builds in this session.
type Acts struct {
	sh      *kit.Shared
	asked   int // questions so far: an answer to another one is too late
	running int // actions under way
	stopped map[kit.BuildKey]*stopping
	denied  map[denial]string
	edits   map[kit.BuildKey]*edit // scripts that were edited and not replayed, for as long as the program runs
	started *jenkins.Run           // the last build that came of an action
}

// New returns what acts; it has done nothing yet.
func New(sh *kit.Shared) *Acts {
	return &Acts{sh: sh, stopped: map[kit.BuildKey]*stopping{}, denied: map[denial]string{}, edits: map[kit.BuildKey]*edit{}}
}

// Selection is what an intent is about.
type Selection struct {
	Run    *jenkins.Run  // under the cursor; nil: there is none
	Marked []jenkins.Run // in the list's order
}

// Msg is a message of this package. It goes to [Acts.Update], whatever is open.
type Msg interface{ acts() }

// step is what comes after something was chosen or confirmed. It is called in Update.
type step func() (popup.Popup, tea.Cmd)

func (step) acts() {}

// begin is the first step of an intent.
type begin func(*Acts, Selection) (popup.Popup, tea.Cmd)

// Is reports whether an intent acts on a build, a job or a node.
func Is(in kit.Intent) bool { return starts(in) != nil }

// starts returns where an intent begins, nil for one that acts on nothing.
func starts(in kit.Intent) begin {
	switch in {
	case kit.IntentBuild:
		return ofJob((*Acts).build)
	case kit.IntentStop:
		return (*Acts).stop
	case kit.IntentAnswer:
		return ofBuild((*Acts).answer)
	case kit.IntentAct:
		return (*Acts).choose
	case kit.IntentRerun:
		return ofBuild((*Acts).rerun)
	case kit.IntentRestart:
		return ofBuild((*Acts).restart)
	case kit.IntentReplay:
		return ofBuild((*Acts).replay)
	case kit.IntentKeep:
		return ofBuild((*Acts).keep)
	case kit.IntentDescribe:
		return ofBuild((*Acts).describe)
	case kit.IntentDelete:
		return ofBuild((*Acts).remove)
	case kit.IntentDisableJob, kit.IntentEnableJob:
		return ofJob(func(a *Acts, r jenkins.Run) (popup.Popup, tea.Cmd) { return a.enable(r, in == kit.IntentEnableJob) })
	case kit.IntentNodeOffline, kit.IntentNodeOnline:
		return func(a *Acts, s Selection) (popup.Popup, tea.Cmd) { return a.nodes(s, in == kit.IntentNodeOffline) }
	}
	return nil
}

// Start begins what an intent asks for: it returns the dialog that is to be open, nil for none.
func (a *Acts) Start(in kit.Intent, s Selection) (popup.Popup, tea.Cmd) {
	if a.sh.Opts.ReadOnly {
		return nil, kit.Note("not in a read-only session: nothing is changed")
	}
	return starts(in)(a, s)
}

// Update handles a message of this package and returns the dialog that is to be open, nil to leave things as they are.
func (a *Acts) Update(msg Msg) (popup.Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case step:
		return msg()
	case doneMsg:
		return nil, a.done(msg)
	case followedMsg:
		return nil, a.followed(msg)
	}
	return nil, nil
}

// Started returns the last build that came of an action, nil before there was one.
func (a *Acts) Started() *jenkins.Run { return a.started }

// Busy returns how many actions are under way.
func (a *Acts) Busy() int { return a.running }

// ofBuild begins what only a build can be subject to.
func ofBuild(do func(*Acts, jenkins.Run) (popup.Popup, tea.Cmd)) begin {
	return func(a *Acts, s Selection) (popup.Popup, tea.Cmd) {
		switch {
		case s.Run == nil:
			return nil, kit.Note("no run is selected")
		case s.Run.Number == 0:
			return nil, kit.Note(kit.RunTitle(*s.Run) + " waits in the queue: it is not a build yet")
		case a.sh.ActorOf(s.Run.Controller) == nil:
			return nil, kit.Note("there is no controller to ask")
		}
		return do(a, *s.Run)
	}
}

// ofJob begins what is done to the job of the selected run.
func ofJob(do func(*Acts, jenkins.Run) (popup.Popup, tea.Cmd)) begin {
	return func(a *Acts, s Selection) (popup.Popup, tea.Cmd) {
		switch {
		case s.Run == nil:
			return nil, kit.Note("no run is selected")
		case s.Run.NoBuild || s.Run.Job == "":
			return nil, kit.Note(kit.RunTitle(*s.Run) + " is not a job that can be built")
		case a.sh.ActorOf(s.Run.Controller) == nil:
			return nil, kit.Note("there is no controller to ask")
		}
		return do(a, *s.Run)
	}
}

// list lets one of several steps be chosen; esc in what a step opens leads back to it.
func (a *Acts) list(title, enter string, items []popup.Item) popup.Popup {
	l := popup.NewList(a.sh, title, enter, items)
	for i := range items { // the list has the same ones
		if do, ok := items[i].Msg.(step); ok {
			items[i].Msg = step(func() (popup.Popup, tea.Cmd) {
				open, cmd := do()
				dialog.Behind(open, l)
				return open, cmd
			})
		}
	}
	return l
}

// answer is what came of the n-th question.
type answer[T any] struct {
	n     int
	value T
	err   error
}

// askFor is how long a question may take. Jenkins answers for inputs up to a minute late after its start.
const askFor = 90 * time.Second

// ask asks Jenkins, says so in a dialog that esc leaves, and goes on with the answer.
func ask[T any](a *Acts, title, text string, question func(context.Context) (T, error),
	then func(T) (popup.Popup, tea.Cmd)) (popup.Popup, tea.Cmd) {
	a.asked++
	n, parent := a.asked, a.sh.Context()
	wait := dialog.NewWaiting(title, text, func(msg tea.Msg) (popup.Popup, tea.Cmd, bool) {
		got, ok := msg.(answer[T])
		if !ok || got.n != n {
			return nil, nil, false
		}
		if got.err != nil {
			return failed(title, a.local(got.err)), nil, true
		}
		open, cmd := then(got.value)
		return open, cmd, true
	})
	return wait, func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, askFor)
		defer cancel()
		value, err := question(ctx)
		return answer[T]{n, value, err}
	}
}

// failed says why something cannot be done.
func failed(title string, err error) popup.Popup {
	return popup.NewNotice(title, kit.WhatOf(err), kit.HintOf(err))
}

// spec names a build for a question.
func spec(r *jenkins.Run) jenkins.BuildSpec {
	return jenkins.BuildSpec{Job: r.Job, Number: r.Number}
}

// confirm asks whether to do an action. What destroys something is asked twice, the second time by its number.
func (a *Acts) confirm(what action.Action, yes string, change ...func(*dialog.Question)) popup.Popup {
	q := dialog.Question{Title: kit.Sentence(string(what.Kind)), Asks: what.Question, Effect: sentence(what.Effect),
		Needs: "Needs the right " + what.Permission + ".", Warn: a.warnings(what), Yes: yes, No: "leave it", Careful: careful(what.Kind)}
	for _, c := range change {
		c(&q)
	}
	once := step(func() (popup.Popup, tea.Cmd) { return nil, a.run(what) })
	switch {
	case what.Twice:
		again := q
		again.Asks = "Really " + string(what.Kind) + " " + what.Target.String() + "? It cannot be undone."
		again.Type, again.Why = fmt.Sprint(what.Target.Number), "Type its number, so that it is no accident."
		again.Msg = once
		a.protect(&again, &what)
		q.Msg = step(func() (popup.Popup, tea.Cmd) { return dialog.NewConfirm(a.sh, again), nil })
	default:
		q.Msg = once
		a.protect(&q, &what)
	}
	return dialog.NewConfirm(a.sh, q)
}

// protect has a protected controller's name typed.
func (a *Acts) protect(q *dialog.Question, what *action.Action) {
	if name := what.Target.Controller; a.protected(name) {
		q.Type, q.Why = name, "The controller "+name+" is protected."
		what.Typed = name
	}
}

func (a *Acts) protected(controller string) bool {
	for _, c := range a.sh.Opts.Controllers {
		if c.Name == controller {
			return c.Protected
		}
	}
	return false
}

// careful reports whether enter alone must not confirm.
func careful(k action.Kind) bool {
	switch k {
	case action.Stop, action.Terminate, action.Kill, action.CancelItem, action.Abort, action.Delete, action.DisableJob, action.NodeOffline:
		return true
	}
	return false
}

// sentence makes one of a text of package action.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return kit.Sentence(s) + "."
}
