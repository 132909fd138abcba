package stages

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Failed is what made a run fail.
type Failed struct {
	// Path leads to the innermost stage that failed, from the top; empty if the run failed outside of any stage.
	Path []*Stage
	// Step is the step of that stage which failed; nil if it is not known.
	Step *Step
	// Cut reports that Step is not known because the source lists only the first steps of the stage.
	Cut bool
}

// Stage returns the innermost stage that failed, or nil.
func (f *Failed) Stage() *Stage {
	if len(f.Path) == 0 {
		return nil
	}
	return f.Path[len(f.Path)-1]
}

// Failed returns what made a run with this result (Failure, Unstable or Aborted) end so. ok is false where nothing in the
// tree did. Steps that failed in a stage which did not, since a retry or catchError caught them, are not it, nor are branches
// that were aborted because another one failed. Of several
// stages it is the last before the post actions, since the run goes on after a failure only if it was caught; of branches
// the one that ended first.
func (t *Tree) Failed(result jenkins.Status) (f Failed, ok bool) {
	state := stateOf(string(result))
	if state != Failure && state != Unstable && state != Aborted {
		return Failed{}, false
	}
	if state == Unstable && failing(t.Stages, Unstable) == nil && lastIn(t.Steps, Unstable) == nil {
		state = Failure // catchError may have a stage fail, and the run be unstable
	}
	for stages := t.Stages; ; {
		s := failing(stages, state)
		if s == nil {
			break
		}
		f.Path = append(f.Path, s)
		stages = s.Children
	}
	steps := t.Steps
	if s := f.Stage(); s != nil {
		steps, f.Cut = s.Steps, s.Cut
	}
	if !f.Cut {
		f.Step = t.brokenStep(steps, state)
		if f.Step == nil && state == Unstable { // what catchError and warnError caught
			f.Step = t.brokenStep(steps, Failure)
		}
	}
	if s := f.Stage(); s != nil && f.Step != nil && s.Error != "" && f.Step.Error != "" && s.Error != f.Step.Error {
		f.Step = nil // another failure ended the stage, and this one was caught or tried again
	}
	if f.Step == nil && len(f.Path) == 0 && state != Aborted {
		f.Path, f.Step = lastCaught(t.Stages)
	}
	return f, f.Step != nil || len(f.Path) > 0
}

// lastCaught returns the last failed step in a catchError, and the way to it. The flow nodes alone call its stage a success.
func lastCaught(stages []Stage) ([]*Stage, *Step) {
	for i := range slices.Backward(stages) {
		s := &stages[i]
		if path, step := lastCaught(s.Children); step != nil {
			return append([]*Stage{s}, path...), step
		}
		for j := range slices.Backward(s.Steps) {
			if p := &s.Steps[j]; p.caught && p.State == Failure {
				return []*Stage{s}, p
			}
		}
	}
	return nil, nil
}

// failing returns which of these stages made the one around them end in a state, or nil.
func failing(stages []Stage, state State) *Stage {
	var found *Stage
	for i := range stages {
		s := &stages[i]
		failed := s.State == state
		if !failed && state == Failure && s.State == Aborted { // failFast: a branch in it failed, and the others were aborted for that
			failed = failing(s.Children, state) != nil
		}
		if !failed || s.post && found != nil { // what failed before the post actions is why they ran
			continue
		}
		beside := found != nil && found.Kind == Branch && s.Kind == Branch
		if !beside || !s.StartedAt.IsZero() && s.StartedAt.Add(s.Duration).Before(found.StartedAt.Add(found.Duration)) {
			found = s
		}
	}
	return found
}

// brokenStep returns the last of a stage's steps in a state that no later attempt of a retry made good, or nil: rather one that ended
// the stage than one that was caught.
func (t *Tree) brokenStep(steps []Step, state State) *Step {
	// An attempt has the name of the one before it, which of the sources only Pipeline Graph View makes of what each step was given
	// and of its branch alone.
	good := map[[2]string]bool{}
	var caught *Step
	for i := range slices.Backward(steps) {
		p := &steps[i]
		name := [2]string{p.Title, p.Name}
		switch {
		case p.State == Success && t.StepSource == GraphView:
			good[name] = true
		case p.State != state || p.retried || good[name]:
		case !p.caught:
			return p
		case caught == nil:
			caught = p
		}
	}
	return caught
}

// threw reports whether the step failed and nothing around it is known to have caught that.
func (p Step) threw() bool { return p.State == Failure && !p.caught && !p.retried }

// lastIn returns the last step in a state, or nil.
func lastIn(steps []Step, state State) *Step {
	for i := range slices.Backward(steps) {
		if steps[i].State == state {
			return &steps[i]
		}
	}
	return nil
}

// Current returns the stage that matters most now, and its step: the last innermost one that runs or waits, else what
// made the run end as it did. Either is nil where there is none, or it is not known.
func (t *Tree) Current(status jenkins.Status) (*Stage, *Step) {
	if s := active(t.Stages); s != nil && !status.Ended() {
		if s.Cut {
			return s, nil
		}
		return s, lastIn(s.Steps, s.State)
	}
	if !status.Ended() { // between two stages: the last that broke
		for _, state := range []jenkins.Status{jenkins.Failure, jenkins.Aborted, jenkins.Unstable} {
			if f, ok := t.Failed(state); ok && f.Stage() != nil {
				return f.Stage(), f.Step
			}
		}
		return nil, nil
	}
	f, _ := t.Failed(status)
	return f.Stage(), f.Step
}

// active returns the last innermost stage that runs or waits, or nil.
func active(stages []Stage) *Stage {
	for i := range slices.Backward(stages) {
		if inner := active(stages[i].Children); inner != nil {
			return inner
		}
		if stages[i].State.active() {
			return &stages[i]
		}
	}
	return nil
}
