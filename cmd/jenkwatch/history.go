package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func (a *app) historyCommand() *cobra.Command {
	var o format
	var limit, from int
	cmd := &cobra.Command{
		Use:   "history JOB",
		Short: "List the builds of a job, newest first",
		Long:  "List the builds of a job, newest first. JOB may also be the URL of the job or of one of its builds.",
		Example: "  jenkwatch history shop/checkout/main --limit 50\n" +
			"  jenkwatch history shop/cart/main --json --jq '.[] | select(.result == \"FAILURE\") | .number'",
		Args:              usageArgs(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.prepare(); err != nil {
				return err
			}
			if err := checkLimit(limit); err != nil {
				return err
			}
			if from < 0 {
				return usage("0 begins with the newest", "--from %d is below zero", from)
			}
			return a.history(cmd.Context(), &o, args[0], from, limit)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "at most N builds (0: all)")
	cmd.Flags().IntVar(&from, "from", 0, "leave out the newest N builds")
	o.addFlags(cmd)
	return cmd
}

func (a *app) history(ctx context.Context, o *format, job string, from, limit int) error {
	runs, err := findOn(ctx, a, job, func(ctx context.Context, c *controller, spec jenkins.BuildSpec) ([]jenkins.Run, error) {
		runs, err := historyPages(ctx, c.client, spec.Job, from, limit)
		if err == nil && len(runs) == 0 {
			// A folder answers as a job without builds does.
			if job, jerr := c.client.Job(ctx, spec.Job); jerr == nil && job.Folder {
				return nil, aFolder(spec.Job)
			}
		}
		return withWaiting(ctx, c, runs), err
	}, func(_ *controller, runs []jenkins.Run) []jenkins.Run { return runs })
	if err != nil {
		return err
	}
	if o.json {
		return o.writeJSON(a.out, newRunsJSON(runs, time.Now(), a.secretPatterns()))
	}
	a.sayEmpty(len(runs), "No builds.")
	width, _ := a.onTerminal()
	t := &table{columns: []column{
		{title: "BUILD", right: true}, {title: "STATUS"}, {title: "STARTED"}, {title: "TIME", right: true},
		{title: "NODE", least: 8, yields: 2, drop: 3}, {title: "DESCRIPTION", least: 12, likes: 24, prose: true, drop: 1},
		{title: "CAUSE", least: 12, yields: 1, prose: true, drop: 2},
	}}
	cause := causeText
	if width > 0 {
		cause = shortCause
	}
	for _, r := range runs {
		t.add(number(r), string(r.Status), clock(r.StartedAt, width > 0), span(r.Elapsed(time.Now())), nodes(r), r.Description,
			cause(r))
	}
	return t.write(a.out, width)
}

// withWaiting tells of the pipelines that run which of them wait for input, as the list of running builds has it.
func withWaiting(ctx context.Context, c *controller, runs []jenkins.Run) []jenkins.Run {
	goesOn := func(r jenkins.Run) bool { return r.Pipeline && !r.Status.Ended() }
	if !slices.ContainsFunc(runs, goesOn) {
		return runs
	}
	running, _, err := c.client.Running(ctx)
	if err != nil {
		return runs // what the history says is true, too
	}
	for i := range runs {
		at := slices.IndexFunc(running, func(r jenkins.Run) bool { return r.Ref == runs[i].Ref })
		if at >= 0 && goesOn(runs[i]) {
			runs[i].Status, runs[i].Stages, runs[i].Nodes = running[at].Status, running[at].Stages, running[at].Nodes
		}
	}
	return runs
}

// historyPage is how many builds are asked for at once: Jenkins reads each from its disk, and one answer is to come in time.
const historyPage = 200

// historyPages reads up to limit builds from the from-th; 0: all.
func historyPages(ctx context.Context, c *jenkins.Client, job string, from, limit int) ([]jenkins.Run, error) {
	var runs []jenkins.Run
	for limit == 0 || len(runs) < limit {
		size := historyPage
		if limit > 0 && len(runs) == 0 {
			size = min(size, limit)
		} else if limit > 0 {
			size = min(size, limit-len(runs)+10) // some of which may be known already, see below
		}
		page, err := c.History(ctx, job, from, size)
		if err != nil {
			return nil, err
		}
		from += len(page)
		for _, r := range page {
			if n := len(runs); n == 0 || r.Number < runs[n-1].Number { // a build that began meanwhile has moved the pages
				runs = append(runs, r)
			}
		}
		if len(page) < size {
			break
		}
	}
	if limit > 0 {
		runs = runs[:min(limit, len(runs))]
	}
	return runs, nil
}
