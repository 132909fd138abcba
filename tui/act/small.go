package act

import (
	"context"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// choose lists everything that can be done to the selected run, its job and its nodes.
func (a *Acts) choose(s Selection) (popup.Popup, tea.Cmd) {
	return ofJob(func(a *Acts, r jenkins.Run) (popup.Popup, tea.Cmd) {
		var items []popup.Item
		add := func(label string, in kit.Intent, what action.Action) {
			note := a.rights.lacks(what)
			if note == "" {
				note = kit.KeyLabel(a.sh.Key(in))
			}
			items = append(items, popup.Item{Label: label, Note: note, Msg: step(func() (popup.Popup, tea.Cmd) { return starts(in)(a, s) })})
		}
		if CanAnswer(s) {
			add("Answer input", kit.IntentAnswer, action.AbortInput(r, action.Input{}))
		}
		switch {
		case r.QueueID != 0:
			add("Cancel it", kit.IntentStop, action.CancelQueued(r))
		case !r.Status.Ended():
			add("Stop build", kit.IntentStop, action.StopBuild(r))
		}
		plain, _ := action.StartBuild(r.Controller, r.Job, nil, nil)
		ended := r.Number > 0 && r.Status.Ended()
		if ended && r.Pipeline {
			add("Restart build from a stage", kit.IntentRestart, action.RestartBuild(r, ""))
			rerun, _ := action.RerunBuild(r)
			add("Rerun build: same script, commit and parameters", kit.IntentRerun, rerun)
			replay, _ := action.ReplayBuild(r, action.Script{})
			add("Replay build with its script edited", kit.IntentReplay, replay)
		}
		other := func(label string, what action.Action, then func() (popup.Popup, tea.Cmd)) {
			items = append(items, popup.Item{Label: label, Note: a.rights.lacks(what), Msg: step(then)})
		}
		if r.Number > 0 && len(r.Parameters) > 0 {
			other("Build job with the values of #"+strconv.Itoa(r.Number), plain, func() (popup.Popup, tea.Cmd) { return a.form(r, true) })
		}
		other("Build job", plain, func() (popup.Popup, tea.Cmd) { return a.form(r, false) })
		if r.Number > 0 {
			add("Keep build forever, or no longer", kit.IntentKeep, action.KeepBuild(r, true))
			add("Describe build", kit.IntentDescribe, action.DescribeBuild(r, ""))
		}
		if ended {
			add("Delete build", kit.IntentDelete, action.DeleteBuild(r))
		}
		other("Disable job, or enable it", action.SetJobEnabled(r.Controller, r.Job, false), func() (popup.Popup, tea.Cmd) { return a.enable(r, nil) })
		other("Take a node offline, or bring one back", action.TakeNodeOffline(r.Controller, "", ""), func() (popup.Popup, tea.Cmd) { return a.nodes(s, nil) })
		return a.list("What to do with "+kit.RunTitle(r), "choose", items), nil
	})(a, s)
}

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

// nodes lets the user choose a node to take offline or to bring back, those of the selected run first; offline has it list
// only those that can be taken offline, or only those that can be brought back.
func (a *Acts) nodes(s Selection, offline *bool) (popup.Popup, tea.Cmd) {
	controller := ""
	var mine []string
	switch {
	case s.Run != nil:
		controller, mine = s.Run.Controller, s.Run.Nodes
	case len(a.sh.Opts.Controllers) == 1:
		controller = a.sh.Opts.Controllers[0].Name
	}
	actor := a.sh.ActorOf(controller)
	if actor == nil {
		return nil, kit.Note("select a run of the controller whose node is meant")
	}
	return ask(a.asker, "Nodes", "Asking for the nodes of "+kit.Clean(controller)+a.sh.Glyphs.More, actor.Nodes,
		func(list []jenkins.Node) (popup.Popup, tea.Cmd) {
			var first, others []popup.Item
			for _, n := range list {
				if offline != nil && n.Offline == *offline {
					continue
				}
				item := popup.Item{Label: kit.Clean(n.Name), Note: aboutNode(&n), Msg: step(func() (popup.Popup, tea.Cmd) {
					return a.node(controller, n.Name, !n.Offline), nil
				})}
				if slices.Contains(mine, n.Name) {
					first = append(first, item)
				} else {
					others = append(others, item)
				}
			}
			title := "Take a node of " + kit.Clean(controller) + " offline, or bring one back"
			switch {
			case offline == nil:
			case *offline:
				title = "Take a node of " + kit.Clean(controller) + " offline"
			default:
				title = "Bring a node of " + kit.Clean(controller) + " back online"
			}
			if len(first)+len(others) == 0 {
				return nil, kit.Note("there is no such node: each is that way already")
			}
			return a.list(title, "choose", append(first, others...)), nil
		})
}

// aboutNode is a node's state and its labels. Jenkins gives each its own name as a label, too.
func aboutNode(n *jenkins.Node) string {
	words := []string{"online"}
	if n.Offline {
		words[0] = "offline"
	}
	for _, l := range n.Labels {
		if l != n.Name {
			words = append(words, kit.Clean(l))
		}
	}
	return strings.Join(words, " ")
}

// node takes a node offline, with a reason, or brings it back.
func (a *Acts) node(controller, name string, offline bool) popup.Popup {
	if !offline {
		return a.confirm(action.BringNodeOnline(controller, name), "bring it online")
	}
	what := action.TakeNodeOffline(controller, name, "")
	return dialog.NewForm(a.sh, dialog.Spec{Title: "Node", Asks: what.Question, Effect: sentence(what.Effect), Yes: "take it offline",
		Needs: "Needs the right " + what.Permission + ".", Warn: a.rights.warnings(what),
		Fields: []dialog.Field{{Name: "Reason", Note: "others see it"}},
		Check: func(v []dialog.Value) (int, error) {
			if strings.TrimSpace(v[0].Text) == "" {
				return 0, &kit.SaidError{What: "there is no reason", Fix: "Say why: others wonder where the node is."}
			}
			return -1, nil
		},
		Done: func(v []dialog.Value) tea.Msg {
			return step(func() (popup.Popup, tea.Cmd) {
				return a.goOn(action.TakeNodeOffline(controller, name, v[0].Text), "take it offline")
			})
		}})
}
