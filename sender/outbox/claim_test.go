package outbox

import (
	"database/sql"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// dueAt returns the end of a delivery's lease.
func dueAt(t *testing.T, o *Outbox, seq int) (ms int64) {
	t.Helper()
	if err := o.DB.QueryRow("SELECT due_at FROM outbox WHERE seq = ?", seq).Scan(&ms); err != nil {
		t.Fatal(err)
	}
	return ms
}

// slow answers after a time.
func slow(pause time.Duration) answer {
	return func(int64, *http.Request) (*http.Response, error) {
		time.Sleep(pause)
		return respond(200, nil), nil
	}
}

// TestRelayThatBreaksReleasesOnlyItsOwnClaims: another one may be sending.
func TestRelayThatBreaksReleasesOnlyItsOwnClaims(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		for range 2 {
			if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); err != nil {
				t.Fatal(err)
			}
		}
		until := time.Now().Add(20 * time.Second).UnixMilli()
		if _, err := o.DB.Exec("UPDATE outbox SET state = 'delivering', owner = 'OTHER', due_at = ? WHERE seq = 1", until); err != nil {
			t.Fatal(err)
		}
		if p := panicsWith(func() { _ = (&Relay{Outbox: o, Transport: brokenTransport{}}).Run(t.Context()) }); p == nil {
			t.Fatal("Run does not panic")
		}
		if other, own := dueAt(t, o, 1), dueAt(t, o, 2); other != until || own > time.Now().UnixMilli() {
			t.Errorf("the other's lease ends at %d, want %d; its own at %d", other, until, own)
		}
	})
}

// TestRelayRenewsOnlyItsOwnClaims: one that it lost to another relay is no longer its own.
func TestRelayRenewsOnlyItsOwnClaims(t *testing.T) {
	t.Parallel()
	inBubble(t, slow(time.Minute), func(t *testing.T, o *Outbox, _ *counting) {
		if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		execAll(t, o.DB, "UPDATE outbox SET owner = 'OTHER'")
		before := dueAt(t, o, 1)
		time.Sleep(25 * time.Second) // two renewals
		if after := dueAt(t, o, 1); after != before {
			t.Errorf("the lease was renewed by %d ms", after-before)
		}
		time.Sleep(time.Minute)
	})
}

// TestWhatIsBeingSentIsNotClaimedAgain by the same relay, although its lease could not be renewed.
func TestWhatIsBeingSentIsNotClaimedAgain(t *testing.T) {
	t.Parallel()
	inBubble(t, slow(20*time.Second), func(t *testing.T, o *Outbox, c *counting) {
		d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		execAll(t, o.DB, "UPDATE outbox SET due_at = 0")
		o.Notify()
		if d, err = waitEnded(t, o, d.ID, time.Hour); err != nil || d.State != sender.Delivered || d.Attempts != 1 || len(c.at) != 1 {
			t.Errorf("%d requests, %+v, %v", len(c.at), d, err)
		}
	})
}

// TestInterruptedDeliveryThatCannotBeSentNowWaits: it is not left as if somebody was sending it.
func TestInterruptedDeliveryThatCannotBeSentNowWaits(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, o *Outbox, _ *counting) {
		e := adHoc("http://h/")
		e.Headers = []sender.Header{{Name: "X-Token", Value: ref("env:JENKWATCH_TEST_NOT_SET")}}
		d, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Body: new("x")})
		if err != nil {
			t.Fatal(err)
		}
		execAll(t, o.DB, "UPDATE outbox SET state = 'delivering', owner = 'KILLED', attempts = 1, due_at = 0, due_set = 0")
		time.Sleep(time.Minute)
		synctest.Wait()
		if d, err = o.Get(t.Context(), d.ID); err != nil || d.State != sender.Retrying || d.Attempts != 1 {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

// TestOneDeliveryAloneTakesAlongThoseBeforeIt: `send` waits for its own, which the earlier ones of its build hold back.
func TestOneDeliveryAloneTakesAlongThoseBeforeIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		var ids []string
		for _, number := range []int{1, 1, 2} {
			d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Job: "j", Number: number, Status: "START"})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, d.ID)
		}
		if err := (&Relay{Outbox: o, Only: ids[1:2], Transport: slow(0)}).Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range []sender.State{sender.Delivered, sender.Delivered, sender.Queued} {
			if d, err := o.Get(t.Context(), ids[i]); err != nil || d.State != want {
				t.Errorf("%d: %+v, %v", i, d, err)
			}
		}
	})
}

// TestPausedEndpointIsLeftAlone: what is due there meanwhile keeps no relay busy.
func TestPausedEndpointIsLeftAlone(t *testing.T) {
	t.Parallel()
	inBubble(t, func(n int64, _ *http.Request) (*http.Response, error) {
		if n == 1 {
			return respond(429, http.Header{"Retry-After": {"3600"}}), nil
		}
		return respond(200, nil), nil
	}, func(t *testing.T, o *Outbox, _ *counting) {
		for range 2 {
			if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		time.Sleep(10 * time.Second) // what was delivered, if anything, has been scrubbed
		conn, err := o.DB.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		before := o.DB.Stats().WaitCount
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := o.DB.Stats().WaitCount - before; n > 0 {
			t.Errorf("%d reads in ten minutes of a pause", n)
		}
		conn.Close()
	})
}

// TestAttemptThatWasNotMadeKeepsTheLastError, and does not count.
func TestAttemptThatWasNotMadeKeepsTheLastError(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
	if err != nil {
		t.Fatal(err)
	}
	execAll(t, o.DB, "UPDATE outbox SET state = 'delivering', owner = 'me', attempts = 2, last_error = 'no answer'")
	res := result{record: &record{seq: 1}, state: sender.Retrying}
	if err := o.commit(t.Context(), "record", func(tx *sql.Tx) error { return res.write(t.Context(), tx, "me", time.Now()) }); err != nil {
		t.Fatal(err)
	}
	if d, err = o.Get(t.Context(), d.ID); err != nil || d.State != sender.Retrying || d.Attempts != 1 || d.LastError != "no answer" {
		t.Errorf("%+v, %v", d, err)
	}
}
