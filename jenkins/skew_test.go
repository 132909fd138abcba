package jenkins

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestSkewOfAControllersClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 400e6, time.UTC)
	var s skew
	for _, c := range []struct {
		what string
		date string
		took time.Duration
		want time.Duration
	}{
		{"the same clock", "Sun, 01 Mar 2026 12:00:00 GMT", 0, 0},
		{"a second is the Date's own coarseness", "Sun, 01 Mar 2026 11:59:59 GMT", 0, 0},
		{"five minutes behind", "Sun, 01 Mar 2026 11:55:00 GMT", 0, -5*time.Minute - 400*time.Millisecond},
		{"small differences are ignored", "Sun, 01 Mar 2026 11:55:02 GMT", 0, -5*time.Minute - 400*time.Millisecond},
		{"a slow answer is not used", "Sun, 01 Mar 2026 12:00:00 GMT", 4 * time.Second, -5*time.Minute - 400*time.Millisecond},
		{"without a Date nothing is known", "", 0, -5*time.Minute - 400*time.Millisecond},
		{"the clock was corrected", "Sun, 01 Mar 2026 12:00:01 GMT", 0, 0},
		{"ahead", "Sun, 01 Mar 2026 12:01:00 GMT", 0, time.Minute - 400*time.Millisecond},
	} {
		if s.note(c.date, now.Add(-c.took), now); s.get() != c.want {
			t.Errorf("%s: %s, want %s", c.what, s.get(), c.want)
		}
	}
}

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
