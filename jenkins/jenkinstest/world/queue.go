package world

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Item is a queue item, waiting or gone.
type Item struct {
	ID        int64
	Job       *Job
	Params    []Param
	Causes    []Cause
	Since     time.Time
	Due       time.Time // end of the quiet period
	Became    *Build    // it has left the queue as this build
	Cancelled bool
	left      time.Time
	How       Repetition

	Part *Build // a node block of this build that waits for a node
	Gate *Gate
}

// dispatchTime is how long a build that may start stays in the queue.
const dispatchTime = 30 * time.Millisecond

// ready returns when the item leaves the queue if nothing blocks it.
func (it *Item) ready() time.Time { return it.Due.Add(dispatchTime) }

// forget drops items that left the queue, as Jenkins does after five minutes.
func (w *World) forget(now time.Time) {
	for id, it := range w.items {
		if !it.left.IsZero() && now.Sub(it.left) > 5*time.Minute {
			delete(w.items, id)
		}
	}
}

// Enqueue puts a job into the queue; its quiet period ends when it is due. The parameters are all that it gets.
func (w *World) Enqueue(j *Job, params []Param, causes []Cause, now, due time.Time) *Item {
	it := &Item{ID: w.newItem(), Job: j, Params: params, Causes: causes, Since: now, Due: due}
	w.items[it.ID] = it
	w.Queue = append(w.Queue, it)
	w.NextEvent = time.Time{}
	w.emit("job_run_queue_enter", "QUEUED", now, j, it.ID, nil)
	return it
}

// Place is where an item stands on its way through the queue.
type Place int

// The places.
const (
	Waiting   Place = iota // in its quiet period
	Blocked                // by a build of its job
	Buildable              // waits for an executor
	Left
)

// Wait is what Jenkins thinks of an item at a moment.
type Wait struct {
	Place   Place
	Why     string
	Pending bool // about to start
	Stuck   bool // no node of its label is online
}

// Wait returns what an item waits for.
func (w *World) Wait(it *Item, now time.Time) Wait {
	switch {
	case it.Became != nil || it.Cancelled || it.Gate != nil && it.Gate.Passed:
		return Wait{Place: Left}
	case it.Gate != nil:
		return Wait{Place: Buildable, Why: cmp.Or(w.lacking(it.Gate.Label, now), noExecutor), Stuck: w.Label(it.Gate.Label).Offline()}
	}
	why, place := w.blocked(it, now)
	return Wait{Place: place, Why: cmp.Or(why, noExecutor), Pending: why == "",
		Stuck: it.Job.Label != "" && place == Buildable && w.Label(it.Job.Label).Offline()}
}

// blocked returns why an item cannot start; empty: it can.
func (w *World) blocked(it *Item, now time.Time) (why string, place Place) {
	j := it.Job
	if it.Due.After(now) {
		left := it.Due.Sub(now).Seconds()
		return fmt.Sprintf("In the quiet period. Expires in %s", seconds(left)), Waiting
	}
	if b := j.Permalink("lastBuild"); b != nil && !b.Ended() && j.Kind == Freestyle && !j.Concurrent {
		return fmt.Sprintf("Build #%d is already in progress (ETA: %s)", b.number, b.eta(now)), Blocked
	}
	if j.Label != "" {
		return w.lacking(j.Label, now), Buildable
	}
	return "", Buildable
}

const noExecutor = "Waiting for next available executor"

// lacking returns why a build that wants a label waits; empty: it need not.
func (w *World) lacking(label string, now time.Time) string {
	nodes := w.nodesOf(label)
	if len(nodes) == 0 {
		return "‘Jenkins’ doesn’t have label ‘" + label + "’"
	}
	if slices.ContainsFunc(nodes, func(n *Node) bool { return n.Offline == "" && w.held(n, now) < n.Executors }) {
		return ""
	}
	return noExecutor
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
	est := b.job.Estimate()
	if est < 0 || b.Duration(now) > est {
		return "N/A"
	}
	return seconds((est - b.Duration(now)).Seconds())
}

// leave turns a queue item into a build.
func (w *World) leave(it *Item, at time.Time) {
	w.dequeue(it, at)
	if it.Job.Kind == Freestyle {
		w.emit("job_run_queue_buildable", "QUEUED", it.Due, it.Job, it.ID, nil)
	}
	w.emit("job_run_queue_left", "ALLOCATED", at, it.Job, it.ID, nil)
	it.Became = w.begin(it.ID, it.Job, it.Params, it.Causes, at, at.Sub(it.Since), it.How)
	w.emit("job_run_started", "RUNNING", at, it.Job, it.ID, it.Became)
}

func (w *World) dequeue(it *Item, at time.Time) {
	it.left = at
	w.forget(at)
	w.Queue = slices.DeleteFunc(w.Queue, func(o *Item) bool { return o == it })
}

// Items returns all items that wait, newest first, the node blocks of pipelines that wait for a node among them.
func (w *World) Items(now time.Time) []*Item {
	waiting := slices.Clone(w.Queue)
	for _, b := range w.Running {
		if g := b.atGate(now); g != nil && g.Label != "" {
			waiting = append(waiting, w.gateItem(b, g))
		}
	}
	slices.SortStableFunc(waiting, func(a, b *Item) int { return b.Since.Compare(a.Since) })
	return waiting
}

// Item finds an item by its id, nil if it is unknown or forgotten.
func (w *World) Item(id int64) *Item { return w.items[id] }

// Cancel takes an item out of the queue. Of a pipeline's node block it aborts the build.
func (w *World) Cancel(it *Item, now time.Time) {
	switch {
	case it.Part != nil:
		w.Abort(it.Part, now, "Queue task was cancelled")
	case it.Became == nil:
		it.Cancelled = true
		w.dequeue(it, now)
	}
}

func (w *World) gateItem(b *Build, g *Gate) *Item {
	if g.item != nil {
		return g.item
	}
	since := b.Started.Add(g.At + b.paused)
	it := &Item{ID: w.newItem(), Job: b.job, Since: since, Due: since, Part: b, Gate: g}
	w.items[it.ID], g.item = it, it
	return it
}

// Queued finds the item of a job, nil if none waits.
func (w *World) Queued(j *Job) *Item {
	for _, it := range w.Queue {
		if it.Job == j {
			return it
		}
	}
	return nil
}
