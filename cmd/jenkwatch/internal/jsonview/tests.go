package jsonview

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/testreport"
)

// Tests is the tests of a build.
type Tests struct {
	Build      Build  `json:"build"`
	Failed     int    `json:"failed"`
	New        int    `json:"new"` // failing that did not fail in the build before
	Passed     int    `json:"passed"`
	Skipped    int    `json:"skipped"`
	DurationMS int64  `json:"duration_ms"`
	Cases      []Test `json:"cases"` // failing ones first, new ones before them
}

// Test is one test.
type Test struct {
	Class      string   `json:"class"`
	Name       string   `json:"name"`
	Suite      string   `json:"suite"`
	Status     string   `json:"status"` // PASSED, FIXED, SKIPPED or FAILED
	New        bool     `json:"new"`
	Since      *int     `json:"since"` // number of the build since which it fails
	Message    string   `json:"message"`
	DurationMS int64    `json:"duration_ms"`
	Stage      []string `json:"stage"` // names, from the outermost stage in
}

// OneTest is one test with what only its own page has.
type OneTest struct {
	Build Build `json:"build"`
	Test
	Details string         `json:"details"` // the whole message
	Stack   string         `json:"stack"`
	Stdout  string         `json:"stdout"`
	Stderr  string         `json:"stderr"`
	History []pastTestJSON `json:"history"` // newest first; empty unless it was asked for
}

type pastTestJSON struct {
	Number     int        `json:"number"`
	StartedAt  *time.Time `json:"started_at"`
	Result     string     `json:"result"` // of the build; empty while it runs
	Status     *string    `json:"status"` // of the test; null: the build has no such test
	New        bool       `json:"new"`
	Message    string     `json:"message"`
	DurationMS int64      `json:"duration_ms"`
}

// NewTests returns the chosen cases of a report as JSON.
func NewTests(run jenkins.Run, r *testreport.Report, chosen []int) Tests {
	v := Tests{Build: NewBuild(run), Failed: r.Failed, New: r.New, Passed: r.Passed, Skipped: r.Skipped,
		DurationMS: r.Duration.Milliseconds(), Cases: []Test{}}
	for _, i := range chosen {
		v.Cases = append(v.Cases, newTestJSON(&r.Cases[i]))
	}
	return v
}

func newTestJSON(k *testreport.Case) Test {
	v := Test{Class: k.Class, Name: k.Name, Suite: k.Suite, Status: string(k.Status), New: k.New, Message: k.Message,
		DurationMS: k.Duration.Milliseconds(), Stage: append([]string{}, k.Stage...)}
	if k.Since > 0 {
		v.Since = &k.Since
	}
	return v
}

// NewOneTest returns one test as JSON.
func NewOneTest(run jenkins.Run, k *testreport.Case, d testreport.Details, past []testreport.Past) OneTest {
	v := OneTest{Build: NewBuild(run), Test: newTestJSON(k), Details: d.Message, Stack: d.Stack, Stdout: d.Stdout,
		Stderr: d.Stderr, History: []pastTestJSON{}}
	for _, p := range past {
		h := pastTestJSON{Number: p.Run.Number, StartedAt: Time(p.Run.StartedAt), New: p.New, Message: p.Message,
			DurationMS: p.Duration.Milliseconds()}
		if p.Run.Status.Ended() {
			h.Result = string(p.Run.Status)
		}
		if p.Status != "" {
			h.Status = new(string(p.Status))
		}
		v.History = append(v.History, h)
	}
	return v
}
