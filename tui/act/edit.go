package act

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// state asks for what the list does not know of a build.
func (a *Acts) state(title string, r jenkins.Run, then func(action.State) (popup.Popup, tea.Cmd)) (popup.Popup, tea.Cmd) {
	actor := a.sh.ActorOf(r.Controller)
	return ask(a.asker, title, "Asking about "+kit.RunTitle(r)+a.sh.Glyphs.More,
		func(ctx context.Context) (action.State, error) { return actor.State(ctx, r) }, then)
}

// keep keeps a build forever, or lets one that is kept go.
func (a *Acts) keep(r jenkins.Run) (popup.Popup, tea.Cmd) {
	return a.state("Keep", r, func(now action.State) (popup.Popup, tea.Cmd) {
		yes, effect := "keep it", "Now the job's rules may discard it; then they no longer do."
		if now.Kept {
			yes, effect = "let it go", "Now it is kept forever; then the job's rules may discard it."
		}
		return a.confirm(action.KeepBuild(r, !now.Kept), yes, func(q *dialog.Question) { q.Title, q.Effect = "Keep", effect }), nil
	})
}

// describe sets a build's description, or, once that was done in this session, offers to take it back.
func (a *Acts) describe(r jenkins.Run) (popup.Popup, tea.Cmd) {
	return a.state("Describe", r, func(now action.State) (popup.Popup, tea.Cmd) {
		r.Description = now.Description
		was, ok := a.described[kit.KeyOf(&r)]
		if !ok || was == now.Description {
			return a.describeForm(r), nil
		}
		back := popup.Item{Label: "Restore what it said before", Note: kit.LineEnds(was)}
		if was == "" {
			back = popup.Item{Label: "Take its description away", Note: "it had none before"}
		}
		back.Msg = step(func() (popup.Popup, tea.Cmd) {
			return a.confirm(action.DescribeBuild(r, was), "do it", func(q *dialog.Question) {
				if q.Effect = "It gets back the one that it had before:"; was == "" {
					q.Effect = "It gets none, as it had none before."
				} else {
					q.Lines = strings.Split(was, "\n")
				}
			}), nil
		})
		return a.options("Describe "+kit.RunTitle(r), []popup.Item{back, {Label: "Describe it anew", Note: "it says: " + kit.LineEnds(r.Description),
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.describeForm(r), nil })}}), nil
	})
}

func (a *Acts) describeForm(r jenkins.Run) popup.Popup {
	what := action.DescribeBuild(r, "")
	return dialog.NewForm(a.sh, dialog.Spec{Title: "Describe", Asks: what.Question, Effect: sentence(what.Effect), Yes: "set it",
		Needs: "Needs the right " + what.Permission + ".", Warn: a.rights.warnings(what),
		Fields: []dialog.Field{{Name: "Description", Kind: dialog.Text, Value: r.Description, Note: "empty: none"}},
		Done: func(v []dialog.Value) tea.Msg {
			return step(func() (popup.Popup, tea.Cmd) {
				if v[0].Text == r.Description {
					return nil, kit.Note("the description is as it was: nothing was sent")
				}
				return a.goOn(action.DescribeBuild(r, v[0].Text), "set it")
			})
		}})
}

func (a *Acts) remove(r jenkins.Run) (popup.Popup, tea.Cmd) {
	if !r.Status.Ended() {
		return nil, kit.Note(kit.RunTitle(r) + " still runs: stop it before it is deleted")
	}
	return a.confirm(action.DeleteBuild(r), "delete it"), nil
}

// enable enables a job or disables it, as on says; nil: the one that it is not.
func (a *Acts) enable(r jenkins.Run, on *bool) (popup.Popup, tea.Cmd) {
	actor, job := a.sh.ActorOf(r.Controller), kit.Clean(jenkins.DisplayName(r.Job))
	return ask(a.asker, "Job", "Asking about "+job+a.sh.Glyphs.More,
		func(ctx context.Context) (bool, error) { return actor.JobDisabled(ctx, r.Job) },
		func(disabled bool) (popup.Popup, tea.Cmd) {
			if on != nil && *on != disabled {
				return nil, kit.Note(job + " is " + map[bool]string{true: "disabled", false: "enabled"}[disabled] + " already: nothing was sent")
			}
			what := action.SetJobEnabled(r.Controller, r.Job, disabled)
			return a.confirm(what, string(what.Kind)+" it"), nil
		})
}
