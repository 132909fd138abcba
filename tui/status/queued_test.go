package status

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// waiting is the queue item of a job.
func (s *screen) waiting(job string) jenkins.Run {
	s.t.Helper()
	items, err := s.sh.Client("ci").Queue(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range items {
		if r.Job == job {
			return r
		}
	}
	s.t.Fatalf("no %s in the queue", job)
	return jenkins.Run{}
}

func TestTheQueueItemInFocusSaysWhyItWaits(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, _ := asking(t)
		for job, want := range map[string]string{
			"perf/load test": `the one executor of the label "bench" is busy`,
			"docs/site":      "quiet period until ",
			"mobile/ios app": `is offline: mac mini since `,
		} {
			s.show(s.waiting(job), nil)
			if got := s.text(); !strings.Contains(got, want) || !strings.Contains(got, "Jenkins: ") {
				t.Errorf("%s: no %q in\n%s", job, want, got)
			}
		}
	})
}

func TestWhyItWaitsIsAskedForRarelyAndOnlyInFocus(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, c := asking(t)
		run := s.waiting("perf/load test")
		before := len(c.Requests())
		for range 30 { // a minute of refreshes
			s.show(run, nil)
			time.Sleep(2 * time.Second)
		}
		if n := len(c.Requests()) - before; n > 18 {
			t.Errorf("%d requests in a minute", n)
		}
		s.Hide()
		before = len(c.Requests())
		time.Sleep(time.Minute)
		s.exec(s.ask())
		if n := len(c.Requests()) - before; n != 0 {
			t.Errorf("%d requests while it is not on the screen", n)
		}
	})
}

func TestWithoutAnAnswerItSaysWhatJenkinsSays(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, c := asking(t)
		run := s.waiting("perf/load test")
		c.Fault(jenkinstest.Down)
		s.show(run, nil)
		if got := s.text(); !strings.Contains(got, run.Why) || strings.Contains(got, "Jenkins: ") {
			t.Errorf("it says:\n%s", got)
		}
		s.send(reasonMsg{ref: run.Ref, reason: queued.Reason{Kind: queued.NoLabel, Label: "\x1b[2Jbench\u202e"}})
		s.text()
		s.send(reasonMsg{ref: run.Ref, err: queued.ErrGone})
		if got := s.text(); strings.Contains(got, "no node has") {
			t.Errorf("it left the queue:\n%s", got)
		}
		s.send(reasonMsg{ref: jenkins.Ref{Job: "other"}, reason: queued.Reason{Kind: queued.Chosen}})
		if got := s.text(); strings.Contains(got, "chosen") {
			t.Errorf("it says of another:\n%s", got)
		}
	})
}
