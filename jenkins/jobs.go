package jenkins

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/request"
)

// Of a job's last build only what the list shows: estimatedDuration would load more builds from Jenkins' disk. Where the
// last build still runs, the one before shows whether the job fails; of all others only the number comes twice, which
// packed is next to nothing. A job's own URL or colour would be a tenth more: the build's URL names the job, too.
const (
	lastBuildFields = "lastBuild[url],lastCompletedBuild[number,result,timestamp,duration,displayName]"
	lastRunFields   = "url,color,lastBuild[number],lastCompletedBuild[" + historyFields + "]"
	jobFields       = "url,color"
)

const (
	firstDepth = 3
	lastDepth  = 12
)

// LastBuilds asks for the last build of every job that has one, and the last that has ended, with one request. It names
// three levels of folders; when there are deeper ones it asks once more, and from then on names as many levels at once.
func (c *Client) LastBuilds(ctx context.Context) ([]Job, error) {
	return c.allJobs(ctx, "ask Jenkins for the last builds", lastBuildFields)
}

// LastRuns is LastBuilds for those who ask once: a longer answer. It names the jobs without builds and the folders, too, and
// of the builds that have ended it has all that a job's history has.
func (c *Client) LastRuns(ctx context.Context) ([]Job, error) {
	return c.allJobs(ctx, "ask Jenkins for the last builds", lastRunFields)
}

// Jobs asks for every job by name and colour only: what the job picker shows.
func (c *Client) Jobs(ctx context.Context) ([]Job, error) {
	return c.allJobs(ctx, "ask Jenkins for its jobs", jobFields)
}

func (c *Client) allJobs(ctx context.Context, op, fields string) ([]Job, error) {
	l, err := c.list(ctx, op, fields, (*listing).job)
	return l.jobs, err
}

// list asks for fields of every job. It has each read every value, with the number of levels that may lie below.
func (c *Client) list(ctx context.Context, op, fields string, each func(*listing, int) error) (listing, error) {
	for depth := max(firstDepth, int(c.depth.Load())); ; depth *= 2 {
		q := Question{Op: op, Path: "api/json", Tree: nest(fields, depth), Limit: 48 * Mega, Timeout: 2 * cmp.Or(max(0, c.Timeout), request.DefaultTimeout)}
		l := listing{client: c}
		if err := c.controller().Stream(ctx, q, l.read(depth, each)); err != nil {
			return listing{}, err
		}
		if !l.any {
			return listing{}, q.Lacks("jobs")
		}
		if !l.cut || depth >= lastDepth {
			return l, nil
		}
		c.depth.Store(int64(depth * 2))
	}
}

// nest returns a tree of so many levels of jobs.
func nest(fields string, depth int) string {
	return strings.Repeat("jobs["+fields+",", depth-1) + "jobs[" + fields + strings.Repeat("]", depth)
}

// listing reads the tree of all jobs, one field at a time: it may be long.
type listing struct {
	*request.Stream
	client *Client
	jobs   []Job
	causes map[Ref][]Cause // of LastCauses
	same   map[string][]Cause
	any    bool // there was a list of jobs
	cut    bool // a folder lies on the last level: what it holds was not asked for
}

func (l *listing) read(depth int, each func(*listing, int) error) func(*request.Stream) error {
	return func(p *request.Stream) error {
		l.Stream = p
		return p.Object(func(key string) (err error) {
			if key != "jobs" {
				return p.Skip()
			}
			l.any, err = p.List(func() error { return each(l, depth) })
			return err
		})
	}
}

// job reads a job, or a folder and what it holds.
func (l *listing) job(depth int) error {
	var url string
	var color *string
	var last, ended *buildAnswer
	builds := false // it is something that has builds, even if it has none yet
	at := len(l.jobs)
	l.jobs = append(l.jobs, Job{}) // a folder stands before what it holds
	out := Job{}
	err := l.Object(func(key string) (err error) {
		switch key {
		case "_class":
			return l.Value(&out.Class)
		case "url":
			return l.Value(&url)
		case "color":
			return l.Value(&color)
		case "lastBuild":
			builds = true
			return l.Value(&last)
		case "lastCompletedBuild":
			return l.Value(&ended)
		case "jobs":
			out.Folder, err = l.List(func() error { return l.job(depth - 1) })
			return err
		}
		return l.Skip()
	})
	if err != nil {
		return err
	}
	out.Folder = out.Folder || color == nil && !builds
	l.cut = l.cut || out.Folder && depth == 1
	if last != nil && url == "" {
		url = last.URL
	}
	p := Locate(url)
	if p.Job == "" { // the question did not name it, or it has no builds
		l.jobs = slices.Delete(l.jobs, at, at+1)
		return nil
	}
	l.client.learn(p)
	out.Name = p.Job
	if color != nil {
		out.Color = *color
	}
	if ended != nil {
		ended.Building = new(false) // not asked for: it says so itself
		out.Last = new(ended.run(l.client, p))
	}
	if last != nil {
		last.Number = cmp.Or(last.Number, p.Number)
	}
	if last != nil && (ended == nil || last.Number > ended.Number) {
		out.Last, out.Ended = new(last.run(l.client, p)), out.Last
	}
	l.jobs[at] = out
	return nil
}

