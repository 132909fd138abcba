package act

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
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
