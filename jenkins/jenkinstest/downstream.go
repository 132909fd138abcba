package jenkinstest

import (
	"fmt"
	"html"
	"slices"
	"time"
)

// downstream is a build that a step of a pipeline starts.
type downstream struct {
	at     time.Duration // of the build's own clock
	job    string
	noWait bool
	queued bool
	build  *Build
}

// startDownstream puts the build of another job into the queue.
func (c *Controller) startDownstream(b *Build, d *downstream, at time.Time) {
	d.queued = true
	if j := c.job(d.job); j != nil {
		c.enqueue(j, j.defaults(), []Cause{{Upstream: b}}, at, at)
	}
}

// linkUpstream lets the steps that started a build know it.
func (b *Build) linkUpstream() {
	for _, cause := range b.causes {
		if cause.Upstream == nil {
			continue
		}
		for _, d := range cause.Upstream.plan.downstream {
			if d.job == b.job.full && d.build == nil {
				d.queued, d.build = true, b
				break
			}
		}
	}
}

// triggerDownstream starts what is configured to be built after a build that went well.
func (c *Controller) triggerDownstream(b *Build, at time.Time) {
	if b.result != "SUCCESS" {
		return
	}
	for _, name := range b.job.Downstream {
		if j := c.job(name); j != nil {
			c.enqueue(j, j.defaults(), []Cause{{Upstream: b}}, at, at)
		}
	}
}

// upstream returns the jobs that a job is built after.
func (c *Controller) upstream(j *Job) []*Job {
	var all []*Job
	c.root.walk(func(o *Job) {
		if slices.Contains(o.Downstream, j.full) {
			all = append(all, o)
		}
	})
	return all
}

func (c *Controller) jobs(names []string) []*Job {
	var all []*Job
	for _, n := range names {
		if j := c.job(n); j != nil {
			all = append(all, j)
		}
	}
	return all
}

// downstreamOf returns what a step started, nil if it starts nothing.
func (b *Build) downstreamOf(job string) *downstream {
	for _, d := range b.plan.downstream {
		if d.job == job {
			return d
		}
	}
	return nil
}

// lines returns what a build step prints; link writes the name of a job or a build.
func (d *downstream) lines(c *Controller, link func(name, path string) string) []string {
	j := c.job(d.job)
	if j == nil {
		return []string{"ERROR: No item named " + d.job + " found"}
	}
	lines := []string{"Scheduling project: " + link(j.fullDisplay(), j.url)}
	if d.build == nil || d.noWait {
		return lines
	}
	run := link(fmt.Sprintf("%s #%d", j.fullDisplay(), d.build.number), j.url+d.build.id()+"/")
	lines = append(lines, "Starting building: "+run)
	if d.build.ended() {
		lines = append(lines, "Build "+run+" completed: "+d.build.result)
	}
	return lines
}

// plainLink shows a name without its address, as a console in plain text does.
func plainLink(name, _ string) string { return name }

// htmlLink returns a name as the HTML of a console shows it.
func (c *Controller) htmlLink(name, path string) string {
	return "<a href='" + c.Prefix + "/" + path + "' class='jenkins-table__link model-link model-link--float'>" + html.EscapeString(name) + "</a>"
}
