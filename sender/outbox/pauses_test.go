package outbox

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// TestEndpointThatCannotBeResolvedIsTriedLessAndLessOften, and within a minute after it can be.
func TestEndpointThatCannotBeResolvedIsTriedLessAndLessOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		var back atomic.Bool
		o := &Outbox{DB: openMemory(t), Endpoints: func(string) (sender.Endpoint, error) {
			if asked.Add(1) > 1 && !back.Load() { // Add looks it up, too
				return sender.Endpoint{}, fmt.Errorf("not configured any more")
			}
			return *adHoc("http://h/"), nil
		}}
		defer o.DB.Close()
		c := &counting{do: func(int64, *http.Request) (*http.Response, error) { return respond(200, nil), nil }}
		runInBubble(t, &Relay{Outbox: o, Transport: c}, func() {
			d, err := o.Add(t.Context(), sender.Notification{Endpoint: "hook", Body: new("x")})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Minute)
			if n := asked.Load(); n < 9 || n > 21 {
				t.Errorf("it was looked up %d times in ten minutes", n)
			}
			back.Store(true)
			start := time.Now()
			if d, err = waitEnded(t, o, d.ID, 10*time.Hour); err != nil || d.State != sender.Delivered || time.Since(start) > 61*time.Second || d.Attempts != 1 {
				t.Errorf("after %s: %+v, %v", time.Since(start), d, err)
			}
			time.Sleep(2 * resolvedFor)
			asked.Store(0)
			back.Store(false) // another outage is one of its own: its pauses begin small again
			start = time.Now()
			if d, err = o.Add(t.Context(), sender.Notification{Endpoint: "hook", Body: new("x")}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			back.Store(true)
			if d, err = waitEnded(t, o, d.ID, time.Hour); err != nil || d.State != sender.Delivered || time.Since(start) > 10*time.Second {
				t.Errorf("after another outage of a second: %s, %+v, %v", time.Since(start), d, err)
			}
		})
	})
}

// TestNotificationWhoseEndpointIsNeverResolvedIsGivenUp at its age, with its payload and the reason.
func TestNotificationWhoseEndpointIsNeverResolvedIsGivenUp(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, o *Outbox, c *counting) {
		e := adHoc("http://h/")
		e.Headers = []sender.Header{{Name: "X-Token", Value: ref("env:JENKWATCH_TEST_NOT_SET")}}
		e.Retry.MaxAge = sender.Duration(10 * time.Minute)
		start := time.Now()
		d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
		if age := time.Since(start); d.State != sender.Dead || !d.HasPayload || d.Attempts != 0 || age < 10*time.Minute || age > 11*time.Minute ||
			!strings.Contains(d.LastError, "JENKWATCH_TEST_NOT_SET") || len(c.at) > 0 {
			t.Errorf("after %s and %d requests: %+v", age, len(c.at), d)
		}
	})
}

// TestMissingSecretHoldsUpOnlyItsOwnNotification: others that were given ad hoc for the same host go on.
func TestMissingSecretHoldsUpOnlyItsOwnNotification(t *testing.T) {
	t.Parallel()
	inBubble(t, func(int64, *http.Request) (*http.Response, error) { return respond(200, nil), nil }, func(t *testing.T, o *Outbox, _ *counting) {
		e := adHoc("http://h/")
		e.Headers = []sender.Header{{Name: "X-Token", Value: ref("env:JENKWATCH_TEST_NOT_SET")}}
		if _, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Body: new("x")}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		start := time.Now()
		if d := addAndWait(t, o, sender.Notification{AdHoc: adHoc("http://h/"), Body: new("y")}); d.State != sender.Delivered || time.Since(start) > time.Second {
			t.Errorf("after %s: %+v", time.Since(start), d)
		}
	})
}

// TestEndpointThatRefusesOneGetsItOnceAMinuteAtMost, although it accepts others all the time.
func TestEndpointThatRefusesOneGetsItOnceAMinuteAtMost(t *testing.T) {
	t.Parallel()
	requests := map[string]int{}
	inBubble(t, func(_ int64, req *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(req.Body)
		for text, status := range map[string]int{"unavailable": 503, "broken": 500} {
			if strings.Contains(string(body), text) {
				requests[text]++
				return respond(status, nil), nil
			}
		}
		return respond(200, nil), nil
	}, func(t *testing.T, o *Outbox, _ *counting) {
		e := adHoc("http://h/")
		e.Retry = sender.Retry{Base: sender.Duration(1000 * time.Hour), Cap: sender.Duration(1000 * time.Hour)}
		for _, text := range []string{"unavailable", "broken"} {
			if _, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Body: &text}); err != nil {
				t.Fatal(err)
			}
		}
		for range 60 {
			time.Sleep(5 * time.Second)
			addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("good")})
		}
		synctest.Wait()
		if n := requests["unavailable"]; n < 4 || n > 7 {
			t.Errorf("what got no answer was sent %d times in five minutes", n)
		}
		if n := requests["broken"]; n > 2 { // a pause is random and may be short
			t.Errorf("what was answered with an error was sent %d times", n)
		}
	})
}

// TestLastFiftyAttemptsAreKept of a delivery that is tried for long.
func TestLastFiftyAttemptsAreKept(t *testing.T) {
	t.Parallel()
	inBubble(t, func(n int64, _ *http.Request) (*http.Response, error) {
		if n <= 60 {
			return respond(500, nil), nil
		}
		return respond(200, nil), nil
	}, func(t *testing.T, o *Outbox, _ *counting) {
		e := adHoc("http://h/")
		e.Retry = quick
		d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
		attempts, err := o.Attempts(t.Context(), d.ID)
		if err != nil || len(attempts) != 50 || attempts[0].N != 12 || attempts[49].N != 61 {
			t.Errorf("%d attempts of %d, %v", len(attempts), d.Attempts, err)
		}
	})
}

// TestWhatIsReportedIsWhatIsStored, for each state in which an attempt ends.
func TestWhatIsReportedIsWhatIsStored(t *testing.T) {
	t.Parallel()
	for status, state := range map[int]sender.State{200: sender.Delivered, 400: sender.Dead, 500: sender.Retrying} {
		synctest.Test(t, func(t *testing.T) {
			o := &Outbox{DB: openMemory(t)}
			defer o.DB.Close()
			var last sender.Delivery
			relay := &Relay{Outbox: o, OnDelivery: func(d sender.Delivery) { last = d },
				Transport: answer(func(int64, *http.Request) (*http.Response, error) { return respond(status, nil), nil })}
			runInBubble(t, relay, func() {
				e := adHoc("http://h/")
				e.Retry.Base = sender.Duration(time.Hour)
				d, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Controller: "ci", Job: "j", Number: 7, Status: "START", Body: new("x")})
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if d, err = o.Get(t.Context(), d.ID); err != nil || d.State != state || d.HasPayload != (state != sender.Delivered) {
					t.Errorf("%d: %+v, %v", status, d, err)
				}
				for _, at := range []*time.Time{&last.CreatedAt, &last.NextAttemptAt, &last.EndedAt, &d.CreatedAt, &d.NextAttemptAt, &d.EndedAt} {
					*at = at.Truncate(time.Millisecond).UTC()
				}
				if last != d {
					t.Errorf("reported\n%+v\nstored\n%+v", last, d)
				}
			})
		})
	}
}
