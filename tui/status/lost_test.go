package status

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestStagesOfAnotherBuildOfTheNumberAreDropped: the stages do not tell which build they are of, the build itself does.
func TestStagesOfAnotherBuildOfTheNumberAreDropped(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		run := failed(now)
		tree := sample(now, stages.Failure)
		s := open(t, 80, 30, run, tree)
		if !strings.Contains(s.text(), "Checkout") {
			t.Fatalf("no stages:\n%s", s.text())
		}
		other := run
		other.StartedAt = now
		s.send(buildMsg{asked: kit.KeyOf(&run), run: other})
		s.send(StagesMsg{Ref: run.Ref, Stages: *tree, ended: true}) // that was asked for at the same time
		text := s.text()
		if strings.Contains(text, "Checkout") || !strings.Contains(text, "does not have this build any more") || s.KnowsWhy() {
			t.Errorf("it shows\n%s", text)
		}
		if gone, ok := s.sent[len(s.sent)-1].(kit.GoneMsg); !ok || gone.Build != kit.KeyOf(&run) {
			t.Errorf("the list is not told: %v", s.sent)
		}
		s.show(other, tree)
		if !strings.Contains(s.text(), "Checkout") {
			t.Errorf("the other one has no stages:\n%s", s.text())
		}
	})
}
