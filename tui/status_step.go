package tui

import (
	"context"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// tellingStep is the step that matters most now: the one that runs, waits or broke in the stage that does.
type tellingStep struct {
	jenkins.Step
	stage jenkins.Stage
	asked time.Time
}

// stepRests is how long what is known of the step in a stage that goes on is good enough.
const stepRests = 5 * time.Second

// tellingStage is the last innermost stage that runs, waits or broke, nil if all went well.
func tellingStage(stages []jenkins.Stage) *jenkins.Stage {
	var found *jenkins.Stage
	for i := range stages {
		s := &stages[i]
		if inner := tellingStage(s.Children); inner != nil {
			found = inner
			continue
		}
		switch s.Status {
		case jenkins.StageRunning, jenkins.StagePaused, jenkins.StageFailure, jenkins.StageUnstable, jenkins.StageAborted:
			found = s
		}
	}
	return found
}

// askStep asks for the step that matters most, unless what is known of it will do. Stages are shown without it where Jenkins does not tell it.
func askStep(ctx context.Context, c *jenkins.Client, run jenkins.Run, stages []jenkins.Stage,
	known *tellingStep) *tellingStep {
	stage := tellingStage(stages)
	if stage == nil || stage.ID == "" {
		return nil
	}
	if known != nil && known.stage.ID == stage.ID && known.stage.Status == stage.Status && time.Since(known.asked) < stepRests {
		return known
	}
	steps, err := c.Steps(ctx, run, stage.ID)
	if err != nil || len(steps) == 0 {
		return nil
	}
	last := len(steps) - 1
	if i := slices.IndexFunc(steps, func(s jenkins.Step) bool { return s.Status == stage.Status }); i >= 0 {
		last = i
	}
	return &tellingStep{steps[last], *stage, time.Now()}
}

// stepLines draws that step below the stages.
func (p *statusPane) stepLines(w int, now time.Time, st *styles) []string {
	if p.step == nil {
		return nil
	}
	name := clean(p.step.stage.Name)
	name = fitMiddle(name, min(width(name), w/3))
	return []string{" " + st.dim.render(name+" "+st.glyphs.right) + " " + stepLine(&p.step.Step, w-5-width(name), now, st)}
}
