package act

import (
	"slices"
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
		if ended {
			items = append(items, popup.Item{Label: "Build job with its parameters", Note: a.rights.lacks(plain),
				Msg: step(func() (popup.Popup, tea.Cmd) { return a.form(r, true) })})
		}
		items = append(items, popup.Item{Label: "Build job", Note: a.rights.lacks(plain),
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.form(r, false) })})
		if r.Number > 0 {
			add("Keep build forever, or no longer", kit.IntentKeep, action.KeepBuild(r, true))
			add("Describe build", kit.IntentDescribe, action.DescribeBuild(r, ""))
		}
		if ended {
			add("Delete build", kit.IntentDelete, action.DeleteBuild(r))
		}
		add("Disable job", kit.IntentDisableJob, action.SetJobEnabled(r.Controller, r.Job, false))
		add("Enable job", kit.IntentEnableJob, action.SetJobEnabled(r.Controller, r.Job, true))
		add("Take node offline", kit.IntentNodeOffline, action.TakeNodeOffline(r.Controller, "", ""))
		add("Bring node online", kit.IntentNodeOnline, action.BringNodeOnline(r.Controller, ""))
		return a.list("What to do with "+kit.RunTitle(r), "choose", items), nil
	})(a, s)
}

// keep keeps a build forever or lets it go. The list does not know which of both it is: Jenkins is read before it is changed.
func (a *Acts) keep(r jenkins.Run) (popup.Popup, tea.Cmd) {
	var items []popup.Item
	for _, on := range []bool{true, false} {
		what, label := action.KeepBuild(r, on), "Keep forever"
		if !on {
			label = "Let it be discarded again"
		}
		items = append(items, popup.Item{Label: label, Note: kit.Clean(what.Effect),
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.confirm(what, "do it"), nil })})
	}
	return a.list(kit.RunTitle(r), "choose", items), nil
}

func (a *Acts) describe(r jenkins.Run) (popup.Popup, tea.Cmd) {
	what := action.DescribeBuild(r, "")
	return dialog.NewForm(a.sh, dialog.Spec{Title: "Describe", Asks: what.Question, Effect: sentence(what.Effect), Yes: "set it",
		Needs: "Needs the right " + what.Permission + ".", Warn: a.rights.warnings(what),
		Fields: []dialog.Field{{Name: "Description", Kind: dialog.Text, Value: r.Description, Note: "empty: none"}},
		Done: func(v []dialog.Value) tea.Msg {
			return step(func() (popup.Popup, tea.Cmd) { return a.goOn(action.DescribeBuild(r, v[0].Text), "set it") })
		}}), nil
}

func (a *Acts) remove(r jenkins.Run) (popup.Popup, tea.Cmd) {
	if !r.Status.Ended() {
		return nil, kit.Note(kit.RunTitle(r) + " still runs: stop it before it is deleted")
	}
	return a.confirm(action.DeleteBuild(r), "delete it"), nil
}

func (a *Acts) enable(r jenkins.Run, on bool) (popup.Popup, tea.Cmd) {
	what := action.SetJobEnabled(r.Controller, r.Job, on)
	return a.confirm(what, string(what.Kind)), nil
}

// nodes lets the user choose the node that is taken offline or brought back, those of the selected run first.
func (a *Acts) nodes(s Selection, offline bool) (popup.Popup, tea.Cmd) {
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
	title := "Bring a node of " + kit.Clean(controller) + " online"
	if offline {
		title = "Take a node of " + kit.Clean(controller) + " offline"
	}
	return ask(a.asker, "Nodes", "Asking for the nodes of "+kit.Clean(controller)+a.sh.Glyphs.More, actor.Nodes,
		func(list []jenkins.Node) (popup.Popup, tea.Cmd) {
			var items []popup.Item
			for _, n := range list {
				if n.Offline == offline {
					continue
				}
				item := popup.Item{Label: kit.Clean(n.Name), Note: kit.Clean(strings.Join(n.Labels, " ")), Msg: step(func() (popup.Popup, tea.Cmd) {
					return a.node(controller, n.Name, offline), nil
				})}
				if slices.Contains(mine, n.Name) {
					items = slices.Insert(items, 0, item)
				} else {
					items = append(items, item)
				}
			}
			if len(items) == 0 {
				return nil, kit.Note("there is no such node: each is that way already")
			}
			return a.list(title, "choose", items), nil
		})
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
