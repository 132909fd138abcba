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

func TestNotificationIsGivenUpAtItsAge(t *testing.T) {
	t.Parallel()
	inBubble(t, func(int64, *http.Request) (*http.Response, error) { return respond(500, nil), nil },
		func(t *testing.T, o *Outbox, c *counting) {
			e := adHoc("http://h/")
			e.Retry.MaxAge = sender.Duration(10 * time.Minute)
			start := time.Now()
			d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
			if age := c.at[len(c.at)-1].Sub(start); d.State != sender.Dead || age < 9*time.Minute || age > 11*time.Minute {
				t.Errorf("dead after %s and %d attempts: %+v", age, len(c.at), d)
			}
			if len(c.at) < 5 || len(c.at) > 40 {
				t.Errorf("%d attempts in ten minutes", len(c.at))
			}
		})
}

func TestLeaseIsRenewedWhileSending(t *testing.T) {
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

func TestIdleRelayNeverWakesUp(t *testing.T) {
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
