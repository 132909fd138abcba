package announce

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// mortalLedger is the real ledger. It notes what is accepted, and can die with a life: after some more writes nothing
// is written any more.
type mortalLedger struct {
	*outbox.Ledger
	mu     sync.Mutex
	log    []string // what was sent: "job#1 START", in order
	vars   map[string][]sender.Variable
	at     map[string]time.Time
	writes int
	dies   int // with this write; 0: never
}

var errDead = errors.New("the process is dead")

func (l *mortalLedger) write() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes++
	if l.dies > 0 && l.writes >= l.dies {
		return errDead
	}
	return nil
}

func (l *mortalLedger) Announce(ctx context.Context, c outbox.Change, ns ...sender.Notification) (bool, error) {
	if err := l.write(); err != nil {
		return false, err
	}
	fresh, err := l.Ledger.Announce(ctx, c, ns...)
	if fresh && len(ns) > 0 {
		l.mu.Lock()
		defer l.mu.Unlock()
		key := fmt.Sprintf("%s#%d %s", c.Job, c.Number, c.Status)
		l.log, l.vars[key], l.at[key] = append(l.log, key), ns[0].Variables, time.Now()
	}
	return fresh, err
}

func (l *mortalLedger) Advance(ctx context.Context, controller string, marks map[string]outbox.Mark) error {
	if err := l.write(); err != nil {
		return err
	}
	return l.Ledger.Advance(ctx, controller, marks)
}

func (l *mortalLedger) MarkSynced(ctx context.Context, controller string, at time.Time) error {
	if err := l.write(); err != nil {
		return err
	}
	return l.Ledger.MarkSynced(ctx, controller, at)
}

func (l *mortalLedger) Forget(ctx context.Context, controller, job string, above int, before time.Time) error {
	if err := l.write(); err != nil {
		return err
	}
	return l.Ledger.Forget(ctx, controller, job, above, before)
}

func (l *mortalLedger) BeginReplay(ctx context.Context, controller, name string, since time.Time) (outbox.Replay, error) {
	if err := l.write(); err != nil {
		return outbox.Replay{}, err
	}
	return l.Ledger.BeginReplay(ctx, controller, name, since)
}

func (l *mortalLedger) EndReplay(ctx context.Context, controller string) error {
	if err := l.write(); err != nil {
		return err
	}
	return l.Ledger.EndReplay(ctx, controller)
}

// mark returns how far a job's builds need no more announcing, as the disk has it.
func (l *mortalLedger) mark(t *testing.T, job string) int {
	t.Helper()
	m, err := l.Watermark(t.Context(), "ci", job)
	if err != nil {
		t.Fatal(err)
	}
	return m.Number
}

// newBox opens an outbox on a database of its own. It is closed with the test.
func newBox(t testing.TB) *outbox.Outbox {
	t.Helper()
	db, err := outbox.Open(filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, m := range outbox.Migrations {
		if _, err := db.ExecContext(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	return &outbox.Outbox{DB: db, Endpoints: func(name string) (sender.Endpoint, error) {
		return sender.Endpoint{Name: name, URL: sender.Literal("http://127.0.0.1:9/")}, nil
	}}
}

// syncWorld is a controller, what lies on disk, and what the plugin pushed.
type syncWorld struct {
	*jenkinstest.Controller
	ledger *mortalLedger
	client *env.Client
	ask    Client
	every  time.Duration // how often the controller is asked; 0: as usual
	tries  int
	now    *Announcer // of the life that is being lived
	pushes map[jenkins.Ref][]sender.Push
}

func newSyncWorld(t *testing.T) *syncWorld {
	t.Helper()
	c := jenkinstest.New(jenkinstest.Options{Nodes: []*jenkinstest.Node{{Executors: 50}}})
	u, err := url.Parse("http://ci.example.com")
	if err != nil {
		t.Fatal(err)
	}
	return &syncWorld{
		Controller: c,
		ledger:     &mortalLedger{Ledger: &outbox.Ledger{Outbox: newBox(t)}, vars: map[string][]sender.Variable{}, at: map[string]time.Time{}},
		client: &env.Client{Client: &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
			HTTP: &http.Client{Transport: c.Transport()}}},
		pushes: map[jenkins.Ref][]sender.Push{},
	}
}

// live runs an announcer, does something, and ends it; a crash ends it without its last words.
func (w *syncWorld) live(t *testing.T, r Rules, crash bool, do func()) {
	t.Helper()
	if r.Wants == nil {
		r.Wants = func(string) bool { return true }
	}
	r.Endpoints = []sender.Endpoint{{Name: "hook"}}
	an := New(Options{Rules: r, Controller: "ci", Client: cmp.Or[Client](w.ask, w.client), Ledger: w.ledger, Tries: w.tries,
		Log: slog.New(slog.DiscardHandler), OnAnnounced: func(Announcement) {},
		Check: func(sender.Notification) error { return nil },
		Pushes: func(_ context.Context, r jenkins.Run) ([]sender.Push, error) {
			w.ledger.mu.Lock()
			defer w.ledger.mu.Unlock()
			return w.pushes[r.Ref], nil
		}})
	w.now = an
	ctx, cancel := context.WithCancel(t.Context())
	if err := an.Start(ctx); err != nil {
		t.Fatal(err)
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for s := range (&watch.Watcher{Client: w.client.Client, Interval: w.every}).Snapshots(ctx) {
			an.Observe(s)
		}
	}()
	replay := make(chan struct{})
	go func() {
		defer close(replay)
		select {
		case <-an.Idle():
			_ = an.EndReplay(ctx)
		case <-ctx.Done():
		}
	}()
	do()
	synctest.Wait()
	cancel()
	<-watched
	<-replay
	if crash {
		w.ledger.mu.Lock()
		w.ledger.dies = 1
		w.ledger.mu.Unlock()
	}
	_ = an.Stop()
	w.ledger.mu.Lock()
	w.ledger.dies, w.ledger.writes = 0, 0
	w.ledger.mu.Unlock()
}

// sent wants that exactly this was sent, each build's in order.
func (w *syncWorld) sent(t *testing.T, want ...string) {
	t.Helper()
	if d := w.differs(want); d != "" {
		t.Error(d)
	}
}

func (w *syncWorld) differs(want []string) string {
	byBuild := func(list []string) []string {
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(a, b string) int {
			a, _, _ = strings.Cut(a, " ")
			b, _, _ = strings.Cut(b, " ")
			return strings.Compare(a, b)
		})
		return list
	}
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	if got, want := byBuild(w.ledger.log), byBuild(want); !slices.Equal(got, want) {
		return fmt.Sprintf("sent\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	return ""
}

// received records that the plugin pushed this about a job's first build.
func (w *syncWorld) received(job string, pushes ...sender.Push) {
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	ref := jenkins.Ref{Controller: "ci", Job: job, Number: 1}
	w.pushes[ref] = append(w.pushes[ref], pushes...)
}

// takes returns a build that takes so long and ends with a result.
func takes(d time.Duration, result string) jenkinstest.Job {
	return jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Takes: d, Result: result, Log: []string{"working"},
			Stages: []jenkinstest.Stage{{Name: "Build", Takes: d}}}
	}}
}
