package world

import (
	"slices"
	"time"
)

// begin starts the build of a queue item at a time, which may lie in the past.
func (w *World) begin(item int64, j *Job, params []Param, causes []Cause, at time.Time, waited time.Duration,
	how Repetition) *Build {
	j.nextNum++
	b := &Build{job: j, number: j.nextNum, QueueID: item, Started: at, Waited: waited, Params: params, Causes: causes, repeated: how.Commit}
	var s Script
	if j.Script != nil {
		s = j.Script(b)
	}
	s = how.apply(s)
	b.Description, b.rename = s.Description, s.DisplayName
	b.Plan = compile(b, s)
	b.suites = b.judge()
	b.linkUpstream()
	j.Builds = append(j.Builds, b)
	keep := j.Keep
	if keep == 0 {
		keep = 50
	}
	if len(j.Builds) > keep {
		gone := len(j.Builds) - keep
		j.Builds = slices.DeleteFunc(j.Builds, func(b *Build) bool { gone--; return gone >= 0 && !b.Keep })
	}
	w.Running = append(w.Running, b)
	w.NextEvent = time.Time{}
	return b
}

// Advance lets everything happen that is due by now, in its order.
func (w *World) Advance(now time.Time) {
	if now.Before(w.NextEvent) {
		return
	}
	w.skipIdle(now)
	for {
		next := now.Add(time.Hour)
		var do func(at time.Time)
		consider := func(at time.Time, f func(at time.Time)) {
			if at.Before(next) {
				next, do = at, f
			}
		}
		for _, b := range w.Running {
			if at, ok := b.ends(); ok {
				consider(at, func(at time.Time) { w.end(b, func() { b.finish(at) }) })
			}
			for _, d := range b.Plan.downstream {
				if g := b.gate(); !d.queued && (g == nil || g.At >= d.at) {
					consider(b.Wall(d.at), func(at time.Time) { w.startDownstream(b, d, at) })
				}
			}
		}
		for _, j := range w.scheduled {
			consider(j.nextAt, func(at time.Time) { w.schedule(j, at) })
		}
		for _, it := range w.Queue {
			if why, place := w.blocked(it, now); why == "" || place == Waiting {
				consider(it.ready(), func(time.Time) { w.leave(it, maxTime(it.ready(), w.lastEvent)) })
			}
		}
		if next.After(now) {
			w.NextEvent = next
			return
		}
		w.lastEvent = maxTime(w.lastEvent, next)
		do(next)
	}
}

// idleMax is how much of a time without requests is played.
const idleMax = 6 * time.Hour

// skipIdle leaves out the builds of a long time without requests: a laptop's weekend.
func (w *World) skipIdle(now time.Time) {
	for _, j := range w.scheduled {
		if late := now.Sub(j.nextAt) - idleMax; late > 0 {
			j.nextAt = j.nextAt.Add(late.Truncate(j.Every))
		}
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// again is how soon a job that could not be started by its own rhythm is tried again.
const again = 20 * time.Second

// schedule lets a job's own rhythm start a build. What waits or runs is not started again.
func (w *World) schedule(j *Job, at time.Time) {
	busy := j.latest(func(b *Build) bool { return !b.Ended() }) != nil
	if busy || slices.ContainsFunc(w.Queue, func(it *Item) bool { return it.Job == j }) {
		j.nextAt = at.Add(min(j.Every, again))
		return
	}
	j.nextAt = at.Add(j.Every)
	causes := j.Causes
	if causes == nil {
		causes = []Cause{{Timer: true}}
	}
	w.Enqueue(j, j.defaults(), causes, at, at)
}

// end takes a build out of the running ones.
func (w *World) end(b *Build, finish func()) {
	finish()
	w.Running = slices.DeleteFunc(w.Running, func(o *Build) bool { return o == b })
	w.NextEvent = time.Time{}
	at := b.Started.Add(b.Duration(time.Time{}))
	w.emit("job_run_ended", b.Result, at, b.job, b.QueueID, b)
	w.emit("job_run_queue_task_complete", "", at, b.job, b.QueueID, nil)
	w.triggerDownstream(b, at)
	if w.Ended != nil {
		w.Ended(b)
	}
}
