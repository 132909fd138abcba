package announce

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	jenkinsenv "github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
)

const (
	retryFirst      = time.Second
	retryMost       = time.Minute
	retryNotAllowed = 5 * time.Minute
	lookAgain       = time.Second // for the workspace of a build that has just begun
	looksMost       = 5
)

// task is a build to be announced or a job to be listed.
type task struct {
	build *openBuild
	job   *listing
}

// queue is what waits for a worker. It needs the announcer's mu.
type queue struct {
	builds   []*openBuild
	jobs     []*listing
	retries  []task              // what failed the last time
	lists    map[string]*listing // waiting or under way
	busy     int                 // workers
	retrying int                 // of them
	delayed  int                 // timers that will make something ready
	idle     chan struct{}       // closed once nothing is left to do, for --once
}

func (q *queue) pending() int {
	return len(q.builds) + len(q.jobs) + len(q.retries) + q.busy + q.delayed
}

// add queues a build to be announced, unless it is queued already.
func (q *queue) add(b *openBuild) {
	switch {
	case b.working:
		b.again = true
	case b.queued:
	case b.tries > 0:
		b.queued = true
		q.retries = append(q.retries, task{build: b})
	default:
		b.queued = true
		q.builds = append(q.builds, b)
	}
}

// addJob queues a job whose builds are to be listed, unless it is queued already.
func (q *queue) addJob(l *listing) {
	if q.lists[l.job] != nil {
		return
	}
	q.lists[l.job] = l
	q.jobs = append(q.jobs, l)
}

// later calls do with mu held after a while, and then starts workers.
func (a *Announcer) later(wait time.Duration, do func()) {
	a.queue.delayed++
	a.after(wait, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.queue.delayed--
		do()
		a.startWorkers()
	})
}

// enqueueLater enqueues a build after a while, unless it is taken up or put off before.
func (a *Announcer) enqueueLater(wait time.Duration, b *openBuild) {
	b.delays++
	delay := b.delays
	a.later(wait, func() {
		if b.delays == delay {
			a.queue.add(b)
		}
	})
}

// startWorkers starts workers for what is ready. While the controller does not answer it starts none: what failed would fail
// again. It needs mu.
func (a *Announcer) startWorkers() {
	for a.queue.busy < a.workers && a.resumes() {
		t, ok := a.next()
		if !ok {
			break
		}
		a.queue.busy++
		a.spawn(func() { a.work(t) })
	}
	if a.seen.based && a.queue.pending() == 0 {
		select {
		case <-a.queue.idle:
		default:
			close(a.queue.idle)
		}
	}
}

func (a *Announcer) resumes() bool { return a.seen.last.Err == nil && !a.ended && a.ctx.Err() == nil }

// next takes what is to be done next: builds first, then jobs. What failed before may take its time to fail again, and
// gets no more than half of the workers. It needs mu.
func (a *Announcer) next() (t task, ok bool) {
	q := &a.queue
	for len(q.builds) > 0 {
		t.build, q.builds = q.builds[0], q.builds[1:]
		if a.takeUp(t.build) {
			return t, true
		}
	}
	if len(q.jobs) > 0 {
		t.job, q.jobs = q.jobs[0], q.jobs[1:]
		return task{job: t.job}, true
	}
	for len(q.retries) > 0 && q.retrying < max(1, a.workers/2) {
		t, q.retries = q.retries[0], q.retries[1:]
		if t.job != nil || a.takeUp(t.build) {
			q.retrying++
			return t, true
		}
	}
	return task{}, false
}

// takeUp marks a build as being worked on, unless it was settled since it was enqueued.
func (a *Announcer) takeUp(b *openBuild) bool {
	b.queued, b.again = false, false
	b.delays++
	b.working = a.builds[b.run.Ref] == b
	return b.working
}

func (t task) tries() int {
	if t.job != nil {
		return t.job.tries
	}
	return t.build.tries
}

