package screen

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// listening is a screen without its program, with the errors that it reports.
func listening(t *testing.T) (s *screen, reported chan error) {
	t.Helper()
	a := cli.New(nil, nil, nil)
	a.StateDir = t.TempDir()
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.ListenOn = l.Addr().String()
	l.Close()
	s = &screen{App: a, messages: newInbox(), feed: newFeed(func(watch.Snapshot) {}), deliveries: deliver.NewBackground(a)}
	reported = make(chan error, 10)
	go s.messages.run(t.Context(), func(msg any) {
		if n, ok := msg.(kit.NoteMsg); ok {
			reported <- n.Err
		}
	})
	t.Cleanup(func() { a.Close() })
	return s, reported
}

// untilTaken pushes until a push is taken.
func untilTaken(t *testing.T, address string) {
	t.Helper()
	for {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/", strings.NewReader(`{"A":"b"}`))
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// receiving runs receive until the test ends.
func receiving(t *testing.T, s *screen) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.receive(ctx, func(do func() error) func() error { return do })
	}()
	t.Cleanup(func() { stop(); <-ended })
}

func TestScreenStartsWithADamagedStoreAndReceivesLater(t *testing.T) {
	t.Parallel()
	s, reported := listening(t)
	file := filepath.Join(s.StateDir, cli.StoreFile)
	if err := os.WriteFile(file, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	receiving(t, s)
	if err := <-reported; err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("reported is %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	untilTaken(t, s.ListenOn)
	if len(reported) > 0 {
		t.Errorf("reported twice: %v", <-reported)
	}
}

func TestScreenOutlivesItsListener(t *testing.T) {
	t.Parallel()
	s, reported := listening(t)
	if err := s.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := s.pushes
	receiving(t, s)
	untilTaken(t, s.ListenOn)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-reported; !errors.Is(err, net.ErrClosed) {
		t.Errorf("reported is %v", err)
	}
	untilTaken(t, s.ListenOn)
}
