package outbox

import (
	"context"
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// TestRedirectThatLeavesTLSGetsNoRequest: headers and payload would go over the network in the clear.
func TestRedirectThatLeavesTLSGetsNoRequest(t *testing.T) {
	t.Parallel()
	inBubble(t, func(_ int64, req *http.Request) (*http.Response, error) {
		if req.URL.Scheme != "https" {
			t.Errorf("sent to %s with %v", req.URL, req.Header)
		}
		return respond(308, http.Header{"Location": {"http://h/hook"}}), nil
	}, func(t *testing.T, o *Outbox, c *counting) {
		e := adHoc("https://h/hook")
		e.Headers = []sender.Header{{Name: "X-Token", Value: sender.Literal("t")}}
		if d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")}); d.State != sender.Dead || !strings.Contains(d.LastError, "http://h") {
			t.Errorf("%+v", d)
		}
	})
}

func TestDeadDeliveryThatIsRetriedHoldsThoseBehindIt(t *testing.T) {
	t.Parallel()
	for name, retry := range map[string]func(ctx context.Context, o *Outbox, id string) error{
		"by its id": func(ctx context.Context, o *Outbox, id string) error { _, err := o.Retry(ctx, id); return err },
		"with all":  func(ctx context.Context, o *Outbox, _ string) error { _, err := o.RetryAll(ctx); return err },
	} {
		synctest.Test(t, func(t *testing.T) {
			o := &Outbox{DB: openMemory(t)}
			defer o.DB.Close()
			answers := 400
			var order []string
			c := &counting{do: func(_ int64, req *http.Request) (*http.Response, error) {
				order = append(order, req.Header.Get("Idempotency-Key"))
				time.Sleep(time.Minute) // whoever is not held overtakes it
				order = append(order, "")
				return respond(answers, nil), nil
			}}
			relay := &Relay{Outbox: o, Transport: c}
			add := func(status string) string {
				d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Job: "j", Number: 1, Status: status})
				if err != nil {
					t.Fatal(err)
				}
				return d.ID
			}
			first := add("START")
			if err := relay.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			second, third := add("RUNNING"), add("SUCCESS")
			if err := retry(t.Context(), o, first); err != nil {
				t.Fatal(err)
			}
			answers, order = 200, nil
			if err := relay.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if want := []string{first, "", second, "", third, ""}; strings.Join(order, ",") != strings.Join(want, ",") {
				t.Errorf("%s: sent %q, want %q", name, order, want)
			}
		})
	}
}

func TestRetriedDeadDeliveryHasNewTimeAndAttempts(t *testing.T) {
	t.Parallel()
	inBubble(t, func(n int64, _ *http.Request) (*http.Response, error) {
		if n <= 4 {
			return respond(500, nil), nil
		}
		return respond(200, nil), nil
	}, func(t *testing.T, o *Outbox, _ *counting) {
		e := adHoc("http://h/")
		e.Retry = sender.Retry{MaxAttempts: 3, MaxAge: sender.Duration(time.Hour)}
		d := addAndWait(t, o, sender.Notification{AdHoc: e, Body: new("x")})
		if d.State != sender.Dead || d.Attempts != 3 {
			t.Fatalf("%+v", d)
		}
		time.Sleep(2 * time.Hour)
		if _, err := o.Retry(t.Context(), d.ID); err != nil {
			t.Fatal(err)
		}
		if d, err := waitEnded(t, o, d.ID, 10*time.Hour); err != nil || d.State != sender.Delivered || d.Attempts != 5 {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

func TestAttemptThatACrashCutShortIsInTheRecord(t *testing.T) {
	t.Parallel()
	inBubble(t, func(int64, *http.Request) (*http.Response, error) { return respond(200, nil), nil },
		func(t *testing.T, o *Outbox, _ *counting) {
			d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			// This is what a process leaves that was killed while it was sending.
			now := time.Now()
			execAll(t, o.DB, "DELETE FROM attempts")
			if _, err := o.DB.Exec(`UPDATE outbox SET state = 'delivering', attempts = 1, owner = 'KILLED', ended_at = 0, due_at = ?, due_set = ?`,
				now.Add(20*time.Second).UnixMilli(), now.UnixMilli()); err != nil {
				t.Fatal(err)
			}
			execAll(t, o.DB, `INSERT OR REPLACE INTO payloads (seq, payload, adhoc) VALUES (1, '{}', '{"url":"http://h/","method":"POST"}')`)
			o.Notify()
			if d, err = waitEnded(t, o, d.ID, 10*time.Hour); err != nil || d.State != sender.Delivered || d.Attempts != 2 || time.Since(now) < 20*time.Second {
				t.Errorf("after %s: %+v, %v", time.Since(now), d, err)
			}
			attempts, err := o.Attempts(t.Context(), d.ID)
			if err != nil || len(attempts) != 2 || attempts[0].N != 1 || attempts[0].Error != interrupted || attempts[1].Error != "" {
				t.Errorf("%+v, %v", attempts, err)
			}
		})
}

// TestAnswerIsRecordedOnceTheStoreCanBeWritten: it is not sent again because the store gave trouble.
func TestAnswerIsRecordedOnceTheStoreCanBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		c := &counting{do: func(int64, *http.Request) (*http.Response, error) {
			execAll(t, o.DB, `CREATE TRIGGER trouble BEFORE UPDATE ON outbox BEGIN SELECT RAISE(FAIL, 'trouble'); END`)
			return respond(200, nil), nil
		}}
		reports := 0
		relay := &Relay{Outbox: o, Transport: c, OnError: func(error) { reports++ }}
		runInBubble(t, relay, func() {
			d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Second) // less than a lease
			execAll(t, o.DB, "DROP TRIGGER trouble")
			if d, err = waitEnded(t, o, d.ID, 10*time.Hour); err != nil || d.State != sender.Delivered || d.Attempts != 1 || len(c.at) != 1 {
				t.Errorf("%d requests, %+v, %v", len(c.at), d, err)
			}
		})
		if reports < 3 || reports > 30 {
			t.Errorf("trouble was reported %d times in 20 s", reports)
		}
	})
}

