package announce

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// BenchmarkSyncOf500ChangesAtOnce lets 500 runs, half of them pipelines, start and then end at once, and measures from
// the snapshot that reports it to the last acceptance on disk: environments asked over a socket, real database.
func BenchmarkSyncOf500ChangesAtOnce(b *testing.B) {
	const runs = 500
	for b.Loop() {
		b.StopTimer()
		w := newBenchWorld(b, runs)
		ctx, cancel := context.WithCancel(b.Context())
		if err := w.Start(ctx); err != nil {
			b.Fatal(err)
		}
		w.Observe(watch.Snapshot{Controller: "ci", At: time.Now(), RecentAt: time.Now()})
		running := w.running(b)

		b.StartTimer()
		began := time.Now()
		w.Observe(watch.Snapshot{Controller: "ci", At: time.Now(), RecentAt: w.began, Runs: running})
		w.wait(b, runs*3/2)
		started := time.Since(began)
		b.StopTimer()
		asked := w.client.Requests()
		ended := w.end(b)
		b.StartTimer()
		began = time.Now()
		w.Observe(watch.Snapshot{Controller: "ci", At: time.Now(), RecentAt: w.began, Recent: ended})
		w.wait(b, runs*5/2)
		b.StopTimer()
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/500-ends")
		b.ReportMetric(float64(started.Milliseconds()), "ms/500-starts")
		b.ReportMetric(float64(w.client.Requests()-asked)/runs, "requests/end")
		cancel()
		_ = w.Stop()
		b.StartTimer()
	}
}

type benchWorld struct {
	*Announcer
	controller *jenkinstest.Controller
	client     *env.Client
	builds     []*jenkinstest.Build
	accepted   atomic.Int64
	began      time.Time
}

func newBenchWorld(b *testing.B, runs int) *benchWorld {
	b.Helper()
	w := &benchWorld{began: time.Now(), controller: jenkinstest.New(jenkinstest.Options{
		Nodes: []*jenkinstest.Node{{Executors: 2 * runs}}})}
	for i := range runs {
		j, add := takes(time.Hour, ""), w.controller.AddFreestyle
		if i%2 == 0 {
			add = w.controller.AddPipeline
		}
		w.builds = append(w.builds, w.controller.Start(add(fmt.Sprintf("team/job-%03d", i), j), nil))
	}
	server := httptest.NewServer(w.controller)
	b.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	w.client = &env.Client{Client: &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token}}
	w.Announcer = New(Options{Rules: Rules{Wants: func(string) bool { return true }, Endpoints: []sender.Endpoint{{Name: "hook"}}},
		Controller: "ci", Client: w.client, Ledger: &outbox.Ledger{Outbox: newBox(b)}, Log: slog.New(slog.DiscardHandler),
		OnAnnounced: func(Announcement) { w.accepted.Add(1) }})
	return w
}

func (w *benchWorld) running(b *testing.B) []jenkins.Run {
	b.Helper()
	runs, _, err := w.client.Running(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return runs
}

func (w *benchWorld) end(b *testing.B) []jenkins.Run {
	b.Helper()
	for _, build := range w.builds {
		w.controller.Finish(build, "SUCCESS")
	}
	jobs, err := w.client.LastBuilds(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	var ended []jenkins.Run
	for _, j := range jobs {
		if j.Last != nil {
			ended = append(ended, *j.Last)
		}
	}
	return ended
}

func (w *benchWorld) wait(b *testing.B, accepted int) {
	b.Helper()
	for end := time.Now().Add(time.Minute); w.accepted.Load() < int64(accepted); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("%d accepted, want %d", w.accepted.Load(), accepted)
		}
	}
}

// weekOfBuilds is a controller of so many jobs, each of which builds again and again; it stores nothing.
type weekOfBuilds struct {
	jobs  int
	began time.Time
	lasts sync.Map // job to its last build, of the jobs that there are
}

func (w *weekOfBuilds) last(i int, now time.Time) jenkins.Run {
	period := time.Duration(20+i%97) * time.Minute
	since := now.Sub(w.began) + time.Duration(i)*7*time.Second
	name := fmt.Sprintf("team/job-%d", i)
	if i%10 == 0 { // branches that live for a day
		name = fmt.Sprintf("team/app-%d/PR-%d", i, int(since/(24*time.Hour)))
		since %= 24 * time.Hour
	}
	began := now.Add(-(since % period))
	r := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: name, Number: int(since/period) + 1}, Status: jenkins.Running,
		Pipeline: true, StartedAt: began, Executor: -1}
	if lasts := period / 2; now.Sub(began) >= lasts {
		r.Status, r.Duration = jenkins.Success, lasts
	}
	return r
}

