package outbox

import (
	"database/sql"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/sender"
)

type brokenTransport struct{}

func (brokenTransport) RoundTrip(*http.Request) (*http.Response, error) {
	panic("as ordered by the test")
}

func panicsWith(f func()) (value any) {
	defer func() {
		if p, ok := recover().(*panics.Recovered); ok {
			value = p.Value
		}
	}()
	f()
	return nil
}

// TestPanicInAWorkerReleasesItsClaim: the next relay sends at once and does not wait for the end of the lease.
func TestPanicInAWorkerReleasesItsClaim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := openMemory(t)
		defer db.Close()
		o := &Outbox{DB: db}
		var ids []string
		for range 2 {
			d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Controller: "ci", Job: "j", Number: 1, Body: new("x")})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, d.ID)
		}
		start := time.Now()
		if p := panicsWith(func() { _ = (&Relay{Outbox: o, Transport: brokenTransport{}}).Run(t.Context()) }); p != "as ordered by the test" {
			t.Errorf("Run panics with %v", p)
		}
		if d, err := o.Get(t.Context(), ids[0]); err != nil || !d.HasPayload || d.State.Ended() {
			t.Errorf("what was being sent is %+v, %v", d, err)
		}
		works := answer(func(int64, *http.Request) (*http.Response, error) { return respond(200, nil), nil })
		if err := (&Relay{Outbox: o, Transport: works}).Flush(t.Context()); err != nil {
			t.Error(err)
		}
		for i, id := range ids {
			if d, err := o.Get(t.Context(), id); err != nil || d.State != sender.Delivered || d.Attempts != 2-i {
				t.Errorf("after the next flush: %+v, %v", d, err)
			}
		}
		if waited := time.Since(start); waited > time.Second {
			t.Errorf("it took %s", waited)
		}
	})
}

// TestChangeThatPanicsHarmsNobodyElse: changes share transactions, and are carried out by each other's goroutines.
func TestChangeThatPanicsHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if i%4 == 0 {
				broken := func() { _ = o.commit(t.Context(), "break", func(*sql.Tx) error { panic(i) }) }
				if p := panicsWith(broken); p != i {
					t.Errorf("change %d panics with %v", i, p)
				}
			} else if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if counts, err := o.Counts(t.Context()); err != nil || counts[sender.Queued] != 30 {
		t.Error(counts, err)
	}
}

// TestPushThatPanicsIsNotStored: those that come at the same time are.
func TestPushThatPanicsIsNotStored(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			row := &pushRow{Push: &sender.Push{Method: "POST"}, text: `{"a":"b"}`}
			if i%4 == 0 {
				row.forward = []*record{nil}
			}
			store := func() {
				if err := o.commit(t.Context(), "store", func(tx *sql.Tx) error { return o.insertPush(t.Context(), tx, row, PushLimits{}) }); err != nil {
					t.Error(err)
				}
			}
			if p := panicsWith(store); (p != nil) != (i%4 == 0) {
				t.Errorf("push %d panics with %v", i, p)
			}
		})
	}
	wg.Wait()
	if stored, err := o.Pushes(t.Context(), 0, 0); err != nil || len(stored) != 30 {
		t.Errorf("%d are stored, %v", len(stored), err)
	}
}
