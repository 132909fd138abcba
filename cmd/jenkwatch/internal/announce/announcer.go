package announce

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// Announcer announces the builds of one controller. It is given every snapshot in turn (Observe, which asks nothing and
// never blocks) and works on what that makes due beside it, a few builds at a time, each build by one worker at a time.
//
// Which builds there are it learns from the snapshots. What it cannot have seen (builds of the time before it began, or
// numbers that were jumped over) it lists by the job's history. A build is open until all its statuses have been
// accepted; the marks on disk rise behind the open ones, so that the next process knows where to begin.
type Announcer struct {
	Options
	workers int           // at once; default defaultWorkers
	missing time.Duration // how long Jenkins must not have had a build before that is its end; default vanishedFor

	ctx     context.Context // of Start
	working sync.WaitGroup
	caught  panics.Catcher // what panicked in a worker or timer

	mu       sync.Mutex
	ended    bool
	progress *progress
	builds   map[jenkins.Ref]*openBuild
	givenUp  map[jenkins.Ref]bool // no longer followed, although they have not ended
	unread   map[string]error     // what was left for the next time, with Tries

	seen      seen
	jobs      jobNames
	newcomers newcomers
	replay    replay
	queue     queue
	saved     saved
}

// seen is what the controller has said so far.
type seen struct {
	last     watch.Snapshot
	failedAt time.Time // when the controller last did not answer
	builtIn  []string  // labels of the controller's own node
	first    bool      // this controller was never synced, and no tree has come yet
	based    bool      // the first tree has come
	newsFrom time.Time // what ended before is not news, with FromNow
	knownAt  time.Time // all jobs were known then: of jobs that turn up, what ended before is old
}

// newcomers are the jobs of which only what ended after a time is news.
type newcomers struct {
	known  map[string]time.Time
	unread map[string]time.Time // the same, of jobs that turned up and have no mark on disk either
}

// jobNames are the jobs that there are, as the controller listed them last.
type jobNames struct {
	sync.Mutex
	names map[string]bool
	asked time.Time
}

// replay is what Since asks for.
type replay struct {
	outbox.Replay
	already int             // builds of it that had been announced to their end
	listing map[string]bool // jobs that are listed before anything of them is announced
}

// saved is how far what lies on disk has come.
type saved struct {
	synced time.Time
	soon   bool // a timer will write
	behind bool // marks that this process begins with are not written yet
}

// openBuild is a build of which something is still to be announced.
type openBuild struct {
	run       jenkins.Run
	executor  int       // as last seen; -1: not seen
	met       time.Time // when it was first seen
	lost      time.Time // since when no executor has it; zero: one has
	resumed   bool      // it counted as settled
	left      bool      // an earlier process left it open, and no list has named it
	over      time.Time // when it was first seen to have ended
	due       time.Time // since when something may be due
	announced []string  // announced statuses, once read is true
	read      bool
	gone      bool      // Jenkins may not have it any more: ask
	vanished  time.Time // since when Jenkins does not have it, although its end was not seen
	asked     time.Time
	checks    int
	tries     int // failures in a row
	looks     int // for the workspace
	delays    int // times it was taken up or put off: what was put off before is obsolete
	queued    bool
	working   bool
	again     bool // something changed while it was worked on
}

const (
	defaultWorkers = 8
	synEvery       = time.Minute // how often it is noted that all jobs are known
	saveAfter      = time.Second // marks that rose are written together
	margin         = time.Minute // between the controller's clock and ours
	suspectFirst   = time.Minute // after which a build that no executor has is asked for
	suspectMost    = 30 * time.Minute
	givenUpAfter   = 24 * time.Hour // a build that says it runs, and that no executor has
)

// New returns an announcer that has not started.
func New(o Options) *Announcer {
	return &Announcer{Options: o, workers: defaultWorkers, missing: vanishedFor,
		builds: map[jenkins.Ref]*openBuild{}, givenUp: map[jenkins.Ref]bool{}, unread: map[string]error{},
		newcomers: newcomers{known: map[string]time.Time{}, unread: map[string]time.Time{}},
		replay:    replay{listing: map[string]bool{}},
		queue:     queue{lists: map[string]*listing{}, idle: make(chan struct{})}}
}

