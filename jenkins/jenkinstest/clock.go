package jenkinstest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// item is a queue item, waiting or gone.
type item struct {
	id        int64
	job       *Job
	params    []Param
	causes    []Cause
	since     time.Time
	due       time.Time // end of the quiet period
	became    *Build    // it has left the queue as this build
	cancelled bool
	left      time.Time
	how       repetition

	part *Build // a node block of this build that waits for a node
	gate *gate
}

// dispatchTime is how long a build that may start stays in the queue.
const dispatchTime = 30 * time.Millisecond

// ready returns when the item leaves the queue if nothing blocks it.
func (it *item) ready() time.Time { return it.due.Add(dispatchTime) }

// forget drops items that left the queue, as Jenkins does after five minutes.
func (c *Controller) forget(now time.Time) {
	for id, it := range c.items {
		if !it.left.IsZero() && now.Sub(it.left) > 5*time.Minute {
			delete(c.items, id)
		}
	}
}

// enqueue puts a job into the queue.
func (c *Controller) enqueue(j *Job, params []Param, causes []Cause, now, due time.Time) *item {
	it := &item{id: c.newItem(), job: j, params: params, causes: causes, since: now, due: due}
	c.items[it.id] = it
	c.queue = append(c.queue, it)
	c.nextEvent = time.Time{}
	c.emit("job_run_queue_enter", "QUEUED", now, j, it.id, nil)
	return it
}

// blocked returns why an item that is due cannot start; empty: it can.
func (c *Controller) blocked(it *item, now time.Time) (why string, as *class) {
	j := it.job
	if it.due.After(now) {
		left := it.due.Sub(now).Seconds()
		return fmt.Sprintf("In the quiet period. Expires in %s", seconds(left)), waitingClass
	}
	if b := j.permalink("lastBuild"); b != nil && !b.ended() && j.kind == freestyle && !j.Concurrent {
		return fmt.Sprintf("Build #%d is already in progress (ETA: %s)", b.number, b.eta(now)), blockedItem
	}
	if j.Label != "" {
		return c.lacking(j.Label, now), buildableItem
	}
	return "", buildableItem
}

const noExecutor = "Waiting for next available executor"

// lacking returns why a build that wants a label waits; empty: it need not.
func (c *Controller) lacking(label string, now time.Time) string {
	nodes := c.nodesOf(label)
	if len(nodes) == 0 {
		return "‘Jenkins’ doesn’t have label ‘" + label + "’"
	}
	if slices.ContainsFunc(nodes, func(n *Node) bool { return n.Offline == "" && c.held(n, now) < n.Executors }) {
		return ""
	}
	return noExecutor
}

// held returns how many executors of a node the running builds hold.
func (c *Controller) held(n *Node, now time.Time) int {
	held := 0
	for _, b := range c.running {
		for _, bl := range b.blocks(now) {
			if bl.node == n.Name {
				held++
			}
		}
	}
	return held
}

func seconds(s float64) string {
	if s < 10 {
		return fmt.Sprintf("%.1f sec", s)
	}
	if s < 60 {
		return fmt.Sprintf("%d sec", int(s))
	}
	return fmt.Sprintf("%d min %d sec", int(s)/60, int(s)%60)
}

func (b *Build) eta(now time.Time) string {
	est := b.job.estimate()
	if est < 0 || b.duration(now) > est {
		return "N/A"
	}
	return seconds((est - b.duration(now)).Seconds())
}

// otherLabels returns the labels of a node without its own name, as consoles show them.
func (c *Controller) otherLabels(node string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(c.labelsOf(node), node), node))
}

// labelsOf returns the labels of a node, as its variables show them.
func (c *Controller) labelsOf(node string) string {
	if n := c.node(node); n != nil {
		return strings.Join(n.Labels, " ")
	}
	return node
}

// begin starts the build of a queue item at a time, which may lie in the past.
func (c *Controller) begin(item int64, j *Job, params []Param, causes []Cause, at time.Time, waited time.Duration,
	how repetition) *Build {
	j.nextNum++
	b := &Build{job: j, number: j.nextNum, queueID: item, started: at, waited: waited, params: params, causes: causes}
	var s Script
	if j.Script != nil {
		s = j.Script(b)
	}
	s = how.apply(s)
	b.description, b.rename = s.Description, s.DisplayName
	b.plan = compile(b, s)
	b.suites = b.judge()
	b.linkUpstream()
	j.builds = append(j.builds, b)
	keep := j.Keep
	if keep == 0 {
		keep = 50
	}
	if len(j.builds) > keep {
		gone := len(j.builds) - keep
		j.builds = slices.DeleteFunc(j.builds, func(b *Build) bool { gone--; return gone >= 0 && !b.keep })
	}
	c.running = append(c.running, b)
	c.nextEvent = time.Time{}
	return b
}

