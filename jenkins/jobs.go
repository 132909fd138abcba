package jenkins

import (
	"context"
	"strings"
	"time"
)

// Of a job's last build only what the list shows: estimatedDuration would load more builds from Jenkins' disk.
const (
	lastBuildFields = "url,color,lastBuild[number,result,building,timestamp,duration,displayName]"
	jobFields       = "url,color"
)

const (
	firstDepth = 3
	lastDepth  = 12
)

type job struct {
	Class     string `json:"_class"`
	URL       string
	Color     *string
	LastBuild *build
	Jobs      []job
}

// LastBuilds asks for the last build of every job with one request. It names three levels of folders; when there are
// deeper ones it asks once more, and from then on names as many levels at once.
func (c *Client) LastBuilds(ctx context.Context) ([]Job, error) {
	return c.allJobs(ctx, "ask Jenkins for the last builds", lastBuildFields)
}

// Jobs asks for every job by name and colour only: what the job picker shows.
func (c *Client) Jobs(ctx context.Context) ([]Job, error) {
	return c.allJobs(ctx, "ask Jenkins for its jobs", jobFields)
}

func (c *Client) allJobs(ctx context.Context, deed, fields string) ([]Job, error) {
	for depth := max(firstDepth, int(c.depth.Load())); ; depth *= 2 {
		var answer struct{ Jobs []job }
		q := question{deed: deed, path: "api/json", tree: nest(fields, depth), limit: 48 * mega, within: 2 * c.timeout()}
		if err := c.get(ctx, q, &answer); err != nil {
			return nil, err
		}
		if answer.Jobs == nil {
			return nil, q.lacks("jobs")
		}
		l := listing{client: c}
		l.add(answer.Jobs, depth)
		if !l.cut || depth >= lastDepth {
			return l.jobs, nil
		}
		c.depth.Store(int64(depth * 2))
	}
}

func (c *Client) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return defaultTimeout
}

// nest is a tree of so many levels of jobs.
func nest(fields string, depth int) string {
	return strings.Repeat("jobs["+fields+",", depth-1) + "jobs[" + fields + strings.Repeat("]", depth)
}

type listing struct {
	client *Client
	jobs   []Job
	cut    bool // a folder lies on the last level: what it holds was not asked for
}

func (l *listing) add(jobs []job, depth int) {
	for i := range jobs {
		j := &jobs[i]
		p := locate(j.URL)
		if p.job == "" {
			continue
		}
		l.client.learn(p)
		out := Job{Name: p.job, Class: j.Class, Folder: j.Jobs != nil || j.Color == nil && j.LastBuild == nil}
		if j.Color != nil {
			out.Color = *j.Color
		}
		if j.LastBuild != nil {
			r := l.client.run(j.LastBuild, p)
			out.Last = &r
		}
		l.jobs = append(l.jobs, out)
		l.cut = l.cut || out.Folder && depth == 1
		l.add(j.Jobs, depth-1)
	}
}
