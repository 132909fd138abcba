package main

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
func (a *announcer) enqueue(b *openBuild) {
	switch {
	case b.working:
		b.again = true
	case !b.queued:
		b.queued = true
		a.ready = append(a.ready, b)
	}
}

// enlist has a job's builds be listed, unless that is under way already. It needs mu.
func (a *announcer) enlist(l *listing) {
	if a.lists[l.job] != nil {
		return
	}
	a.lists[l.job] = l
	a.readyList = append(a.readyList, l)
}

// later does something under mu after a while, and then sets to work.
func (a *announcer) later(wait time.Duration, do func()) {
	a.asleep++
	time.AfterFunc(wait, a.working.Guard(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.asleep--
		do()
		a.kick()
	}))
}

// kick sets workers to what is ready. While the controller does not answer they rest: what failed would fail again. It
// needs mu.
func (a *announcer) kick() {
	for a.busy < a.workers && a.resumes() && len(a.ready)+len(a.readyList) > a.busy {
		a.busy++
		a.working.Go(a.work)
	}
	if a.based && len(a.ready)+len(a.readyList)+a.busy+a.asleep == 0 {
		select {
		case <-a.idle:
		default:
			close(a.idle)
		}
	}
}

func (a *announcer) resumes() bool { return a.last.Err == nil && !a.ended && a.ctx.Err() == nil }

// work is one worker: builds first, then lists, until nothing is ready.
func (a *announcer) work() {
	for {
		a.mu.Lock()
		var b *openBuild
		var l *listing
		switch {
		case !a.resumes():
		case len(a.ready) > 0:
			b, a.ready = a.ready[0], a.ready[1:]
			b.queued, b.working, b.again = false, true, false
			if a.builds[b.run.Ref] != b { // settled since
				a.mu.Unlock()
				continue
			}
		case len(a.readyList) > 0:
			l, a.readyList = a.readyList[0], a.readyList[1:]
		}
		if b == nil && l == nil {
			a.busy--
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
func (a *announcer) workOn(b *openBuild) {
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
			a.log.Warn("a build could not be announced; trying again", "controller", a.name, "job", b.run.Job,
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
func (a *announcer) pause(err error, tries int) time.Duration {
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
func (a *announcer) announce(ctx context.Context, b *openBuild) (again time.Duration, err error) {
	if !b.read {
		told, err := a.announced(ctx, b)
		if err != nil {
			return 0, err
		}
		a.mu.Lock()
		b.told, b.read = told, true
		passedOver := b.resumed && len(told) == 0
		if !a.since.IsZero() && !a.again && b.run.Status.Ended() && len(a.dueOf(b.run, told)) == 0 {
			a.already++
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
	v := view{*b, a.builtIn}
	b.gone, b.due = false, time.Time{}
	a.mu.Unlock()
	defer func() {
		if err != nil { // it is still due since then
			a.mu.Lock()
			b.gone, b.due = b.gone || v.gone, v.due
			a.mu.Unlock()
		}
	}()

	due := a.dueOf(v.run, v.told)
	due, again = a.ripe(&v.openBuild, due)
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
	case isGone(err) && v.run.Status.Ended():
		env, err = a.ask.EnvTold(v.run), nil // Jenkins has discarded it already; what it was is known
	case (onlyCopy || isGone(err)) && v.gone:
		return a.lose(ctx, b, &v)
	default:
		return 0, err
	}
	if env.Run.Status.Ended() && !v.run.Status.Ended() {
		// It has ended since the snapshot.
		a.mu.Lock()
		a.update(b, env.Run, time.Now())
		v.run, v.over = b.run, b.over
		a.mu.Unlock()
		due, again = a.ripe(&v.openBuild, a.dueOf(v.run, v.told))
	} else if v.gone && !v.run.Status.Ended() && !v.lost.IsZero() && time.Since(v.lost) > givenUpAfter {
		a.log.Warn("a build says that it runs, but no executor has had it for a day: not followed any more",
			"controller", a.name, "job", v.run.Job, "number", v.run.Number)
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

func isGone(err error) bool {
	e, ok := errors.AsType[*jenkins.Error](err)
	return ok && e.Kind == jenkins.NotFound
}

func (a *announcer) dueOf(r jenkins.Run, told []string) []string {
	b := sender.Build{Pipeline: r.Pipeline, Ended: r.Status.Ended()}
	if b.Ended && r.Status != jenkins.Complete {
		b.Result = string(r.Status)
	}
	return sender.Due(b, told, a.runningToo)
}

// ripe is what of it need not wait for a push of the plugin's any more, and how long the next has to wait.
func (a *announcer) ripe(b *openBuild, due []string) (now []string, again time.Duration) {
	if a.gap == 0 {
		return due, 0
	}
	for i, status := range due {
		since := b.met
		if status != sender.StatusStart && status != sender.StatusRunning {
			since = b.over
		}
		if wait := time.Until(since.Add(a.gap)); wait > 0 {
			return due[:i], wait
		}
	}
	return due, 0
}

// byPlugin is what of it the plugin was heard to announce.
func (a *announcer) byPlugin(ctx context.Context, r jenkins.Run, due []string) ([]string, error) {
	if a.gap == 0 || len(due) == 0 {
		return nil, nil
	}
	pushes, err := a.pushes(ctx, r)
	if err != nil {
		return nil, err
	}
	told := sender.Pushed(pushes, hasParameter(r, "body"))
	return slices.DeleteFunc(slices.Clone(due), func(s string) bool { return !slices.Contains(told, s) }), nil
}

// envOf asks for the env of a build, with what only we have seen of it: its executor, which Jenkins forgets when it ends.
func (a *announcer) envOf(ctx context.Context, v *view) (jenkins.Env, error) {
	env, err := a.ask.Env(ctx, v.run)
	if err != nil {
		return env, err
	}
	var more []jenkins.Variable
	if !env.Run.Pipeline && !env.FromCopy {
		if more, err = a.ask.Workspace(ctx, env.Ref); err != nil && !isGone(err) {
			return env, err
		}
		if v.executor >= 0 {
			more = append(more, jenkins.Variable{Name: "EXECUTOR_NUMBER", Value: strconv.Itoa(v.executor), Source: jenkins.NodeVar,
				Known: true})
		}
	}
	return env.With(more), nil
}
