package act

import (
	"context"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// stagesOf is the stages from which a build can be restarted, and which of them failed.
type stagesOf struct {
	list   []string
	failed string // empty: none of them
}

// askStages asks for what the list does not know of a build that is to be run again: its stages, and its parameters, of which
// a password forbids some of the ways.
func (a *Acts) askStages(r jenkins.Run, title string, then func(jenkins.Run, stagesOf) (popup.Popup, tea.Cmd)) (popup.Popup, tea.Cmd) {
	type known struct {
		run    jenkins.Run
		stages stagesOf
	}
	actor := a.sh.ActorOf(r.Controller)
	return ask(a.asker, title, "Asking from which stages "+kit.RunTitle(r)+" can be restarted"+a.sh.Glyphs.More,
		func(ctx context.Context) (known, error) {
			list, failed, err := actor.Restartable(ctx, r)
			if kit.IsGone(err) { // no declarative pipeline, or no right
				err = nil
			}
			if !slices.Contains(list, failed) {
				failed = ""
			}
			if err == nil && r.Parameters == nil {
				if full, err := actor.Build(ctx, spec(&r)); err == nil && jenkins.SameBuild(&full, &r) {
					r.Parameters = full.Parameters
				}
			}
			return known{r, stagesOf{list, failed}}, err
		}, func(k known) (popup.Popup, tea.Cmd) { return then(k.run, k.stages) })
}

// again lets the user choose among the ways to run a build once more, which differ in what they take from it.
func (a *Acts) again(r jenkins.Run) (popup.Popup, tea.Cmd) {
	return a.askStages(r, "Again", func(r jenkins.Run, s stagesOf) (popup.Popup, tea.Cmd) {
		return a.options("Run "+kit.RunTitle(r)+" again", a.ways(r, s)), nil
	})
}

// ways are the ways to run a build once more, the most likely first.
func (a *Acts) ways(r jenkins.Run, s stagesOf) []popup.Item {
	var items []popup.Item
	add := func(label, note string, do func() (popup.Popup, tea.Cmd)) {
		items = append(items, popup.Item{Label: label, Note: note, Msg: step(do)})
	}
	restart := func(label string) {
		add(label, strconv.Itoa(len(s.list))+" to choose from; the stages before it are skipped", func() (popup.Popup, tea.Cmd) { return a.chooseStage(r, s.list), nil })
	}
	if stage := s.failed; stage != "" {
		add("Restart from stage "+kit.Clean(stage), "same script and parameters; the stages before it are skipped",
			func() (popup.Popup, tea.Cmd) { return a.confirm(action.RestartBuild(r, stage), "restart"), nil })
		if len(s.list) > 1 {
			restart("Restart from another stage")
		}
	}
	build := func() {
		add("Build", "today's script and commit, with its parameters to change", func() (popup.Popup, tea.Cmd) { return a.form(r, true) })
	}
	rerun, replay := "same script, commit and parameters", "same commit and parameters, its script edited"
	_, err := action.RerunBuild(r)
	if err != nil { // what is possible comes first
		rerun = "not possible: it has a password parameter"
		replay = rerun
		build()
	}
	add("Rerun", rerun, func() (popup.Popup, tea.Cmd) { return a.rerun(r) })
	if s.failed == "" && len(s.list) > 0 {
		restart("Restart from a stage")
	}
	add("Replay", replay, func() (popup.Popup, tea.Cmd) { return a.replays.replay(r) })
	if err == nil {
		build()
	}
	return items
}

func (a *Acts) chooseStage(r jenkins.Run, list []string) popup.Popup {
	items := make([]popup.Item, len(list))
	for i, stage := range list {
		items[i] = popup.Item{Label: kit.Clean(stage),
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.confirm(action.RestartBuild(r, stage), "restart"), nil })}
	}
	return a.list("Restart "+kit.RunTitle(r)+" from", "choose", items)
}

// unended says of a build that still runs that it cannot be run again yet; nil of one that has ended.
func unended(r *jenkins.Run) tea.Cmd {
	if r.Status.Ended() {
		return nil
	}
	return kit.Note(kit.RunTitle(*r) + " still runs: it can be run again once it has ended")
}

func (a *Acts) rerun(r jenkins.Run) (popup.Popup, tea.Cmd) {
	if cmd := unended(&r); cmd != nil {
		return nil, cmd
	}
	what, err := action.RerunBuild(r)
	if err != nil {
		return a.instead("Rerun", err), nil
	}
	return a.confirm(what, "rerun"), nil
}

func (a *Acts) restart(r jenkins.Run) (popup.Popup, tea.Cmd) {
	if cmd := unended(&r); cmd != nil {
		return nil, cmd
	}
	return a.askStages(r, "Restart", func(r jenkins.Run, s stagesOf) (popup.Popup, tea.Cmd) {
		if len(s.list) == 0 {
			return popup.NewNotice("Restart", kit.RunTitle(r)+" offers no stage to restart from.",
				"Only declarative pipelines can be restarted, and only with the right Job/Build. Rerun it, or build it again."), nil
		}
		if i := slices.Index(s.list, s.failed); i > 0 { // the likely one first
			s.list = append([]string{s.list[i]}, slices.Delete(slices.Clone(s.list), i, i+1)...)
		}
		return a.chooseStage(r, s.list), nil
	})
}
