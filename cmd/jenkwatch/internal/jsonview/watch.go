package jsonview

import (
	"regexp"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// Watch is a line of `watch`: one change of the build that is followed.
type Watch struct {
	Event string     `json:"event"` // status, input, stage, step, log, ended
	At    *time.Time `json:"at"`
	Run   Run        `json:"run"`
	// PausedMS is how long the run has waited for input, as far as its steps say: a part of its duration_ms.
	PausedMS int64 `json:"paused_ms"`

	Stage   *Place     `json:"stage,omitempty"`
	Step    *stepJSON  `json:"step,omitempty"`
	Input   *inputJSON `json:"input,omitempty"`
	Text    string     `json:"text,omitempty"`    // whole lines of the log
	Failure *Why       `json:"failure,omitempty"` // of a build that ended otherwise than well
}

// Place is a stage that changed.
type Place struct {
	Path       []string   `json:"path"` // names, from the outermost stage to this one
	Status     string     `json:"status"`
	StartedAt  *time.Time `json:"started_at"`
	DurationMS int64      `json:"duration_ms"`
	Node       string     `json:"node"`
}

// NewWatch returns an event of a build with these stages; what it is about is added with the methods.
func NewWatch(event string, run jenkins.Run, tree *stages.Tree, now time.Time, own []*regexp.Regexp) Watch {
	return Watch{Event: event, At: Time(now.Truncate(time.Millisecond)), Run: NewRun(run, now, own),
		PausedMS: tree.Waited(now.Add(run.Ahead)).Milliseconds()}
}

// SetStage says which stage the event is about.
func (v *Watch) SetStage(path []string, s *stages.Stage, now time.Time) {
	v.Stage = &Place{path, string(s.State), Time(s.StartedAt), s.Elapsed(now).Milliseconds(), s.Node}
}

// SetStep says which step of a stage the event is about.
func (v *Watch) SetStep(path []string, s *stages.Step, now time.Time) {
	what, given := s.Label()
	v.Step = &stepJSON{path[len(path)-1], what, given, string(s.State), Time(s.StartedAt), s.Elapsed(now).Milliseconds()}
}

// SetInput says what is asked.
func (v *Watch) SetInput(in jenkins.Input) { v.Input = &inputJSON{in.ID, in.Message} }

// SetFailure says why it failed.
func (v *Watch) SetFailure(c *failure.Card) { v.Failure = new(NewWhy(c)) }
