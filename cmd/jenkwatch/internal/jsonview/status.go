package jsonview

import (
	"regexp"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// StatusView is a build as "status --json" prints it.
type StatusView struct {
	Run      jenkins.Run
	Tree     stages.Tree
	Stage    *stages.Stage // the one that runs, waits or broke, and its step that does; nil where all went well
	Step     *stages.Step
	FromCopy bool
	Waits    *queued.Reason   // why it waits for a node; nil where it does not
	Own      []*regexp.Regexp // the user's patterns of what is a secret
}

// StageName returns the name of the stage that a step is in, empty for one outside of any.
func StageName(s *stages.Stage) string {
	if s == nil {
		return ""
	}
	return s.Name
}

// Parameters returns a run's parameters as variables, so that they are masked by the same rules.
func Parameters(r jenkins.Run, own []*regexp.Regexp) []env.Variable {
	vars := make([]env.Variable, len(r.Parameters))
	for i, p := range r.Parameters {
		value, known := p.Given()
		vars[i] = env.Variable{Name: p.Name, Value: value, Source: env.Param, Known: known, Password: p.Secret}
	}
	env.MarkSecrets(vars, own...)
	return vars
}

// Status is a run with its stages.
type Status struct {
	Run
	PausedMS int64       `json:"paused_ms"` // of duration_ms: how long it waited for input, as far as its steps say
	Inputs   []inputJSON `json:"inputs"`
	Stages   []stageJSON `json:"stages"`
	Step     *stepJSON   `json:"step"`
	FromCopy bool        `json:"from_copy,omitempty"`
	Waits    *waitsJSON  `json:"waits,omitempty"`
}

// stepJSON is the step that runs, waits or broke.
type stepJSON struct {
	Stage       string     `json:"stage"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Status      string     `json:"status"`
	StartedAt   *time.Time `json:"started_at"`
	DurationMS  int64      `json:"duration_ms"`
}

// inputJSON is a question that a paused run asks.
type inputJSON struct {
	ID      string `json:"id"`
	Message string `json:"message"`
}

type stageJSON struct {
	Name       string      `json:"name"`
	Status     string      `json:"status"`
	StartedAt  *time.Time  `json:"started_at"`
	DurationMS int64       `json:"duration_ms"`
	Node       string      `json:"node"`
	Children   []stageJSON `json:"children"`
}

func newStagesJSON(list []stages.Stage, now time.Time) []stageJSON {
	out := make([]stageJSON, len(list))
	for i, s := range list {
		out[i] = stageJSON{
			Name: s.Name, Status: string(s.State), StartedAt: Time(s.StartedAt),
			DurationMS: s.Elapsed(now).Milliseconds(), Node: s.Node, Children: newStagesJSON(s.Children, now),
		}
	}
	return out
}

func NewStatus(s *StatusView, now time.Time) Status {
	v := Status{Run: NewRun(s.Run, now, s.Own), Inputs: []inputJSON{}, FromCopy: s.FromCopy, Waits: newWaitsJSON(s.Waits, now)}
	now = now.Add(s.Run.Ahead) // stages have the controller's clock
	v.PausedMS, v.Stages = s.Tree.Waited(now).Milliseconds(), newStagesJSON(s.Tree.Stages, now)
	for _, in := range s.Run.Inputs {
		v.Inputs = append(v.Inputs, inputJSON{in.ID, in.Message})
	}
	if s.Step != nil {
		what, given := s.Step.Label()
		v.Step = &stepJSON{StageName(s.Stage), what, given, string(s.Step.State), Time(s.Step.StartedAt),
			s.Step.Elapsed(now).Milliseconds()}
	}
	return v
}
