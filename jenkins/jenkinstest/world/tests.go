package world

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// A Suite is a report of the junit step. It is there once the stage that publishes it has ended.
type Suite struct {
	Name  string
	Stage string // that publishes it; of a freestyle build: empty
	Tests []Test
}

// A Test is one case of a suite.
type Test struct {
	Class, Name string
	Takes       time.Duration
	Result      string // FAILURE or SKIPPED; default: passed
	Message     string // why it failed or was skipped
	Trace       string // of a failure
	Output      string
}

// TestResult is a test with what Jenkins knows of it from earlier builds.
type TestResult struct {
	*Test
	Status      string // PASSED, SKIPPED, FIXED, FAILED or REGRESSION
	Age         int    // in how many builds in a row it has failed
	FailedSince int
}

func (r TestResult) failed() bool { return r.Test != nil && r.Result == "FAILURE" }

// SuiteResult is a suite with the place in the flow graph where it was published.
type SuiteResult struct {
	*Suite
	Results []TestResult
	Span    *Span
}

// judge compares the tests of a build with those of the last build before it that had any.
func (b *Build) judge() []SuiteResult {
	before := map[[2]string]TestResult{}
	if last := b.job.latest(func(o *Build) bool { return o.number < b.number && o.suites != nil }); last != nil {
		for _, r := range slices.Concat(last.tests(last.suites)...) {
			before[[2]string{r.Class, r.Name}] = r
		}
	}
	var suites []SuiteResult
	for i := range b.Plan.Suites {
		s := SuiteResult{Suite: &b.Plan.Suites[i]}
		for _, sp := range b.Plan.All {
			if sp.Name == s.Stage {
				s.Span = sp
			}
		}
		for k := range s.Tests {
			t := &s.Tests[k]
			was, known := before[[2]string{t.Class, t.Name}]
			r := TestResult{Test: t, Status: "PASSED"}
			switch {
			case t.Result == "SKIPPED":
				r.Status, r.Age = "SKIPPED", b.number+1
			case r.failed() && was.failed():
				r.Status, r.Age, r.FailedSince = "FAILED", was.Age+1, was.FailedSince
			case r.failed() && known:
				r.Status, r.Age, r.FailedSince = "REGRESSION", 1, b.number
			case r.failed():
				r.Status, r.Age, r.FailedSince = "FAILED", 1, b.number
			case was.failed():
				r.Status = "FIXED"
			}
			s.Results = append(s.Results, r)
		}
		suites = append(suites, s)
	}
	return suites
}

func (b *Build) tests(suites []SuiteResult) [][]TestResult {
	var lists [][]TestResult
	for _, s := range suites {
		lists = append(lists, s.Results)
	}
	return lists
}

// Report returns what has been published so far.
func (b *Build) Report(now time.Time) []SuiteResult {
	return slices.DeleteFunc(slices.Clone(b.suites), func(s SuiteResult) bool {
		if s.Span == nil {
			return !b.Ended()
		}
		return s.Span.Skipped || b.Clock(now) < s.Span.End
	})
}

// CountTests returns how many tests have one of these results ("" is a pass).
func CountTests(suites []SuiteResult, results ...string) int {
	n := 0
	for _, s := range suites {
		for _, t := range s.Results {
			if slices.Contains(results, t.Result) {
				n++
			}
		}
	}
	return n
}

// Takes returns what the tests of a suite take together.
func (s *Suite) Takes() time.Duration {
	var sum time.Duration
	for _, t := range s.Tests {
		sum += t.Takes
	}
	return sum
}

// SafeName returns a test's name as junit puts it into an address.
func SafeName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Sc, unicode.Pc) {
			return r
		}
		return '_'
	}, s)
}
