package jenkinstest

import (
	"slices"
	"strconv"
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

// testResult is a test with what Jenkins knows of it from earlier builds.
type testResult struct {
	*Test
	status      string // PASSED, SKIPPED, FIXED, FAILED or REGRESSION
	age         int    // in how many builds in a row it has failed
	failedSince int
}

func (r testResult) failed() bool { return r.Test != nil && r.Result == "FAILURE" }

// suiteResult is a suite with the place in the flow graph where it was published.
type suiteResult struct {
	*Suite
	tests []testResult
	span  *span
}

// judge compares the tests of a build with those of the last build before it that had any.
func (b *Build) judge() []suiteResult {
	before := map[[2]string]testResult{}
	if last := b.job.latest(func(o *Build) bool { return o.number < b.number && o.suites != nil }); last != nil {
		for _, r := range slices.Concat(last.tests(last.suites)...) {
			before[[2]string{r.Class, r.Name}] = r
		}
	}
	var suites []suiteResult
	for i := range b.plan.Suites {
		s := suiteResult{Suite: &b.plan.Suites[i]}
		for _, sp := range b.plan.all {
			if sp.Name == s.Stage {
				s.span = sp
			}
		}
		for k := range s.Tests {
			t := &s.Tests[k]
			was, known := before[[2]string{t.Class, t.Name}]
			r := testResult{Test: t, status: "PASSED"}
			switch {
			case t.Result == "SKIPPED":
				r.status, r.age = "SKIPPED", b.number+1
			case r.failed() && was.failed():
				r.status, r.age, r.failedSince = "FAILED", was.age+1, was.failedSince
			case r.failed() && known:
				r.status, r.age, r.failedSince = "REGRESSION", 1, b.number
			case r.failed():
				r.status, r.age, r.failedSince = "FAILED", 1, b.number
			case was.failed():
				r.status = "FIXED"
			}
			s.tests = append(s.tests, r)
		}
		suites = append(suites, s)
	}
	return suites
}

func (b *Build) tests(suites []suiteResult) [][]testResult {
	var lists [][]testResult
	for _, s := range suites {
		lists = append(lists, s.tests)
	}
	return lists
}

// report returns what has been published so far.
func (b *Build) report(now time.Time) []suiteResult {
	return slices.DeleteFunc(slices.Clone(b.suites), func(s suiteResult) bool {
		if s.span == nil {
			return !b.ended()
		}
		return s.span.skipped || b.clock(now) < s.span.end
	})
}

// count returns how many tests have one of these results ("" is a pass).
func count(suites []suiteResult, results ...string) int {
	n := 0
	for _, s := range suites {
		for _, t := range s.tests {
			if slices.Contains(results, t.Result) {
				n++
			}
		}
	}
	return n
}

var testAction = &class{name: "hudson.tasks.junit.TestResultAction", make: func() []prop {
	return []prop{
		get("failCount", func(_ *exporter, r []suiteResult) any { return count(r, "FAILURE") }),
		get("skipCount", func(_ *exporter, r []suiteResult) any { return count(r, "SKIPPED") }),
		get("totalCount", func(_ *exporter, r []suiteResult) any { return count(r, "FAILURE", "SKIPPED", "") }),
		k("urlName", "testReport"),
	}
}}

var testReport = &class{name: "hudson.tasks.junit.TestResult", make: func() []prop {
	return []prop{
		get("duration", func(_ *exporter, r []suiteResult) any {
			var sum time.Duration
			for _, s := range r {
				sum += s.takes()
			}
			return inSeconds(sum)
		}),
		get("failCount", func(_ *exporter, r []suiteResult) any { return count(r, "FAILURE") }),
		get("passCount", func(_ *exporter, r []suiteResult) any { return count(r, "") }),
		get("skipCount", func(_ *exporter, r []suiteResult) any { return count(r, "SKIPPED") }),
		get("suites", func(_ *exporter, r []suiteResult) any { return beans(testSuite, r) }),
	}
}}

func (s *Suite) takes() time.Duration {
	var sum time.Duration
	for _, t := range s.Tests {
		sum += t.Takes
	}
	return sum
}

// inSeconds returns a duration as junit writes it: 1.0 keeps its fraction.
func inSeconds(d time.Duration) number {
	s := strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return number(s)
}

// beans returns the elements of a list as objects of a class.
func beans[T any](c *class, list []T) []bean {
	all := make([]bean, len(list))
	for i, o := range list {
		all[i] = bean{class: c, o: o}
	}
	return all
}

var testSuite = &class{name: "", make: func() []prop {
	return []prop{
		get("cases", func(_ *exporter, s suiteResult) any { return beans(testCase, s.tests) }),
		get("duration", func(_ *exporter, s suiteResult) any { return inSeconds(s.takes()) }),
		get("enclosingBlockNames", func(_ *exporter, s suiteResult) any {
			return s.blocks(func(sp *span) string { return sp.Name })
		}),
		get("enclosingBlocks", func(_ *exporter, s suiteResult) any {
			return s.blocks(func(sp *span) string { return strconv.Itoa(sp.id) })
		}),
		get("name", func(_ *exporter, s suiteResult) any { return s.Name }),
		get("nodeId", func(_ *exporter, s suiteResult) any {
			if s.span == nil {
				return nil
			}
			return strconv.Itoa(s.span.id + len(s.span.scripted()))
		}),
		k("timestamp", "2026-11-30T00:00:00"),
	}
}}

// blocks returns the blocks around the step that published a suite, from the inside out.
func (s suiteResult) blocks(what func(*span) string) []string {
	list := []string{}
	for sp := s.span; sp != nil; sp = sp.parent {
		list = append(list, what(sp))
	}
	return list
}

var testCase = &class{name: "", make: testProps}

// testPage is a test with a page of its own.
var testPage = &class{name: "hudson.tasks.junit.CaseResult", make: testProps}

func testProps() []prop {
	onlyIf := func(result string, value func(*Test) string) func(*exporter, testResult) any {
		return func(_ *exporter, t testResult) any {
			if t.Result != result {
				return nil
			}
			return text(value(t.Test))
		}
	}
	return []prop{
		get("age", func(_ *exporter, t testResult) any { return t.age }),
		get("className", func(_ *exporter, t testResult) any { return t.Class }),
		get("duration", func(_ *exporter, t testResult) any { return inSeconds(t.Takes) }),
		get("errorDetails", onlyIf("FAILURE", func(t *Test) string { return t.Message })),
		get("errorStackTrace", onlyIf("FAILURE", func(t *Test) string { return t.Trace })),
		get("failedSince", func(_ *exporter, t testResult) any { return t.failedSince }),
		get("name", func(_ *exporter, t testResult) any { return t.Test.Name }),
		get("skipped", func(_ *exporter, t testResult) any { return t.Result == "SKIPPED" }),
		get("skippedMessage", onlyIf("SKIPPED", func(t *Test) string { return t.Message })),
		get("status", func(_ *exporter, t testResult) any { return t.status }),
		k("stderr", nil),
		get("stdout", func(_ *exporter, t testResult) any { return text(t.Output) }),
	}
}

// testReport answers the report of a build, or the page of one test: PACKAGE/CLASS/TEST.
func (q *request) testReport(b *Build, rest []string) func() {
	report := b.report(q.now)
	if len(report) == 0 {
		return q.missing()
	}
	if len(rest) < 3 || rest[0] == "api" {
		return q.api(rest, bean{class: testReport, o: report})
	}
	for _, t := range slices.Concat(b.tests(report)...) {
		pkg, class := "(root)", t.Class
		if i := strings.LastIndexByte(t.Class, '.'); i >= 0 {
			pkg, class = t.Class[:i], t.Class[i+1:]
		}
		if class == "" {
			class = "(empty)"
		}
		if rest[0] == pkg && rest[1] == class && rest[2] == safeName(t.Test.Name) {
			return q.api(rest[3:], bean{class: testPage, o: t})
		}
	}
	return q.missing()
}

// safeName returns a test's name as junit puts it into an address.
func safeName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Sc, unicode.Pc) {
			return r
		}
		return '_'
	}, s)
}
