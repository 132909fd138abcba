package status

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// whole is all that Jenkins tells of an ended run. The list knows little of one that had ended before it was watched.
type whole struct {
	run   jenkins.Run
	known bool
	asked time.Time
}

// wholeMsg answers the question for it.
type wholeMsg struct {
	ref jenkins.Ref
	run jenkins.Run
	err error
}

// askWhole asks for an ended run itself: once, or again after a while if that failed.
func (p *Pane) askWhole() tea.Cmd {
	c := p.sh.Client(p.Run.Controller)
	if c == nil || p.whole.known || p.Run.Number == 0 || !p.Run.Status.Ended() || time.Since(p.whole.asked) < time.Minute {
		return nil
	}
	p.whole.asked = time.Now()
	ref := p.Run.Ref
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.Context(), kit.AskFor)
		defer cancel()
		run, err := c.Build(ctx, jenkins.BuildSpec{Job: ref.Job, Number: ref.Number})
		return wholeMsg{ref, run, err}
	}
}

func (p *Pane) gotWhole(msg wholeMsg) tea.Cmd {
	if msg.ref != p.Run.Ref {
		return nil
	}
	if msg.err == nil && !jenkins.SameBuild(&msg.run, &p.Run) {
		return nil // the job was deleted and made again: the next snapshot says so
	}
	was := p.gone
	if p.gone = kit.IsGone(msg.err); msg.err != nil {
		return kit.Missed(p.Run, msg.err)
	}
	p.whole.run, p.whole.known = msg.run, true
	p.Run = p.completed(p.Run)
	if was {
		return kit.Send(kit.ThereMsg{Ref: msg.ref})
	}
	return nil
}

// completed is a run with what only the question for the run itself tells.
func (p *Pane) completed(run jenkins.Run) jenkins.Run {
	if !p.whole.known {
		return run
	}
	w := &p.whole.run
	if run.Causes == nil {
		run.Causes = w.Causes
	}
	if run.Parameters == nil {
		run.Parameters = w.Parameters
	}
	if run.Nodes == nil {
		run.Nodes, run.NodeLabels = w.Nodes, w.NodeLabels
	}
	run.Revisions = w.Revisions
	run.Description = cmp.Or(w.Description, run.Description)
	run.DisplayName = cmp.Or(w.DisplayName, run.DisplayName)
	return run
}
