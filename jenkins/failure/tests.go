package failure

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Tests are the failing tests of a build.
type Tests struct {
	Failed, Skipped, Passed int
	New                     int    // failing that did not fail in the build before
	Cases                   []Case // the failing ones: new ones first, then those that began to fail last
}

// Case is a failing test.
type Case struct {
	Class, Name string
	Message     string
	Since       int // number of the build since which it fails
	New         bool
}

// testTree asks for the report of the junit plugin. It has no filter by status.
const testTree = "failCount,skipCount,passCount,suites[cases[className,name,status,age,failedSince,errorDetails]]"

type testReport struct {
	FailCount, SkipCount, PassCount int
	Suites                          []struct {
		Cases []struct {
			ClassName, Name, Status string
			Age, FailedSince        int
			ErrorDetails            string
		}
	}
}

func (r *Reader) tests(ctx context.Context, c *Card) error {
	var report testReport
	q := jenkins.Question{Op: "ask Jenkins for the tests of " + clean.Line(jenkins.DisplayName(c.Run.Job)),
		Path: r.Client.Path(c.Run.Job) + strconv.Itoa(c.Run.Number) + "/testReport/api/json", Tree: testTree, Limit: 16 * jenkins.Mega}
	if err := r.Client.Get(ctx, q, &report); err != nil {
		return err
	}
	c.Tests = report.tests()
	return nil
}

// tests picks the failing cases. A status of REGRESSION is a test that passed before; FAILED with an age of 1 is one that
// is new and fails at once.
func (report *testReport) tests() *Tests {
	t := &Tests{Failed: report.FailCount, Skipped: report.SkipCount, Passed: report.PassCount}
	for _, s := range report.Suites {
		for _, k := range s.Cases {
			if k.Status != "FAILED" && k.Status != "REGRESSION" {
				continue
			}
			fresh := k.Status == "REGRESSION" || k.Age == 1
			if fresh {
				t.New++
			}
			t.Cases = append(t.Cases, Case{Class: clean.Line(k.ClassName), Name: clean.Line(k.Name),
				Message: firstLine(k.ErrorDetails), Since: k.FailedSince, New: fresh})
		}
	}
	slices.SortStableFunc(t.Cases, func(a, b Case) int {
		if a.New != b.New {
			return map[bool]int{true: -1, false: 1}[a.New]
		}
		return cmp.Compare(b.Since, a.Since)
	})
	return t
}
