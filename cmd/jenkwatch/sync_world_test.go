package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
)

// memoryLedger is a ledger that outlives the lives of announcers, and can die with one of them: after some more writes
// nothing is written any more.
type memoryLedger struct {
	mu     sync.Mutex
	rows   map[sender.Change]time.Time
	began  map[sender.Change]time.Time
	replay sender.Replay
	log    []string // what was sent: "job#1 START", in order
	vars   map[string][]sender.Variable
	at     map[string]time.Time
	marks  map[string]sender.Mark
	synced time.Time
	writes int
	dies   int // with this write; 0: never
}

var errDead = errors.New("the process is dead")

func (l *memoryLedger) write(do func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes++
	if l.dies > 0 && l.writes >= l.dies {
		return errDead
	}
	do()
	return nil
}

func (l *memoryLedger) Announce(_ context.Context, c sender.Change, ns ...sender.Notification) (fresh bool, err error) {
	began := c.Began
	c.Began = time.Time{}
	err = l.write(func() {
		if fresh = l.rows[c].IsZero(); !fresh {
			return
		}
		l.rows[c], l.began[c] = time.Now(), began
		for _, n := range ns {
			key := fmt.Sprintf("%s#%d %s", c.Job, c.Number, c.Status)
			l.log, l.vars[key], l.at[key] = append(l.log, key), n.Variables, time.Now()
		}
	})
	return fresh, err
}

func (l *memoryLedger) Announced(_ context.Context, controller, job string, number int, _ time.Time) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var told []string
	for c := range l.rows {
		if c.Controller == controller && c.Job == job && c.Number == number {
			told = append(told, c.Status)
		}
	}
	slices.Sort(told)
	slices.Reverse(told) // START before RUNNING
	return told, nil
}

func (l *memoryLedger) Namesakes(_ context.Context, c sender.Change) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var jobs []string
	for other, began := range l.began {
		if other.Number == c.Number && other.Status == sender.StatusStart && other.Job != c.Job && began.Equal(c.Began) && !slices.Contains(jobs, other.Job) {
			jobs = append(jobs, other.Job)
		}
	}
	return jobs, nil
}

func (l *memoryLedger) Unended(_ context.Context, controller string) ([]sender.Change, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	told, began := map[sender.Change][]string{}, map[sender.Change]time.Time{}
	for c := range l.rows {
		build := sender.Change{Controller: c.Controller, Job: c.Job, Number: c.Number}
		told[build] = append(told[build], c.Status)
		began[build] = l.began[c]
	}
	var open []sender.Change
	for c, statuses := range told {
		ended := slices.ContainsFunc(statuses, func(s string) bool { return s != sender.StatusStart && s != sender.StatusRunning })
		other := func(o sender.Change) bool { return o.Job != c.Job && o.Number == c.Number && began[o].Equal(began[c]) }
		if ended || c.Number <= l.marks[c.Job].Number || slices.ContainsFunc(slices.Collect(maps.Keys(told)), other) {
			continue
		}
		if slices.Contains(statuses, sender.StatusRunning) {
			c.Status = sender.StatusRunning
		}
		c.Began = began[sender.Change{Controller: c.Controller, Job: c.Job, Number: c.Number}]
		open = append(open, c)
	}
	return open, nil
}

func (l *memoryLedger) Watermarks(context.Context, string) (map[string]sender.Mark, error) {
	return l.marks, nil
}

func (l *memoryLedger) Watermark(_ context.Context, _, job string) (sender.Mark, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.marks[job], nil
}

func (l *memoryLedger) Synced(context.Context, string) (time.Time, error) { return l.synced, nil }

func (l *memoryLedger) Advance(_ context.Context, _ string, marks map[string]sender.Mark) error {
	return l.write(func() {
		for job, m := range marks {
			had := l.marks[job]
			if had.Began.After(m.Began) {
				m.Began = had.Began
			}
			l.marks[job] = sender.Mark{Number: max(m.Number, had.Number), Began: m.Began}
		}
	})
}

func (l *memoryLedger) MarkSynced(_ context.Context, _ string, at time.Time) error {
	return l.write(func() { l.synced = at })
}

func (l *memoryLedger) Forget(_ context.Context, _, job string, above int, before time.Time) error {
	return l.write(func() {
		if m, ok := l.marks[job]; ok {
			l.marks[job] = sender.Mark{Number: min(above, m.Number), Began: m.Began}
		}
		for c, at := range l.rows {
			if c.Job == job && c.Number > above && (before.IsZero() || at.Before(before)) {
				delete(l.rows, c)
				delete(l.began, c)
			}
		}
	})
}

func (l *memoryLedger) BeginReplay(_ context.Context, _, _ string, since time.Time) (r sender.Replay, err error) {
	err = l.write(func() {
		if l.replay.Begun.IsZero() {
			l.replay = sender.Replay{Since: since, Begun: time.Now()}
		}
		r = l.replay
	})
	return r, err
}

func (l *memoryLedger) EndReplay(context.Context, string) error {
	return l.write(func() { l.replay = sender.Replay{} })
}

// syncWorld is a controller, what lies on disk, and what the plugin was heard to push.
type syncWorld struct {
	*jenkinstest.Controller
	ledger *memoryLedger
	client *jenkins.Client
	ask    questions
	every  time.Duration // how often the controller is asked; 0: as usual
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
		ledger: &memoryLedger{rows: map[sender.Change]time.Time{}, began: map[sender.Change]time.Time{},
			vars: map[string][]sender.Variable{}, at: map[string]time.Time{}, marks: map[string]sender.Mark{}},
		client: &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
			HTTP: &http.Client{Transport: c.Transport()}},
		pushes: map[jenkins.Ref][]sender.Push{},
	}
}

// live runs an announcer, does something, and ends it; a crash ends it without its last words.
func (w *syncWorld) live(t *testing.T, r rules, crash bool, do func()) {
	t.Helper()
	if r.wants == nil {
		r.wants = func(string) bool { return true }
	}
	r.endpoints = []sender.Endpoint{{Name: "hook"}}
	an := &announcer{rules: r, name: "ci", ask: cmp.Or[questions](w.ask, w.client), ledger: w.ledger, log: slog.New(slog.DiscardHandler),
		tell: func(announcement) {}, check: func(sender.Notification) error { return nil },
		pushes: func(_ context.Context, r jenkins.Run) ([]sender.Push, error) {
			w.ledger.mu.Lock()
			defer w.ledger.mu.Unlock()
			return w.pushes[r.Ref], nil
		}}
	ctx, cancel := context.WithCancel(t.Context())
	if err := an.start(ctx); err != nil {
		t.Fatal(err)
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for s := range (&jenkins.Watcher{Client: w.client, Interval: w.every}).Snapshots(ctx) {
			an.observe(s)
		}
	}()
	replay := make(chan struct{})
	go func() {
		defer close(replay)
		select {
		case <-an.idle:
			_ = an.endReplay(ctx)
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
	_ = an.stop()
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

// heard notes that the plugin pushed this about a job's first build.
func (w *syncWorld) heard(job string, pushes ...sender.Push) {
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	ref := jenkins.Ref{Controller: "ci", Job: job, Number: 1}
	w.pushes[ref] = append(w.pushes[ref], pushes...)
}

// takes is a build that takes so long and ends with a result.
func takes(d time.Duration, result string) jenkinstest.Job {
	return jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Takes: d, Result: result, Log: []string{"working"},
			Stages: []jenkinstest.Stage{{Name: "Build", Takes: d}}}
	}}
}
