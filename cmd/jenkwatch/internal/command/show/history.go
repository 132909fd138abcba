package show

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/actions"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

// HistoryCommand returns `jenkwatch history`.
func HistoryCommand(a *cli.App) *cobra.Command {
	var o output.Format
	var limit, from int
	var mine bool
	cmd := &cobra.Command{
		Use:   "history JOB",
		Short: "List the builds of a job, newest first, or what you changed (--mine)",
		Long: "List the builds of a job, newest first. JOB may also be the URL of the job or of one of its builds. With --mine it lists\n" +
			"what was changed in Jenkins with jenkwatch, by this user of this machine: when, what, and what Jenkins answered. Of\n" +
			"secret parameters only the names were kept. With JOB only what was about that job, with --controller only what was changed there.",
		Example: "  jenkwatch history shop/checkout/main --limit 50\n" +
			"  jenkwatch history shop/cart/main --json --jq '.[] | select(.result == \"FAILURE\") | .number'",
		Args:              help.Args(cobra.MaximumNArgs(1)),
		ValidArgsFunction: complete.Jobs(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			if err := cli.CheckLimit(limit); err != nil {
				return err
			}
			if from < 0 {
				return exit.Usage("0 starts with the newest", "--from %d is negative", from)
			}
			switch {
			case mine && from != 0:
				return exit.Usage("leave one out", "--mine and --from exclude each other")
			case mine:
				return listActions(cmd.Context(), a, &o, strings.Join(args, ""), limit)
			case len(args) == 0:
				return exit.Usage("usage: jenkwatch history JOB; --mine needs none", "history: of which job?")
			}
			return listBuilds(cmd.Context(), a, &o, args[0], from, limit)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "at most N builds (0: all)")
	cmd.Flags().IntVar(&from, "from", 0, "skip the newest N builds")
	cmd.Flags().BoolVar(&mine, "mine", false, "list what you changed in Jenkins with jenkwatch")
	o.AddFlags(cmd)
	return cmd
}

// jobOf returns the job that a person named, empty for none. Only a URL needs a controller to be understood.
func jobOf(ctx context.Context, a *cli.App, arg string) (string, error) {
	switch {
	case arg == "":
		return "", nil
	case strings.Contains(arg, "://"):
		return find.Job(ctx, a, arg)
	}
	spec, err := (&jenkins.Client{}).ParseBuildSpec(arg)
	if err != nil {
		return "", exit.Usage(exit.HintOf(err), "%w", err)
	}
	return spec.Job, nil
}

// listActions lists what this user changed with this program. It asks no controller.
func listActions(ctx context.Context, a *cli.App, o *output.Format, arg string, limit int) error {
	job, err := jobOf(ctx, a, arg)
	if err != nil {
		return err
	}
	var list []actions.Entry
	if a.HasStore() {
		if list, err = a.Actions().List(ctx, a.Flags.Controller, job, limit); err != nil {
			return err
		}
	}
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewActions(list))
	}
	a.SayEmpty(len(list), "Nothing was changed with jenkwatch yet. What is done in the demo is not kept.")
	width, _ := a.OnTerminal()
	t := &output.Table{Columns: []output.Column{
		{Title: "WHEN"}, {Title: "CONTROLLER", Yields: 2, Least: 8, Drop: 3}, {Title: "ACTION"}, {Title: "TARGET", Least: 12, Yields: 1}, {Title: "OUTCOME"},
		{Title: "ANSWER", Least: 16, Prose: true, Drop: 1}, {Title: "PARAMETERS", Least: 12, Prose: true, Drop: 2},
	}}
	for _, e := range list {
		var given []string
		for _, p := range e.Parameters {
			if p.Secret || p.Value == "" {
				given = append(given, p.Name)
			} else {
				given = append(given, p.Name+"="+p.Value)
			}
		}
		answer := e.Answer
		if width > 0 && (e.Outcome == actions.Done || e.Outcome == actions.Already) { // which the other columns say
			if answer = ""; e.QueueID > 0 {
				answer = fmt.Sprintf("queue item %d", e.QueueID)
			}
		}
		t.Add(output.Clock(e.At, width > 0), e.Controller, string(e.Kind), e.Target, string(e.Outcome), answer, strings.Join(given, " "))
	}
	return t.Write(a.Out, width)
}

func listBuilds(ctx context.Context, a *cli.App, o *output.Format, job string, from, limit int) error {
	runs, err := find.On(ctx, a, job, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) ([]jenkins.Run, error) {
		runs, err := historyPages(ctx, c.Client, spec.Job, from, limit)
		if err == nil && len(runs) == 0 {
			// A folder answers as a job without builds does.
			if job, jerr := c.Client.Job(ctx, spec.Job); jerr == nil && job.Folder {
				return nil, find.NotAJob(c, spec.Job)
			}
		}
		return withWaiting(ctx, c, runs), err
	})
	if err != nil {
		return err
	}
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewRuns(runs, time.Now(), a.SecretPatterns()))
	}
	a.SayEmpty(len(runs), "No builds.")
	width, _ := a.OnTerminal()
	t := &output.Table{Columns: []output.Column{
		{Title: "BUILD", Right: true}, {Title: "STATUS", Status: true}, {Title: "STARTED"}, {Title: "TIME", Right: true},
		{Title: "NODE", Least: 8, Yields: 2, Drop: 3}, {Title: "DESCRIPTION", Least: 12, Likes: 24, Prose: true, Drop: 1},
		{Title: "CAUSE", Least: 12, Yields: 1, Prose: true, Drop: 2},
	}}
	cause := output.CauseText
	if width > 0 {
		cause = output.ShortCause
	}
	for _, r := range runs {
		t.Add(output.Number(r), string(r.Status), output.Clock(r.StartedAt, width > 0), jenkins.Span(r.Elapsed(time.Now())), output.Nodes(r), r.Description,
			cause(r))
	}
	return t.Write(a.Out, width)
}

// withWaiting marks the running pipelines that wait for input, from the list of running builds.
func withWaiting(ctx context.Context, c *cli.Controller, runs []jenkins.Run) []jenkins.Run {
	goesOn := func(r jenkins.Run) bool { return r.Pipeline && !r.Status.Ended() }
	if !slices.ContainsFunc(runs, goesOn) {
		return runs
	}
	running, _, err := c.Client.Running(ctx)
	if err != nil {
		return runs // what the history says is true, too
	}
	for i := range runs {
		at := slices.IndexFunc(running, func(r jenkins.Run) bool { return jenkins.SameBuild(&r, &runs[i]) })
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
