package jenkinstest

import (
	"cmp"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
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
	NoGzip        bool    // answers are never compressed
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

// Controller plays a Jenkins controller: it answers requests about a world. It is an http.Handler and safe for concurrent use.
type Controller struct {
	Options

	mu          sync.Mutex // guards what follows, and what hangs on the world
	world       *world.World
	session     string // X-Jenkins-Session
	cookies     int
	dispatchers map[string]*dispatcher // of the sse-gateway, by client

	log   requestLog
	fault faults
}

// New makes a controller without jobs.
func New(o Options) *Controller {
	if o.Nodes == nil {
		o.Nodes = []*Node{{Executors: 4}}
	}
	o = o.withDefaults()
	return serve(o, world.New(o.RootURL, o.Nodes))
}

// Large returns a controller for measurements: so many jobs in folders, multibranch projects and at the root, each with a few
// builds behind it, and so many builds running at any time. When one ends another begins.
func Large(jobs, running int) *Controller { return LargeWith(jobs, running, Options{}) }

// LargeWith is Large with options of one's own. Nodes are set by it.
func LargeWith(jobs, running int, o Options) *Controller {
	o = o.withDefaults()
	return serve(o, world.Large(o.RootURL, jobs, running))
}

func (o Options) withDefaults() Options {
	o.Prefix = strings.TrimSuffix(o.Prefix, "/")
	o.RootURL = cmp.Or(o.RootURL, "http://ci.example.com"+o.Prefix+"/")
	o.Version = cmp.Or(o.Version, "2.528.1")
	if o.Users == nil {
		o.Users = []User{Admin, Reader}
	}
	return o
}

func serve(o Options, w *world.World) *Controller {
	c := &Controller{Options: o, world: w, dispatchers: map[string]*dispatcher{}, session: "2d1fe9b5"}
	w.Happened = c.emit
	return c
}

var _ http.Handler = (*Controller)(nil)

// SetRootURL changes the address that the controller believes to have: that of a server, which is known once it listens.
func (c *Controller) SetRootURL(url string) {
	defer c.lock()()
	c.RootURL, c.world.RootURL = url, url
}

// AddFreestyle adds a freestyle job by its full name. Folders above it are made as needed.
func (c *Controller) AddFreestyle(name string, j Job) *Job {
	defer c.lock()()
	return c.world.AddFreestyle(name, j)
}

// AddPipeline adds a pipeline job, or a branch when the project above it is a multibranch one.
func (c *Controller) AddPipeline(name string, j Job) *Job {
	defer c.lock()()
	return c.world.AddPipeline(name, j)
}

// AddFolder adds a folder.
func (c *Controller) AddFolder(name string, j Job) *Job {
	defer c.lock()()
	return c.world.AddFolder(name, j)
}

// AddMultibranch adds a multibranch project; its branches are pipelines below it, a slash in their name as %2F.
func (c *Controller) AddMultibranch(name string, j Job) *Job {
	defer c.lock()()
	return c.world.AddMultibranch(name, j)
}

// Job finds a job by its full name, nil if there is none.
func (c *Controller) Job(full string) *Job {
	defer c.lock()()
	return c.world.Job(full)
}

// Jobs returns all jobs that hold builds, folder by folder.
func (c *Controller) Jobs() []*Job {
	defer c.lock()()
	return c.world.Jobs()
}

// Remove deletes a job with its builds. Those that run are aborted first, as Jenkins does.
func (c *Controller) Remove(j *Job) {
	defer c.lock()()
	c.world.Remove(j)
}

// Rename gives a job, which holds no others, another name in its folder. Its builds go with it, running ones too.
func (c *Controller) Rename(j *Job, name string) {
	defer c.lock()()
	c.world.Rename(j, name)
}

// Disable keeps a job from being started by its own rhythm, or lets it. What runs goes on.
func (c *Controller) Disable(j *Job, disabled bool) {
	defer c.lock()()
	c.world.Disable(j, disabled)
}

// NextNumber sets the number of a job's next build, which must be higher than all before.
func (c *Controller) NextNumber(j *Job, number int) {
	defer c.lock()()
	c.world.NextNumber(j, number)
}

// Start starts a build now, past the queue. Parameters not given have their defaults.
func (c *Controller) Start(j *Job, causes []Cause, params ...Param) *Build {
	return c.StartAt(j, time.Now(), causes, params...)
}

// StartAt starts a build at a time that may lie in the past: it has then come as far as it would have.
func (c *Controller) StartAt(j *Job, at time.Time, causes []Cause, params ...Param) *Build {
	defer c.lock()()
	return c.world.StartAt(j, at, causes, params...)
}

// EndedAt starts a build in the past, so that it has ended at a time, and those that it starts itself.
func (c *Controller) EndedAt(j *Job, end time.Time, causes []Cause) *Build {
	defer c.lock()()
	return c.world.EndedAt(j, end, causes)
}

// Enqueue puts a build into the queue, with a quiet period, and returns the id of the queue item.
func (c *Controller) Enqueue(j *Job, quiet time.Duration, causes []Cause, params ...Param) int64 {
	defer c.lock()()
	now := time.Now()
	return c.world.Enqueue(j, world.Merge(j.Params, params), causes, now, now.Add(quiet)).ID
}

// Proceed answers the input at which a build waits, or gives it the node that it waits for.
func (c *Controller) Proceed(b *Build) bool {
	defer c.lock()()
	return c.world.Proceed(b)
}

// Finish ends a running build now with a result.
func (c *Controller) Finish(b *Build, result string) {
	defer c.lock()()
	c.world.Finish(b, result)
}

// Delete removes a build, running or not, as a person does: without an event of its end.
func (c *Controller) Delete(b *Build) {
	defer c.lock()()
	c.world.Delete(b)
}

// lock locks the world, and returns what unlocks it.
func (c *Controller) lock() (unlock func()) {
	c.mu.Lock()
	return c.mu.Unlock
}
