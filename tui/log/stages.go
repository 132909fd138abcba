package log

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// treeMsg answers the question for the stages of the run, one of whose logs is wanted.
type treeMsg struct {
	of   kit.BuildKey
	tree stages.Tree
	err  error
	step int // 1: the log of the next stage, -1: of the one before, 0: let one be chosen
}

// stageLine is a stage with its name from the top: "Test > e2e".
type stageLine struct {
	title string
	stage stages.Stage
}

// CanPickStage reports whether the run may have stages with logs of their own.
func (p *Pane) CanPickStage() bool { return p.run.Pipeline && p.run.Number > 0 }

// seekStage asks for the stages of the run, unless they are known and will not change, to show the log of one.
func (p *Pane) seekStage(step int) tea.Cmd {
	if !p.CanPickStage() {
		return kit.Note("only the builds of pipelines have stages")
	}
	of, ended := kit.KeyOf(&p.run), p.run.Status.Ended()
	if ended && p.treeOf == of {
		return p.gotTree(treeMsg{of: of, tree: p.tree, step: step})
	}
	run, ask, parent := p.run, p.ask.tree, p.sh.Context()
	return tea.Batch(kit.Send(kit.NoteMsg{Text: "asking for the stages" + p.sh.Glyphs.More, Busy: true}), func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		tree, err := ask(ctx, run)
		return treeMsg{of, tree, err, step}
	})
}

func (p *Pane) gotTree(msg treeMsg) tea.Cmd {
	if msg.of != kit.KeyOf(&p.run) {
		return nil
	}
	lines := stageLines(nil, msg.tree.Stages, "")
	if len(lines) == 0 {
		if msg.err != nil {
			return kit.Send(kit.NoteMsg{Err: msg.err})
		}
		return kit.Note("this build has no stages with a log")
	}
	if p.run.Status.Ended() {
		p.tree, p.treeOf = msg.tree, msg.of
	}
	if msg.step == 0 {
		return tea.Batch(kit.Note(""), kit.Send(p.stageChoices(lines)))
	}
	at := -1 // the whole log
	if p.part != nil {
		at = slices.IndexFunc(lines, func(l stageLine) bool { return l.stage.ID == p.part.stage.ID })
	}
	switch at += msg.step; {
	case at >= len(lines):
		return kit.Note("this is the last stage")
	case at < -1:
		return kit.Note("this is the whole log: there is nothing before it")
	case at == -1:
		return tea.Batch(kit.Note("the whole log"), p.open(kit.OpenLogMsg{Run: p.run}))
	}
	return tea.Batch(kit.Note(""), p.open(kit.OpenLogMsg{Run: p.run, Stage: lines[at].stage, Title: lines[at].title}))
}

// stageChoices lists the logs that the run has.
func (p *Pane) stageChoices(lines []stageLine) kit.ChooseMsg {
	c := kit.ChooseMsg{Name: "Log of", Choices: []kit.Choice{{Label: "the whole build", Msg: kit.OpenLogMsg{Run: p.run}}}}
	now := time.Now().Add(p.run.Ahead)
	for _, l := range lines {
		note := p.sh.Glyphs.Stage(l.stage.State) + kit.FitRight(kit.StageTime(&l.stage, now), 8)
		c.Choices = append(c.Choices, kit.Choice{Label: l.title, Note: note,
			Msg: kit.OpenLogMsg{Run: p.run, Stage: l.stage, Title: l.title}})
	}
	return c
}

// stageLines appends the stages that have begun, each before the stages and branches in it.
func stageLines(lines []stageLine, list []stages.Stage, around string) []stageLine {
	for i := range list {
		s := &list[i]
		title := around + kit.Clean(s.Name)
		if s.ID != "" && s.State != stages.Skipped && s.State != stages.NotBuilt && s.State != stages.Queued {
			lines = append(lines, stageLine{title, *s})
		}
		lines = stageLines(lines, s.Children, title+" > ")
	}
	return lines
}
