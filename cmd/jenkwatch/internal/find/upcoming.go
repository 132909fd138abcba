package find

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Upcoming finds the build that a person wants to watch: of a JOB the one that runs, else the next one; a build by its number
// also before there is one. It waits until the build has started, and says on stderr for what.
func Upcoming(ctx context.Context, a *cli.App, w *jenkins.Waiter, arg string) (Build, error) {
	b, err := untilAnswered(ctx, w, func(ctx context.Context) (Build, error) { return OneOrCopy(ctx, a, arg) })
	if err != nil && exit.CodeOf(err) != exit.CodeNotFound {
		return b, err
	}
	spec, serr := specOf(ctx, a, arg)
	bare := spec.Permalink == "last" && !strings.Contains(arg, "#last") && !strings.Contains(arg, "/lastBuild")
	switch {
	case serr != nil || spec.Permalink != "" && !bare:
		return b, cmp.Or(err, serr)
	case err == nil && (b.FromCopy || !bare || !b.Run.Status.Ended()):
		return b, nil
	}
	at, jerr := untilAnswered(ctx, w, func(ctx context.Context) (jobOn, error) { return findJob(ctx, a, arg) })
	if jerr != nil {
		return b, cmp.Or(err, jerr)
	}
	if spec.Number > 0 && spec.Number <= at.last {
		return b, err
	}
	spec.Job = at.job
	if bare {
		if run, rerr := runningOf(ctx, at.on, spec.Job); rerr == nil && run != nil {
			return Build{On: at.on, Run: *run}, nil
		}
	}
	run, err := untilBuilt(ctx, a, w, at.on, spec, at.last)
	return Build{On: at.on, Run: run}, err
}

// specOf reads what a person typed.
func specOf(ctx context.Context, a *cli.App, arg string) (jenkins.BuildSpec, error) {
	cs, err := a.ControllersFor(ctx, arg)
	if err != nil {
		return jenkins.BuildSpec{}, err
	}
	cs, specs, err := Owners(ctx, cs, arg)
	if err != nil {
		return jenkins.BuildSpec{}, err
	}
	return specs[cs[0]], nil
}

// jobOn is a job on the controller that has it, with the number of its last build.
type jobOn struct {
	on   *cli.Controller
	job  string
	last int
}

// findJob returns the job of the build that arg names.
func findJob(ctx context.Context, a *cli.App, arg string) (jobOn, error) {
	return On(ctx, a, arg, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (jobOn, error) {
		job, err := c.Client.Job(ctx, spec.Job)
		if err == nil && job.Folder {
			err = NotAJob(c, spec.Job)
		}
		return jobOn{c, spec.Job, lastNumber(job)}, err
	})
}

func lastNumber(job jenkins.Job) int {
	if job.Last == nil {
		return 0
	}
	return job.Last.Number
}

// runningOf returns the latest build of a job that runs now, nil if there is none: a build that began before the last one may.
func runningOf(ctx context.Context, c *cli.Controller, job string) (*jenkins.Run, error) {
	runs, _, err := c.Client.Running(ctx)
	var found *jenkins.Run
	for i := range runs {
		if r := &runs[i]; r.Job == job && (found == nil || r.Number > found.Number) {
			found = r
		}
	}
	return found, err
}

// untilBuilt waits until a job has the build that spec names, which without a number is the first after last.
func untilBuilt(ctx context.Context, a *cli.App, w *jenkins.Waiter, c *cli.Controller, spec jenkins.BuildSpec, last int) (run jenkins.Run, err error) {
	number := cmp.Or(spec.Number, last+1)
	output.Note(a.ErrOut, "jenkwatch: %s is not there yet; waiting for it to start",
		clean.Line(jenkins.BuildSpec{Job: spec.Job, Number: number}.String()))
	said := false
	err = w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		job, err := c.Client.Job(ctx, spec.Job)
		if err != nil {
			return false, err
		}
		if lastNumber(job) >= number {
			run, err = c.Client.Build(ctx, jenkins.BuildSpec{Job: spec.Job, Number: number})
			return true, err
		}
		if said {
			return false, nil
		}
		item, err := queueItem(ctx, c, jenkins.BuildSpec{Job: spec.Job})
		if err == nil && item != nil {
			said = true
			output.Note(a.ErrOut, "jenkwatch: %s waits in the queue: %s", spec.Job, cmp.Or(item.Why, "no reason given"))
		}
		return false, nil // one who may not see the queue waits all the same
	})
	return run, err
}

// Mine returns what runs or waits in the queue and was started by one of these names, directly or upstream: the last to start
// first, then the queue. me are the names beside each controller's user.
func Mine(ctx context.Context, a *cli.App, w *jenkins.Waiter, me []string) ([]Build, error) {
	cs, err := a.Controllers(ctx)
	if err != nil {
		return nil, err
	}
	if len(me) == 0 && !slices.ContainsFunc(cs, func(c *cli.Controller) bool { return c.User != "" }) {
		return nil, exit.Usage("name a build or a job: jenkwatch watch JOB; or give the controller a user, or add names with me = [...]",
			"your builds are not known: no user is configured")
	}
	return mineOn(ctx, cs, w, me)
}

// mineOn is Mine on these controllers. Once one of them has a build of mine none that is away is waited for.
func mineOn(ctx context.Context, cs []*cli.Controller, w *jenkins.Waiter, me []string) ([]Build, error) {
	mine, err := untilAnswered(ctx, w, func(ctx context.Context) ([]Build, error) {
		lists, err := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) ([]Build, error) {
			runs, _, err := c.Client.Running(ctx)
			if err != nil {
				return nil, err
			}
			queue, _ := c.Client.Queue(ctx) // who may not see it has the builds that run
			names := append([]string{c.User}, me...)
			var mine []Build
			for _, r := range append(runs, queue...) {
				if r.Mine(names) && !r.PartOf && !r.NoBuild {
					mine = append(mine, Build{On: c, Run: r})
				}
			}
			return mine, nil
		})
		mine := slices.Concat(lists...)
		if len(mine) > 0 {
			err = nil
		}
		return mine, err
	})
	slices.SortStableFunc(mine, func(x, y Build) int {
		if q := cmp.Compare(x.Run.QueueID, y.Run.QueueID); x.Run.Number == 0 || y.Run.Number == 0 {
			return q
		}
		return y.Run.Began().Compare(x.Run.Began())
	})
	if err != nil || len(mine) > 0 {
		return mine, err
	}
	return nil, &exit.Error{Err: fmt.Errorf("none of your builds runs or is queued"),
		Fix: "name a job to wait for its next build: jenkwatch watch JOB; `jenkwatch runs` lists what runs", Code: exit.CodeNotFound}
}

// Numbered waits until a queued build has started.
func Numbered(ctx context.Context, a *cli.App, w *jenkins.Waiter, b Build) (Build, error) {
	if b.Run.Number > 0 {
		return b, nil
	}
	notFound := &exit.Error{Err: fmt.Errorf("the queued build of %s did not start", b.Run.Job), Fix: "`jenkwatch runs` lists what runs", Code: exit.CodeNotFound}
	run, err := untilNumbered(ctx, a, w, b.On, jenkins.BuildSpec{Job: b.Run.Job}, &b.Run, notFound)
	return Build{On: b.On, Run: run}, err
}
