package log

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
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
	title  string
	stage  stages.Stage
	notRun string // why it never ran, if it did not
}

func (l *stageLine) open(run jenkins.Run) kit.OpenLogMsg {
	return kit.OpenLogMsg{Run: run, Stage: l.stage, Title: l.title, NotRun: l.notRun}
}

// stageList is the stages of the run, of which one's log can be chosen.
type stageList struct {
	ask  func(ctx context.Context, run jenkins.Run) (stages.Tree, error)
	tree stages.Tree
	of   kit.BuildKey // the ended run that tree is of: it will not change
}

// seek asks for the stages of a run, unless they are known and will not change, to show the log of one.
func (l *stageList) seek(sh *kit.Shared, run jenkins.Run, step int) tea.Cmd {
	of, ask, parent := kit.KeyOf(&run), l.ask, sh.Context()
	if run.Status.Ended() && l.of == of {
		return kit.Send(treeMsg{of: of, tree: l.tree, step: step})
	}
	return tea.Batch(kit.Send(kit.NoteMsg{Text: "asking for the stages" + sh.Glyphs.More, Busy: true}), func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		tree, err := ask(ctx, run)
		return treeMsg{of, tree, err, step}
	})
}

// take takes the answer for a run and returns its stages.
func (l *stageList) take(msg treeMsg, run *jenkins.Run) []stageLine {
	if len(msg.tree.Stages) > 0 && run.Status.Ended() {
		l.tree, l.of = msg.tree, msg.of
	}
	return stageLines(nil, &msg.tree, msg.tree.Stages, "")
}

// walk returns which of these stages has the next log, going by step from the one whose log part is, nil for the whole log: -1 for
// that, len(lines) for none. Of a run that goes on, a stage that has not begun counts: its log comes.
func walk(lines []stageLine, part *part, step int, ended bool) int {
	at := -1
	if part != nil {
		if at = slices.IndexFunc(lines, func(l stageLine) bool { return l.stage.ID == part.stage.ID && l.stage.ID != "" }); at < 0 {
			at = slices.IndexFunc(lines, func(l stageLine) bool { return part.step == "" && l.title == part.title })
		}
	}
	for at += step; at >= 0 && at < len(lines); at += step {
		if l := &lines[at]; l.hasLog() || l.stage.State.NotBegun(ended) {
			break
		}
	}
	return at
}

// stageChoices lists the logs that a run has.
func stageChoices(run jenkins.Run, lines []stageLine, glyphs *kit.Glyphs) kit.ChooseMsg {
	c := kit.ChooseMsg{Name: "Log of", Choices: []kit.Choice{{Label: "the whole build", Msg: kit.OpenLogMsg{Run: run}}}}
	now := time.Now().Add(run.Ahead)
	for _, l := range lines {
		if !l.hasLog() {
			continue
		}
		note := glyphs.Stage(l.stage.State) + kit.FitRight(kit.StageTime(&l.stage, now), 8)
		c.Choices = append(c.Choices, kit.Choice{Label: l.title, Note: note, Msg: l.open(run)})
	}
	return c
}

// hasLog reports whether the stage has begun.
func (l *stageLine) hasLog() bool {
	s := l.stage.State
	return l.stage.ID != "" && s != stages.Skipped && s != stages.NotBuilt && s != stages.Queued
}

// stageLines appends the stages of a tree, each before the stages and branches in it.
func stageLines(lines []stageLine, tree *stages.Tree, list []stages.Stage, around string) []stageLine {
	for i := range list {
		s := &list[i]
		title := around + kit.Clean(s.Name)
		if s.ID != "" {
			l := stageLine{title: title, stage: *s}
			if !l.hasLog() {
				l.notRun = tree.WhyNotRun(s.ID)
			}
			lines = append(lines, l)
		}
		lines = stageLines(lines, tree, s.Children, title+" > ")
	}
	return lines
}
