package announce

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
)

const (
	retryFirst      = time.Second
	retryMost       = time.Minute
	retryNotAllowed = 5 * time.Minute
	lookAgain       = time.Second // for the workspace of a build that has just begun
	looksMost       = 5
)

// enqueue has a build be worked on. It needs mu.
func (a *Announcer) enqueue(b *openBuild) {
	switch {
	case b.working:
		b.again = true
	case !b.queued:
		b.queued = true
		a.queue.builds = append(a.queue.builds, b)
	}
}

// enlist has a job's builds be listed, unless that is under way already. It needs mu.
func (a *Announcer) enlist(l *listing) {
	if a.queue.lists[l.job] != nil {
		return
	}
	a.queue.lists[l.job] = l
	a.queue.jobs = append(a.queue.jobs, l)
}

// later does something under mu after a while, and then sets to work.
func (a *Announcer) later(wait time.Duration, do func()) {
	a.queue.asleep++
	time.AfterFunc(wait, a.working.Guard(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.queue.asleep--
		do()
		a.kick()
	}))
}

// kick sets workers to what is ready. While the controller does not answer they rest: what failed would fail again. It
// needs mu.
func (a *Announcer) kick() {
	for a.queue.busy < a.workers && a.resumes() && len(a.queue.builds)+len(a.queue.jobs) > a.queue.busy {
		a.queue.busy++
		a.working.Go(a.work)
	}
	if a.seen.based && len(a.queue.builds)+len(a.queue.jobs)+a.queue.busy+a.queue.asleep == 0 {
		select {
		case <-a.queue.idle:
		default:
			close(a.queue.idle)
		}
	}
}

func (a *Announcer) resumes() bool { return a.seen.last.Err == nil && !a.ended && a.ctx.Err() == nil }

// work is one worker: builds first, then lists, until nothing is ready.
func (a *Announcer) work() {
	for {
		a.mu.Lock()
		var b *openBuild
		var l *listing
		switch {
		case !a.resumes():
		case len(a.queue.builds) > 0:
			b, a.queue.builds = a.queue.builds[0], a.queue.builds[1:]
			b.queued, b.working, b.again = false, true, false
			if a.builds[b.run.Ref] != b { // settled since
				a.mu.Unlock()
				continue
			}
		case len(a.queue.jobs) > 0:
			l, a.queue.jobs = a.queue.jobs[0], a.queue.jobs[1:]
		}
		if b == nil && l == nil {
			a.queue.busy--
			a.kick()
			a.mu.Unlock()
			return
		}
		a.mu.Unlock()
		if b != nil {
			a.workOn(b)
		} else {
			a.workList(l)
		}
	}
}

// workOn brings one build as far as it can be brought now.
func (a *Announcer) workOn(b *openBuild) {
	again, err := a.announce(a.ctx, b)
	a.mu.Lock()
	defer a.mu.Unlock()
	b.working = false
	if a.builds[b.run.Ref] != b {
		return // settled
	}
	if err == nil {
		b.tries = 0
	} else {
		b.tries++
		again = a.pause(err, b.tries)
		if a.ctx.Err() == nil {
			a.Log.Warn("a build could not be announced; trying again", "controller", a.Controller, "job", b.run.Job,
				"number", b.run.Number, "pause", again, "error", err)
		}
	}
	switch {
	case b.again && err == nil:
		a.enqueue(b)
	case again > 0:
		a.later(again, func() { a.enqueue(b) })
	}
}

// pause is how long to wait after so many failures in a row.
func (a *Announcer) pause(err error, tries int) time.Duration {
	if e, ok := errors.AsType[*jenkins.Error](err); ok && e.Kind == jenkins.NotAllowed {
		return retryNotAllowed
	}
	return min(retryMost, retryFirst<<min(tries-1, 6))
}

// view is an open build as a worker takes it up.
type view struct {
	openBuild
	builtIn []string
}

