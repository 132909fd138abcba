package status

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// buildSource asks for an ended run itself.
type buildSource struct {
	run   *jenkins.Run // what Jenkins says of it, nil until that is known
	asked time.Time
}

// buildMsg answers the question for an ended run itself.
type buildMsg struct {
	asked kit.BuildKey
	run   jenkins.Run
	err   error
}

// ask asks for an ended run itself, of which the list has little if it ended before it was watched: once, or again
// after a while if that failed.
func (b *buildSource) ask(sh *kit.Shared, run *jenkins.Run) tea.Cmd {
	c := sh.Client(run.Controller)
	if c == nil || b.run != nil || run.Number == 0 || !run.Status.Ended() || time.Since(b.asked) < time.Minute {
		return nil
	}
	b.asked = time.Now()
	asked, parent := kit.KeyOf(run), sh.Context()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		run, err := c.Build(ctx, jenkins.BuildSpec{Job: asked.Job, Number: asked.Number})
		return buildMsg{asked, run, err}
	}
}

// completed adds to a run of the list what Jenkins said of the run itself.
func (b *buildSource) completed(run jenkins.Run) jenkins.Run {
	if b.run == nil {
		return run
	}
	said := b.run
	if run.Causes == nil {
		run.Causes = said.Causes
	}
	if run.Parameters == nil {
		run.Parameters = said.Parameters
	}
	if run.Nodes == nil {
		run.Nodes, run.NodeLabels = said.Nodes, said.NodeLabels
	}
	run.Interrupted, run.Revisions, run.HasTests = said.Interrupted, said.Revisions, said.HasTests
	run.Description = cmp.Or(said.Description, run.Description)
	run.DisplayName = cmp.Or(said.DisplayName, run.DisplayName)
	return run
}
