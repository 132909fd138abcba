package jsonview

import (
	"regexp"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// The JSON of every reading command. Keys are an interface: docs/json.md lists them, and a test fails when one changes.

// RunJSON is a run or a queue item.
type RunJSON struct {
	Controller    string          `json:"controller"`
	Job           string          `json:"job"`
	Number        *int            `json:"number"`
	URL           string          `json:"url"`
	Status        string          `json:"status"`
	Result        *string         `json:"result"`
	CurrentStages []string        `json:"current_stages"`
	Node          string          `json:"node"`
	StartedAt     *time.Time      `json:"started_at"`
	DurationMS    int64           `json:"duration_ms"`
	EstimatedMS   *int64          `json:"estimated_ms"`
	Progress      *int            `json:"progress"`
	Causes        []causeJSON     `json:"causes"`
	Parameters    []parameterJSON `json:"parameters"`
	Description   string          `json:"description"`
	ID            int64           `json:"id,omitempty"`
	Why           string          `json:"why,omitempty"`
	Interrupted   []string        `json:"interrupted,omitempty"` // why it was aborted, in Jenkins' words
}

type causeJSON struct {
	Text           string `json:"text"`
	User           string `json:"user,omitempty"`
	UpstreamJob    string `json:"upstream_job,omitempty"`
	UpstreamNumber int    `json:"upstream_number,omitempty"`
}

type parameterJSON struct {
	Name   string  `json:"name"`
	Value  *string `json:"value"` // null: a password, a file or the like, which Jenkins names without its value
	Secret bool    `json:"secret"`
}

// StatusJSON is a run with its stages.
type StatusJSON struct {
	RunJSON
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

// ChangeJSON is a line of --watch.
type ChangeJSON struct {
	Event string  `json:"event"` // added, changed, removed
	Run   RunJSON `json:"run"`
}

// DiffJSON is what differs between the environments of two builds.
type DiffJSON struct {
	Before  BuildJSON   `json:"before"`
	After   BuildJSON   `json:"after"`
	Changes []deltaJSON `json:"changes"`
	Folded  int         `json:"folded"` // differences that any two builds have, which are left out without --all
}

type BuildJSON struct {
	Controller string `json:"controller"`
	Job        string `json:"job"`
	Number     int    `json:"number"`
	URL        string `json:"url"`
}

type deltaJSON struct {
	Name   string  `json:"name"`
	Change string  `json:"change"` // added, removed, changed
	Before *string `json:"before"` // null: the build does not have it
	After  *string `json:"after"`
	Secret bool    `json:"secret"`
	Noise  string  `json:"noise,omitempty"` // why any two builds differ in it
}

func NewRunJSON(r jenkins.Run, now time.Time, own []*regexp.Regexp) RunJSON {
	v := RunJSON{
		Controller: r.Controller, Job: r.Job, URL: r.URL, Status: string(r.Status), Node: strings.Join(r.Nodes, ","),
		CurrentStages: append([]string{}, r.Stages...), DurationMS: r.Elapsed(now).Milliseconds(),
		Causes: []causeJSON{}, Parameters: []parameterJSON{}, Description: r.Description, Why: r.Why, Interrupted: r.Interrupted,
	}
	if r.Status == jenkins.Queued {
		v.ID = r.QueueID
	} else {
		v.Number = &r.Number
	}
	if r.Status.Ended() {
		result := string(r.Status)
		v.Result = &result
	}
	v.StartedAt = TimeJSON(r.StartedAt)
	if r.Estimated > 0 {
		ms := r.Estimated.Milliseconds()
		v.EstimatedMS = &ms
	}
	if r.Progress >= 0 && !r.Status.Ended() && r.Status != jenkins.Queued {
		v.Progress = &r.Progress
	}
	for _, c := range r.Causes {
		v.Causes = append(v.Causes, causeJSON{c.Text, c.UserID, c.UpstreamJob, c.UpstreamBuild})
	}
	for _, p := range Parameters(r, own) {
		pj := parameterJSON{Name: p.Name, Secret: p.Secret}
		if p.Known {
			pj.Value = new(p.Shown(false))
		}
		v.Parameters = append(v.Parameters, pj)
	}
	return v
}

func NewRunsJSON(runs []jenkins.Run, now time.Time, own []*regexp.Regexp) []RunJSON {
	out := make([]RunJSON, len(runs))
	for i, r := range runs {
		out[i] = NewRunJSON(r, now, own)
	}
	return out
}

func newStagesJSON(list []stages.Stage, now time.Time) []stageJSON {
	out := make([]stageJSON, len(list))
	for i, s := range list {
		out[i] = stageJSON{
			Name: s.Name, Status: string(s.State), StartedAt: TimeJSON(s.StartedAt),
			DurationMS: s.Elapsed(now).Milliseconds(), Node: s.Node, Children: newStagesJSON(s.Children, now),
		}
	}
	return out
}

// TimeJSON returns a time in UTC (RFC 3339), null when there is none.
func TimeJSON(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func NewStatusJSON(s *StatusView, now time.Time) StatusJSON {
	v := StatusJSON{RunJSON: NewRunJSON(s.Run, now, s.Own), Inputs: []inputJSON{}, FromCopy: s.FromCopy, Waits: newWaitsJSON(s.Waits, now)}
	now = now.Add(s.Run.Ahead) // stages have the controller's clock
	v.PausedMS, v.Stages = s.Tree.Waited(now).Milliseconds(), newStagesJSON(s.Tree.Stages, now)
	for _, in := range s.Run.Inputs {
		v.Inputs = append(v.Inputs, inputJSON{in.ID, in.Message})
	}
	if s.Step != nil {
		what, given := s.Step.Label()
		v.Step = &stepJSON{StageName(s.Stage), what, given, string(s.Step.State), TimeJSON(s.Step.StartedAt),
			s.Step.Elapsed(now).Milliseconds()}
	}
	return v
}

func NewBuildJSON(r jenkins.Run) BuildJSON { return BuildJSON{r.Controller, r.Job, r.Number, r.URL} }

func NewDiffJSON(d env.Comparison, before, after jenkins.Run, all, reveal bool) DiffJSON {
	v := DiffJSON{Before: NewBuildJSON(before), After: NewBuildJSON(after), Changes: []deltaJSON{}}
	for _, c := range d.Deltas {
		if !all && c.Noise != "" {
			v.Folded++
		}
		if !c.Differs() && (c.Noise == "" || !all) {
			continue
		}
		v.Changes = append(v.Changes, newDeltaJSON(c, reveal))
	}
	return v
}

func newDeltaJSON(d env.Delta, reveal bool) deltaJSON {
	v := deltaJSON{Name: d.Name, Change: string(d.Change), Secret: d.Secret(), Noise: string(d.Noise)}
	if d.Before.Name != "" {
		v.Before = new(d.Before.Shown(reveal))
	}
	if d.After.Name != "" {
		v.After = new(d.After.Shown(reveal))
	}
	return v
}
