package jenkins

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestABuildIsAnotherWhereOneOfItsNumberStartedAtAnotherTime(t *testing.T) {
	t.Parallel()
	c := reading(recorded.Pages{"/jenkins/job/a/1/api/json": `{"timestamp":1700000000000}`})
	at := time.UnixMilli(1700000000000)
	for name, want := range map[string]struct {
		run   Run
		other bool
		err   bool
	}{
		"it":                   {Run{Ref: Ref{Job: "a", Number: 1}, StartedAt: at}, false, false},
		"another":              {Run{Ref: Ref{Job: "a", Number: 1}, StartedAt: at.Add(-time.Hour)}, true, true},
		"one that is deleted":  {Run{Ref: Ref{Job: "a", Number: 2}, StartedAt: at}, false, true},
		"its start not known":  {Run{Ref: Ref{Job: "a", Number: 1}}, false, false},
		"one without a number": {Run{Ref: Ref{Job: "a"}, StartedAt: at}, false, false},
	} {
		err := c.StillIs(t.Context(), want.run)
		if (err != nil) != want.err || errors.Is(err, ErrOtherBuild) != want.other || want.err && !IsKind(err, NotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if want.other && !strings.Contains(err.Error(), "ask Jenkins for a #1: the build of this number is another one") {
			t.Error(err)
		}
	}
}