func (a *Announcer) work(t task) {
	retries := t.tries() > 0
	var again time.Duration
	var err error
	if t.build != nil {
		again, err = a.announce(a.ctx, t.build)
	} else {
		err = a.list(a.ctx, t.job)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue.busy--
	if retries {
		a.queue.retrying--
	}
	if t.build != nil {
		a.worked(t.build, again, err)
	} else {
		a.listed(t.job, err)
	}
	a.startWorkers()
}

// worked notes how far a build has been brought.
func (a *Announcer) worked(b *openBuild, again time.Duration, err error) {
	b.working = false
	if a.builds[b.run.Ref] != b {
		return // settled
	}
	if err != nil {
		b.tries++
		again = a.failed(err, b.tries, fmt.Sprintf("%s#%d", b.run.Job, b.run.Number))
	} else if b.tries > 0 {
		b.tries = 0
		delete(a.unread, fmt.Sprintf("%s#%d", b.run.Job, b.run.Number))
	}
	switch {
	case b.again && err == nil:
		a.queue.add(b)
	case again > 0:
		a.enqueueLater(again, b)
	}
}

// failed notes that a build or the builds of a job could not be announced, and returns when to try again; 0: never.
func (a *Announcer) failed(err error, tries int, what string) time.Duration {
	if a.ctx.Err() != nil {
		return 0
	}
	if a.Tries > 0 && tries >= a.Tries {
		a.Log.Warn("could not be announced; left for the next time", "controller", a.Controller, "what", what, "error", err)
		a.unread[what] = err
		return 0
	}
	pause := min(retryMost, retryFirst<<min(tries-1, 6))
	if jenkins.IsKind(err, jenkins.NotAllowed) && a.Tries == 0 {
		pause = retryNotAllowed
	}
	a.Log.Warn("could not be announced; trying again", "controller", a.Controller, "what", what, "pause", pause, "error", err)
	return pause
}

// Unread returns why builds, by their names, and jobs were left for the next time.
func (a *Announcer) Unread() map[string]error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.unread)
}

// view is an open build as a worker takes it up.
type view struct {
	openBuild
	builtIn []string
}

// announce announces what is due of a build. again is when there will be more to do although nothing changes; 0: never.
func (a *Announcer) announce(ctx context.Context, b *openBuild) (again time.Duration, err error) {
	if !b.read {
		if settled, err := a.readAnnounced(ctx, b); err != nil || settled {
			return 0, err
		}
	}
	a.mu.Lock()
	v := view{*b, a.seen.builtIn}
	b.gone, b.due = false, time.Time{}
	settled := a.builds[b.run.Ref] != b
	a.mu.Unlock()
	if settled {
		return 0, nil
	}
	defer func() {
		if err != nil { // it is still due since then
			a.mu.Lock()
			b.gone, b.due = b.gone || v.gone, v.due
			a.mu.Unlock()
		}
	}()

	due := a.dueOf(v.run, v.announced)
	due, again = a.dueNow(&v.openBuild, due)
	pushed, err := a.byPlugin(ctx, v.run, due)
	if err != nil {
		return 0, err
	}
	if len(due) == len(pushed) && !v.gone {
		return again, a.record(ctx, b, &v, due, pushed, jenkinsenv.Env{})
	}
	env, err := a.envOf(ctx, &v)
	onlyCopy := err == nil && env.FromCopy && !env.Run.Status.Ended() && !v.run.Status.Ended() // Jenkins does not have it
	switch {
	case err == nil && (!onlyCopy || !v.gone):
	case jenkins.IsKind(err, jenkins.NotFound) && v.run.Status.Ended():
		env, err = a.Client.Known(v.run), nil // Jenkins has discarded it already; what it was is known
	case (onlyCopy || jenkins.IsKind(err, jenkins.NotFound)) && v.gone:
		return a.finishVanished(ctx, b, &v)
	default:
		return 0, err
	}
	if env.Run.Status.Ended() && !v.run.Status.Ended() {
		// It has ended since the snapshot.
		a.mu.Lock()
		a.update(b, env.Run, time.Now())
		v.run, v.over = b.run, b.over
		settled = a.builds[v.run.Ref] != b
		a.mu.Unlock()
		if settled {
			return 0, nil
		}
		due, again = a.dueNow(&v.openBuild, a.dueOf(v.run, v.announced))
	} else if v.gone && !v.run.Status.Ended() && !v.lost.IsZero() && time.Since(v.lost) > givenUpAfter {
		a.Log.Warn("a build says that it runs, but no executor has had it for a day: no longer followed",
			"controller", a.Controller, "job", v.run.Job, "number", v.run.Number)
		a.mu.Lock()
		a.givenUp[v.run.Ref] = true
		a.settle(v.run)
		a.mu.Unlock()
		return 0, nil
	}
	if v.run.Causes == nil && env.Run.Causes != nil && !a.wantsRun(&env.Run) {
		a.mu.Lock()
		b.run.Causes = env.Run.Causes // it is not asked for again
		a.mu.Unlock()
		due, again = nil, 0
	}
	v.run.Parameters = env.Run.Parameters // a tree over all jobs does not name them, and they tell what a push proves
	if pushed, err = a.byPlugin(ctx, v.run, due); err != nil {
		return 0, err
	}
	if i := slices.Index(due, sender.StatusRunning); i >= 0 && !v.run.Pipeline && !v.run.Status.Ended() && v.looks < looksMost {
		// RUNNING says that the workspace is ready.
		if _, ready := env.Lookup("WORKSPACE"); !ready {
			a.mu.Lock()
			b.looks++
			b.due = v.due
			a.mu.Unlock()
			due, again = due[:i], lookAgain
		}
	}
	return again, a.record(ctx, b, &v, due, pushed, env)
}

