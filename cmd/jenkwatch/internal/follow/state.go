// Package follow follows one build until it has ended: what changes, a drawing of it that fits a few lines of a terminal,
// and its log.
package follow

import (
	"cmp"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// State is what is known of a build at one moment.
type State struct {
	Run  jenkins.Run
	Tree stages.Tree // of a pipeline; empty for others and where no page lists the stages
	At   time.Time   // when that was answered
}

// Kind is what an [Event] is about.
type Kind string

const (
	Status Kind = "status" // the build is first seen, or has another status
	Input  Kind = "input"  // it asks a person something
	Stage  Kind = "stage"  // a stage began, ended or waits
	Step   Kind = "step"   // another step of a stage runs, or one failed
	Log    Kind = "log"    // it printed something
	Ended  Kind = "ended"  // it has its result: the last event of all
)

// Event is one change of a build.
type Event struct {
	Kind  Kind
	Run   jenkins.Run   // as it is now
	Path  []string      // names from the outermost stage to the one that a stage or step event is about
	Stage *stages.Stage // of a stage event
	Step  *stages.Step  // of a step event
	Input jenkins.Input // of an input event
}

// changesBetween returns what happened between two states of a build, where the first may be nil: nothing was known. That it has ended
// is not among it: [Printer.Finish] says so when all else was shown.
func changesBetween(prev, next *State) []Event {
	var before State
	if prev != nil {
		before = *prev
	}
	run := next.Run
	var events []Event
	if before.Run.Status != run.Status && !run.Status.Ended() {
		events = append(events, Event{Kind: Status, Run: run})
	}
	for _, in := range run.Inputs {
		if !hasInput(before.Run.Inputs, in.ID) {
			events = append(events, Event{Kind: Input, Run: run, Input: in})
		}
	}
	known := map[string]*stages.Stage{}
	stages.Walk(before.Tree.Stages, func(path []string, s *stages.Stage) { known[key(path, s)] = s })
	stages.Walk(next.Tree.Stages, func(path []string, s *stages.Stage) {
		old := known[key(path, s)]
		if old == nil {
			old = &stages.Stage{}
		}
		if s.State != old.State && s.State != stages.Unknown {
			events = append(events, Event{Kind: Stage, Run: run, Path: path, Stage: s})
		}
		for _, step := range newSteps(old.Steps, s.Steps) {
			events = append(events, Event{Kind: Step, Run: run, Path: path, Step: step})
		}
	})
	return events
}

func hasInput(list []jenkins.Input, id string) bool {
	for _, in := range list {
		if in.ID == id {
			return true
		}
	}
	return false
}

// key identifies a stage: by its flow node, or where only the refresh named it by its place.
func key(path []string, s *stages.Stage) string { return cmp.Or(s.ID, strings.Join(path, "\x00")) }

// newSteps are the steps that run now and did not before, and those that failed since.
func newSteps(before, now []stages.Step) []*stages.Step {
	old := map[string]stages.State{}
	for i := range before {
		old[before[i].ID] = before[i].State
	}
	var out []*stages.Step
	for i := range now {
		s := &now[i]
		if (s.State == stages.Running || s.State == stages.Failure) && old[s.ID] != s.State {
			out = append(out, s)
		}
	}
	return out
}
