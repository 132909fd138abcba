// Package world is what a simulated controller knows: jobs and their builds, the queue and the nodes. What a build does is a
// [Script], which is compiled to a plan as the build starts; what it shows depends on the moment at which it is asked. Nothing
// runs in the background, and nothing here knows of HTTP or JSON.
package world

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// World is everything that a controller knows. It has no clock of its own: Advance lets happen what is due. It is not safe for
// concurrent use.
type World struct {
	RootURL  string // ends with a slash
	Root     *Job
	Nodes    []*Node
	Running  []*Build // oldest first
	Queue    []*Item  // what has not left it
	LastItem int64    // the id of the newest queue item
	// NextEvent is when Advance has something to do next, unless somebody acts.
	NextEvent time.Time
	// Happened is called with every event; Ended when a build has ended. Both may be nil.
	Happened func(Event)
	Ended    func(*Build)

	scheduled []*Job
	items     map[int64]*Item
	lastEvent time.Time
}

// Event is something that happened to a queue item or the build that it became.
type Event struct {
	Name, Status string // "job_run_started", "RUNNING"
	At           time.Time
	Job          *Job
	Item         int64
	Build        *Build // nil: there is none yet, or none any more
}

func (w *World) emit(name, status string, at time.Time, j *Job, item int64, b *Build) {
	if w.Happened != nil {
		w.Happened(Event{name, status, at, j, item, b})
	}
}

// New makes a world without jobs.
func New(rootURL string, nodes []*Node) *World {
	w := &World{RootURL: rootURL, Nodes: nodes, items: map[int64]*Item{}}
	w.Root = &Job{w: w, Kind: Folder}
	for _, n := range nodes {
		if n.Labels == nil {
			n.Labels = []string{n.Shown()}
		}
		if n.Since.IsZero() {
			n.Since = time.Now()
		}
		n.Slots = make([]Slot, n.Executors)
	}
	return w
}

// AddFreestyle adds a freestyle job by its full name. Folders above it are made as needed.
func (w *World) AddFreestyle(name string, j Job) *Job { return w.add(name, Freestyle, j) }

// AddPipeline adds a pipeline job, or a branch when the project above it is a multibranch one.
func (w *World) AddPipeline(name string, j Job) *Job {
	j.Concurrent = true
	return w.add(name, Pipeline, j)
}

// AddFolder adds a folder.
func (w *World) AddFolder(name string, j Job) *Job { return w.add(name, Folder, j) }

// AddMultibranch adds a multibranch project; its branches are pipelines below it, a slash in their name as %2F.
func (w *World) AddMultibranch(name string, j Job) *Job { return w.add(name, Multibranch, j) }

func (w *World) add(full string, kind Kind, j Job) *Job {
	parent := w.Root
	parts := strings.Split(full, "/")
	for i, part := range parts[:len(parts)-1] {
		next := parent.Child(part)
		if next == nil {
			next = w.attach(parent, part, strings.Join(parts[:i+1], "/"), &Job{Kind: Folder})
		}
		parent = next
	}
	j.Kind = kind
	added := w.attach(parent, parts[len(parts)-1], full, &j)
	if j.Every > 0 {
		added.nextAt = time.Now().Add(j.First)
		w.scheduled = append(w.scheduled, added)
		w.NextEvent = time.Time{}
	}
	return added
}

func (w *World) attach(parent *Job, name, full string, j *Job) *Job {
	j.w, j.Name, j.full, j.Parent = w, name, full, parent
	j.Path = parent.Path + "job/" + EncodeName(name) + "/"
	i, found := slices.BinarySearchFunc(parent.Children, name, func(c *Job, n string) int { return cmp.Compare(c.Name, n) })
	if found {
		panic("world: two jobs are called " + full)
	}
	parent.Children = slices.Insert(parent.Children, i, j)
	return j
}

// Remove deletes a job with its builds. Those that run are aborted first, as Jenkins does.
func (w *World) Remove(j *Job) {
	now := time.Now()
	w.Advance(now)
	for _, b := range slices.Clone(w.Running) {
		if b.job == j {
			w.end(b, func() { b.stop(now, "ABORTED") })
		}
	}
	j.Parent.Children = slices.DeleteFunc(j.Parent.Children, func(o *Job) bool { return o == j })
	w.scheduled = slices.DeleteFunc(w.scheduled, func(o *Job) bool { return o == j })
}