// Start reads where the last process ended. ctx ends the work.
func (a *Announcer) Start(ctx context.Context) error {
	var marks map[string]outbox.Mark
	var at time.Time
	var err error
	if !a.FromNow {
		if marks, err = a.Ledger.Watermarks(ctx, a.Controller); err != nil {
			return err
		}
		if at, err = a.Ledger.Synced(ctx, a.Controller); err != nil {
			return err
		}
	}
	asked := outbox.Replay{Since: a.Since}
	if a.Again {
		if asked, err = a.Ledger.BeginReplay(ctx, a.Controller, a.ReplayName, a.Since); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ctx, a.progress, a.replay.Replay = ctx, newProgress(marks), asked
	a.seen.first, a.seen.knownAt, a.saved.synced = at.IsZero(), at.Add(-margin), at
	if a.seen.first {
		a.seen.knownAt = time.Now()
	}
	if a.FromNow {
		a.seen.newsFrom = a.seen.knownAt
	}
	return nil
}

// Idle is closed once nothing is left to announce of what was missing.
func (a *Announcer) Idle() <-chan struct{} { return a.queue.idle }

// Stop waits for the workers, whose context has ended, and writes how far they came.
func (a *Announcer) Stop() error {
	a.mu.Lock()
	a.ended = true
	a.mu.Unlock()
	a.working.Wait()
	a.caught.Repanic()
	return a.save(context.WithoutCancel(a.ctx))
}

// spawn runs f in a goroutine that Stop waits for.
func (a *Announcer) spawn(f func()) { a.working.Go(func() { a.caught.Try(f) }) }

// after runs f after a while.
func (a *Announcer) after(d time.Duration, f func()) { time.AfterFunc(d, func() { a.caught.Try(f) }) }

// Observe takes a snapshot in.
func (a *Announcer) Observe(s watch.Snapshot) {
	a.caught.Repanic() // before mu, which a worker that panicked may hold
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended || !a.Since.IsZero() && !a.seen.based && s.RecentAt.IsZero() {
		return // --since begins when all jobs are known
	}
	now, prev := time.Now(), a.seen.last
	if a.seen.last = s; s.Err != nil {
		a.seen.failedAt = now
	}
	for i := range s.Nodes {
		if s.Nodes[i].Name == "built-in" {
			a.seen.builtIn = s.Nodes[i].Labels
		}
	}
	tree := !s.RecentAt.Equal(prev.RecentAt)
	switch {
	case tree && !a.seen.based && !a.Since.IsZero():
		a.startReplay(s)
	case a.seen.first:
		a.beginWith(s.Runs)
	}
	for _, c := range watch.Changes(prev, s) {
		a.change(c, tree && a.seen.first, now)
	}
	if tree {
		a.known(s)
	}
	if s.Err == nil {
		a.suspect(s, now)
	}
	a.startWorkers()
}

// beginWith has a controller that was never synced begin with what runs.
func (a *Announcer) beginWith(runs []jenkins.Run) {
	lowest := map[string]*jenkins.Run{}
	for i := range runs {
		if r := lowest[runs[i].Job]; r == nil || runs[i].Number < r.Number {
			lowest[runs[i].Job] = &runs[i]
		}
	}
	for job, r := range lowest {
		if !a.progress.knows(job) {
			a.progress.begin(job, r.Number-1, r.StartedAt)
			a.newcomers.known[job] = a.seen.knownAt
			a.saved.behind = true
		}
	}
}

// known records that every job has been reported.
func (a *Announcer) known(s watch.Snapshot) {
	if a.seen.first {
		a.saved.behind = true
		maps.DeleteFunc(a.newcomers.known, func(job string, _ time.Time) bool { _, behind := a.progress.gap(job); return !behind })
	}
	if !a.seen.based && !a.seen.first && !a.Again { // a replay forgets what was announced of them
		a.queue.addJob(&listing{left: true})
	}
	a.seen.based, a.seen.first = true, false
	a.seen.knownAt = s.RecentAt.Add(-margin)
	jobs := make(map[string]bool, len(s.Recent))
	for _, list := range [][]jenkins.Run{s.Recent, s.Runs} {
		for i := range list {
			jobs[list[i].Job] = true
		}
	}
	a.progress.keep(func(job string) bool { return jobs[job] })
	maps.DeleteFunc(a.newcomers.unread, func(job string, _ time.Time) bool { return !jobs[job] })
	maps.DeleteFunc(a.givenUp, func(ref jenkins.Ref, _ bool) bool { return !jobs[ref.Job] })
	a.saveSoon()
}

// change takes in what happened to one run. baseline says that this is the first that is known of an idle controller.
func (a *Announcer) change(c watch.Change, baseline bool, now time.Time) {
	r := &c.Run
	switch {
	case r.Number == 0 || r.Status == jenkins.Queued || a.replay.listing[r.Job] || a.progress.former(r.Job, r.StartedAt):
	case c.Kind == watch.Removed:
		if b := a.builds[r.Ref]; b != nil {
			b.gone = true
			a.queue.add(b)
		}
	case a.builds[r.Ref] != nil && a.builds[r.Ref].another(r):
		a.queue.addJob(&listing{job: r.Job, anew: true, after: a.seen.knownAt})
	case a.builds[r.Ref] != nil:
		a.update(a.builds[r.Ref], *r, now)
	case !a.Wants(r.Job), baseline && r.Status.Ended() && !a.progress.knows(r.Job):
		a.progress.pass(r.Job, r.Number, r.StartedAt)
	default:
		a.meet(*r, now)
	}
}

// meet takes in a build that is not open.
func (a *Announcer) meet(r jenkins.Run, now time.Time) {
	ended := r.Status.Ended()
	if !a.progress.knows(r.Job) {
		after, unheard := a.newcomers.unread[r.Job]
		switch {
		case a.seen.based && !unheard:
			a.queue.addJob(&listing{job: r.Job, back: true, after: a.seen.knownAt})
			return
		case !unheard:
			after = a.seen.knownAt
		}
		delete(a.newcomers.unread, r.Job)
		if ended && r.EndedAt().Before(after) {
			a.progress.pass(r.Job, r.Number, r.StartedAt) // a job that was moved or uncovered: its past is not news
			return
		}
		a.newcomers.known[r.Job] = after
	} else if a.progress.anew(r.Job, r.Number, r.StartedAt) {
		a.queue.addJob(&listing{job: r.Job, anew: true, after: a.seen.knownAt})
		return
	}
	open, missed := a.progress.meet(r.Job, r.Number)
	if missed {
		a.queue.addJob(&listing{job: r.Job})
	} else if _, behind := a.progress.gap(r.Job); !behind && a.seen.based {
		defer delete(a.newcomers.known, r.Job)
	}
	if !open {
		a.resume(r, now)
		return
	}
	after := a.seen.newsFrom
	if newcomer, ok := a.newcomers.known[r.Job]; ok && newcomer.After(after) {
		after = newcomer
	}
	if ended && r.EndedAt().Before(after) {
		a.settle(r)
		return
	}
	a.follow(&openBuild{met: now, executor: -1}, r, now)
}

// resume takes up a build again that counted as settled and yet runs, or has ended after it was given up or while its job
// was gone: what was not announced of it is missing. Nothing of a build that was passed over was ever announced, and
// nothing is.
func (a *Announcer) resume(r jenkins.Run, now time.Time) {
	after, back := a.newcomers.known[r.Job]
	if !r.Status.Ended() || a.givenUp[r.Ref] || back && !r.EndedAt().Before(after) {
		delete(a.givenUp, r.Ref)
		a.follow(&openBuild{met: now, executor: -1, resumed: true}, r, now)
	}
}

func (a *Announcer) follow(b *openBuild, r jenkins.Run, now time.Time) {
	a.builds[r.Ref] = b
	a.update(b, r, now)
	a.queue.add(b)
}

// update takes in a newer view of an open build.
func (a *Announcer) update(b *openBuild, r jenkins.Run, now time.Time) {
	b.vanished = time.Time{}
	if b.over.IsZero() || r.Status.Ended() {
		b.run = r
	}
	if !r.Pipeline && !r.Status.Ended() && r.Executor >= 0 {
		b.executor = r.Executor
	}
	if b.due.IsZero() {
		b.due = now
	}
	if r.Status.Ended() && r.EndedAt().Before(a.seen.newsFrom) {
		a.settle(r) // the snapshot that this process began with was old
		return
	}
	if r.Status.Ended() && b.over.IsZero() {
		b.over, b.due = now, now
		a.queue.add(b)
	}
}

// another reports whether a run is a later build of the same number: the job was deleted and created again before this
// build was seen to end.
func (b *openBuild) another(r *jenkins.Run) bool {
	return b.over.IsZero() && !b.run.StartedAt.IsZero() && r.StartedAt.Sub(b.run.StartedAt) > time.Second
}

// settle notes that a build needs no more announcing.
func (a *Announcer) settle(r jenkins.Run) {
	delete(a.builds, r.Ref)
	a.progress.settle(r.Job, r.Number, r.StartedAt)
	a.saveSoon()
}

// suspect asks for the open builds that no executor has, less and less often: they may have been deleted.
func (a *Announcer) suspect(s watch.Snapshot, now time.Time) {
	if len(a.builds) == 0 {
		return
	}
	running := make(map[jenkins.Ref]bool, len(s.Runs))
	for i := range s.Runs {
		running[s.Runs[i].Ref] = true
	}
	for ref, b := range a.builds {
		switch {
		case running[ref] || !b.over.IsZero():
			b.asked, b.lost, b.checks = now, time.Time{}, 0
			continue
		case b.asked.IsZero():
			b.asked = now
		case now.Sub(b.asked) >= min(suspectMost, suspectFirst<<min(b.checks, 5)):
			b.asked, b.gone = now, true
			b.checks++
			a.queue.add(b)
		}
		if b.lost.IsZero() {
			b.lost = now
		}
	}
}

// Backlog says what is open, what is being worked on or waits for its time, and how many jobs are known.
func (a *Announcer) Backlog() (open, pending, jobs int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.builds), a.queue.pending(), a.progress.count()
}
