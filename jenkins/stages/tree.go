// Package stages reads the stages and steps of a pipeline run. Controllers differ in which plugins they have and where
// those keep their pages, and the plugins differ in what they say; a [Reader] asks the best source that answers and
// returns one model, a [Tree].
package stages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Tree is the stages of one run.
type Tree struct {
	Ref    jenkins.Ref
	Source Source // of the stages
	Stages []Stage
	// StepSource is where the steps come from, empty until [Reader.Steps] has added them.
	StepSource Source
	// Steps are those outside of any stage.
	Steps []Step

	// Refused is why Pipeline Graph View gave no tree; nil where it did, or the controller lacks it.
	Refused error

	view *graphView // where the stages come from, of Pipeline Graph View
}

// Source is where stages come from.
type Source string

const (
	GraphView Source = "pipeline-graph-view" // the true tree with parallel branches
	WFAPI     Source = "wfapi"               // branches come flattened, and the first 100 steps of a stage only
	FlowNodes Source = "flow nodes"          // needs no plugin; has no times, and a failure that was caught looks like success
	Refresh   Source = "refresh"             // only the names of the stages that hold an executor
)

// Stage is a stage of a pipeline run, or a parallel branch.
type Stage struct {
	ID        string // flow node; empty when only the refresh named it
	Name      string
	Title     string // what Jenkins shows in place of Name, mostly the same
	Kind      Kind
	State     State
	StartedAt time.Time     // zero if it has not started, or if the source does not say
	Duration  time.Duration // of an ended stage; Elapsed is for all
	Paused    time.Duration // of which it waited for input
	Node      string
	Why       string // what it waits for, if the source says
	Error     string // the message of what ended it, if the source says
	Children  []Stage
	// Steps are those directly in this stage, in the order of their ids; nil until they are asked for.
	Steps []Step
	// Cut reports that Steps are only the first ones: later steps exist that the source does not list.
	Cut bool

	post bool // holds the post actions of a declarative pipeline
}

// Kind is what a [Stage] is.
type Kind string

const (
	Plain  Kind = "stage"
	Branch Kind = "branch" // runs beside its siblings
	Block  Kind = "block"  // the part of a run that is in no stage
)

// Step is a step of a pipeline.
type Step struct {
	ID        string // flow node
	Name      string // its label, what it was given ("make test"), or else what it is; secrets are masked
	Title     string // what it is ("Shell Script"), where Name is something else and the source says so
	State     State
	StartedAt time.Time
	Duration  time.Duration // of an ended step
	Paused    time.Duration // of which it waited for input
	Error     string        // the message that it failed with, if the source says
	// Exception reports that this is no step but an exception that none of the stage's steps raised.
	Exception bool
	Starts    string // of a step that builds a job: the address of the build, if the source says

	parent string // flow node before it, of wfapi and flow nodes
	// Of flow nodes: it is in a catchError or warnError, or in a retry that ended well.
	caught, retried bool
}

// Elapsed is how long the stage has taken at the time now, or took when it has ended.
func (s *Stage) Elapsed(now time.Time) time.Duration {
	return elapsed(s.State, s.StartedAt, s.Duration, now)
}

// Label returns what the step is and what it was given, as far as the source separates them.
func (p *Step) Label() (what, given string) {
	if p.Title == "" {
		return p.Name, ""
	}
	return p.Title, p.Name
}

// Builds reports whether the step is one that builds another job, as far as its name says.
func (p *Step) Builds() bool {
	return p.Starts != "" || p.Title == buildTitle || p.Name == buildTitle || p.Title == "" && strings.HasPrefix(p.Name, "Building ")
}

// buildTitle is what Jenkins calls a build step that has no label of its own, which is "Building JOB".
const buildTitle = "Build a job"

// Elapsed is how long the step has taken at the time now, or took when it has ended.
func (p *Step) Elapsed(now time.Time) time.Duration {
	return elapsed(p.State, p.StartedAt, p.Duration, now)
}

