package outbox

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// endWhileSending starts a relay, adds a notification and ends the relay while that is being sent. It returns how long Run
// still took.
func endWhileSending(t *testing.T, o *Outbox, transport http.RoundTripper) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&Relay{Outbox: o, Transport: transport}).Run(ctx) }()
	if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	cancel()
	start := time.Now()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("Run does not end")
		cancel()
	}
	return time.Since(start)
}

func first(t *testing.T, o *Outbox) sender.Delivery {
	t.Helper()
	list, err := o.List(t.Context(), Filter{})
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	return list[len(list)-1]
}

// TestEndingRelayWaitsTwoSecondsForAnswers, then cuts the attempts off; they can be made again at once.
func TestEndingRelayWaitsTwoSecondsForAnswers(t *testing.T) {
	t.Parallel()
	for takes, want := range map[time.Duration]sender.State{time.Second: sender.Delivered, time.Hour: sender.Retrying} {
		synctest.Test(t, func(t *testing.T) {
			o := &Outbox{DB: openMemory(t)}
			defer o.DB.Close()
			took := endWhileSending(t, o, answer(func(_ int64, req *http.Request) (*http.Response, error) {
				select {
				case <-time.After(takes):
					return respond(200, nil), nil
				case <-req.Context().Done():
					return nil, req.Context().Err()
				}
			}))
			if limit := min(takes, 2*time.Second); took < limit || took > limit+100*time.Millisecond {
				t.Errorf("an answer takes %s: Run ended after %s", takes, took)
			}
			if d := first(t, o); d.State != want {
				t.Errorf("an answer takes %s: %+v", takes, d)
			}
		})
	}
}

// TestRelayEndsAlthoughTheStoreCannotBeWritten: who quits does not wait for it.
func TestRelayEndsAlthoughTheStoreCannotBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		took := endWhileSending(t, o, answer(func(int64, *http.Request) (*http.Response, error) {
			execAll(t, o.DB, `CREATE TRIGGER trouble BEFORE UPDATE ON outbox BEGIN SELECT RAISE(FAIL, 'trouble'); END`)
			return respond(200, nil), nil
		}))
		if took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestClaimIsGoodForThirtySeconds(t *testing.T) {
	t.Parallel()
	inBubble(t, slow(time.Minute), func(t *testing.T, o *Outbox, _ *counting) {
		now := time.Now()
		if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if lease := time.UnixMilli(dueAt(t, o, 1)).Sub(now); lease != 30*time.Second {
			t.Errorf("the lease is %s", lease)
		}
		time.Sleep(2 * time.Minute)
	})
}

// TestWhatAnotherProcessAcceptsIsNoticedWithinASecond by a relay that has nothing to do.
func TestWhatAnotherProcessAcceptsIsNoticedWithinASecond(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jenkwatch.db")
	synctest.Test(t, func(t *testing.T) {
		var outboxes []*Outbox
		for range 2 {
			db, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			outboxes = append(outboxes, &Outbox{DB: db})
		}
		if err := migrate(outboxes[0].DB); err != nil {
			t.Fatal(err)
		}
		sent := make(chan time.Time, 1)
		relay := &Relay{Outbox: outboxes[0], Transport: answer(func(int64, *http.Request) (*http.Response, error) {
			sent <- time.Now()
			return respond(200, nil), nil
		})}
		runInBubble(t, relay, func() {
			time.Sleep(10 * time.Second)
			start := time.Now()
			if _, err := outboxes[1].Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); err != nil {
				t.Fatal(err)
			}
			if waited := (<-sent).Sub(start); waited > 1100*time.Millisecond {
				t.Errorf("noticed after %s", waited)
			}
		})
	})
}

// TestPauseKeepsItsLengthWhenTheClockIsSetBack: it neither ends at once nor lasts as much longer.
func TestPauseKeepsItsLengthWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &Outbox{DB: openMemory(t)}
		defer o.DB.Close()
		if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); err != nil {
			t.Fatal(err)
		}
		decided := time.Now().Add(10 * time.Hour)
		if _, err := o.DB.Exec("UPDATE outbox SET state = 'retrying', due_set = ?, due_at = ?", decided.UnixMilli(), decided.Add(time.Hour).UnixMilli()); err != nil {
			t.Fatal(err)
		}
		if err := o.mendDueTimes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if pause := time.Until(time.UnixMilli(dueAt(t, o, 1))); pause != time.Hour {
			t.Errorf("the pause of an hour is %s now", pause)
		}
	})
}

// TestWhatRetentionKeepsByDefault: delivered for 30 days, dead for 90 with their payload, what has not ended forever.
func TestWhatRetentionKeepsByDefault(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, o *Outbox, _ *counting) {
		const day = 24 * time.Hour
		e := adHoc("http://h/")
		e.Headers = []sender.Header{{Name: "X-Token", Value: ref("env:JENKWATCH_TEST_NOT_SET")}} // it is never sent
		want := map[string]bool{}
		for _, c := range []struct {
			state sender.State
			age   time.Duration
			kept  bool
		}{
			{sender.Delivered, 29 * day, true}, {sender.Delivered, 31 * day, false}, {sender.Dropped, 31 * day, false},
			{sender.Dead, 89 * day, true}, {sender.Dead, 91 * day, false}, {sender.Queued, 0, true},
		} {
			for range 4 {
				d, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Body: new("x")})
				if err != nil {
					t.Fatal(err)
				}
				ended := int64(0)
				if c.age > 0 {
					ended = time.Now().Add(-c.age).UnixMilli()
				}
				due := time.Now().Add(day).UnixMilli() // after the test: what is due is looked at every second
				if _, err := o.DB.Exec("UPDATE outbox SET state = ?, ended_at = ?, due_at = ? WHERE id = ?", c.state, ended, due, d.ID); err != nil {
					t.Fatal(err)
				}
				want[d.ID] = c.kept
			}
		}
		time.Sleep(7 * time.Hour) // then the relay prunes by itself
		o.Notify()
		synctest.Wait()
		for id, kept := range want {
			if d, err := o.Get(t.Context(), id); kept != (err == nil) {
				t.Errorf("%+v, %v; want it kept: %v", d, err, kept)
			}
		}
		var orphans int
		if err := o.DB.QueryRow("SELECT count(*) FROM payloads WHERE seq NOT IN (SELECT seq FROM outbox)").Scan(&orphans); err != nil || orphans > 0 {
			t.Errorf("%d payloads of nothing, %v", orphans, err)
		}
		if n, err := o.Prune(t.Context(), Retention{Max: 4}); err != nil || n != 4 {
			t.Errorf("%d are removed beyond 4 of 8, %v", n, err)
		}
	})
}
