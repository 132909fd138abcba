package console

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// TestFollowAsksSoonWhileTextComesAndWaitsAsLongAsItIsTold has a log that grows, stays, and a controller that is overloaded.
func TestFollowAsksSoonWhileTextComesAndWaitsAsLongAsItIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &rawLog{raw: []byte("begin\n"), more: true}
		var times []time.Time
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			times = append(times, time.Now())
			switch len(times) {
			case 20:
				return recorded.Page(429, "Retry-After: 90", "")(req)
			case 22:
				l.raw = append(l.raw, "more\n"...)
			case 24:
				l.more = false
			}
			return recorded.Must(l.RoundTrip(req))
		}))
		for range c.Follow(t.Context(), someRun, 0) {
		}
		wait := func(n int) time.Duration { return times[n].Sub(times[n-1]) } // before the n+1st question
		if len(times) != 24 || wait(19) != longestWait {
			t.Fatalf("%d questions, %v before the 20th", len(times), wait(19))
		}
		if wait(20) != 90*time.Second || wait(21) != longestWait {
			t.Errorf("it waits %v for the overloaded controller, then %v", wait(20), wait(21))
		}
		if wait(22) != shortestWait || wait(23) <= shortestWait {
			t.Errorf("it waits %v after text, then %v", wait(22), wait(23))
		}
	})
}
