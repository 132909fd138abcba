package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

func TestStatusShowsTheStepThatRuns(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, played(jenkinstest.Demo()), 120, 40)
		plainPanes(d)
		d.watch(time.Second)
		d.selectJob("shop/checkout/main")
		if screen := d.screen(); !strings.Contains(screen, "e2e ▸ ▶ make") {
			t.Errorf("the step is not drawn:\n%s", screen)
		}
	})
}

func TestStatusSaysThatTheStepIsBeyondThoseThatJenkinsLists(t *testing.T) {
	t.Parallel()
	st := kit.NewStyles(kit.Look{}, &kit.UnicodeGlyphs)
	p := &status.Pane{Step: &status.CurrentStep{Stage: stages.Stage{Name: "Many", State: stages.Failure, Cut: true}}}
	for _, w := range []int{20, 60, 120} {
		lines := p.StepLines(w, time.Now(), st)
		if len(lines) != 1 || !strings.Contains(lines[0], "the ") || ansi.StringWidth(lines[0]) > w {
			t.Errorf("at %d: %q", w, lines)
		}
	}
}
