package tui

import (
	"context"
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

// askStep asks for the step that matters most, unless what is known of it will do. Stages are shown without it where Jenkins does not tell it.
func askStep(ctx context.Context, c *jenkins.Client, run jenkins.Run, stages []jenkins.Stage,
	known *tellingStep) *tellingStep {
	stage := jenkins.TellingStage(stages)
	if stage == nil || stage.ID == "" {
		return nil
	}
	if known != nil && known.stage.ID == stage.ID && known.stage.Status == stage.Status && time.Since(known.asked) < stepRests {
		return known
	}
	step, err := c.TellingStep(ctx, run, stage)
	if err != nil || step == nil {
		return nil
	}
	return &tellingStep{*step, *stage, time.Now()}
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
