package status

import (
	"context"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// CurrentStep is the step that matters most now: the one that runs, waits or broke in the stage that does.
type CurrentStep struct {
	stages.Step
	Stage stages.Stage
	asked time.Time
}

// stepRests is how long what is known of the step in a stage that goes on is good enough.
const stepRests = 5 * time.Second

// askStep asks for the steps, unless what is known of the one that matters will do. A stage that waits for input may show
// only with them. Where they cannot be had the stages are shown without.
func askStep(ctx context.Context, r *stages.Reader, run jenkins.Run, tree *stages.Tree, known *CurrentStep) *CurrentStep {
	stage, _ := tree.Current(run.Status)
	if stage == nil && !run.Status.Ended() || stage != nil && stage.ID == "" {
		return nil
	}
	if known != nil && stage != nil && known.Stage.ID == stage.ID && time.Since(known.asked) < stepRests && !run.Status.Ended() {
		if known.Stage.State == stages.Paused && stage.State == stages.Running {
			stage.State = stages.Paused // the plugin may say so of the step alone
		}
		if known.Stage.State == stage.State {
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
	current := &CurrentStep{asked: time.Now()}
	if step != nil {
		current.Step = *step
	}
	if stage != nil {
		current.Stage = *stage
	}
	return current
}

// StepLines draws that step below the stages.
func (p *Pane) StepLines(w int, now time.Time, st *kit.Styles) []string {
	if p.Step == nil {
		return nil
	}
	name := kit.Clean(p.Step.Stage.Name)
	name = kit.FitMiddle(name, min(kit.Width(name), w/3))
	if p.Step.ID == "" {
		const unknown = "the step is not among the first 100, and Jenkins lists no more"
		return []string{" " + st.Dim.Render(kit.Fit(name+" "+st.Glyphs.Right+" "+unknown, min(w-1, kit.Width(name)+3+kit.Width(unknown))))}
	}
	return []string{" " + st.Dim.Render(name+" "+st.Glyphs.Right) + " " + kit.StepLine(&p.Step.Step, w-5-kit.Width(name), now, st)}
}