// Timed reports whether the source says when the stage ran, or for how long.
func (s *Stage) Timed() bool { return !s.StartedAt.IsZero() || s.Duration > 0 }

// Timed reports whether the source says when the step ran, or for how long.
func (p *Step) Timed() bool { return !p.StartedAt.IsZero() || p.Duration > 0 }

func elapsed(state State, start time.Time, took time.Duration, now time.Time) time.Duration {
	if state.Ended() || state == Unknown || start.IsZero() {
		return took
	}
	return max(0, now.Sub(start))
}

// Waited returns how long the run has waited for input at the time now, as far as its steps say, or the stages without steps.
func (t *Tree) Waited(now time.Time) time.Duration {
	var total time.Duration
	each(t.Stages, func(s *Stage) {
		for i := range s.Steps {
			p := &s.Steps[i]
			if total += p.Paused; p.State == Paused && p.Paused == 0 {
				total += p.Elapsed(now)
			}
		}
		if len(s.Steps) == 0 && len(s.Children) == 0 {
			total += s.Paused
		}
	})
	return total
}

// State is how a stage or step stands.
type State string

const (
	Running  State = "RUNNING"
	Queued   State = "QUEUED" // waits for an executor
	Paused   State = "PAUSED" // waits for input
	Success  State = "SUCCESS"
	Unstable State = "UNSTABLE"
	Failure  State = "FAILURE"
	Aborted  State = "ABORTED"
	Skipped  State = "SKIPPED"   // its condition did not hold, or an earlier stage failed
	NotBuilt State = "NOT_BUILT" // a restart began after it
	Unknown  State = "UNKNOWN"
)

// Ended reports whether a stage or step in this state no longer changes.
func (s State) Ended() bool {
	switch s {
	case Success, Unstable, Failure, Aborted, Skipped, NotBuilt:
		return true
	}
	return false
}

// active reports whether a stage or step in this state has begun and not ended.
func (s State) active() bool { return s == Running || s == Paused }

// Began reports whether a stage or step in this state has a start.
func (s State) Began() bool {
	return s.active() || s.Ended() && s != Skipped && s != NotBuilt
}

// Find returns the stage with this id, or nil.
func (t *Tree) Find(id string) *Stage {
	var found *Stage
	each(t.Stages, func(s *Stage) {
		if s.ID == id {
			found = s
		}
	})
	return found
}

// EachStep visits the steps: those outside of any stage, then stage by stage.
func (t *Tree) EachStep(visit func(*Step)) {
	for i := range t.Steps {
		visit(&t.Steps[i])
	}
	each(t.Stages, func(s *Stage) {
		for i := range s.Steps {
			visit(&s.Steps[i])
		}
	})
}

// each visits the stages from the top.
func each(stages []Stage, visit func(*Stage)) {
	for i := range stages {
		visit(&stages[i])
		each(stages[i].Children, visit)
	}
}

// add distributes steps over the stages: stage names the stage of each, by its index in steps.
func (t *Tree) add(steps []Step, stage []string, source Source) {
	t.StepSource = source
	byID := map[string]*Stage{}
	each(t.Stages, func(s *Stage) {
		s.Steps = nil
		if s.ID != "" {
			byID[s.ID] = s
		}
	})
	t.Steps = nil
	for i := range steps {
		s := byID[stage[i]]
		switch {
		case s == nil:
			t.Steps = append(t.Steps, steps[i])
		case steps[i].Name == skippedStep: // of a stage that was skipped: nothing that the pipeline does
			continue
		default:
			s.Steps = append(s.Steps, steps[i])
		}
	}
	byNumber := func(a, b Step) int { return compareIDs(a.ID, b.ID) }
	slices.SortStableFunc(t.Steps, byNumber)
	each(t.Stages, func(s *Stage) {
		slices.SortStableFunc(s.Steps, byNumber)
		s.pauseWithSteps()
	})
}

