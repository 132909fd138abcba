package deliver

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/sender"
)

// another returns a process of the same user: it shares nothing but the folder.
func another(dir string) *cli.App {
	a := cli.New(nil, nil, nil)
	a.StateDir = dir
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	return a
}

// start delivers and watches until stop is called.
func start(t *testing.T, b *Background) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var loops sync.WaitGroup
	loops.Go(func() { b.Run(ctx) })
	loops.Go(func() { b.Watch(ctx) })
	return func() { cancel(); loops.Wait() }
}

// TestScreenDeliversWhatAnotherProcessAccepted has the screen deliver what lies in a database that is made while it
// stands, and in one that was there before it.
func TestScreenDeliversWhatAnotherProcessAccepted(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "meanwhile"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			arrived := make(chan struct{}, 1)
			endpoint := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- struct{}{} }))
			defer endpoint.Close()
			dir := t.TempDir()
			accept := func() {
				other := another(dir)
				box, err := other.Outbox(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				body := "hello"
				n := sender.Notification{AdHoc: &sender.Endpoint{URL: sender.Literal(endpoint.URL)}, Body: &body}
				if _, err := box.Add(t.Context(), n); err != nil {
					t.Fatal(err)
				}
				if err := other.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if when == "before" {
				accept()
			}
			screen := another(dir)
			changed, delivered := make(chan struct{}, 100), make(chan sender.Delivery, 100)
			b := NewBackground(screen)
			b.OnChange, b.OnDelivery = func() { changed <- struct{}{} }, func(d sender.Delivery) { delivered <- d }
			stop := start(t, b)
			if when == "meanwhile" {
				accept()
			}
			<-arrived
			<-changed
			for d := range delivered {
				if d.State == sender.Delivered {
					break
				}
			}
			stop()
			if err := screen.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhoOnlyWatchesMakesNoDatabase(t *testing.T) {
	t.Parallel()
	screen := another(t.TempDir())
	stop := start(t, NewBackground(screen))
	copies := screen.Copies()
	if runs, err := copies.Runs(t.Context(), "ci", "job", 10); err != nil || len(runs) > 0 {
		t.Error(runs, err)
	}
	stop()
	if made, err := os.ReadDir(screen.StateDir); err != nil || len(made) > 0 {
		t.Error(made, err)
	}
}

// TestScreenSurvivesItsStore has the database damaged when the screen looks, and whole again later: the screen says so in
// its footer, goes on, and delivers then.
func TestScreenSurvivesItsStore(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 1)
	endpoint := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- struct{}{} }))
	defer endpoint.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, cli.StoreFile)
	if err := os.WriteFile(file, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	screen := another(dir)
	trouble := make(chan error, 100)
	b := NewBackground(screen)
	b.OnChange, b.OnDelivery, b.OnError = func() {}, func(sender.Delivery) {}, func(err error) { trouble <- err }
	stop := start(t, b)
	if err := <-trouble; !sender.IsKind(err, sender.StoreCorrupt) {
		t.Errorf("reported is %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	other := another(dir)
	box, err := other.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body := "hello"
	if _, err := box.Add(t.Context(), sender.Notification{AdHoc: &sender.Endpoint{URL: sender.Literal(endpoint.URL)}, Body: &body}); err != nil {
		t.Fatal(err)
	}
	<-arrived
	stop()
	for _, a := range []*cli.App{screen, other} {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}