// readAnnounced reads which statuses of a build were announced before. It reports whether nothing more of it is to be: the mark had
// passed over it.
func (a *Announcer) readAnnounced(ctx context.Context, b *openBuild) (settled bool, err error) {
	announced, err := a.announced(ctx, b)
	if err != nil {
		return false, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.announced, b.read = announced, true
	if !a.Since.IsZero() && !a.Again && b.run.Status.Ended() && len(a.dueOf(b.run, announced)) == 0 {
		a.replay.already++
	}
	if settled = b.resumed && len(announced) == 0; settled {
		a.settle(b.run)
	}
	return settled, nil
}

// dueNow returns the statuses that no longer wait for a push of the plugin, and how long the next one has to wait.
func (o *Options) dueNow(b *openBuild, due []string) (now []string, again time.Duration) {
	if o.Gap == 0 {
		return due, 0
	}
	for i, status := range due {
		since := b.met
		if status != sender.StatusStart && status != sender.StatusRunning {
			since = b.over
		}
		if wait := time.Until(since.Add(o.Gap)); wait > 0 {
			return due[:i], wait
		}
	}
	return due, 0
}

// byPlugin returns those of the due statuses that the plugin has already pushed.
func (o *Options) byPlugin(ctx context.Context, r jenkins.Run, due []string) ([]string, error) {
	if o.Gap == 0 || len(due) == 0 {
		return nil, nil
	}
	pushes, err := o.Pushes(ctx, r)
	if err != nil {
		return nil, err
	}
	announced := pushedStatuses(pushes, r.HasParameter("body"))
	return slices.DeleteFunc(slices.Clone(due), func(s string) bool { return !slices.Contains(announced, s) }), nil
}

// envOf asks for the env of a build, with what only we have seen of it: its executor, which Jenkins forgets when it ends.
func (o *Options) envOf(ctx context.Context, v *view) (jenkinsenv.Env, error) {
	env, err := o.Client.Env(ctx, v.run)
	if err != nil {
		return env, err
	}
	var more []jenkinsenv.Variable
	if !env.Run.Pipeline && !env.FromCopy {
		if more, err = o.Client.Workspace(ctx, env.Ref); err != nil && !jenkins.IsKind(err, jenkins.NotFound) {
			return env, err
		}
		if v.executor >= 0 {
			more = append(more, jenkinsenv.Variable{Name: "EXECUTOR_NUMBER", Value: strconv.Itoa(v.executor), Source: jenkinsenv.NodeVar,
				Known: true})
		}
	}
	return env.With(more), nil
}
