package main

import (
	"context"
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
			if limit < 1 || from < 0 {
				return usage("--limit is 1 or more, --from 0 or more", "there is no such page: --from %d --limit %d", from, limit)
			}
			return a.history(cmd.Context(), &o, args[0], from, limit)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "at most N builds")
	cmd.Flags().IntVar(&from, "from", 0, "leave out the newest N builds")
	o.addFlags(cmd)
	return cmd
}

func (a *app) history(ctx context.Context, o *format, job string, from, limit int) error {
	runs, err := findOn(ctx, a, job, func(ctx context.Context, c *controller, spec jenkins.BuildSpec) ([]jenkins.Run, error) {
		runs, err := c.client.History(ctx, spec.Job, from, limit)
		if err == nil && len(runs) == 0 {
			// A folder answers as a job without builds does.
			if job, jerr := c.client.Job(ctx, spec.Job); jerr == nil && job.Folder {
				return nil, aFolder(spec.Job)
			}
		}
		return runs, err
	}, func(_ *controller, runs []jenkins.Run) []jenkins.Run { return runs })
	if err != nil {
		return err
	}
	if o.json {
		return o.writeJSON(a.out, newRunsJSON(runs, time.Now()))
	}
	a.sayEmpty(len(runs), "No builds.")
	width, _ := a.onTerminal()
	t := &table{columns: []column{
		{title: "BUILD", right: true}, {title: "STATUS"}, {title: "STARTED"}, {title: "TIME", right: true},
		{title: "NODE", least: 10, drop: 3}, {title: "DESCRIPTION", least: 12, drop: 1}, {title: "CAUSE", least: 12, drop: 2},
	}}
	for _, r := range runs {
		t.add(number(r), string(r.Status), clock(r.StartedAt, width > 0), span(r.Elapsed(time.Now())), nodes(r), r.Description,
			causeText(r))
	}
	return t.write(a.out, width)
}
