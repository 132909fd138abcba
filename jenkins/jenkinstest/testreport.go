package jenkinstest

import (
	"cmp"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/api"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// testReport answers the report of a build, or the page of one test: PACKAGE/CLASS/TEST.
func (q buildPages) testReport(rest []string) func() {
	report := q.b.Report(q.now)
	if len(report) == 0 {
		return q.missing()
	}
	if len(rest) < 3 || rest[0] == "api" {
		return q.api(rest, api.TestReport(report))
	}
	for _, s := range report {
		for _, t := range s.Results {
			pkg, class := "(root)", cmp.Or(t.Class, "(empty)")
			if i := strings.LastIndexByte(t.Class, '.'); i >= 0 {
				pkg, class = t.Class[:i], t.Class[i+1:]
			}
			if rest[0] == pkg && rest[1] == class && rest[2] == world.SafeName(t.Test.Name) {
				return q.api(rest[3:], api.TestCase(t))
			}
		}
	}
	return q.missing()
}
