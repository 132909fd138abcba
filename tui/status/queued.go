package status

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// reasonEvery is how often it is asked why the run in focus waits: that takes up to three requests.
const reasonEvery = 10 * time.Second

// reasonMsg answers the question why a run waits.
type reasonMsg struct {
	ref    jenkins.Ref
	reason queued.Reason
	err    error
}

// askReason asks why the run waits for an executor, if it does.
func (p *Pane) askReason() tea.Cmd {
	c := p.sh.Client(p.run.Controller)
	waits := p.run.Status == jenkins.Queued || p.run.Why != "" && !p.run.Status.Ended()
	if c == nil || !p.on || !waits || time.Since(p.reasonAsked) < reasonEvery {
		return nil
	}
	p.reasonAsked = time.Now()
	run, parent := p.run, p.sh.Context()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		reason, err := queued.Why(ctx, c, run)
		return reasonMsg{run.Ref, reason, err}
	}
}

func (p *Pane) gotReason(msg reasonMsg) {
	switch {
	case msg.ref != p.run.Ref:
	case msg.err == nil:
		p.reason = &msg.reason
	case errors.Is(msg.err, queued.ErrGone):
		p.reason = nil // the list has it soon
	}
}

// reasonLines say why the run waits, in at most two sentences: what is known of it, and Jenkins' own words.
// head stands before the first, since after it.
func (p *Pane) reasonLines(w int, now time.Time, st *kit.Styles, head, since string) []string {
	own := kit.Clean(p.run.Why)
	text := own
	if p.reason != nil {
		text = kit.Clean(p.reason.Text(now))
	}
	if text == "" {
		text = "Jenkins does not say why it waits"
	}
	var out []string
	indent := kit.Spaces(kit.Width(head))
	for i, l := range kit.Wrap(text+since, w-kit.Width(head)-1, "") {
		if i == 0 {
			l = head + l
		} else {
			l = indent + l
		}
		out = append(out, st.Waiting.Render(l))
	}
	if p.reason != nil && p.reason.Kind != queued.Other && own != "" && own != text {
		for _, l := range kit.Wrap("Jenkins: "+own, w-kit.Width(head)-1, indent) {
			out = append(out, st.Dim.Render(l))
		}
	}
	return out
}
