package show

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// TestAStageOfUnknownTimeHasNone: the flow nodes, which are all there is without a plugin, have no times.
func TestAStageOfUnknownTimeHasNone(t *testing.T) {
	t.Parallel()
	step := stages.Step{ID: "7", Name: "Shell Script", State: stages.Failure}
	stage := stages.Stage{ID: "5", Name: "Test", State: stages.Failure, Steps: []stages.Step{step}}
	s := jsonview.StatusView{Run: jenkins.Run{Ref: jenkins.Ref{Job: "shop", Number: 1}, Status: jenkins.Failure, Duration: 61 * time.Second},
		Tree: stages.Tree{Source: stages.FlowNodes, Stages: []stages.Stage{stage}}, Stage: &stage, Step: &step}
	var b strings.Builder
	if err := writeStatus(&b, &s, 80); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "0s") || !strings.Contains(text, "Test › Shell Script") {
		t.Error(text)
	}
	stage.Duration, step.Duration = 40*time.Second, 30*time.Second
	s.Tree.Stages[0].Duration = stage.Duration
	b.Reset()
	if err := writeStatus(&b, &s, 80); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !strings.Contains(text, "40s") || !strings.Contains(text, "30s") {
		t.Error(text)
	}
}
