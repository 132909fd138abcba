package tui

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
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
func (p *statusPane) askWhole() tea.Cmd {
	c := p.sh.client(p.run.Controller)
	if c == nil || p.whole.known || p.run.Number == 0 || !p.run.Status.Ended() || time.Since(p.whole.asked) < time.Minute {
		return nil
	}
	p.whole.asked = time.Now()
	ref := p.run.Ref
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.context(), askFor)
		defer cancel()
		run, err := c.Build(ctx, jenkins.BuildSpec{Job: ref.Job, Number: ref.Number})
		return wholeMsg{ref, run, err}
	}
}

func (p *statusPane) gotWhole(msg wholeMsg) tea.Cmd {
	if msg.ref != p.run.Ref {
		return nil
	}
	if msg.err == nil && !jenkins.SameBuild(&msg.run, &p.run) {
		return nil // the job was deleted and made again: the next snapshot says so
	}
	was := p.gone
	if p.gone = isGone(msg.err); msg.err != nil {
		return missed(p.run, msg.err)
	}
	p.whole.run, p.whole.known = msg.run, true
	p.run = p.completed(p.run)
	if was {
		return send(thereMsg{msg.ref})
	}
	return nil
}

// completed is a run with what only the question for the run itself tells.
func (p *statusPane) completed(run jenkins.Run) jenkins.Run {
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
