package watch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// fakeAsker plays a controller whose builds run by the clock of the test's bubble.
type fakeAsker struct {
	mu     sync.Mutex
	builds []fakeBuild
	items  []fakeItem
	calls  []fakeCall
	delay  map[string]time.Duration // by question: how long its answer takes
	fail   map[string]error         // by question
}

type fakeBuild struct {
	job        string
	number     int
	start, end time.Time // a zero end: it runs forever
	result     jenkins.Status
	lingers    time.Duration // off the executors, it still says that it is building
	hidden     bool          // never on an executor
	deleted    time.Time
}

// fakeItem is a queue item; its build, if it becomes one, is listed apart.
type fakeItem struct {
	run         jenkins.Run
	enter, left time.Time
}

type fakeCall struct {
	question string // "Running", "Queue", "LastBuilds", "Build a#3", "History a 0 4"
	at       time.Time
}

func (f *fakeAsker) asked(ctx context.Context, kind, detail string) error {
	f.mu.Lock()
	f.calls = append(f.calls, fakeCall{kind + detail, time.Now()})
	delay, err := f.delay[kind], f.fail[kind]
	f.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(delay):
	}
	return err
}

func (f *fakeAsker) setFail(kind string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = map[string]error{kind: err}
}

func (f *fakeAsker) Running(ctx context.Context) ([]jenkins.Run, []jenkins.Node, error) {
	if err := f.asked(ctx, "Running", ""); err != nil {
		return nil, nil, err
	}
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	var runs []jenkins.Run
	for _, b := range f.builds {
		if !b.hidden && b.exists(now) && (b.end.IsZero() || now.Before(b.end)) {
			run := b.run(now)
			run.Nodes = []string{"agent-1"}
			runs = append(runs, run)
		}
	}
	slices.SortFunc(runs, jenkins.OldestFirst)
	return runs, []jenkins.Node{{Name: "agent-1"}}, nil
}

// Partial is Running with what a partial poll leaves out left out. It counts as Running.
func (f *fakeAsker) Partial(ctx context.Context, _ bool) ([]jenkins.Run, []jenkins.Node, error) {
	runs, nodes, err := f.Running(ctx)
	for i, run := range runs {
		runs[i] = jenkins.Run{Ref: run.Ref, StartedAt: run.StartedAt, Status: jenkins.Running, Nodes: run.Nodes, Stages: run.Stages, Executor: -1, Progress: -1}
	}
	return runs, nodes, err
}

func (f *fakeAsker) Queue(ctx context.Context) ([]jenkins.Run, error) {
	if err := f.asked(ctx, "Queue", ""); err != nil {
		return nil, err
	}
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	var runs []jenkins.Run
	for _, item := range f.items {
		if !now.Before(item.enter) && (item.left.IsZero() || now.Before(item.left)) {
			runs = append(runs, item.run)
		}
	}
	return runs, nil
}

func (f *fakeAsker) LastBuilds(ctx context.Context) ([]jenkins.Job, error) {
	if err := f.asked(ctx, "LastBuilds", ""); err != nil {
		return nil, err
	}
	return f.lastBuilds(), nil
}

func (f *fakeAsker) lastBuilds() []jenkins.Job {
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	last, ended := map[string]fakeBuild{}, map[string]fakeBuild{}
	for _, b := range f.builds {
		if b.exists(now) && b.number > last[b.job].number {
			last[b.job] = b
		}
		if b.exists(now) && b.number > ended[b.job].number && b.run(now).Status.Ended() {
			ended[b.job] = b
		}
	}
	var jobs []jenkins.Job
	for name, b := range last {
		job := jenkins.Job{Name: name, Last: new(b.run(now))}
		if before := ended[name]; before.number > 0 && before.number < b.number {
			job.Ended = new(before.run(now))
		}
		jobs = append(jobs, job)
	}
	slices.SortFunc(jobs, func(a, b jenkins.Job) int { return cmp.Compare(a.Name, b.Name) })
	return jobs
}

func (f *fakeAsker) Build(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error) {
	if err := f.asked(ctx, "Build", " "+spec.String()); err != nil {
		return jenkins.Run{}, err
	}
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	var found *fakeBuild
	for i := range f.builds {
		b := &f.builds[i]
		if b.job == spec.Job && b.exists(now) && (b.number == spec.Number || spec.Number == 0) &&
			(found == nil || b.number > found.number) {
			found = b
		}
	}
	if found == nil {
		return jenkins.Run{}, &jenkins.Error{Kind: jenkins.NotFound}
	}
	return found.run(now), nil
}

func (f *fakeAsker) History(ctx context.Context, job string, from, n int) ([]jenkins.Run, error) {
	if err := f.asked(ctx, "History", fmt.Sprintf(" %s %d %d", job, from, n)); err != nil {
		return nil, err
	}
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	var runs []jenkins.Run
	for _, b := range f.builds {
		if b.job == job && b.exists(now) {
			runs = append(runs, b.run(now))
		}
	}
	slices.SortFunc(runs, func(a, b jenkins.Run) int { return b.Number - a.Number })
	from = min(from, len(runs))
	return runs[from:min(from+n, len(runs))], nil
}

func (b fakeBuild) exists(now time.Time) bool {
	return !now.Before(b.start) && (b.deleted.IsZero() || now.Before(b.deleted))
}

func (b fakeBuild) run(now time.Time) jenkins.Run {
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: b.job, Number: b.number}, Status: jenkins.Running, StartedAt: b.start,
		Executor: -1, Progress: -1}
	if !b.end.IsZero() && !now.Before(b.end.Add(b.lingers)) {
		run.Status, run.Duration = cmp.Or(b.result, jenkins.Success), b.end.Sub(b.start)
	}
	return run
}

// add lets a build of the job run from start for so long (forever if 0), both from now on.
func (f *fakeAsker) add(job string, number int, start, lasts time.Duration) *fakeBuild {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := fakeBuild{job: job, number: number, start: time.Now().Add(start)}
	if lasts > 0 {
		b.end = b.start.Add(lasts)
	}
	f.builds = append(f.builds, b)
	return &f.builds[len(f.builds)-1]
}

// wait lets an item for the job enter the queue and leave it, both from now on; left 0: never.
func (f *fakeAsker) wait(job string, id int64, enter, left time.Duration) *fakeItem {
	item := fakeItem{enter: time.Now().Add(enter)}
	item.run = jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, QueueID: id}, Status: jenkins.Queued, QueuedAt: item.enter}
	if left > 0 {
		item.left = time.Now().Add(left)
	}
	f.items = append(f.items, item)
	return &f.items[len(f.items)-1]
}

// times returns when a question was asked, since the moment given.
func (f *fakeAsker) times(question string, since time.Time) []time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	var at []time.Duration
	for _, c := range f.calls {
		if c.question == question || len(c.question) > len(question) && c.question[:len(question)+1] == question+" " {
			at = append(at, c.at.Sub(since))
		}
	}
	return at
}

// questions returns the questions asked from a moment on that begin with one of the kinds.
func (f *fakeAsker) questions(since time.Time) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var asked []string
	for _, c := range f.calls {
		if !c.at.Before(since) {
			asked = append(asked, c.question)
		}
	}
	return asked
}