// advance lets everything happen that is due by now, in its order.
func (c *Controller) advance(now time.Time) {
	if now.Before(c.nextEvent) {
		return
	}
	c.skipIdle(now)
	for {
		next := now.Add(time.Hour)
		var do func(at time.Time)
		consider := func(at time.Time, f func(at time.Time)) {
			if at.Before(next) {
				next, do = at, f
			}
		}
		for _, b := range c.running {
			if at, ok := b.ends(); ok {
				consider(at, func(at time.Time) { c.end(b, func() { b.finish(at) }) })
			}
			for _, d := range b.plan.downstream {
				if g := b.gate(); !d.queued && (g == nil || g.at >= d.at) {
					consider(b.wall(d.at), func(at time.Time) { c.startDownstream(b, d, at) })
				}
			}
		}
		for _, j := range c.scheduled {
			consider(j.nextAt, func(at time.Time) { c.schedule(j, at) })
		}
		for _, it := range c.queue {
			if why, as := c.blocked(it, now); why == "" || as == waitingClass {
				consider(it.ready(), func(time.Time) { c.leave(it, maxTime(it.ready(), c.lastEvent)) })
			}
		}
		if next.After(now) {
			c.nextEvent = next
			return
		}
		c.lastEvent = maxTime(c.lastEvent, next)
		do(next)
	}
}

// idleMax is how much of a time without requests is played.
const idleMax = 6 * time.Hour

// skipIdle leaves out the builds of a long time without requests: a laptop's weekend.
func (c *Controller) skipIdle(now time.Time) {
	for _, j := range c.scheduled {
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
func (c *Controller) schedule(j *Job, at time.Time) {
	busy := j.latest(func(b *Build) bool { return !b.ended() }) != nil
	if busy || slices.ContainsFunc(c.queue, func(it *item) bool { return it.job == j }) {
		j.nextAt = at.Add(min(j.Every, again))
		return
	}
	j.nextAt = at.Add(j.Every)
	causes := j.Causes
	if causes == nil {
		causes = []Cause{{Timer: true}}
	}
	c.enqueue(j, j.defaults(), causes, at, at)
}

// leave turns a queue item into a build.
func (c *Controller) leave(it *item, at time.Time) {
	c.dequeue(it, at)
	if it.job.kind == freestyle {
		c.emit("job_run_queue_buildable", "QUEUED", it.due, it.job, it.id, nil)
	}
	c.emit("job_run_queue_left", "ALLOCATED", at, it.job, it.id, nil)
	it.became = c.begin(it.id, it.job, it.params, it.causes, at, at.Sub(it.since), it.how)
	c.emit("job_run_started", "RUNNING", at, it.job, it.id, it.became)
}

func (c *Controller) dequeue(it *item, at time.Time) {
	it.left = at
	c.forget(at)
	c.queue = slices.DeleteFunc(c.queue, func(o *item) bool { return o == it })
}

// end takes a build out of the running ones.
func (c *Controller) end(b *Build, finish func()) {
	finish()
	c.running = slices.DeleteFunc(c.running, func(o *Build) bool { return o == b })
	c.nextEvent = time.Time{}
	at := b.started.Add(b.duration(time.Time{}))
	c.emit("job_run_ended", b.result, at, b.job, b.queueID, b)
	c.emit("job_run_queue_task_complete", "", at, b.job, b.queueID, nil)
	c.triggerDownstream(b, at)
	if c.ended != nil {
		c.ended(b)
	}
}

// allocate gives every node block that runs an executor, and keeps those that have one where they are.
func (c *Controller) allocate(now time.Time) {
	for _, n := range c.nodes {
		for i, s := range n.slots {
			if s.b == nil {
				continue
			}
			holds := func(bl block) bool { return bl.node == n.Name && bl.span == s.span }
			if !slices.Contains(c.running, s.b) || !slices.ContainsFunc(s.b.blocks(now), holds) {
				n.slots[i] = slot{}
			}
		}
	}
	for _, b := range c.running {
		for _, bl := range b.blocks(now) {
			n := c.node(bl.node)
			if n == nil || slices.Contains(n.slots, slot{b, bl.span}) {
				continue
			}
			if i := slices.Index(n.slots, slot{}); i >= 0 {
				n.slots[i] = slot{b, bl.span}
			} else { // more work than executors: Jenkins would queue it, here the node grows
				n.slots = append(n.slots, slot{b, bl.span})
			}
		}
	}
}

func (c *Controller) node(name string) *Node {
	for _, n := range c.nodes {
		if n.Name == name {
			return n
		}
	}
	return nil
}
