package act

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// stagesOf is the stages from which a build can be restarted, and which of them failed.
type stagesOf struct {
	list   []string
	failed string
}

func (a *Acts) askStages(r jenkins.Run, title string, then func(stagesOf) (popup.Popup, tea.Cmd)) (popup.Popup, tea.Cmd) {
	actor := a.sh.ActorOf(r.Controller)
	return ask(a.asker, title, "Asking from which stages "+kit.RunTitle(r)+" can be restarted"+a.sh.Glyphs.More,
		func(ctx context.Context) (stagesOf, error) {
			list, failed, err := actor.Restartable(ctx, r)
			if kit.IsGone(err) { // no declarative pipeline, or no right
				err = nil
			}
			return stagesOf{list, failed}, err
		}, then)
}

// again lets the user choose among the ways to run a build once more, which differ in what they take from it.
func (a *Acts) again(r jenkins.Run) (popup.Popup, tea.Cmd) {
	return a.askStages(r, "Again", func(s stagesOf) (popup.Popup, tea.Cmd) {
		list := a.ways(r, s)
		return a.list("Run "+kit.RunTitle(r)+" again", "choose", list), nil
	})
}

// ways are the ways to run a build once more, the most likely first.
func (a *Acts) ways(r jenkins.Run, s stagesOf) []popup.Item {
	var items []popup.Item
	if stage := s.first(); stage != "" {
		items = append(items, popup.Item{Label: "Restart from stage " + kit.Clean(stage), Note: "same script, what came before is skipped",
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.confirm(action.RestartBuild(r, stage), "restart"), nil })})
	}
	if len(s.list) > 1 {
		items = append(items, popup.Item{Label: "Restart from another stage", Note: fmt.Sprintf("%d to choose from", len(s.list)),
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.chooseStage(r, s.list), nil })})
	}
	rerun, replay := "same script, commit and parameters", "its script, edited"
	if _, err := action.RerunBuild(r); err != nil {
		rerun = "not possible: it has a password parameter"
		replay = rerun
	}
	return append(items,
		popup.Item{Label: "Rerun", Note: rerun, Msg: step(func() (popup.Popup, tea.Cmd) { return a.rerun(r) })},
		popup.Item{Label: "Replay", Note: replay, Msg: step(func() (popup.Popup, tea.Cmd) { return a.replays.replay(r) })},
		popup.Item{Label: "Build", Note: "today's script, its parameters to change", Msg: step(func() (popup.Popup, tea.Cmd) { return a.form(r, true) })})
}

// first is the stage that one most likely restarts from: the one that failed, else the last that ran.
func (s stagesOf) first() string {
	switch {
	case slices.Contains(s.list, s.failed):
		return s.failed
	case len(s.list) > 0:
		return s.list[len(s.list)-1]
	}
	return ""
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
	return a.askStages(r, "Restart", func(s stagesOf) (popup.Popup, tea.Cmd) {
		if len(s.list) == 0 {
			return popup.NewNotice("Restart", kit.RunTitle(r)+" offers no stage to restart from.",
				"Only declarative pipelines can be restarted, and only with the right Job/Build. Rerun it, or build it again."), nil
		}
		if i := slices.Index(s.list, s.first()); i > 0 { // the likely one first
			s.list = append([]string{s.list[i]}, slices.Delete(slices.Clone(s.list), i, i+1)...)
		}
		return a.chooseStage(r, s.list), nil
	})
}
