package jenkinstest

import (
	"slices"
	"strings"
	"time"
)

// Rename gives a job, which holds no others, another name in its folder. Its builds go with it, running ones too.
func (c *Controller) Rename(j *Job, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j.parent.children = slices.DeleteFunc(j.parent.children, func(o *Job) bool { return o == j })
	c.attach(j.parent, name, strings.TrimPrefix(j.parent.full+"/"+name, "/"), j)
}

// Disable keeps a job from being started by its own rhythm, or lets it again. What runs goes on.
func (c *Controller) Disable(j *Job, disabled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j.Disabled = disabled
	c.scheduled = slices.DeleteFunc(c.scheduled, func(o *Job) bool { return o == j })
	if !disabled && j.Every > 0 {
		j.nextAt = time.Now().Add(j.Every)
		c.scheduled = append(c.scheduled, j)
		c.nextEvent = time.Time{}
	}
}

// Delete removes a build, running or not, as a person does: without an end that anybody could hear of.
func (c *Controller) Delete(b *Build) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b.job.builds = slices.DeleteFunc(b.job.builds, func(o *Build) bool { return o == b })
	c.running = slices.DeleteFunc(c.running, func(o *Build) bool { return o == b })
	c.nextEvent = time.Time{}
}

// NextNumber sets the number of a job's next build, which must be higher than all before.
func (c *Controller) NextNumber(j *Job, number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j.nextNum = max(j.nextNum, number-1)
}
