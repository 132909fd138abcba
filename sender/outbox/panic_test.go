package outbox

import (
	"database/sql"
	"net/http"
	"sync"
	"testing"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/sender"
)

type brokenTransport struct{}

func (brokenTransport) RoundTrip(*http.Request) (*http.Response, error) {
	panic("as ordered by the test")
}

func panicsWith(f func()) (value any) {
	defer func() {
		if p, ok := recover().(*crew.Panic); ok {
			value = p.Value
		}
	}()
	f()
	return nil
}

func TestWhatPanicsInAWorkerPanicsInRun(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")})
	if err != nil {
		t.Fatal(err)
	}
	if p := panicsWith(func() { _ = (&Relay{Outbox: o, Transport: brokenTransport{}}).Run(t.Context()) }); p != "as ordered by the test" {
		t.Errorf("it panics with %v", p)
	}
	if d, err = o.Get(t.Context(), d.ID); err != nil || d.State != sender.Delivering || !d.HasPayload {
		t.Errorf("what was being sent is %+v, %v", d, err)
	}
}

// TestAChangeThatPanicsHarmsNobodyElse: changes share transactions, and are carried out by each other's goroutines.
func TestAChangeThatPanicsHarmsNobodyElse(t *testing.T) {
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

// TestAPushThatPanicsIsNotStored: those that come at the same time are.
func TestAPushThatPanicsIsNotStored(t *testing.T) {
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