// TestEndpointsTroubleIsItsOwn: a pause that one asks for, and coming back, change nothing for another.
func TestEndpointsTroubleIsItsOwn(t *testing.T) {
	t.Parallel()
	inBubble(t, func(n int64, req *http.Request) (*http.Response, error) {
		switch {
		case req.URL.Host == "busy" && n == 2:
			return respond(503, http.Header{"Retry-After": {"3600"}}), nil
		case req.URL.Host == "away":
			return respond(502, nil), nil
		}
		return respond(200, nil), nil
	}, func(t *testing.T, o *Outbox, c *counting) {
		add := func(host string) string {
			e := adHoc("http://" + host + "/")
			e.Retry = sender.Retry{Base: sender.Duration(5 * time.Hour), Cap: sender.Duration(5 * time.Hour)}
			d, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Body: new("x")})
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			return d.ID
		}
		if d, err := waitEnded(t, o, add("known"), time.Hour); err != nil || d.State != sender.Delivered {
			t.Errorf("%+v, %v", d, err)
		}
		busy, away := add("busy"), add("away")
		start := time.Now()
		for _, other := range []string{"known", "new"} { // to the relay, before the trouble began
			if d, err := waitEnded(t, o, add(other), 10*time.Hour); err != nil || d.State != sender.Delivered || time.Since(start) > time.Second {
				t.Errorf("another endpoint waited %s: %+v, %v", time.Since(start), d, err)
			}
		}
		for id, least := range map[string]time.Duration{busy: 0, away: 0} {
			if d, err := o.Get(t.Context(), id); err != nil || d.State != sender.Retrying || d.NextAttemptAt.Sub(start) < least {
				t.Errorf("%+v, %v", d, err)
			}
		}
		if len(c.at) != 5 {
			t.Errorf("%d requests", len(c.at))
		}
	})
}

func TestAnswerAfterTheClaimWasLostChangesNothing(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
	if err != nil {
		t.Fatal(err)
	}
	execAll(t, o.DB, "UPDATE outbox SET state = 'delivering', owner = 'another'")
	for name, res := range map[string]result{
		"failed": {record: &record{seq: 1}, sent: true, state: sender.Dead, Outcome: sender.Outcome{Status: 400}}, "given back": {record: &record{seq: 1}, state: sender.Queued},
	} {
		err := o.commit(t.Context(), "record", func(tx *sql.Tx) error { return res.write(t.Context(), tx, "me", time.Now()) })
		if err != nil || res.recorded {
			t.Errorf("%s: recorded %v, %v", name, res.recorded, err)
		}
	}
	if d, err = o.Get(t.Context(), d.ID); err != nil || d.State != sender.Delivering || d.Attempts != 0 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestAnotherProcessDeliversWhatThisOneAccepts(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	second, err := openFile(DatabaseFile(db))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	here, there := &Outbox{DB: db}, &Outbox{DB: second}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&Relay{Outbox: there}).Run(ctx) }()
	e, _ := failing(t, 0, nil)
	d := addAndWait(t, here, sender.Notification{AdHoc: e, Body: new("x")})
	if d.State != sender.Delivered {
		t.Errorf("%+v", d)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestEndpointThatCannotBeResolvedHereIsLeftToAnother(t *testing.T) {
	db := openTemp(t)
	e, requests := failing(t, 0, nil)
	e.Headers = []sender.Header{{Name: "X-Token", Value: ref("env:SENDER_TEST_TOKEN")}}
	o := &Outbox{DB: db, Endpoints: func(string) (sender.Endpoint, error) { return *e, nil }}
	d, err := o.Add(t.Context(), sender.Notification{Endpoint: "hook", Body: new("x")})
	if err != nil {
		t.Fatal(err)
	}
	if err := (&Relay{Outbox: o}).Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err = o.Get(t.Context(), d.ID)
	if err != nil || d.State != sender.Queued || d.Attempts != 0 || !strings.Contains(d.LastError, "SENDER_TEST_TOKEN") || requests.Load() != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	t.Setenv("SENDER_TEST_TOKEN", "t")
	if err := (&Relay{Outbox: o}).Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d, err = o.Get(t.Context(), d.ID); err != nil || d.State != sender.Delivered || d.Attempts != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}
