package act

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// CanAnswer reports whether a build waits for a person.
func CanAnswer(s Selection) bool { return s.Run != nil && s.Run.Status == jenkins.Paused }

// answer answers what the selected build asks.
func (a *Acts) answer(r jenkins.Run) (popup.Popup, tea.Cmd) {
	if r.Status.Ended() {
		return nil, kit.Note(kit.RunTitle(r) + " has ended: it asks nothing")
	}
	actor := a.sh.ActorOf(r.Controller)
	return ask(a.asker, "Answer", "Asking what "+kit.RunTitle(r)+" waits for"+a.sh.Glyphs.More,
		func(ctx context.Context) ([]action.Input, error) { return actor.Inputs(ctx, r) },
		func(open []action.Input) (popup.Popup, tea.Cmd) { return a.inputs(r, open) })
}

// inputs lets the user choose which question to answer, and how.
func (a *Acts) inputs(r jenkins.Run, open []action.Input) (popup.Popup, tea.Cmd) {
	switch len(open) {
	case 0:
		return nil, tea.Batch(kit.Send(kit.PokeMsg{Controller: r.Controller}), kit.Note(kit.RunTitle(r)+" asks nothing: it goes on, or somebody has answered"))
	case 1:
		return a.input(r, open[0]), nil
	}
	items := make([]popup.Item, len(open))
	for i, in := range open {
		items[i] = popup.Item{Label: in.Message, Note: "asked of " + in.Who(),
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.input(r, in), nil })}
	}
	return a.list(kit.RunTitle(r)+" asks", "choose", items), nil
}

// input offers the two answers, in the words of the pipeline.
func (a *Acts) input(r jenkins.Run, in action.Input) popup.Popup {
	yes := "goes on"
	if len(in.Parameters) > 0 {
		yes = "goes on, after " + kit.Plural(len(in.Parameters), "parameter")
	}
	no := action.AbortInput(r, in)
	return a.options(in.Message, []popup.Item{
		{Label: in.Yes(), Note: yes, Msg: step(func() (popup.Popup, tea.Cmd) { return a.proceed(r, in) })},
		{Label: in.No(), Note: no.Effect, Msg: step(func() (popup.Popup, tea.Cmd) {
			return a.confirm(no, in.No(), whoMay(in)), nil
		})},
	})
}

// whoMay says who may answer.
func whoMay(in action.Input) func(*dialog.Question) {
	return func(q *dialog.Question) { q.Title, q.Needs = "Answer", "Asked of "+in.Who()+"." }
}

// checkInput checks the values of an input's form. Jenkins fills in nothing, so that all of them are needed.
func checkInput(r jenkins.Run, in action.Input) func([]dialog.Value) (int, error) {
	check := checkOf(in.Parameters)
	return func(values []dialog.Value) (int, error) {
		if i, err := check(values); err != nil {
			return i, err
		}
		list, _ := valuesOf(in.Parameters, values)
		_, err := action.ProceedInput(r, in, list)
		if e, ok := errors.AsType[*action.Error](err); ok {
			err = &kit.SaidError{What: e.What, Fix: "Give it a value."}
		}
		return -1, err
	}
}

// proceed answers yes, after the form of the input's own parameters.
func (a *Acts) proceed(r jenkins.Run, in action.Input) (popup.Popup, tea.Cmd) {
	plain, err := action.ProceedInput(r, in, nil)
	if len(in.Parameters) == 0 {
		if err != nil {
			return failed("Answer", a.local(err)), nil
		}
		return a.confirm(plain, in.Yes(), whoMay(in)), nil
	}
	for _, p := range in.Parameters {
		if p.Kind == action.FileContent && err != nil {
			return failed("Answer", a.local(err)), nil // it cannot be sent from here
		}
	}
	s := dialog.Spec{Title: "Answer", Asks: in.Message, Effect: sentence(plain.Effect), Needs: "Asked of " + in.Who() + ".",
		Warn: a.rights.warnings(plain), Yes: in.Yes(), Fields: a.fields(r.Controller, in.Parameters), Check: checkInput(r, in)}
	for i, p := range in.Parameters {
		if !p.HasDefault && (p.Kind == action.RunOf || p.Kind == action.Credentials) {
			s.Fields[i].Empty = "to be given"
		}
	}
	s.Done = func(values []dialog.Value) tea.Msg {
		return step(func() (popup.Popup, tea.Cmd) {
			list, _ := valuesOf(in.Parameters, values)
			what, err := action.ProceedInput(r, in, list)
			if err != nil {
				return failed("Answer", a.local(err)), nil
			}
			return a.goOn(what, in.Yes())
		})
	}
	return dialog.NewForm(a.sh, s), nil
}