func (w *weekOfBuilds) snapshot(now time.Time) watch.Snapshot {
	s := watch.Snapshot{Controller: "ci", At: now, RecentAt: now}
	w.lasts.Clear()
	for i := range w.jobs {
		r := w.last(i, now)
		w.lasts.Store(r.Job, r)
		if r.Status.Ended() {
			s.Recent = append(s.Recent, r)
		} else {
			s.Runs = append(s.Runs, r)
		}
	}
	return s
}

func (w *weekOfBuilds) Env(_ context.Context, r jenkins.Run) (env.Env, error) {
	last, ok := w.lasts.Load(r.Job)
	if !ok {
		return env.Env{}, &jenkins.Error{Kind: jenkins.NotFound}
	}
	if r.Number < last.(jenkins.Run).Number {
		r.Status, r.Duration = jenkins.Success, time.Minute
	}
	return w.Known(r), nil
}

func (w *weekOfBuilds) Known(r jenkins.Run) env.Env { return env.Env{Ref: r.Ref, Run: r} }
func (w *weekOfBuilds) Workspace(context.Context, jenkins.Ref) ([]env.Variable, error) {
	return nil, nil
}
func (w *weekOfBuilds) History(_ context.Context, job string, _, _ int) ([]jenkins.Run, error) {
	if _, ok := w.lasts.Load(job); !ok {
		return nil, &jenkins.Error{Kind: jenkins.NotFound}
	}
	return nil, nil
}

func (w *weekOfBuilds) Jobs(context.Context) (jobs []jenkins.Job, err error) {
	w.lasts.Range(func(job, _ any) bool { jobs = append(jobs, jenkins.Job{Name: job.(string)}); return true })
	return jobs, nil
}

// emptyLedger is the real one of somebody who never announced anything, without its questions to the disk: they would be most
// of what a week takes.
type emptyLedger struct{ DryLedger }

func (*emptyLedger) Announced(context.Context, outbox.Change, time.Time) ([]string, error) {
	return nil, nil
}
func (*emptyLedger) Namesakes(context.Context, outbox.Change) ([]string, error) { return nil, nil }
func (*emptyLedger) Watermark(context.Context, string, string) (outbox.Mark, error) {
	return outbox.Mark{}, nil
}
func (*emptyLedger) Forget(context.Context, string, string, int, time.Time) error { return nil }

// TestWeekOfSyncKeepsItsSize syncs 500 jobs for a week and compares what is held after the first day and at the end.
func TestWeekOfSyncKeepsItsSize(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	week, count := &weekOfBuilds{jobs: 500, began: time.Now()}, atomic.Int64{}
	an := New(Options{Rules: Rules{Wants: func(string) bool { return true }, Endpoints: []sender.Endpoint{{Name: "hook"}}},
		Controller: "ci", Client: week, Ledger: &emptyLedger{DryLedger{Ledger: &outbox.Ledger{Outbox: newBox(t)}}},
		Log: slog.New(slog.DiscardHandler), OnAnnounced: func(Announcement) { count.Add(1) }})
	an.missing = 1
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := an.Start(ctx); err != nil {
		t.Fatal(err)
	}
	var first, jobs uint64
	for at := time.Duration(0); at < 7*24*time.Hour; at += 20 * time.Minute {
		an.Observe(week.snapshot(week.began.Add(at)))
		for _, pending, _ := an.Backlog(); pending > 0; _, pending, _ = an.Backlog() {
			runtime.Gosched()
		}
		if at == 24*time.Hour {
			_, _, n := an.Backlog()
			first, jobs = heap(), uint64(n)
		}
	}
	last := heap()
	open, _, n := an.Backlog()
	t.Logf("%d statuses of %d jobs; heap after a day %d KB, after a week %d KB; %d builds open", count.Load(), n, first>>10, last>>10, open)
	if last > first+first/4 || uint64(n) > jobs+jobs/4 {
		t.Errorf("held after a day: %d KB, %d jobs; after a week: %d KB, %d jobs", first>>10, jobs, last>>10, n)
	}
	if count.Load() < 100_000 {
		t.Errorf("only %d statuses were announced", count.Load())
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
