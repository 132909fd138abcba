package tui

import (
	"context"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// currentStep is the step that matters most now: the one that runs, waits or broke in the stage that does.
type currentStep struct {
	stages.Step
	stage stages.Stage
	asked time.Time
}

// stepRests is how long what is known of the step in a stage that goes on is good enough.
const stepRests = 5 * time.Second

// askStep asks for the steps, unless what is known of the one that matters will do. A stage that waits for input may show
// only with them. Where they cannot be had the stages are shown without.
func askStep(ctx context.Context, r *stages.Reader, run jenkins.Run, tree *stages.Tree, known *currentStep) *currentStep {
	stage, _ := tree.Current(run.Status)
	if stage == nil && !run.Status.Ended() || stage != nil && stage.ID == "" {
		return nil
	}
	if known != nil && stage != nil && known.stage.ID == stage.ID && time.Since(known.asked) < stepRests && !run.Status.Ended() {
		if known.stage.State == stages.Paused && stage.State == stages.Running {
			stage.State = stages.Paused // the plugin may say so of the step alone
		}
		if known.stage.State == stage.State {
			return known
		}
	}
	if err := r.Steps(ctx, run, tree); err != nil {
		return nil
	}
	stage, step := tree.Current(run.Status)
	if step == nil && (stage == nil || !stage.Cut) {
		return nil
	}
	current := &currentStep{asked: time.Now()}
	if step != nil {
		current.Step = *step
	}
	if stage != nil {
		current.stage = *stage
	}
	return current
}

// stepLines draws that step below the stages.
func (p *statusPane) stepLines(w int, now time.Time, st *styles) []string {
	if p.step == nil {
		return nil
	}
	name := clean(p.step.stage.Name)
	name = fitMiddle(name, min(width(name), w/3))
	if p.step.ID == "" {
		const unknown = "the step is not among the first 100, and Jenkins lists no more"
		return []string{" " + st.dim.render(fit(name+" "+st.glyphs.right+" "+unknown, min(w-1, width(name)+3+width(unknown))))}
	}
	return []string{" " + st.dim.render(name+" "+st.glyphs.right) + " " + stepLine(&p.step.Step, w-5-width(name), now, st)}
}
