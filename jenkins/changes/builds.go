package changes

import (
	"context"
	"html"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

const (
	mostUpstream   = 10 // builds of a chain
	mostDownstream = 20 // builds that one started, or jobs that are configured to follow
	searched       = 30 // builds of a job, for the one that another started
)

// Started is a build that another one started.
type Started struct {
	// Run is the build. Its Number is 0 where it is not known which it is, as before it has begun; its Status is empty where
	// it may not be seen.
	Run  jenkins.Run
	Step string // the flow node of the step that started it; empty where it was started after the end
}

// Upstream asks for the builds that a run comes from: the one that started it, the one that started that, and so on, nearest
// first, with one request each. One that is gone is the last, and has no status.
func Upstream(ctx context.Context, c *jenkins.Client, run jenkins.Run) ([]jenkins.Run, error) {
	var chain []jenkins.Run
	for len(chain) < mostUpstream {
		up, ok := startedBy(run)
		if !ok || slices.ContainsFunc(chain, func(r jenkins.Run) bool { return r.Ref == up }) {
			break
		}
		next, err := c.Build(ctx, jenkins.BuildSpec{Job: up.Job, Number: up.Number})
		if jenkins.IsKind(err, jenkins.NotFound) || jenkins.IsKind(err, jenkins.NotAllowed) && len(chain) > 0 {
			return append(chain, jenkins.Run{Ref: up}), nil
		}
		if err != nil {
			return chain, err
		}
		chain = append(chain, next)
		run = next
	}
	return chain, nil
}

// startedBy returns the build that started a run. A build that was started by one of its own job was rebuilt.
func startedBy(run jenkins.Run) (jenkins.Ref, bool) {
	for _, cause := range run.Causes {
		if cause.UpstreamJob != "" && cause.UpstreamJob != run.Job && cause.UpstreamBuild > 0 {
			return jenkins.Ref{Controller: run.Controller, Job: cause.UpstreamJob, Number: cause.UpstreamBuild}, true
		}
	}
	return jenkins.Ref{}, false
}

// Downstream asks for the builds that a run started: a pipeline by its steps, of which tree has to hold the steps, any other
// build by what its job is configured to start after it. It takes one or two requests for each of them.
func Downstream(ctx context.Context, c *jenkins.Client, run jenkins.Run, tree *stages.Tree) ([]Started, error) {
	if !run.Pipeline {
		return configured(ctx, c, run)
	}
	var steps []stages.Step
	if tree != nil {
		tree.EachStep(func(p *stages.Step) {
			if p.Builds() && len(steps) < mostDownstream {
				steps = append(steps, *p)
			}
		})
	}
	found := make([][]Started, len(steps))
	var asking errgroup.Group
	asking.SetLimit(4)
	for i := range steps {
		asking.Go(func() (err error) {
			found[i], err = byStep(ctx, c, run, &steps[i])
			return err
		})
	}
	err := asking.Wait()
	return slices.Concat(found...), err
}

// link matches the lines of a build step that name a job or a build.
var link = lazy.Regexp(`(?m)^(?:Scheduling project|Starting building): <a href=['"]([^'"]+)['"]`)

// byStep asks which build a step started. The step's log as HTML links it; where the step does not wait for it, it links the job
// only, among whose builds it is then looked for. Newer versions of Pipeline Graph View tell it themselves.
func byStep(ctx context.Context, c *jenkins.Client, run jenkins.Run, step *stages.Step) ([]Started, error) {
	places := []jenkins.Place{jenkins.Locate(step.Starts)}
	if places[0].Number == 0 {
		q := c.PageBelow(run.Ref, "ask Jenkins which build a step started", "execution/node/"+step.ID+"/log/logText/progressiveHtml", "start=0")
		q.Text, q.Page, q.Limit = true, true, 64<<10
		page, err := c.Fetch(ctx, q)
		if err != nil && !jenkins.IsKind(err, jenkins.NotFound) {
			return nil, err
		}
		places = linked(string(page), link())
	}
	var all []Started
	for _, at := range places {
		if at.Job == "" {
			continue
		}
		ref := jenkins.Ref{Controller: run.Controller, Job: at.Job, Number: at.Number}
		if at.Number > 0 {
			r, err := c.Build(ctx, jenkins.BuildSpec{Job: at.Job, Number: at.Number})
			if err != nil && !hidden(err) {
				return all, err
			}
			if err != nil {
				r = jenkins.Run{Ref: ref}
			}
			all = append(all, Started{r, step.ID})
			continue
		}
		of, err := among(ctx, c, run, at.Job)
		if err != nil {
			return all, err
		}
		for _, r := range of {
			all = append(all, Started{r, step.ID})
		}
		if len(of) == 0 {
			unknown := jenkins.Run{Ref: ref}
			if step.State == stages.Running { // it waits for the build to begin
				unknown.Status = jenkins.Queued
			}
			all = append(all, Started{unknown, step.ID})
		}
	}
	return all, nil
}

// linked returns the builds that a build step's log links, and the jobs of which it links no build.
func linked(page string, link *regexp.Regexp) []jenkins.Place {
	var places []jenkins.Place
	for _, m := range link.FindAllStringSubmatch(page, mostDownstream) {
		at := jenkins.Locate(html.UnescapeString(m[1]))
		if at.Job == "" {
			continue
		}
		i := slices.IndexFunc(places, func(p jenkins.Place) bool { return p.Job == at.Job && (p.Number == 0 || p.Number == at.Number) })
		switch {
		case i < 0:
			places = append(places, at)
		case at.Number > 0:
			places[i] = at
		}
	}
	return places
}

func hidden(err error) bool {
	return jenkins.IsKind(err, jenkins.NotFound) || jenkins.IsKind(err, jenkins.NotAllowed)
}

// among looks for the builds of a job that a run started.
func among(ctx context.Context, c *jenkins.Client, run jenkins.Run, job string) ([]jenkins.Run, error) {
	builds, err := c.History(ctx, job, 0, searched)
	if err != nil {
		if hidden(err) {
			return nil, nil
		}
		return nil, err
	}
	return slices.DeleteFunc(builds, func(r jenkins.Run) bool {
		return !slices.ContainsFunc(r.Causes, func(c jenkins.Cause) bool {
			return c.UpstreamJob == run.Job && c.UpstreamBuild == run.Number
		})
	}), nil
}

// configured asks for the builds of the jobs that follow a run's job.
func configured(ctx context.Context, c *jenkins.Client, run jenkins.Run) ([]Started, error) {
	var job struct{ DownstreamProjects []struct{ URL string } }
	q := question(run.Ref, c.Path(run.Job)+"api/json", "downstreamProjects[url]")
	q.Op = "ask Jenkins which jobs follow " + strings.TrimPrefix(q.Op, "ask Jenkins what changed in ")
	if err := c.Get(ctx, q, &job); err != nil {
		return nil, err
	}
	var all []Started
	for _, d := range job.DownstreamProjects[:min(len(job.DownstreamProjects), mostDownstream)] {
		at := jenkins.Locate(d.URL)
		if at.Job == "" {
			continue
		}
		of, err := among(ctx, c, run, at.Job)
		if err != nil {
			return all, err
		}
		for _, r := range of {
			all = append(all, Started{Run: r})
		}
	}
	return all, nil
}