// eachBuild reads the one build that was asked for of a job, which take does, or that of each job that a folder holds.
func (l *listing) eachBuild(depth int, key string, take func() error) error {
	builds := false // it is something that has builds, even if it has none yet
	err := l.Object(func(k string) (err error) {
		switch k {
		case key:
			builds = true
			return take()
		case "jobs":
			_, err = l.List(func() error { return l.eachBuild(depth-1, key, take) })
			return err
		}
		return l.Skip()
	})
	l.cut = l.cut || !builds && depth == 1
	return err
}

// Job asks for one job: what it is, and the number of its last build. It is asked where a build was not found, to tell why.
func (c *Client) Job(ctx context.Context, name string) (Job, error) {
	var answer struct {
		Class     string `json:"_class"`
		Color     *string
		LastBuild *struct{ Number int }
	}
	q := Question{Op: "ask Jenkins for the job " + clean.Line(name), Path: c.Path(name) + "api/json",
		Tree: "color,lastBuild[number]", Limit: Mega}
	if err := c.Get(ctx, q, &answer); err != nil {
		return Job{}, err
	}
	job := Job{Name: name, Class: answer.Class, Folder: answer.Color == nil && answer.LastBuild == nil}
	if answer.Color != nil {
		job.Color = *answer.Color
	}
	if answer.LastBuild != nil {
		job.Last = &Run{Ref: Ref{Controller: c.Name, Job: name, Number: answer.LastBuild.Number}}
	}
	return job, nil
}

// Node is a computer of the controller.
type Node struct {
	Name      string // the controller's own is "built-in"
	Labels    []string
	Executors int
	Busy      int
	Offline   bool
}

// Job is a job, folder or multibranch project of the controller.
type Job struct {
	Name   string // full name, raw
	Class  string // Jenkins' class of it
	Color  string // "blue", "red_anime", ...; empty for folders
	Folder bool   // it holds jobs instead of builds
	Last   *Run   // its last build, where the question named it; of one that runs only the number is known
	Ended  *Run   // its last build that has ended, where that is not Last
}

// causeFields of every job tell who or what started the last of its builds that has ended. The tree of all last builds
// does not: only those who look for their own builds need it.
const causeFields = "lastCompletedBuild[url,actions[" + causesTree + "]]"

// LastCauses asks, with one request, for the causes of every job's last build that has ended. Of a build without any they
// are empty, not nil: they are known.
func (c *Client) LastCauses(ctx context.Context) (map[Ref][]Cause, error) {
	l, err := c.list(ctx, "ask Jenkins who started the last builds", causeFields, (*listing).caused)
	return l.causes, err
}

// caused reads the causes of a job's last build, or of those that a folder holds. Thousands of builds have the same few,
// which are kept once.
func (l *listing) caused(depth int) error {
	if l.causes == nil {
		l.causes, l.same = map[Ref][]Cause{}, map[string][]Cause{}
	}
	return l.eachBuild(depth, "lastCompletedBuild", func() error {
		var last struct {
			URL     string
			Actions []action
		}
		err := l.Value(&last)
		p := Locate(last.URL)
		if p.Number == 0 {
			return err
		}
		causes := []Cause{}
		for i := range last.Actions {
			if last.Actions[i].interrupts() {
				continue
			}
			causes = appendCauses(causes, last.Actions[i].Causes)
		}
		text := fmt.Sprint(causes)
		if known, ok := l.same[text]; ok {
			causes = known
		}
		l.same[text] = causes
		l.causes[Ref{Controller: l.client.Name, Job: p.Job, Number: p.Number}] = causes
		return err
	})
}
