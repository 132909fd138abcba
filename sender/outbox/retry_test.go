package outbox

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

func TestNextRetryAt(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	never := time.Duration(-1)
	for name, c := range map[string]struct {
		retry    sender.Retry
		age      time.Duration
		attempts int
		after    time.Duration
		random   float64
		want     time.Duration // from now
	}{
		"the first pause is up to two seconds": {random: 0.5, attempts: 1, want: time.Second},
		"it doubles":                           {random: 0.5, attempts: 4, want: 8 * time.Second},
		"to a cap":                             {random: 0.5, attempts: 100, want: 5 * time.Minute},
		"full jitter begins at nothing":        {random: 0, attempts: 9, want: 0},
		"its own base and cap": {retry: sender.Retry{Base: sender.Duration(time.Minute), Cap: sender.Duration(time.Hour)}, random: 0.5, attempts: 20,
			want: 30 * time.Minute},
		"Retry-After is a lower bound":      {after: time.Minute, random: 0, attempts: 1, want: time.Minute},
		"with some jitter on top":           {after: time.Minute, random: 0.5, attempts: 1, want: time.Minute + 500*time.Millisecond},
		"Retry-After has a limit":           {after: 100 * time.Hour, attempts: 1, want: 6 * time.Hour},
		"attempts are used up":              {retry: sender.Retry{MaxAttempts: 3}, attempts: 3, want: never},
		"one is left":                       {retry: sender.Retry{MaxAttempts: 3}, attempts: 2, random: 0.5, want: 2 * time.Second},
		"too old":                           {age: 24 * time.Hour, attempts: 1, want: never},
		"the last attempt is at the end":    {age: 24*time.Hour - time.Second, attempts: 9, random: 0.9, want: time.Second},
		"not before Retry-After, even then": {age: 24*time.Hour - time.Second, attempts: 1, after: time.Minute, want: never},
		"its own age":                       {retry: sender.Retry{MaxAge: sender.Duration(time.Minute)}, age: time.Minute, attempts: 1, want: never},
	} {
		now := since.Add(c.age)
		got, again := c.retry.NextRetryAt(now, since, c.attempts, c.after, c.random)
		if again != (c.want != never) || again && got.Sub(now) != c.want {
			t.Errorf("%s: in %s, %v", name, got.Sub(now), again)
		}
	}
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-1": 0, "soon": 0, "99999999999": sender.MaxRetryAfter,
		"99999999999999999999999":       0,
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Fri, 02 Jan 2026 03:03:05 GMT": 0,
		"Fri, 02 Jan 2037 03:03:05 GMT": sender.MaxRetryAfter,
	} {
		if got := sender.RetryAfter(http.Header{"Retry-After": {v}}, now); got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
}

// answer is a RoundTripper that answers from a function: no socket, so that it lives in a bubble.
type answer func(n int64, req *http.Request) (*http.Response, error)

func (a answer) RoundTrip(req *http.Request) (*http.Response, error) { return a(0, req) }

type counting struct {
	n  atomic.Int64
	mu sync.Mutex
	at []time.Time
	do answer
}

func (c *counting) RoundTrip(req *http.Request) (*http.Response, error) {
	n := c.n.Add(1)
	if n > maxRequests { // a retry rule that does not end fails the test instead of hanging it
		return respond(http.StatusGone, nil), nil
	}
	c.mu.Lock()
	c.at = append(c.at, time.Now())
	c.mu.Unlock()
	return c.do(n, req)
}

func respond(status int, header http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(""))}
}

// inBubble runs a relay on a database in memory while the clock is false.
func inBubble(t *testing.T, do answer, then func(t *testing.T, o *Outbox, c *counting)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db := openMemory(t)
		o := &Outbox{DB: db}
		c := &counting{do: do}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- (&Relay{Outbox: o, Transport: c}).Run(ctx) }()
		then(t, o, c)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		db.Close()
	})
}

func TestRelayWaitsForRetryAfter(t *testing.T) {
	t.Parallel()
	inBubble(t, func(n int64, _ *http.Request) (*http.Response, error) {
		if n == 1 {
			return respond(429, http.Header{"Retry-After": {"90"}}), nil
		}
		return respond(200, nil), nil
	}, func(t *testing.T, o *Outbox, c *counting) {
		d := addAndWait(t, o, sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
		if pause := c.at[1].Sub(c.at[0]); d.State != sender.Delivered || pause < 90*time.Second || pause > 92*time.Second {
			t.Errorf("the pause was %s, %+v", pause, d)
		}
	})
}

func TestRetryAfterPausesTheWholeEndpoint(t *testing.T) {
	t.Parallel()
	inBubble(t, func(n int64, _ *http.Request) (*http.Response, error) {
		if n == 1 {
			return respond(503, http.Header{"Retry-After": {"60"}}), nil
		}
		return respond(200, nil), nil
	}, func(t *testing.T, o *Outbox, c *counting) {
		first, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		addAndWait(t, o, sender.Notification{AdHoc: adHoc("http://h/"), Body: new("y")})
		if _, err := o.Wait(t.Context(), first.ID); err != nil {
			t.Error(err)
		}
		if pause := c.at[1].Sub(c.at[0]); pause < 60*time.Second {
			t.Errorf("the second was sent %s after the 503", pause)
		}
	})
}

func TestANotificationIsGivenUpAtItsAge(t *testing.T) {
	t.Parallel()
	inBubble(t, func(int64, *http.Request) (*http.Response, error) { return respond(500, nil), nil },
		func(t *testing.T, o *Outbox, c *counting) {
			e := adHoc("http://h/")
			e.Retry.MaxAge = sender.Duration(time.Hour)
			start := time.Now()
			d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
			if age := c.at[len(c.at)-1].Sub(start); d.State != sender.Dead || age < 59*time.Minute || age > 61*time.Minute {
				t.Errorf("dead after %s and %d attempts: %+v", age, len(c.at), d)
			}
			if len(c.at) < 10 || len(c.at) > 60 {
				t.Errorf("%d attempts in an hour", len(c.at))
			}
		})
}

func TestALeaseIsRenewedWhileSending(t *testing.T) {
	t.Parallel()
	inBubble(t, func(_ int64, req *http.Request) (*http.Response, error) {
		time.Sleep(5 * time.Minute) // ten leases
		return respond(200, nil), nil
	}, func(t *testing.T, o *Outbox, c *counting) {
		e := adHoc("http://h/")
		e.Timeout = sender.Duration(time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		other := make(chan error, 1)
		go func() { other <- (&Relay{Outbox: o, Transport: c}).Run(ctx) }()
		d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
		cancel()
		<-other
		if d.State != sender.Delivered || d.Attempts != 1 || len(c.at) != 1 {
			t.Errorf("%d requests, %+v", len(c.at), d)
		}
	})
}

func TestAnIdleRelayNeverWakesUp(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, o *Outbox, _ *counting) {
		synctest.Wait()
		conn, err := o.DB.Conn(t.Context()) // the only one: whoever asks the database now must wait, and is counted
		if err != nil {
			t.Fatal(err)
		}
		before := o.DB.Stats().WaitCount
		time.Sleep(100 * time.Hour)
		synctest.Wait()
		if n := o.DB.Stats().WaitCount - before; n > 0 {
			t.Errorf("it looked %d times", n)
		}
		conn.Close()
	})
}
