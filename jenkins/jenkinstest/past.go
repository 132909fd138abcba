package jenkinstest

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// answerTime is how long the questions of past builds waited for a person.
const answerTime = 3 * time.Minute

// EndedAt starts a build in the past, so that it has ended at a time, and those that it starts itself.
func (c *Controller) EndedAt(j *Job, end time.Time, causes []Cause) *Build {
	b := c.StartAt(j, end.Add(-c.dryRun(j)-answerTime), causes)
	c.answered(b)
	for _, below := range b.plan.downstream {
		c.StartAt(c.Job(below.job), b.wall(below.at).Add(time.Second), []Cause{{Upstream: b}})
	}
	return b
}

// answered lets a build of the past have had the answer to its first question, and so be over.
func (c *Controller) answered(b *Build) {
	if g := b.gate(); g != nil {
		g.passed, g.waited, b.paused = true, answerTime, answerTime
	}
	if end, _ := b.ends(); !b.ended() {
		c.end(b, func() { b.finish(end) })
	}
}

// dryRun returns how long the next build of a job would take.
func (c *Controller) dryRun(j *Job) time.Duration {
	b := &Build{job: j, number: j.nextNum + 1, params: j.defaults()}
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

// Listing returns what `env | sort` prints in a build on a node.
func (b *Build) Listing(node string) []string {
	lines := []string{"+ env", "+ sort"}
	env := b.shellEnv(node)
	for _, p := range b.params {
		if p.Type == "Password" {
			env[p.Name] = "****"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		lines = append(lines, name+"="+env[name])
	}
	return lines
}
