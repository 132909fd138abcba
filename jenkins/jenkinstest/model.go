package jenkinstest

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"
)

// kind is what a Job is.
type kind int

const (
	freestyle kind = iota
	pipeline
	folder
	multibranch
)

// A Job is a job, folder or multibranch project. Its exported fields may be set before the controller serves.
type Job struct {
	Description string
	DisplayName string // empty: the name; of a branch: the name, decoded
	Disabled    bool
	Concurrent  bool    // several builds may run at once; pipelines: always
	Params      []Param // definitions. A declarative pipeline knows them only after its first build
	Git         string  // remote URL; empty: no SCM
	Hidden      bool    // only admin may see it
	// Script is what a new build does. It is called once a build, which has its number and parameters already.
	Script func(b *Build) Script
	// Every starts a build again and again, the first at First after the controller's start. Zero: never.
	Every, First time.Duration
	Causes       []Cause  // of scheduled builds; default: a timer
	Label        string   // freestyle: wanted node label; without such a node, builds stay in the queue
	Keep         int      // so many builds are kept; default 50
	Downstream   []string // full names of the jobs that are built after a success; freestyle

	c        *Controller
	name     string // raw, as Jenkins has it
	kind     kind
	parent   *Job
	children []*Job
	builds   []*Build // oldest first
	nextNum  int
	nextAt   time.Time
	url      string // path below the root, "job/a/job/b/"
	full     string
}

// Param is a parameter's definition, or its value.
type Param struct {
	Type        string // "String", "Boolean", "Choice", "Password", "Text", "Run", "File"; any other is a plugin's
	Name, Value string
	Description string
	Choices     []string
	Job         string // of a Run: whose builds are meant
}

// Cause is why a build was started.
type Cause struct {
	User     string // a person
	Upstream *Build
	Push     string // somebody's push
	Timer    bool
	Branch   bool // branch indexing
	Text     string
	Class    string // with Text
}

// Node is a computer. The first one of a controller is its own.
type Node struct {
	Name      string // empty: the controller's own
	Labels    []string
	Executors int
	Offline   string    // why it is offline; empty: it is online
	Lost      bool      // its connection broke; it was not taken offline
	Since     time.Time // when it went offline; default: as the controller is made
	slots     []slot
}

// slot is an executor: what it runs at the moment, if anything.
type slot struct {
	b    *Build
	span *span
}

func (n *Node) shown() string {
	if n.Name == "" {
		return "built-in"
	}
	return n.Name
}

// FullName is Jenkins' full name, raw: "folder/multi/feature%2Flogin-form".
func (j *Job) FullName() string { return j.full }

func (j *Job) display() string {
	if j.DisplayName != "" {
		return j.DisplayName
	}
	if j.parent != nil && j.parent.kind == multibranch {
		if s, err := url.PathUnescape(j.name); err == nil {
			return s
		}
	}
	return j.name
}

func (j *Job) fullDisplay() string {
	if j.parent == nil || j.parent.parent == nil {
		return j.display()
	}
	return j.parent.fullDisplay() + " » " + j.display()
}

func (j *Job) holdsJobs() bool { return j.kind == folder || j.kind == multibranch }

// child finds a job by name, or by the name of a branch with its slash decoded.
func (j *Job) child(name string) *Job {
	find := func(name string) *Job {
		i, ok := slices.BinarySearchFunc(j.children, name, func(c *Job, n string) int { return cmp.Compare(c.name, n) })
		if ok {
			return j.children[i]
		}
		return nil
	}
	if c := find(name); c != nil || j.kind != multibranch {
		return c
	}
	return find(strings.ReplaceAll(name, "/", "%2F"))
}

// walk visits all jobs below that hold builds, folder by folder.
func (j *Job) walk(visit func(*Job)) {
	for _, c := range j.children {
		if !c.holdsJobs() {
			visit(c)
		}
		c.walk(visit)
	}
}

// build finds a build by number.
func (j *Job) build(n int) *Build {
	i, ok := slices.BinarySearchFunc(j.builds, n, func(b *Build, n int) int { return cmp.Compare(b.number, n) })
	if ok {
		return j.builds[i]
	}
	return nil
}

// latest returns the newest build for which ok holds.
func (j *Job) latest(ok func(b *Build) bool) *Build {
	for _, b := range slices.Backward(j.builds) {
		if ok(b) {
			return b
		}
	}
	return nil
}

// permalink finds what lastBuild and its like name.
func (j *Job) permalink(name string) *Build {
	switch name {
	case "lastBuild":
		return j.latest(func(*Build) bool { return true })
	case "lastCompletedBuild":
		return j.latest(func(b *Build) bool { return b.ended() })
	case "lastFailedBuild":
		return j.latest(func(b *Build) bool { return b.result == "FAILURE" })
	case "lastStableBuild":
		return j.latest(func(b *Build) bool { return b.result == "SUCCESS" })
	case "lastSuccessfulBuild":
		return j.latest(func(b *Build) bool { return b.result == "SUCCESS" || b.result == "UNSTABLE" })
	case "lastUnstableBuild":
		return j.latest(func(b *Build) bool { return b.result == "UNSTABLE" })
	case "lastUnsuccessfulBuild":
		return j.latest(func(b *Build) bool { return b.ended() && b.result != "SUCCESS" })
	}
	return nil
}

func (j *Job) color() string {
	if j.Disabled {
		return "disabled"
	}
	color := "notbuilt"
	if b := j.permalink("lastCompletedBuild"); b != nil {
		switch b.result {
		case "SUCCESS":
			color = "blue"
		case "UNSTABLE":
			color = "yellow"
		case "FAILURE":
			color = "red"
		case "ABORTED":
			color = "aborted"
		}
	}
	if b := j.permalink("lastBuild"); b != nil && !b.ended() {
		color += "_anime"
	}
	return color
}

// estimate returns how long a build should take: the average of the last three that went well, -1 ms without any.
func (j *Job) estimate() time.Duration {
	var sum time.Duration
	n := 0
	for _, b := range slices.Backward(j.builds) {
		if b.result == "SUCCESS" || b.result == "UNSTABLE" {
			sum += b.duration(time.Time{})
			if n++; n == 3 {
				break
			}
		}
	}
	if n == 0 {
		return -time.Millisecond
	}
	return sum / time.Duration(n)
}

// encodeName spells a part of a job's name as Jenkins' Util.rawEncode does.
func encodeName(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!$&'()*+,-.=@_", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
