package jenkins

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestElapsedByTheControllersClock(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := Run{Status: Running, StartedAt: now.Add(-6 * time.Minute), Ahead: -5 * time.Minute}
	if got := r.Elapsed(now); got != time.Minute {
		t.Errorf("a build that began a minute ago by a clock five minutes behind took %s", got)
	}
	q := Run{Status: Queued, QueuedAt: now.Add(10 * time.Second), Ahead: time.Minute}
	if got := q.Elapsed(now); got != 50*time.Second {
		t.Errorf("an item queued by a clock a minute ahead waits %s", got)
	}
	e := Run{Status: Success, StartedAt: now.Add(-6 * time.Minute), Duration: time.Minute, Ahead: -4 * time.Minute}
	if got := now.Sub(e.EndedAt()); got != time.Minute {
		t.Errorf("a build that ended a minute ago by a clock four minutes behind ended %s ago", got)
	}
}

func TestRunsKnowTheControllersClock(t *testing.T) {
	t.Parallel()
	began := time.Now().Add(-time.Hour - time.Minute)
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		resp := recorded.JSON(req, fmt.Sprintf(`{"number":7,"url":"http://ci/job/a/7/","building":true,"timestamp":%d}`, began.UnixMilli()))
		resp.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		return resp
	}))
	run, err := c.Build(t.Context(), BuildSpec{Job: "a", Number: 7})
	if err != nil {
		t.Fatal(err)
	}
	if got := run.Elapsed(time.Now()); got < 55*time.Second || got > 65*time.Second {
		t.Errorf("a build of a minute on a controller an hour behind runs for %s", got)
	}
	if run.StartedAt.UnixMilli() != began.UnixMilli() {
		t.Errorf("it began at %s, Jenkins says %s", run.StartedAt, began)
	}
}

// anyClock leaves out what the Date of a recording, made on another day, says of the clock.
var anyClock = cmpopts.IgnoreFields(Run{}, "Ahead")
