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

// asker asks the user, and Jenkins for what the user is asked about.
type asker struct {
	report
	asked  int    // questions to Jenkins so far: an answer to another one is too late
	rights rights // those that Jenkins refused
}

// confirmed are actions that the user has confirmed.
type confirmed []action.Action

func (confirmed) acts() {}

// list lets one of several steps be chosen; esc in what a step opens leads back to it.
func (a *asker) list(title, enter string, items []popup.Item) popup.Popup {
	var l *popup.List
	l = popup.NewList(a.sh, title, enter, before(items, func() popup.Popup { return l }))
	return l
}

// options is a list of a few, whose notes are shown in full.
func (a *asker) options(title string, items []popup.Item) popup.Popup {
	var o *dialog.Options
	o = dialog.NewOptions(a.sh, title, before(items, func() popup.Popup { return o }))
	return o
}

// before has esc in what an item opens lead back to the list.
func before(items []popup.Item, list func() popup.Popup) []popup.Item {
	for i := range items {
		if do, ok := items[i].Msg.(step); ok {
			items[i].Msg = step(func() (popup.Popup, tea.Cmd) {
				open, cmd := do()
				dialog.Behind(open, list())
				return open, cmd
			})
		}
	}
	return items
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
func ask[T any](a *asker, title, text string, question func(context.Context) (T, error),
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
func (a *asker) confirm(what action.Action, yes string, change ...func(*dialog.Question)) popup.Popup {
	q := dialog.Question{Title: kit.Sentence(string(what.Kind)), Asks: what.Question, Effect: sentence(what.Effect),
		Needs: "Needs the right " + what.Permission + ".", Warn: a.rights.warnings(what), Yes: yes, No: "leave it", Careful: careful(what.Kind)}
	for _, c := range change {
		c(&q)
	}
	if !what.Twice {
		a.protect(&q, &what)
		q.Msg = confirmed{what}
		return dialog.NewConfirm(a.sh, q)
	}
	again := q
	again.Asks = "Really " + string(what.Kind) + " " + what.Target.String() + "? It cannot be undone."
	again.Type, again.Why = fmt.Sprint(what.Target.Number), "Type its number, so that it is no accident."
	a.protect(&again, &what)
	again.Msg = confirmed{what}
	q.Msg = step(func() (popup.Popup, tea.Cmd) { return dialog.NewConfirm(a.sh, again), nil })
	return dialog.NewConfirm(a.sh, q)
}

// protect has a protected controller's name typed.
func (a *asker) protect(q *dialog.Question, what *action.Action) {
	if name := what.Target.Controller; a.protected(name) {
		q.Type, q.Why = name, "The controller "+name+" is protected."
		what.Typed = name
	}
}

func (a *asker) protected(controller string) bool {
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

// goOn leads from a form, which has confirmed an action, to its request; a protected controller's name is asked for all the same.
func (a *asker) goOn(what action.Action, yes string) (popup.Popup, tea.Cmd) {
	if a.protected(what.Target.Controller) {
		return a.confirm(what, yes), nil
	}
	return nil, kit.Send(confirmed{what})
}
