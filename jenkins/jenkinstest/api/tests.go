package api

import (
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

var testAction = &class{Name: "hudson.tasks.junit.TestResultAction", Make: func() []prop {
	return []prop{
		get("failCount", func(_ *Scope, r []world.SuiteResult) any { return world.CountTests(r, "FAILURE") }),
		get("skipCount", func(_ *Scope, r []world.SuiteResult) any { return world.CountTests(r, "SKIPPED") }),
		get("totalCount", func(_ *Scope, r []world.SuiteResult) any { return world.CountTests(r, "FAILURE", "SKIPPED", "") }),
		k("urlName", "testReport"),
	}
}}

// TestReport is what a build has published.
func TestReport(report []world.SuiteResult) Object { return object{Class: testReport, Of: report} }

// TestCase is a test's own page.
func TestCase(t world.TestResult) Object { return object{Class: testPage, Of: t} }

var testReport = &class{Name: "hudson.tasks.junit.TestResult", Make: func() []prop {
	return []prop{
		get("duration", func(_ *Scope, r []world.SuiteResult) any {
			var sum time.Duration
			for _, s := range r {
				sum += s.Takes()
			}
			return inSeconds(sum)
		}),
		get("failCount", func(_ *Scope, r []world.SuiteResult) any { return world.CountTests(r, "FAILURE") }),
		get("passCount", func(_ *Scope, r []world.SuiteResult) any { return world.CountTests(r, "") }),
		get("skipCount", func(_ *Scope, r []world.SuiteResult) any { return world.CountTests(r, "SKIPPED") }),
		get("suites", func(_ *Scope, r []world.SuiteResult) any { return objects(testSuite, r) }),
	}
}}

// inSeconds returns a duration as junit writes it: 1.0 keeps its fraction.
func inSeconds(d time.Duration) tree.Number {
	s := strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return tree.Number(s)
}

var testSuite = &class{Name: "", Make: func() []prop {
	return []prop{
		get("cases", func(_ *Scope, s world.SuiteResult) any { return objects(testCase, s.Results) }),
		get("duration", func(_ *Scope, s world.SuiteResult) any { return inSeconds(s.Takes()) }),
		get("enclosingBlockNames", func(_ *Scope, s world.SuiteResult) any {
			return blocks(s, func(sp *world.Span) string { return sp.Name })
		}),
		get("enclosingBlocks", func(_ *Scope, s world.SuiteResult) any {
			return blocks(s, func(sp *world.Span) string { return strconv.Itoa(sp.ID) })
		}),
		get("name", func(_ *Scope, s world.SuiteResult) any { return s.Name }),
		get("nodeId", func(_ *Scope, s world.SuiteResult) any {
			if s.Span == nil {
				return nil
			}
			return strconv.Itoa(s.Span.FirstStep() + len(s.Span.Scripted()) - 1)
		}),
		k("timestamp", "2026-11-30T00:00:00"),
	}
}}

// blocks returns the blocks around the step that published a suite, from the inside out.
func blocks(s world.SuiteResult, what func(*world.Span) string) []string {
	list := []string{}
	for sp := s.Span; sp != nil; sp = sp.Parent {
		list = append(list, what(sp))
	}
	return list
}

var testCase = &class{Name: "", Make: testProps}

// testPage is a test with a page of its own.
var testPage = &class{Name: "hudson.tasks.junit.CaseResult", Make: testProps}

func testProps() []prop {
	onlyIf := func(result string, value func(*world.Test) string) func(*Scope, world.TestResult) any {
		return func(_ *Scope, t world.TestResult) any {
			if t.Result != result {
				return nil
			}
			return text(value(t.Test))
		}
	}
	return []prop{
		get("age", func(_ *Scope, t world.TestResult) any { return t.Age }),
		get("className", func(_ *Scope, t world.TestResult) any { return t.Class }),
		get("duration", func(_ *Scope, t world.TestResult) any { return inSeconds(t.Takes) }),
		get("errorDetails", onlyIf("FAILURE", func(t *world.Test) string { return t.Message })),
		get("errorStackTrace", onlyIf("FAILURE", func(t *world.Test) string { return t.Trace })),
		get("failedSince", func(_ *Scope, t world.TestResult) any { return t.FailedSince }),
		get("name", func(_ *Scope, t world.TestResult) any { return t.Test.Name }),
		get("skipped", func(_ *Scope, t world.TestResult) any { return t.Result == "SKIPPED" }),
		get("skippedMessage", onlyIf("SKIPPED", func(t *world.Test) string { return t.Message })),
		get("status", func(_ *Scope, t world.TestResult) any { return t.Status }),
		k("stderr", nil),
		get("stdout", func(_ *Scope, t world.TestResult) any { return text(t.Output) }),
	}
}
