package jsonview

import (
	"regexp"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// The JSON of every reading command. Keys are an interface: docs/json.md lists them, and a test fails when one changes.

// Run is a run or a queue item.
type Run struct {
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

type Build struct {
	Controller string `json:"controller"`
	Job        string `json:"job"`
	Number     int    `json:"number"`
	URL        string `json:"url"`
}

// Change is a line of --watch.
type Change struct {
	Event string `json:"event"` // added, changed, removed
	Run   Run    `json:"run"`
}

func NewRun(r jenkins.Run, now time.Time, own []*regexp.Regexp) Run {
	v := Run{
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
	v.StartedAt = Time(r.StartedAt)
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

func NewRuns(runs []jenkins.Run, now time.Time, own []*regexp.Regexp) []Run {
	out := make([]Run, len(runs))
	for i, r := range runs {
		out[i] = NewRun(r, now, own)
	}
	return out
}

// Time returns a time in UTC (RFC 3339), null when there is none.
func Time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func NewBuild(r jenkins.Run) Build { return Build{r.Controller, r.Job, r.Number, r.URL} }