// announce announces what is due of a build. again is when there will be more to do although nothing changes; 0: never.
func (a *Announcer) announce(ctx context.Context, b *openBuild) (again time.Duration, err error) {
	if !b.read {
		announced, err := a.announced(ctx, b)
		if err != nil {
			return 0, err
		}
		a.mu.Lock()
		b.announced, b.read = announced, true
		passedOver := b.resumed && len(announced) == 0
		if !a.Since.IsZero() && !a.Again && b.run.Status.Ended() && len(a.dueOf(b.run, announced)) == 0 {
			a.replay.already++
		}
		if passedOver {
			a.settle(b.run)
		}
		a.mu.Unlock()
		if passedOver {
			return 0, nil
		}
	}
	a.mu.Lock()
	v := view{*b, a.seen.builtIn}
	b.gone, b.due = false, time.Time{}
	a.mu.Unlock()
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
		return again, a.record(ctx, b, &v, due, pushed, jenkins.Env{})
	}
	env, err := a.envOf(ctx, &v)
	onlyCopy := err == nil && env.FromCopy && !env.Run.Status.Ended() && !v.run.Status.Ended() // Jenkins does not have it
	switch {
	case err == nil && (!onlyCopy || !v.gone):
	case jenkins.IsKind(err, jenkins.NotFound) && v.run.Status.Ended():
		env, err = a.Client.EnvTold(v.run), nil // Jenkins has discarded it already; what it was is known
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
		a.mu.Unlock()
		due, again = a.dueNow(&v.openBuild, a.dueOf(v.run, v.announced))
	} else if v.gone && !v.run.Status.Ended() && !v.lost.IsZero() && time.Since(v.lost) > givenUpAfter {
		a.Log.Warn("a build says that it runs, but no executor has had it for a day: not followed any more",
			"controller", a.Controller, "job", v.run.Job, "number", v.run.Number)
		a.mu.Lock()
		a.givenUp[v.run.Ref] = true
		a.settle(v.run)
		a.mu.Unlock()
		return 0, nil
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

func (a *Announcer) dueOf(r jenkins.Run, announced []string) []string {
	b := sender.Build{Pipeline: r.Pipeline, Ended: r.Status.Ended()}
	if b.Ended && r.Status != jenkins.Complete {
		b.Result = string(r.Status)
	}
	return sender.Due(b, announced, a.RunningToo)
}

// dueNow is what of it need not wait for a push of the plugin's any more, and how long the next has to wait.
func (a *Announcer) dueNow(b *openBuild, due []string) (now []string, again time.Duration) {
	if a.Gap == 0 {
		return due, 0
	}
	for i, status := range due {
		since := b.met
		if status != sender.StatusStart && status != sender.StatusRunning {
			since = b.over
		}
		if wait := time.Until(since.Add(a.Gap)); wait > 0 {
			return due[:i], wait
		}
	}
	return due, 0
}

// byPlugin is what of it the plugin was heard to announce.
func (a *Announcer) byPlugin(ctx context.Context, r jenkins.Run, due []string) ([]string, error) {
	if a.Gap == 0 || len(due) == 0 {
		return nil, nil
	}
	pushes, err := a.Pushes(ctx, r)
	if err != nil {
		return nil, err
	}
	announced := sender.Pushed(pushes, r.HasParameter("body"))
	return slices.DeleteFunc(slices.Clone(due), func(s string) bool { return !slices.Contains(announced, s) }), nil
}

// envOf asks for the env of a build, with what only we have seen of it: its executor, which Jenkins forgets when it ends.
func (a *Announcer) envOf(ctx context.Context, v *view) (jenkins.Env, error) {
	env, err := a.Client.Env(ctx, v.run)
	if err != nil {
		return env, err
	}
	var more []jenkins.Variable
	if !env.Run.Pipeline && !env.FromCopy {
		if more, err = a.Client.Workspace(ctx, env.Ref); err != nil && !jenkins.IsKind(err, jenkins.NotFound) {
			return env, err
		}
		if v.executor >= 0 {
			more = append(more, jenkins.Variable{Name: "EXECUTOR_NUMBER", Value: strconv.Itoa(v.executor), Source: jenkins.NodeVar,
				Known: true})
		}
	}
	return env.With(more), nil
}
