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

// reasonSource asks why a run waits for an executor.
type reasonSource struct {
	reason *queued.Reason // nil until that is known
	asked  time.Time
}

// reasonMsg answers the question why a run waits.
type reasonMsg struct {
	ref    jenkins.Ref
	reason queued.Reason
	err    error
}

// ask asks why a run waits for an executor, if it does.
func (s *reasonSource) ask(sh *kit.Shared, run jenkins.Run) tea.Cmd {
	c := sh.Client(run.Controller)
	waits := run.Status == jenkins.Queued || run.Why != "" && !run.Status.Ended()
	if c == nil || !waits || time.Since(s.asked) < reasonEvery {
		return nil
	}
	s.asked = time.Now()
	parent := sh.Context()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, kit.AskFor)
		defer cancel()
		reason, err := queued.Why(ctx, c, run)
		return reasonMsg{run.Ref, reason, err}
	}
}

// take takes the answer for its run.
func (s *reasonSource) take(msg reasonMsg) {
	switch {
	case msg.err == nil:
		s.reason = &msg.reason
	case errors.Is(msg.err, queued.ErrGone):
		s.reason = nil // the list has it soon
	}
}

// lines say why a run waits, in at most two sentences: what is known of it, and why, Jenkins' own words.
// head stands before the first, since after it.
func (s *reasonSource) lines(why string, w int, now time.Time, st *kit.Styles, head, since string) []string {
	own := kit.Clean(why)
	text := own
	if s.reason != nil {
		text = kit.Clean(s.reason.Text(now))
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
	if s.reason != nil && s.reason.Kind != queued.Other && own != "" && own != text {
		for _, l := range kit.Wrap("Jenkins: "+own, w-kit.Width(head)-1, indent) {
			out = append(out, st.Dim.Render(l))
		}
	}
	return out
}
