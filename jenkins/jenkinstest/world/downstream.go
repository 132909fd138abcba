package world

import (
	"fmt"
	"time"
)

// Downstream is a build that a step of a pipeline starts.
type Downstream struct {
	w      *World
	at     time.Duration // of the build's own clock
	job    string
	noWait bool
	queued bool
	build  *Build
}

// startDownstream puts the build of another job into the queue.
func (w *World) startDownstream(b *Build, d *Downstream, at time.Time) {
	d.queued = true
	if j := w.Job(d.job); j != nil {
		w.Enqueue(j, j.defaults(), []Cause{{Upstream: b}}, at, at)
	}
}

// linkUpstream lets the steps that started a build know it.
func (b *Build) linkUpstream() {
	for _, cause := range b.Causes {
		if cause.Upstream == nil {
			continue
		}
		for _, d := range cause.Upstream.Plan.downstream {
			if d.job == b.job.full && d.build == nil {
				d.queued, d.build = true, b
				break
			}
		}
	}
}

// triggerDownstream starts what is configured to be built after a build that went well.
func (w *World) triggerDownstream(b *Build, at time.Time) {
	if b.Result != "SUCCESS" {
		return
	}
	for _, name := range b.job.Downstream {
		if j := w.Job(name); j != nil {
			w.Enqueue(j, j.defaults(), []Cause{{Upstream: b}}, at, at)
		}
	}
}

// StartedBy returns what a step started, nil if it starts nothing.
func (b *Build) StartedBy(job string) *Downstream {
	for _, d := range b.Plan.downstream {
		if d.job == job {
			return d
		}
	}
	return nil
}

// Lines returns what a build step prints; link writes the name of a job or a build.
func (d *Downstream) Lines(link func(name, path string) string) []string {
	j := d.w.Job(d.job)
	if j == nil {
		return []string{"ERROR: No item named " + d.job + " found"}
	}
	lines := []string{"Scheduling project: " + link(j.FullDisplay(), j.Path)}
	if d.build == nil || d.noWait {
		return lines
	}
	run := link(fmt.Sprintf("%s #%d", j.FullDisplay(), d.build.number), j.Path+d.build.ID()+"/")
	lines = append(lines, "Starting building: "+run)
	if d.build.Ended() {
		lines = append(lines, "Build "+run+" completed: "+d.build.Result)
	}
	return lines
}

// plainLink shows a name without its address, as a console in plain text does.
func plainLink(name, _ string) string { return name }