// KeepSteps gives t, which has no steps, those of an earlier answer for the same run.
func (t *Tree) KeepSteps(earlier *Tree) {
	t.Steps, t.StepSource = earlier.Steps, earlier.StepSource
	known := map[string]*Stage{}
	each(earlier.Stages, func(s *Stage) { known[s.ID] = s })
	each(t.Stages, func(s *Stage) {
		k := known[s.ID]
		if k == nil || s.ID == "" {
			return
		}
		s.Steps, s.Cut = k.Steps, k.Cut
		s.pauseWithSteps()
	})
}

// pauseWithSteps has a running stage wait for input if one of its steps does: the source may say so of the step alone.
func (s *Stage) pauseWithSteps() {
	if s.State == Running && slices.ContainsFunc(s.Steps, func(p Step) bool { return p.State == Paused }) {
		s.State = Paused
	}
}

// Missing says what a source does not show and which plugin would, on one line; empty where nothing is missing.
func (t *Tree) Missing() string {
	const plugin = "Pipeline Graph View"
	cut := false
	each(t.Stages, func(s *Stage) { cut = cut || s.Cut })
	switch {
	case t.Refused != nil && t.Source == WFAPI:
		return "no branches: " + plugin + " gave no usable answer"
	case t.Refused != nil && t.Source == FlowNodes:
		return "no times and no nodes: " + plugin + " gave no usable answer"
	case t.Source == WFAPI && !cut:
		return "no branches: the plugin " + plugin + " shows them"
	case t.Source == WFAPI:
		return "at most 100 steps a stage and no branches: " + plugin + " shows all"
	case t.Source == FlowNodes:
		return "no times and no nodes: the plugin " + plugin + " shows them"
	case t.Source == Refresh:
		return "only stages that run now: the plugin " + plugin + " shows all"
	case t.Source == GraphView && t.StepSource == WFAPI && cut:
		return "at most 100 steps a stage: a newer " + plugin + " shows all"
	}
	return ""
}

// skippedStep is the only step of a declarative stage that was skipped.
const skippedStep = "Get contextual object from internal APIs"

// settle corrects what cannot be in a run that has ended: a stage that goes on.
func (t *Tree) settle(run jenkins.Run) {
	if !run.Status.Ended() {
		return
	}
	state := Unknown
	if run.Status == jenkins.Aborted {
		state = Aborted
	}
	each(t.Stages, func(s *Stage) {
		if s.State.active() || s.State == Queued {
			s.State = state
		}
		for i := range s.Steps {
			if p := &s.Steps[i]; p.State.active() {
				p.State = state
			}
		}
	})
}

// compareIDs orders flow nodes by their numbers.
func compareIDs(a, b string) int {
	x, _ := strconv.ParseUint(a, 10, 64)
	y, _ := strconv.ParseUint(b, 10, 64)
	return cmp.Compare(x, y)
}

// stateOf returns the state that any of the sources calls by this name.
func stateOf(name string) State {
	if s, ok := stateNames[name]; ok {
		return s
	}
	return Unknown
}

var stateNames = map[string]State{
	"running": Running, "queued": Queued, "paused": Paused, "success": Success, "unstable": Unstable, "failure": Failure,
	"aborted": Aborted, "skipped": Skipped, "not_built": NotBuilt,
	"RUNNING": Running, "QUEUED": Queued, "PAUSED": Paused, "SUCCESS": Success, "UNSTABLE": Unstable, "FAILURE": Failure,
	"ABORTED": Aborted, "SKIPPED": Skipped, "NOT_BUILT": NotBuilt,
	"IN_PROGRESS": Running, "PAUSED_PENDING_INPUT": Paused, "FAILED": Failure, "NOT_EXECUTED": Skipped,
}

// isPost reports whether a stage of this name holds the post actions of a declarative pipeline.
func isPost(name string) bool { return name == "Declarative: Post Actions" }
