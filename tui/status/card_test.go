package status

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestACardWithoutAStageSaysWhatItsLinesAre: of a build that is no pipeline, and of one that failed outside of any stage.
func TestACardWithoutAStageSaysWhatItsLinesAre(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := open(t, 80, 24, failed(now), sample(now, stages.Failure))
	s.stages = stages.Tree{}
	for found, want := range map[bool]string{true: "first error", false: "last lines"} {
		s.card = &failure.Card{Error: failure.Block{Lines: []string{"boom"}, Found: found, From: "console"}}
		text := kittest.Unstyled(strings.Join(s.cardLines(78, 10, s.sh.Styles), "\n"))
		if !strings.Contains(text, want) || !strings.Contains(text, "console") || !strings.Contains(text, "boom") {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
