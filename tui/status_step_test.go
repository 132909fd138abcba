package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

func TestTheInnermostStageThatMattersTells(t *testing.T) {
	t.Parallel()
	ok := jenkins.Stage{ID: "1", Name: "Checkout", Status: jenkins.StageSuccess}
	lint := jenkins.Stage{ID: "3", Name: "lint", Status: jenkins.StageRunning}
	for name, c := range map[string]struct {
		stages []jenkins.Stage
		want   string
	}{
		"all went well":  {[]jenkins.Stage{ok}, ""},
		"one runs":       {[]jenkins.Stage{ok, {Name: "Build", Status: jenkins.StageRunning}}, "Build"},
		"a branch runs":  {[]jenkins.Stage{ok, {Name: "Test", Status: jenkins.StageRunning, Children: []jenkins.Stage{lint, ok}}}, "lint"},
		"the last broke": {[]jenkins.Stage{lint, {Name: "Deploy", Status: jenkins.StageFailure}, ok}, "Deploy"},
	} {
		got := ""
		if s := jenkins.TellingStage(c.stages); s != nil {
			got = s.Name
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestStatusShowsTheStepThatRuns(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		d := drive(t, played(jenkinstest.Demo()), 120, 40)
		plainPanes(d)
		d.watch(time.Second)
		d.selectJob("shop/checkout/main")
		if screen := d.screen(); !strings.Contains(screen, "e2e ▸ ▶ Shell Script  make") {
			t.Errorf("the step is not drawn:\n%s", screen)
		}
	})
}
