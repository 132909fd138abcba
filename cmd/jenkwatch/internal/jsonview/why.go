package jsonview

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
)

// Why is why a build failed. What Jenkins does not offer is null or empty.
type Why struct {
	Build       Build        `json:"build"`
	Status      string       `json:"status"`
	Interrupted []string     `json:"interrupted,omitempty"` // why it was aborted, in Jenkins' words
	Stage       []string     `json:"stage"`                 // names, from the outermost stage to the one that failed
	Step        string       `json:"step"`
	Cut         bool         `json:"cut"`    // the step is not known: only the stage's first steps are listed
	Source      string       `json:"source"` // of stage and step
	Error       errorBlock   `json:"error"`
	Tests       *testsJSON   `json:"tests"`
	LastGood    *Build       `json:"last_good"`       // the last successful build before it
	Commits     []commitJSON `json:"commits"`         // since last_good; without one, of the builds that are known before it
	Changes     []deltaJSON  `json:"changes"`         // of the environment since last_good
	Waits       *waitsJSON   `json:"waits,omitempty"` // of a run that did not fail but waits: why
}

type errorBlock struct {
	Lines []string `json:"lines"`
	From  string   `json:"from"`
}

type testsJSON struct {
	Failed  int        `json:"failed"`
	New     int        `json:"new"`
	Passed  int        `json:"passed"`
	Skipped int        `json:"skipped"`
	Cases   []caseJSON `json:"cases"` // the failing ones, new ones first
}

type caseJSON struct {
	Class   string `json:"class"`
	Name    string `json:"name"`
	Message string `json:"message"`
	Since   int    `json:"since"` // number of the build since which it fails
	New     bool   `json:"new"`
}

type commitJSON struct {
	ID     string `json:"id"`
	Author string `json:"author"`
	Title  string `json:"title"`
	Number int    `json:"number"` // of the build that was the first to have it
}

// NewWaiting returns why a run waits as JSON.
func NewWaiting(run jenkins.Run, r *queued.Reason, now time.Time) Why {
	v := NewWhy(&failure.Card{Run: run})
	v.Waits = newWaitsJSON(r, now)
	return v
}

// NewWhy returns a failure card as JSON; secrets among the changed variables are masked.
func NewWhy(c *failure.Card) Why {
	v := Why{Build: NewBuild(c.Run), Status: string(c.Run.Status), Interrupted: c.Run.Interrupted, Stage: append([]string{}, c.Stage...), Step: c.Step,
		Cut: c.Cut, Source: string(c.Source), Error: errorBlock{append([]string{}, c.Error.Lines...), c.Error.From},
		Commits: []commitJSON{}, Changes: []deltaJSON{}}
	if c.Tests != nil {
		v.Tests = &testsJSON{c.Tests.Failed, c.Tests.New, c.Tests.Passed, c.Tests.Skipped, []caseJSON{}}
		for _, k := range c.Tests.Cases {
			v.Tests.Cases = append(v.Tests.Cases, caseJSON{k.Class, k.Name, k.Message, k.Since, k.New})
		}
	}
	if c.Good != nil {
		v.LastGood = new(NewBuild(*c.Good))
	}
	for _, k := range c.Commits {
		v.Commits = append(v.Commits, commitJSON{k.ID, k.Author, k.Title, k.Number})
	}
	for _, d := range c.Changed {
		v.Changes = append(v.Changes, newDeltaJSON(d, false))
	}
	return v
}

// waitsJSON is why a run waits.
type waitsJSON struct {
	Kind    string     `json:"kind"` // quiet period, blocked, no label, offline, busy, chosen or other
	Text    string     `json:"text"` // on one line
	Label   string     `json:"label"`
	Busy    int        `json:"busy"`    // executors that work, of those below
	Total   int        `json:"total"`   // executors of the label's nodes that are online
	Ahead   int        `json:"ahead"`   // how many others wait longer for the same
	Until   *time.Time `json:"until"`   // the end of the quiet period
	Blocker *int       `json:"blocker"` // number of the build of the job that blocks it
	Offline []string   `json:"offline"` // nodes of the label that are
	Since   *time.Time `json:"since"`
}

func newWaitsJSON(r *queued.Reason, now time.Time) *waitsJSON {
	if r == nil {
		return nil
	}
	v := &waitsJSON{Kind: string(r.Kind), Text: r.Text(now), Label: r.Label, Busy: r.Busy, Total: r.Total, Ahead: r.Ahead, Until: Time(r.Until),
		Offline: []string{}, Since: Time(r.Since)}
	if r.Blocker.Number > 0 {
		v.Blocker = &r.Blocker.Number
	}
	for _, n := range r.Offline {
		v.Offline = append(v.Offline, n.Name)
	}
	return v
}
