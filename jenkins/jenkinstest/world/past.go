package world

import (
	"fmt"
	"time"
)

// answerTime is how long the questions of past builds waited for a person.
const answerTime = 3 * time.Minute

// EndedAt starts a build in the past, so that it has ended at a time, and those that it starts itself.
func (w *World) EndedAt(j *Job, end time.Time, causes []Cause) *Build {
	b := w.StartAt(j, end.Add(-w.dryRun(j)-answerTime), causes)
	w.answered(b)
	for _, below := range b.Plan.downstream {
		w.StartAt(w.Job(below.job), b.Wall(below.at).Add(time.Second), []Cause{{Upstream: b}})
	}
	return b
}

// answered lets a build of the past have had the answer to its first question, and so be over.
func (w *World) answered(b *Build) {
	if g := b.gate(); g != nil {
		g.Passed, g.waited, b.paused = true, answerTime, answerTime
	}
	if end, _ := b.ends(); !b.Ended() {
		w.end(b, func() { b.finish(end) })
	}
}

// dryRun returns how long the next build of a job would take.
func (w *World) dryRun(j *Job) time.Duration {
	b := &Build{job: j, number: j.nextNum + 1, Params: j.defaults()}
	return compile(b, j.Script(b)).takes
}

// Lines returns n lines of a log: the format gets the number of each, from 1.
func Lines(n int, format string) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(format, i+1)
	}
	return lines
}
