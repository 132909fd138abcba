package deliver

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestWhatDoesNotAnswerTakesTheTimeThatWasGivenAndNoMore: the relay's own grace is within it.
func TestWhatDoesNotAnswerTakesTheTimeThatWasGivenAndNoMore(t *testing.T) {
	t.Parallel()
	for _, wait := range []time.Duration{time.Second, 3 * time.Second, 30 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			db, err := outbox.Open(filepath.Join(t.TempDir(), "db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, m := range outbox.Migrations {
				if _, err := db.Exec(m); err != nil {
					t.Fatal(err)
				}
			}
			box := &outbox.Outbox{DB: db}
			d, err := box.Add(t.Context(), sender.Notification{Body: new("x"), AdHoc: &sender.Endpoint{URL: sender.Literal("http://h/"), Timeout: sender.Duration(time.Hour)}})
			if err != nil {
				t.Fatal(err)
			}
			hangs := transport(func(req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, context.Cause(req.Context())
			})
			start := time.Now()
			d, err = one(t.Context(), &outbox.Relay{Outbox: box, Only: []string{d.ID}, Transport: hangs}, d, wait)
			if took := time.Since(start); err != nil || took > wait+100*time.Millisecond || took < wait/2 || d.State != sender.Retrying {
				t.Errorf("%s: it took %s, %+v, %v", wait, took, d, err)
			}
		})
	}
}
