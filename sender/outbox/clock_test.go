package outbox

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// wallClock is a clock that can be set, while time goes on.
type wallClock struct{ offset atomic.Int64 }

func (c *wallClock) now() time.Time { return time.Now().Round(0).Add(time.Duration(c.offset.Load())) }

func (c *wallClock) set(by time.Duration) { c.offset.Add(int64(by)) }

// runInBubble runs a relay until then returns.
func runInBubble(t *testing.T, r *Relay, then func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	then()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestClockThatIsSetBackDelaysNothing(t *testing.T) {
	t.Parallel()
	for name, running := range map[string]bool{"while the relay runs": true, "before it starts": false} {
		for _, state := range []string{"queued", "held", "retrying"} {
			t.Run(state+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { setBack(t, state, running) })
			})
		}
	}
}

func setBack(t *testing.T, state string, running bool) {
	var clock wallClock
	o := &Outbox{DB: openMemory(t), clock: clock.now}
	defer o.DB.Close()
	fail := state == "retrying"
	c := &counting{do: func(int64, *http.Request) (*http.Response, error) {
		if fail {
			return respond(500, nil), nil
		}
		return respond(200, nil), nil
	}}
	e := adHoc("http://h/")
	e.Retry = sender.Retry{Base: sender.Duration(time.Minute), Cap: sender.Duration(time.Minute)}
	n := sender.Notification{AdHoc: e, Job: "j", Number: 1}
	relay := &Relay{Outbox: o, Transport: c}
	d, err := o.Add(t.Context(), n)
	if err == nil && state == "held" {
		d, err = o.Add(t.Context(), n)
	}
	if err != nil {
		t.Fatal(err)
	}
	if fail {
		if err := relay.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		fail = false
	}
	start := time.Now()
	if !running {
		clock.set(-time.Hour)
	}
	runInBubble(t, relay, func() {
		if running {
			synctest.Wait()
			clock.set(-time.Hour)
		}
		if d, err = waitEnded(t, o, d.ID, 10*time.Hour); err != nil || d.State != sender.Delivered {
			t.Errorf("%+v, %v", d, err)
		}
	})
	if took := time.Since(start); took > 2*time.Minute+2*lookEvery {
		t.Errorf("delivered after %s", took)
	}
}

// TestNothingIsSentWithAClaimThatHasRunOut has the machine suspended between claiming and sending: another process may
// have claimed the notification and sent it meanwhile.
func TestNothingIsSentWithAClaimThatHasRunOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var clock wallClock
		asked := 0
		o := &Outbox{DB: openMemory(t), clock: clock.now, Endpoints: func(string) (sender.Endpoint, error) {
			if asked++; asked == 2 { // by the relay, after Add
				clock.set(time.Hour)
			}
			return *adHoc("http://h/"), nil
		}}
		defer o.DB.Close()
		c := &counting{do: func(int64, *http.Request) (*http.Response, error) {
			var until int64
			if err := o.DB.QueryRow("SELECT due_at FROM outbox").Scan(&until); err != nil || until < clock.now().UnixMilli() {
				t.Errorf("sent %d ms after the claim ran out, %v", clock.now().UnixMilli()-until, err)
			}
			return respond(200, nil), nil
		}}
		runInBubble(t, &Relay{Outbox: o, Transport: c}, func() {
			d := addAndWait(t, o, sender.Notification{Endpoint: "hook", Body: new("x")})
			if d.State != sender.Delivered || d.Attempts != 1 || len(c.at) != 1 {
				t.Errorf("%d requests, %+v", len(c.at), d)
			}
		})
	})
}

// TestWhatIsDueAfterASuspensionIsSentAtOnce: timers do not count the time in which the machine slept.
func TestWhatIsDueAfterASuspensionIsSentAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var clock wallClock
		o := &Outbox{DB: openMemory(t), clock: clock.now}
		defer o.DB.Close()
		c := &counting{do: func(n int64, _ *http.Request) (*http.Response, error) {
			if n == 1 {
				return respond(500, nil), nil
			}
			return respond(200, nil), nil
		}}
		e := adHoc("http://h/")
		e.Retry = sender.Retry{Base: sender.Duration(5 * time.Hour), Cap: sender.Duration(5 * time.Hour)}
		runInBubble(t, &Relay{Outbox: o, Transport: c}, func() {
			d, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Body: new("x")})
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			clock.set(6 * time.Hour)
			start := time.Now()
			if d, err = waitEnded(t, o, d.ID, 10*time.Hour); err != nil || d.State != sender.Delivered || time.Since(start) > 2*lookEvery {
				t.Errorf("after %s: %+v, %v", time.Since(start), d, err)
			}
		})
	})
}

// TestSecretThatChangedIsUsedWithinAMinute: references are resolved again when what is in memory is too old, or refused.
func TestSecretThatChangedIsUsedWithinAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		secret, accepted := "old", "old"
		o := &Outbox{DB: openMemory(t), Endpoints: func(string) (sender.Endpoint, error) {
			e := *adHoc("http://h/")
			e.Headers = []sender.Header{{Name: "X-Token", Value: sender.Literal(secret)}}
			return e, nil
		}}
		defer o.DB.Close()
		c := &counting{do: func(_ int64, req *http.Request) (*http.Response, error) {
			if got := req.Header.Get("X-Token"); got != accepted {
				t.Errorf("sent with %q instead of %q", got, accepted)
			}
			return respond(200, nil), nil
		}}
		runInBubble(t, &Relay{Outbox: o, Transport: c}, func() {
			addAndWait(t, o, sender.Notification{Endpoint: "hook", Body: new("x")})
			secret = "new"
			time.Sleep(31 * time.Second)
			addAndWait(t, o, sender.Notification{Endpoint: "hook", Body: new("x")})
			accepted = "new"
			time.Sleep(31 * time.Second)
			addAndWait(t, o, sender.Notification{Endpoint: "hook", Body: new("x")})
		})
	})
}

// TestSecretThatIsRefusedIsResolvedAgain: whoever changed it need not wait for the minute to end.
func TestSecretThatIsRefusedIsResolvedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		synctest.Test(t, func(t *testing.T) {
			secret := "old"
			o := &Outbox{DB: openMemory(t), Endpoints: func(string) (sender.Endpoint, error) {
				e := *adHoc("http://h/")
				e.Headers = []sender.Header{{Name: "X-Token", Value: sender.Literal(secret)}}
				return e, nil
			}}
			defer o.DB.Close()
			c := &counting{do: func(_ int64, req *http.Request) (*http.Response, error) {
				if req.Header.Get("X-Token") != "new" {
					return respond(status, nil), nil
				}
				return respond(200, nil), nil
			}}
			runInBubble(t, &Relay{Outbox: o, Transport: c}, func() {
				n := sender.Notification{Endpoint: "hook", Body: new("x")}
				if d := addAndWait(t, o, n); d.State != sender.Dead || d.HTTPStatus != status {
					t.Errorf("%+v", d)
				}
				secret = "new"
				if d := addAndWait(t, o, n); d.State != sender.Delivered {
					t.Errorf("right after a %d: %+v", status, d)
				}
			})
		})
	}
}
