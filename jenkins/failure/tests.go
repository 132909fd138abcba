package failure

import (
	"context"

	"github.com/jenkwatch/jenkwatch/jenkins/testreport"
)

// Tests are the failing tests of a build.
type Tests struct {
	Failed, Skipped, Passed int
	New                     int    // failing that did not fail in the build before
	Cases                   []Case // the failing ones: new ones first, then those that began to fail last
}

// Case is a failing test.
type Case = testreport.Case

func (r *Reader) tests(ctx context.Context, c *Card) error {
	report, err := testreport.Read(ctx, r.Client, c.Run.Ref)
	if err != nil {
		return err
	}
	c.Tests = &Tests{Failed: report.Failed, Skipped: report.Skipped, Passed: report.Passed, New: report.New}
	for _, i := range report.Filter("", true) {
		c.Tests.Cases = append(c.Tests.Cases, report.Cases[i])
	}
	return nil
}
