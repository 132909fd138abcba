package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	err = l.write(func() {
		if fresh = l.rows[c].IsZero(); !fresh {
			return
		}
		l.rows[c] = time.Now()
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
	return told, nil
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
		ledger: &memoryLedger{rows: map[sender.Change]time.Time{}, vars: map[string][]sender.Variable{}, at: map[string]time.Time{},
			marks: map[string]sender.Mark{}},
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

func TestBuildsAreAnnouncedAsThePluginDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		free := w.AddFreestyle("free", takes(time.Minute, "UNSTABLE"))
		pipe := w.AddPipeline("team/pipe", takes(time.Minute, "FAILURE"))
		quick := w.AddPipeline("quick", takes(time.Millisecond, ""))
		w.StartAt(w.AddFreestyle("history", takes(time.Minute, "")), time.Now().Add(-time.Hour), nil)
		w.live(t, rules{}, false, func() {
			time.Sleep(5 * time.Second)
			w.Start(free, nil)
			w.Start(pipe, nil)
			time.Sleep(30 * time.Second)
			w.Start(quick, nil)
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "free#1 START", "free#1 RUNNING", "free#1 UNSTABLE", "team/pipe#1 START", "team/pipe#1 FAILURE",
			"quick#1 START", "quick#1 SUCCESS")
		names := func(key string) (list []string) {
			for _, v := range w.ledger.vars[key] {
				list = append(list, v.Name)
			}
			return list
		}
		for key, want := range map[string]map[string]bool{
			"free#1 START":        {"WORKSPACE": false, "EXECUTOR_NUMBER": true, "NODE_NAME": true},
			"free#1 RUNNING":      {"WORKSPACE": true, "WORKSPACE_TMP": true, "EXECUTOR_NUMBER": true},
			"free#1 UNSTABLE":     {"WORKSPACE": true, "EXECUTOR_NUMBER": true, "NODE_LABELS": true},
			"team/pipe#1 START":   {"EXECUTOR_NUMBER": true, "NODE_NAME": true, "NODE_LABELS": true},
			"team/pipe#1 FAILURE": {"EXECUTOR_NUMBER": false, "NODE_NAME": false, "NODE_LABELS": false},
		} {
			for name, there := range want {
				if slices.Contains(names(key), name) != there {
					t.Errorf("%s: %s is there: %v, want %v", key, name, !there, there)
				}
			}
		}
	})
}

func TestPipelinesHaveARunningWhenAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		pipe := w.AddPipeline("pipe", takes(time.Minute, ""))
		w.live(t, rules{runningToo: true}, false, func() {
			w.Start(pipe, nil)
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "pipe#1 START", "pipe#1 RUNNING", "pipe#1 SUCCESS")
	})
}

func TestTheFirstTimeBeginsWithWhatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Hour, ""))
		w.StartAt(job, time.Now().Add(-3*time.Hour), nil)
		w.StartAt(job, time.Now().Add(-30*time.Minute), nil)
		w.Finish(w.StartAt(job, time.Now().Add(-20*time.Minute), nil), "ABORTED")
		w.StartAt(job, time.Now().Add(-10*time.Minute), nil)
		w.Finish(w.StartAt(job, time.Now().Add(-10*time.Minute), nil), "FAILURE")
		time.Sleep(time.Second)
		w.live(t, rules{}, false, func() { time.Sleep(2 * time.Hour) })
		w.sent(t, "job#2 START", "job#2 SUCCESS", "job#4 START", "job#4 SUCCESS")
	})
}

func TestWhatHappenedUnseenIsAnnouncedAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job, other := w.AddFreestyle("job", takes(10*time.Minute, "")), w.AddPipeline("other", takes(10*time.Minute, ""))
		job.Concurrent = true
		w.live(t, rules{}, true, func() {
			w.Start(job, nil)
			w.Start(other, nil)
			time.Sleep(time.Minute)
		})
		// Nobody watches: both end, more come and go, one of them is deleted, a job is made, and one moves here with its past.
		for range 30 {
			w.Start(job, nil)
			time.Sleep(time.Minute)
		}
		w.Start(w.AddPipeline("new", takes(time.Minute, "NOT_BUILT")), nil)
		w.StartAt(w.AddPipeline("moved", takes(time.Minute, "")), time.Now().Add(-24*time.Hour), nil)
		time.Sleep(time.Hour)
		w.Start(job, nil)
		w.live(t, rules{}, false, func() { time.Sleep(5 * time.Minute) })

		want := []string{"other#1 START", "other#1 SUCCESS", "new#1 START", "new#1 NOT_BUILT", "job#32 START", "job#32 RUNNING"}
		for n := range 31 {
			for _, status := range []string{"START", "RUNNING", "SUCCESS"} {
				want = append(want, fmt.Sprintf("job#%d %s", n+1, status))
			}
		}
		w.sent(t, want...)
	})
}

func TestAnUnreachableControllerOnlyDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(20*time.Minute, "ABORTED"))
		w.live(t, rules{}, false, func() {
			w.Start(job, nil)
			time.Sleep(time.Minute)
			w.Fault(jenkinstest.Down)
			for range 5 {
				time.Sleep(time.Hour)
				w.Start(job, nil)
			}
			w.Fault(jenkinstest.Healthy)
			time.Sleep(time.Hour)
		})
		var want []string
		for n := range 6 {
			want = append(want, fmt.Sprintf("job#%d START", n+1), fmt.Sprintf("job#%d ABORTED", n+1))
		}
		w.sent(t, want...)
	})
}

// TestACrashAtAnyWriteLosesAndRepeatsNothing lets a life die at each of its writes in turn.
func TestACrashAtAnyWriteLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	want := []string{"free#1 START", "free#1 RUNNING", "free#1 SUCCESS", "free#2 START", "free#2 RUNNING", "free#2 SUCCESS",
		"pipe#2 START", "pipe#2 SUCCESS", "pipe#3 START", "pipe#3 SUCCESS"}
	for dies := range 24 {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			free, pipe := w.AddFreestyle("free", takes(time.Minute, "")), w.AddPipeline("pipe", takes(5*time.Minute, ""))
			w.StartAt(pipe, time.Now().Add(-time.Hour), nil)
			w.StartAt(pipe, time.Now().Add(-time.Second), nil)
			w.live(t, rules{}, false, func() { time.Sleep(time.Second) })
			w.ledger.dies = dies
			w.live(t, rules{}, true, func() {
				w.Start(free, nil)
				time.Sleep(70 * time.Second)
				w.Start(free, nil)
				w.Start(pipe, nil)
				time.Sleep(70 * time.Second)
			})
			time.Sleep(time.Minute)
			w.live(t, rules{}, false, func() { time.Sleep(10 * time.Minute) })
			if d := w.differs(want); d != "" {
				t.Errorf("dying at write %d: %s", dies, d)
			}
		})
	}
}

func TestSinceAnnouncesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Minute, ""))
		w.live(t, rules{}, false, func() {
			time.Sleep(time.Minute)
			for range 4 {
				w.Start(job, nil)
				time.Sleep(time.Hour)
			}
		})
		w.ledger.log = nil
		w.Start(job, nil)
		w.live(t, rules{since: time.Now().Add(-150 * time.Minute)}, false, func() { time.Sleep(10 * time.Minute) })
		w.sent(t, "job#3 START", "job#3 SUCCESS", "job#4 START", "job#4 SUCCESS", "job#5 START", "job#5 SUCCESS")
	})
}

// TestAReplayThatIsKilledIsGoneOnWith lets a life that replays die at each of its writes in turn: the next one that is
// asked the same some minutes later sends what is missing and nothing twice. Once a replay has ended, the same words begin another.
func TestAReplayThatIsKilledIsGoneOnWith(t *testing.T) {
	t.Parallel()
	want := []string{"free#2 START", "free#2 RUNNING", "free#2 SUCCESS", "pipe#2 START", "pipe#2 FAILURE", "pipe#3 START"}
	cut := 0
	for dies := 2; dies < 20; dies++ { // the first write begins the replay
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			free, pipe := w.AddFreestyle("free", takes(time.Minute, "")), w.AddPipeline("pipe", takes(time.Minute, "FAILURE"))
			w.live(t, rules{}, false, func() {
				time.Sleep(time.Minute)
				for range 2 {
					w.Start(free, nil)
					w.Start(pipe, nil)
					time.Sleep(18 * time.Minute)
				}
				pipe.Script = takes(100*time.Hour, "").Script
				w.Start(pipe, nil)
				time.Sleep(6 * time.Minute)
			})
			replay := func() rules { return rules{since: time.Now().Add(-30 * time.Minute)} }
			w.ledger.log, w.ledger.dies = nil, dies
			w.live(t, replay(), true, func() { time.Sleep(time.Minute) })
			if ended := w.ledger.replay.Begun.IsZero(); !ended {
				cut++
				time.Sleep(6 * time.Minute)
				w.live(t, replay(), false, func() { time.Sleep(10 * time.Minute) })
			}
			if d := w.differs(want); d != "" {
				t.Errorf("dying at write %d: %s", dies, d)
			}
			time.Sleep(6 * time.Minute)
			w.ledger.log = nil
			w.live(t, replay(), false, func() { time.Sleep(10 * time.Minute) })
			if d := w.differs(want[len(want)-1:]); d != "" {
				t.Errorf("again: %s", d)
			}
		})
	}
	if cut < 6 {
		t.Errorf("only %d lives died in mid-replay", cut)
	}
}

