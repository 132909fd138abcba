package jsonview

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
)

// WhyJSON is why a build failed. What Jenkins does not offer is null or empty.
type WhyJSON struct {
	Build       BuildJSON    `json:"build"`
	Status      string       `json:"status"`
	Interrupted []string     `json:"interrupted,omitempty"` // why it was aborted, in Jenkins' words
	Stage       []string     `json:"stage"`                 // names, from the outermost stage to the one that failed
	Step        string       `json:"step"`
	Cut         bool         `json:"cut"`    // the step is not known: only the stage's first steps are listed
	Source      string       `json:"source"` // of stage and step
	Error       errorBlock   `json:"error"`
	Tests       *testsJSON   `json:"tests"`
	LastGood    *BuildJSON   `json:"last_good"`       // the last successful build before it
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

// NewWaitingJSON returns why a run waits as JSON.
func NewWaitingJSON(run jenkins.Run, r *queued.Reason, now time.Time) WhyJSON {
	v := NewWhyJSON(&failure.Card{Run: run})
	v.Waits = newWaitsJSON(r, now)
	return v
}

// NewWhyJSON returns a failure card as JSON; secrets among the changed variables are masked.
func NewWhyJSON(c *failure.Card) WhyJSON {
	v := WhyJSON{Build: NewBuildJSON(c.Run), Status: string(c.Run.Status), Interrupted: c.Run.Interrupted, Stage: append([]string{}, c.Stage...), Step: c.Step,
		Cut: c.Cut, Source: string(c.Source), Error: errorBlock{append([]string{}, c.Error.Lines...), c.Error.From},
		Commits: []commitJSON{}, Changes: []deltaJSON{}}
	if c.Tests != nil {
		v.Tests = &testsJSON{c.Tests.Failed, c.Tests.New, c.Tests.Passed, c.Tests.Skipped, []caseJSON{}}
		for _, k := range c.Tests.Cases {
			v.Tests.Cases = append(v.Tests.Cases, caseJSON{k.Class, k.Name, k.Message, k.Since, k.New})
		}
	}
	if c.Good != nil {
		v.LastGood = new(NewBuildJSON(*c.Good))
	}
	for _, k := range c.Commits {
		v.Commits = append(v.Commits, commitJSON{k.ID, k.Author, k.Title, k.Number})
	}
	for _, d := range c.Changed {
		v.Changes = append(v.Changes, newDeltaJSON(d, false))
	}
	return v
}
