package jenkinstest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options are what a controller is like. The zero value is a controller at the root of its host with the users admin
// and reader.
type Options struct {
	// RootURL is the address that the controller believes to have, with its path prefix and a slash at the end. Answers
	// name it whatever address they were asked by. Default: http://ci.example.com/
	RootURL string
	// Prefix is the path below which it is really served ("/jenkins"). Default: none.
	Prefix  string
	Version string // default: 2.528.1
	Users   []User // default: Admin and Reader
	// AnonymousReads lets anybody read. Otherwise an answer without credentials is a 403 with the way to the login.
	AnonymousReads bool
	EnvInject      bool // the plugin of that name is installed
	SSE            bool // sse-gateway is installed
	NoStageView    bool // no wfapi
	NoGraphView    bool // no pipeline-graph-view
	// GraphViewAt is where that plugin has its pages: "stages", "pipeline-overview" (the default), "pipeline-console" or
	// "pipeline-graph". With GraphViewText it sends text in place of times.
	GraphViewAt   string
	GraphViewText bool
	NoGzip        bool // answers are never compressed
	Seed          uint64
	Nodes         []*Node // default: the controller's own with 4 executors
}

// User may ask the controller.
type User struct {
	Name  string
	Token string // API token; needs no crumb
	// Password logs in as a person does: POSTs need a crumb and the session's cookie.
	Password string
	Admin    bool     // may do everything; others may only read
	May      []string // and do these: "hudson.model.Item.Build"
}

// The users of a controller that names none.
var (
	Admin  = User{Name: "admin", Token: "admin-token", Password: "admin-password", Admin: true}
	Reader = User{Name: "reader", Token: "reader-token", Password: "reader-password"}
)

// Controller plays a Jenkins controller. It is an http.Handler and safe for concurrent use once it serves.
type Controller struct {
	Options

	mu        sync.Mutex
	root      *Job
	nodes     []*Node
	running   []*Build // oldest first
	scheduled []*Job
	queue     []*item
	items     map[int64]*item
	lastItem  int64
	nextEvent time.Time // nothing happens before
	lastEvent time.Time
	rand      *rand.Rand
	session   string // X-Jenkins-Session
	cookies   int
	ended     func(b *Build) // called when a build has ended; may be nil

	dispatchers map[string]*dispatcher // of the sse-gateway, by client

	log   requestLog
	fault faults
}

// New makes a controller without jobs.
func New(o Options) *Controller {
	o.Prefix = strings.TrimSuffix(o.Prefix, "/")
	o.RootURL = cmp.Or(o.RootURL, "http://ci.example.com"+o.Prefix+"/")
	o.Version = cmp.Or(o.Version, "2.528.1")
	if o.Users == nil {
		o.Users = []User{Admin, Reader}
	}
	if o.Nodes == nil {
		o.Nodes = []*Node{{Executors: 4}}
	}
	c := &Controller{Options: o, items: map[int64]*item{}, dispatchers: map[string]*dispatcher{}, rand: rand.New(rand.NewPCG(o.Seed, 1))}
	c.session = fmt.Sprintf("%08x", c.rand.Uint32())
	c.root = &Job{c: c, kind: folder}
	c.nodes = o.Nodes
	for _, n := range c.nodes {
		if n.Labels == nil {
			n.Labels = []string{n.shown()}
		}
		if n.Since.IsZero() {
			n.Since = time.Now()
		}
		n.slots = make([]slot, n.Executors)
	}
	return c
}

// AddFreestyle adds a freestyle job by its full name. Folders above it are made as needed.
func (c *Controller) AddFreestyle(name string, j Job) *Job { return c.add(name, freestyle, j) }

// AddPipeline adds a pipeline job, or a branch when the project above it is a multibranch one.
func (c *Controller) AddPipeline(name string, j Job) *Job {
	j.Concurrent = true
	return c.add(name, pipeline, j)
}

// AddFolder adds a folder.
func (c *Controller) AddFolder(name string, j Job) *Job { return c.add(name, folder, j) }

// AddMultibranch adds a multibranch project; its branches are pipelines below it, a slash in their name as %2F.
func (c *Controller) AddMultibranch(name string, j Job) *Job { return c.add(name, multibranch, j) }

func (c *Controller) add(full string, kind kind, j Job) *Job {
	c.mu.Lock()
	defer c.mu.Unlock()
	parent := c.root
	parts := strings.Split(full, "/")
	for i, part := range parts[:len(parts)-1] {
		next := parent.child(part)
		if next == nil {
			next = c.attach(parent, part, strings.Join(parts[:i+1], "/"), &Job{kind: folder})
		}
		parent = next
	}
	j.kind = kind
	added := c.attach(parent, parts[len(parts)-1], full, &j)
	if j.Every > 0 {
		added.nextAt = time.Now().Add(j.First)
		c.scheduled = append(c.scheduled, added)
		c.nextEvent = time.Time{}
	}
	return added
}