// Job finds a job by its full name, nil if there is none.
func (w *World) Job(full string) *Job {
	j := w.Root
	for part := range strings.SplitSeq(full, "/") {
		if j = j.Child(part); j == nil {
			return nil
		}
	}
	return j
}

// Jobs returns all jobs that hold builds, folder by folder.
func (w *World) Jobs() []*Job {
	var all []*Job
	w.Root.walk(func(j *Job) { all = append(all, j) })
	return all
}

// JobsNamed finds jobs by their full names; unknown ones are left out.
func (w *World) JobsNamed(names []string) []*Job {
	var all []*Job
	for _, n := range names {
		if j := w.Job(n); j != nil {
			all = append(all, j)
		}
	}
	return all
}

// Upstream returns the jobs that a job is built after.
func (w *World) Upstream(j *Job) []*Job {
	var all []*Job
	w.Root.walk(func(o *Job) {
		if slices.Contains(o.Downstream, j.full) {
			all = append(all, o)
		}
	})
	return all
}

// StartAt starts a build, past the queue, at a time that may lie in the past: it has then come as far as it would have.
// Parameters not given have their defaults.
func (w *World) StartAt(j *Job, at time.Time, causes []Cause, params ...Param) *Build {
	b := w.begin(w.newItem(), j, Merge(j.Params, params), causes, at, 5*time.Millisecond, Repetition{})
	if end, ok := b.ends(); ok && end.Before(time.Now()) {
		w.end(b, func() { b.finish(end) })
	}
	return b
}

// newItem returns the id of the next queue item.
func (w *World) newItem() int64 {
	w.LastItem++
	return w.LastItem
}

// Finish ends a running build now with a result.
func (w *World) Finish(b *Build, result string) {
	now := time.Now()
	w.Advance(now)
	if !b.Ended() {
		w.end(b, func() { b.stop(now, result) })
	}
}

// Proceed answers the input at which a build waits, or gives it the node that it waits for.
func (w *World) Proceed(b *Build) bool {
	now := time.Now()
	w.Advance(now)
	g := b.atGate(now)
	if g != nil {
		w.Pass(b, g, now, "admin")
	}
	return g != nil
}

// Pass lets a build go on behind a gate at which it stands.
func (w *World) Pass(b *Build, g *Gate, now time.Time, by string) {
	b.pass(g, now, by)
	w.NextEvent = time.Time{}
}

// Abort ends a build in somebody's name; why is what its console says of it.
func (w *World) Abort(b *Build, now time.Time, why string) {
	w.end(b, func() { b.stop(now, "ABORTED", why) })
}

// Rename gives a job, which holds no others, another name in its folder. Its builds go with it, running ones too.
func (w *World) Rename(j *Job, name string) {
	j.Parent.Children = slices.DeleteFunc(j.Parent.Children, func(o *Job) bool { return o == j })
	w.attach(j.Parent, name, strings.TrimPrefix(j.Parent.full+"/"+name, "/"), j)
}

// Disable keeps a job from being started by its own rhythm, or lets it. What runs goes on.
func (w *World) Disable(j *Job, disabled bool) {
	j.Disabled = disabled
	w.scheduled = slices.DeleteFunc(w.scheduled, func(o *Job) bool { return o == j })
	if !disabled && j.Every > 0 {
		j.nextAt = time.Now().Add(j.Every)
		w.scheduled = append(w.scheduled, j)
		w.NextEvent = time.Time{}
	}
}

// Delete removes a build, running or not, as a person does: without an event of its end.
func (w *World) Delete(b *Build) {
	b.job.Builds = slices.DeleteFunc(b.job.Builds, func(o *Build) bool { return o == b })
	w.Running = slices.DeleteFunc(w.Running, func(o *Build) bool { return o == b })
	w.NextEvent = time.Time{}
}

// NextNumber sets the number of a job's next build, which must be higher than all before.
func (w *World) NextNumber(j *Job, number int) {
	j.nextNum = max(j.nextNum, number-1)
}
