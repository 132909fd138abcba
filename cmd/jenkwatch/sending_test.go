package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// another is a process of the same user: it shares nothing but the folder.
func another(dir string) *app {
	a := newApp(nil, nil, nil)
	a.StateDir = dir
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	return a
}

// TestTheScreenDeliversWhatAnotherProcessAccepted has the screen deliver what lies in a database that is made while it
// stands, and in one that was there before it.
func TestTheScreenDeliversWhatAnotherProcessAccepted(t *testing.T) {
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
				box, err := other.outbox(t.Context())
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
			out := newSending(screen)
			ctx, cancel := context.WithCancel(t.Context())
			told, ended := make(chan any, 100), make(chan error, 2)
			tell := func(msg any) { told <- msg }
			go func() { ended <- out.deliver(ctx, tell) }()
			go func() { ended <- out.watch(ctx, tell) }()
			if when == "meanwhile" {
				accept()
			}
			<-arrived
			for changed, delivered := false, false; !changed || !delivered; {
				switch msg := (<-told).(type) {
				case sent.OutboxChanged:
					changed = true
				case sender.Delivery:
					delivered = delivered || msg.State == sender.Delivered
				}
			}
			cancel()
			for range 2 {
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
			if err := screen.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhoOnlyWatchesMakesNoDatabase(t *testing.T) {
	t.Parallel()
	screen := another(t.TempDir())
	out := newSending(screen)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- out.deliver(ctx, nil) }()
	go func() { ended <- out.watch(ctx, nil) }()
	copies := screen.Copies()
	if runs, err := copies.Runs(t.Context(), "ci", "job", 10); err != nil || len(runs) > 0 {
		t.Error(runs, err)
	}
	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if made, err := os.ReadDir(screen.StateDir); err != nil || len(made) > 0 {
		t.Error(made, err)
	}
}

// TestTheScreenSurvivesItsStore has the database damaged when the screen looks, and whole again later: the screen says so in
// its footer, goes on, and delivers then.
func TestTheScreenSurvivesItsStore(t *testing.T) {
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
	out := newSending(screen)
	ctx, cancel := context.WithCancel(t.Context())
	told, ended := make(chan any, 100), make(chan error, 2)
	tell := func(msg any) { told <- msg }
	go func() { ended <- out.deliver(ctx, tell) }()
	go func() { ended <- out.watch(ctx, tell) }()
	if msg, ok := (<-told).(sent.StoreTrouble); !ok || !sender.IsKind(msg.Err, sender.StoreCorrupt) {
		t.Errorf("the screen is told %+v", msg)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	other := another(dir)
	box, err := other.outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body := "hello"
	if _, err := box.Add(t.Context(), sender.Notification{AdHoc: &sender.Endpoint{URL: sender.Literal(endpoint.URL)}, Body: &body}); err != nil {
		t.Fatal(err)
	}
	<-arrived
	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	for _, a := range []*app{screen, other} {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}