func (c *Controller) attach(parent *Job, name, full string, j *Job) *Job {
	j.c, j.name, j.full, j.parent = c, name, full, parent
	j.url = parent.url + "job/" + encodeName(name) + "/"
	i, found := slices.BinarySearchFunc(parent.children, name, func(c *Job, n string) int { return cmp.Compare(c.name, n) })
	if found {
		panic("jenkinstest: two jobs are called " + full)
	}
	parent.children = slices.Insert(parent.children, i, j)
	return j
}

// Remove deletes a job with its builds. Those that run are aborted first, as Jenkins does.
func (c *Controller) Remove(j *Job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.advance(now)
	for _, b := range slices.Clone(c.running) {
		if b.job == j {
			c.end(b, func() { b.stop(now, "ABORTED") })
		}
	}
	j.parent.children = slices.DeleteFunc(j.parent.children, func(o *Job) bool { return o == j })
	c.scheduled = slices.DeleteFunc(c.scheduled, func(o *Job) bool { return o == j })
}

// Job finds a job by its full name, nil if there is none.
func (c *Controller) Job(full string) *Job {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.job(full)
}

// job is Job with the lock held.
func (c *Controller) job(full string) *Job {
	j := c.root
	for part := range strings.SplitSeq(full, "/") {
		if j = j.child(part); j == nil {
			return nil
		}
	}
	return j
}

// defaults returns the values of a job's parameters when none are given.
func (j *Job) defaults() []Param {
	return slices.Clone(j.Params)
}

// Start starts a build now, past the queue. Parameters not given have their defaults.
func (c *Controller) Start(j *Job, causes []Cause, params ...Param) *Build {
	return c.StartAt(j, time.Now(), causes, params...)
}

// StartAt starts a build at a time that may lie in the past: it has then come as far as it would have.
func (c *Controller) StartAt(j *Job, at time.Time, causes []Cause, params ...Param) *Build {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.begin(c.newItem(), j, merge(j.Params, params), causes, at, 5*time.Millisecond, repetition{})
	if end, ok := b.ends(); ok && end.Before(time.Now()) {
		c.end(b, func() { b.finish(end) })
	}
	return b
}

// newItem returns the id of the next queue item.
func (c *Controller) newItem() int64 {
	c.lastItem++
	return c.lastItem
}

// merge puts given values into the definitions. What no definition names is dropped, as Jenkins does.
func merge(defs, given []Param) []Param {
	all := slices.Clone(defs)
	for i := range all {
		for _, g := range given {
			if g.Name == all[i].Name {
				all[i].Value = g.Value
			}
		}
	}
	return all
}

// Enqueue puts a build into the queue, with a quiet period.
func (c *Controller) Enqueue(j *Job, quiet time.Duration, causes []Cause, params ...Param) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	return c.enqueue(j, merge(j.Params, params), causes, now, now.Add(quiet)).id
}

// Finish ends a running build now with a result.
func (c *Controller) Finish(b *Build, result string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.advance(now)
	if !b.ended() {
		c.end(b, func() { b.stop(now, result) })
	}
}

// Proceed answers the input at which a build waits, or gives it the node that it waits for.
func (c *Controller) Proceed(b *Build) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.advance(now)
	g := b.atGate(now)
	if g != nil {
		b.pass(g, now, "admin")
		c.nextEvent = time.Time{}
	}
	return g != nil
}

// URL returns the address of a build or job below the root, as the controller reports it.
func (b *Build) URL() string { return b.job.c.RootURL + b.job.url + b.id() + "/" }

// URL returns the address of the job as the controller reports it.
func (j *Job) URL() string { return j.c.RootURL + j.url }

var _ http.Handler = (*Controller)(nil)

// Jobs returns all jobs that hold builds, folder by folder.
func (c *Controller) Jobs() []*Job {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []*Job
	c.root.walk(func(j *Job) { all = append(all, j) })
	return all
}

// Rename gives a job, which holds no others, another name in its folder. Its builds go with it, running ones too.
func (c *Controller) Rename(j *Job, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j.parent.children = slices.DeleteFunc(j.parent.children, func(o *Job) bool { return o == j })
	c.attach(j.parent, name, strings.TrimPrefix(j.parent.full+"/"+name, "/"), j)
}

// Disable keeps a job from being started by its own rhythm, or lets it.how. What runs goes on.
func (c *Controller) Disable(j *Job, disabled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.disable(j, disabled)
}

func (c *Controller) disable(j *Job, disabled bool) {
	j.Disabled = disabled
	c.scheduled = slices.DeleteFunc(c.scheduled, func(o *Job) bool { return o == j })
	if !disabled && j.Every > 0 {
		j.nextAt = time.Now().Add(j.Every)
		c.scheduled = append(c.scheduled, j)
		c.nextEvent = time.Time{}
	}
}

// Delete removes a build, running or not, as a person does: without an event of its end.
func (c *Controller) Delete(b *Build) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(b)
}

func (c *Controller) remove(b *Build) {
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