func TestJobsThatAreNotWantedAreNotAnnouncedLaterEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Minute, ""))
		w.live(t, rules{wants: func(string) bool { return false }}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Hour)
		})
		w.live(t, rules{}, false, func() {
			time.Sleep(time.Minute)
			w.Start(job, nil)
			time.Sleep(time.Hour)
		})
		w.sent(t, "job#2 START", "job#2 SUCCESS")
	})
}

func TestGapSendsOnlyWhatThePluginDidNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		free, pipe := w.AddFreestyle("free", takes(5*time.Minute, "")), w.AddPipeline("pipe", takes(5*time.Minute, "FAILURE"))
		text := "hello"
		began := time.Now()
		w.live(t, rules{gap: time.Minute}, false, func() {
			w.Start(free, nil)
			w.Start(pipe, nil)
			time.Sleep(30 * time.Second)
			w.heard("free", sender.Push{Status: "START"}, sender.Push{Status: "RUNNING", Body: &text})
			w.heard("pipe", sender.Push{Status: "START"}, sender.Push{Status: "START"})
			time.Sleep(5 * time.Minute)
			w.heard("pipe", sender.Push{Status: "FAILURE"})
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "free#1 RUNNING", "free#1 SUCCESS")
		for key, soonest := range map[string]time.Duration{"free#1 RUNNING": time.Minute, "free#1 SUCCESS": 6 * time.Minute} {
			if took := w.ledger.at[key].Sub(began); took < soonest || took > soonest+20*time.Second {
				t.Errorf("%s was sent after %v, want %v", key, took, soonest)
			}
		}
	})
}

// forgetful is a controller that discards each build as soon as it has ended.
type forgetful struct{ *jenkins.Client }

func (f forgetful) Env(ctx context.Context, r jenkins.Run) (jenkins.Env, error) {
	if r.Status.Ended() {
		return jenkins.Env{}, &jenkins.Error{Kind: jenkins.NotFound}
	}
	return f.Client.Env(ctx, r)
}

func TestGapKnowsBuildsWithAParameterCalledBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		j := takes(time.Millisecond, "")
		j.Params = []jenkinstest.Param{{Name: "Body", Value: "text"}}
		pipe := w.AddPipeline("pipe", j)
		text := "text"
		w.live(t, rules{gap: time.Minute}, false, func() {
			time.Sleep(30 * time.Second)
			w.Start(pipe, nil)
			w.heard("pipe", sender.Push{Status: "START", Body: &text}, sender.Push{Status: "SUCCESS", Body: &text})
			time.Sleep(10 * time.Minute)
		})
		w.sent(t)
	})
}

func TestABuildThatJenkinsDiscardedIsAnnouncedWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		w.ask = forgetful{w.client}
		job := w.AddPipeline("job", takes(time.Minute, ""))
		w.live(t, rules{}, false, func() {
			time.Sleep(time.Second)
			w.Start(job, nil)
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "job#1 START", "job#1 SUCCESS")
		for _, v := range w.ledger.vars["job#1 SUCCESS"] {
			if v.Name == "BUILD_URL" && v.Value == "http://ci.example.com/job/job/1/" {
				return
			}
		}
		t.Errorf("%v", w.ledger.vars["job#1 SUCCESS"])
	})
}

func TestAJobThatIsMadeAnewIsAnnouncedFromItsFirstBuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		job := w.AddPipeline("job", takes(time.Minute, ""))
		for range 3 {
			w.StartAt(job, time.Now().Add(-time.Hour), nil)
		}
		w.live(t, rules{}, false, func() {
			time.Sleep(time.Second)
			w.Start(job, nil)
			time.Sleep(2 * time.Minute)
			w.Remove(job)
			w.Start(w.AddPipeline("job", takes(time.Minute, "UNSTABLE")), nil)
			time.Sleep(2 * time.Minute)
		})
		w.sent(t, "job#1 START", "job#1 UNSTABLE", "job#4 START", "job#4 SUCCESS")
	})
}
