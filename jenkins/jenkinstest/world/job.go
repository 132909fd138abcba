package world

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Kind is what a Job is.
type Kind int

const (
	Freestyle Kind = iota
	Pipeline
	Folder
	Multibranch
)

// A Job is a job, folder or multibranch project. The fields up to Downstream may be set before it is added; the world sets the others.
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

	Name     string // raw, as Jenkins has it
	Kind     Kind
	Path     string // below the root: "job/a/job/b/"
	Parent   *Job
	Children []*Job
	Builds   []*Build // oldest first

	w       *World
	full    string
	nextNum int
	nextAt  time.Time
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

// FullName is Jenkins' full name, raw: "folder/multi/feature%2Flogin-form".
func (j *Job) FullName() string { return j.full }

// URL returns the address of the job as the controller reports it.
func (j *Job) URL() string { return j.w.RootURL + j.Path }

// Display returns what pages call the job.
func (j *Job) Display() string {
	if j.DisplayName != "" {
		return j.DisplayName
	}
	if j.Parent != nil && j.Parent.Kind == Multibranch {
		if s, err := url.PathUnescape(j.Name); err == nil {
			return s
		}
	}
	return j.Name
}

// FullDisplay returns that with the names of the folders above: "Team » Job".
func (j *Job) FullDisplay() string {
	if j.Parent == nil || j.Parent.Parent == nil {
		return j.Display()
	}
	return j.Parent.FullDisplay() + " » " + j.Display()
}

// HoldsJobs reports whether it is a folder or a multibranch project.
func (j *Job) HoldsJobs() bool { return j.Kind == Folder || j.Kind == Multibranch }

// Child finds a job by name, or by the name of a branch with its slash decoded.
func (j *Job) Child(name string) *Job {
	find := func(name string) *Job {
		i, ok := slices.BinarySearchFunc(j.Children, name, func(c *Job, n string) int { return cmp.Compare(c.Name, n) })
		if ok {
			return j.Children[i]
		}
		return nil
	}
	if c := find(name); c != nil || j.Kind != Multibranch {
		return c
	}
	return find(strings.ReplaceAll(name, "/", "%2F"))
}

// walk visits all jobs below that hold builds, folder by folder.
func (j *Job) walk(visit func(*Job)) {
	for _, c := range j.Children {
		if !c.HoldsJobs() {
			visit(c)
		}
		c.walk(visit)
	}
}

// Build finds a build by number.
func (j *Job) Build(n int) *Build {
	i, ok := slices.BinarySearchFunc(j.Builds, n, func(b *Build, n int) int { return cmp.Compare(b.number, n) })
	if ok {
		return j.Builds[i]
	}
	return nil
}

// latest returns the newest build for which ok holds.
func (j *Job) latest(ok func(b *Build) bool) *Build {
	for _, b := range slices.Backward(j.Builds) {
		if ok(b) {
			return b
		}
	}
	return nil
}

// Permalink finds what lastBuild and its like name.
func (j *Job) Permalink(name string) *Build {
	switch name {
	case "lastBuild":
		return j.latest(func(*Build) bool { return true })
	case "lastCompletedBuild":
		return j.latest(func(b *Build) bool { return b.Ended() })
	case "lastFailedBuild":
		return j.latest(func(b *Build) bool { return b.Result == "FAILURE" })
	case "lastStableBuild":
		return j.latest(func(b *Build) bool { return b.Result == "SUCCESS" })
	case "lastSuccessfulBuild":
		return j.latest(func(b *Build) bool { return b.Result == "SUCCESS" || b.Result == "UNSTABLE" })
	case "lastUnstableBuild":
		return j.latest(func(b *Build) bool { return b.Result == "UNSTABLE" })
	case "lastUnsuccessfulBuild":
		return j.latest(func(b *Build) bool { return b.Ended() && b.Result != "SUCCESS" })
	}
	return nil
}

// Estimate returns how long a build should take: the average of the last three that went well, -1 ms without any.
func (j *Job) Estimate() time.Duration {
	var sum time.Duration
	n := 0
	for _, b := range slices.Backward(j.Builds) {
		if b.Result == "SUCCESS" || b.Result == "UNSTABLE" {
			sum += b.Duration(time.Time{})
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

// defaults returns the values of a job's parameters when none are given.
func (j *Job) defaults() []Param {
	return slices.Clone(j.Params)
}

// Merge puts given values into the definitions. What no definition names is dropped, as Jenkins does.
func Merge(defs, given []Param) []Param {
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

// EncodeName spells a part of a job's name as Jenkins' Util.rawEncode does.
func EncodeName(s string) string {
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

// Said returns the cause as consoles and the API say it.
func (c Cause) Said() string {
	switch {
	case c.Text != "":
		return c.Text
	case c.User != "":
		return "Started by user " + c.User
	case c.Upstream != nil:
		return fmt.Sprintf("Started by upstream project %q build number %d", c.Upstream.job.full, c.Upstream.number)
	case c.Push != "":
		return "Push event to branch by " + c.Push
	case c.Branch:
		return "Branch indexing"
	}
	return "Started by timer"
}
