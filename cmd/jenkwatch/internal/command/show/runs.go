// Package show has the commands that print what Jenkins says.
package show

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// runsOptions are the flags of `jenkwatch runs`.
type runsOptions struct {
	output.Format
	recent bool
	job    []string
	status []string
	mine   bool
	filter string // in the language of jenkins/query
	limit  int
	watch  bool

	query query.Query // of filter

	own []*regexp.Regexp // the user's patterns of what is a secret
}

// RunsCommand returns `jenkwatch runs`.
func RunsCommand(a *cli.App) *cobra.Command {
	var o runsOptions
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List running builds and the queue",
		Long: "List running builds and the queue: one request to each controller for the builds, one for the queue.\n" +
			"A --status that only finished builds have, such as SUCCESS, lists the last finished build of each job, and so does a\n" +
			"--filter such as is:failing. docs/config.md describes the language of filters.\n" +
			"Piped, the columns are: controller, job, number (of a queue item \"item 4711\"), status, stage or reason, progress,\n" +
			"duration, node, cause.",
		Example: "  jenkwatch runs\n" +
			"  jenkwatch runs --recent --status FAILURE,UNSTABLE --limit 10\n" +
			"  jenkwatch runs --filter '@me is:failing job:shop/*'\n" +
			"  jenkwatch runs --job 'shop/*' --status paused --jq '.[].url'\n" +
			"  jenkwatch runs --watch --json",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return listRuns(cmd.Context(), a, &o) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.recent, "recent", false, "list the last finished build of each job instead")
	f.StringSliceVar(&o.job, "job", nil, "only jobs that match this GLOB (a folder covers what is below it)")
	f.StringSliceVar(&o.status, "status", nil, "only runs with this STATUS, such as RUNNING, QUEUED, PAUSED, FAILURE")
	f.BoolVar(&o.mine, "mine", false, "only what I started, directly or upstream")
	f.StringVar(&o.filter, "filter", "", "only runs that a QUERY finds, as / on the screen: @user job:shop/* status:failure node:a* older:2h !text")
	f.IntVar(&o.limit, "limit", 0, "at most N runs (0: all)")
	f.BoolVar(&o.watch, "watch", false, "keep running and print a line for each run that is added, changed or removed")
	o.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("job", complete.JobFlag(a))
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(statusNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func statusNames() []string {
	names := make([]string, len(query.Statuses))
	for i, s := range query.Statuses {
		names[i] = string(s)
	}
	return names
}

func (o *runsOptions) check() error {
	for i, s := range o.status {
		o.status[i] = strings.ToUpper(s)
		if !slices.Contains(statusNames(), o.status[i]) {
			return exit.Usage("one of "+strings.Join(statusNames(), ", "), "there is no status %q", s)
		}
	}
	if err := cli.CheckLimit(o.limit); err != nil {
		return err
	}
	var err error
	if o.query, err = query.Parse(o.filter); err != nil {
		return exit.Usage(exit.HintOf(err), "--filter: %w", err)
	}
	return o.Prepare()
}

// asksFor reports whether the answer can hold runs with one of these statuses.
func (o *runsOptions) asksFor(any ...jenkins.Status) bool {
	return len(o.status) == 0 || slices.ContainsFunc(any, func(s jenkins.Status) bool {
		return slices.Contains(o.status, string(s))
	})
}

func listRuns(ctx context.Context, a *cli.App, o *runsOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	o.own = a.SecretPatterns()
	cs, err := a.Controllers(ctx)
	if err != nil {
		return err
	}
	cfg, err := a.Config()
	if err != nil {
		return err
	}
	if o.watch {
		return watchRuns(ctx, a, o, cs, cfg.Me)
	}
	lists, err := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) ([]jenkins.Run, error) {
		runs, err := o.ask(ctx, c)
		return o.chosen(runs, append([]string{c.User}, cfg.Me...)), err
	})
	runs := o.merge(lists)
	if o.limit > 0 && len(runs) > o.limit {
		runs = runs[:o.limit]
	}
	// Of several controllers one may be away: what the others said is printed all the same.
	if err != nil && len(cs) == 1 {
		return err
	}
	if err == nil && !o.JSON {
		a.SayEmpty(len(runs), "No runs match.")
	}
	width, _ := a.OnTerminal()
	if perr := o.print(a.Out, runs, width, len(cs) > 1); perr != nil {
		return perr
	}
	return err
}

// ask gets the runs of one controller in as few requests as the flags allow, all at once.
func (o *runsOptions) ask(ctx context.Context, c *cli.Controller) ([]jenkins.Run, error) {
	live := !o.recent && o.query.Live()
	var questions []func() ([]jenkins.Run, error)
	if live && o.asksFor(jenkins.Running, jenkins.Paused) {
		questions = append(questions, func() ([]jenkins.Run, error) {
			runs, _, err := c.Client.Running(ctx)
			return runs, err
		})
	}
	if live && o.asksFor(jenkins.Queued) {
		questions = append(questions, func() ([]jenkins.Run, error) { return c.Client.Queue(ctx) })
	}
	if o.recent || o.query.Ended() || len(o.status) > 0 && o.asksFor(jenkins.Success, jenkins.Unstable, jenkins.Failure, jenkins.NotBuilt,
		jenkins.Aborted, jenkins.Complete) {
		questions = append(questions, func() ([]jenkins.Run, error) { return lastFinished(ctx, c.Client) })
	}
	lists, errs := cli.Together(questions)
	return foldParts(slices.Concat(lists...)), cmp.Or(errs...)
}

// foldParts removes the queue items that are parts of a running pipeline waiting for a node, and sets on the pipeline's
// run what it waits for.
func foldParts(runs []jenkins.Run) []jenkins.Run {
	waits := map[string]string{}
	for _, r := range runs {
		if r.PartOf {
			waits[fmt.Sprint(r.Job, "#", r.Number)] = r.Why
		}
	}
	runs = slices.DeleteFunc(runs, func(r jenkins.Run) bool { return r.PartOf })
	for i := range runs {
		if why, ok := waits[fmt.Sprint(runs[i].Job, "#", runs[i].Number)]; ok && !runs[i].Status.Ended() {
			runs[i].Why = why
		}
	}
	return runs
}

// lastFinished returns the last build of each job that has ended, newest end first.
func lastFinished(ctx context.Context, c *jenkins.Client) ([]jenkins.Run, error) {
	jobs, err := c.LastRuns(ctx)
	var runs []jenkins.Run
	for _, j := range jobs {
		switch {
		case j.Ended != nil:
			runs = append(runs, *j.Ended)
		case j.Last != nil && j.Last.Status.Ended():
			runs = append(runs, *j.Last)
		}
	}
	return runs, err
}

func (o *runsOptions) chosen(runs []jenkins.Run, me []string) []jenkins.Run {
	return slices.DeleteFunc(runs, func(r jenkins.Run) bool { return !o.wants(&r, me) })
}

func (o *runsOptions) wants(r *jenkins.Run, me []string) bool {
	return jenkins.MatchJob(o.job, r.Job) && (len(o.status) == 0 || slices.Contains(o.status, string(r.Status))) &&
		(!o.mine || r.Mine(me)) && o.finds(r, me)
}

// finds reports whether the filter finds a run. Letters that are scattered in a name, which the screen lists last, are
// not what a script means.
func (o *runsOptions) finds(r *jenkins.Run, me []string) bool {
	f := query.Facts{Now: time.Now(), Me: func(string) []string { return me }}
	return o.query.Match(r, query.Searched(jenkins.DisplayName(r.Job)), &f) == query.AsTyped
}

// merge puts the lists of all controllers into one order: running oldest first, then the queue oldest first, then what
// has ended, newest end first.
func (o *runsOptions) merge(lists [][]jenkins.Run) []jenkins.Run {
	rank := func(r jenkins.Run) int {
		switch {
		case r.Status.Ended():
			return 2
		case r.Status == jenkins.Queued:
			return 1
		}
		return 0
	}
	runs := slices.Concat(lists...)
	slices.SortStableFunc(runs, func(x, y jenkins.Run) int {
		if c := cmp.Compare(rank(x), rank(y)); c != 0 {
			return c
		}
		switch rank(x) {
		case 2:
			return y.EndedAt().Compare(x.EndedAt())
		case 1:
			return x.QueuedAt.Compare(y.QueuedAt)
		}
		return x.Began().Compare(y.Began())
	})
	return runs
}

func (o *runsOptions) print(w io.Writer, runs []jenkins.Run, width int, several bool) error {
	now := time.Now()
	if o.JSON {
		return o.WriteJSON(w, jsonview.NewRuns(runs, now, o.own))
	}
	return runsTable(runs, now, width, several).Write(w, width)
}

// runsTable returns a list of runs as a table. On a terminal job names are decoded, causes and questions are short, and the
// controller shows only where there are several; what has ended says how long ago.
func runsTable(runs []jenkins.Run, now time.Time, width int, several bool) *output.Table {
	t := &output.Table{Columns: []output.Column{
		{Title: "CONTROLLER", Least: 10, Yields: 1, Drop: 1}, {Title: "JOB", Least: 28}, {Title: "BUILD", Right: true}, {Title: "STATUS", Status: true},
		{Title: "STAGE", Least: 12, Likes: 24, Yields: 1, Prose: true, Drop: 3}, {Title: "DONE", Right: true, Drop: 4},
		{Title: "TIME", Right: true, Drop: 2}, {Title: "NODE", Least: 8, Yields: 2, Drop: 5},
		{Title: "CAUSE", Least: 12, Yields: 3, Prose: true, Drop: 6}, {Title: "ENDED", Right: true, Drop: 2},
	}}
	for _, r := range runs {
		cells := runCells(r, now)
		if width > 0 {
			cells[1] = jenkins.DisplayName(r.Job)
			if !several {
				cells[0] = ""
			}
			ended := ""
			if r.Status.Ended() {
				ended = output.Ago(r.EndedAt(), now)
			}
			cells[4], cells[8] = output.ShortStage(r), output.ShortCause(r)
			if width < roomy {
				cells[5], _, _ = strings.Cut(cells[5], " ")
			}
			cells = append(cells, ended)
		}
		t.Add(cells...)
	}
	return t
}

// roomy is the width from which a table says more than it must.
const roomy = 140

func runCells(r jenkins.Run, now time.Time) []string {
	number := output.Number(r)
	if r.Number == 0 && r.QueueID > 0 {
		number = fmt.Sprintf("item %d", r.QueueID) // as `jenkwatch cancel` takes it
	}
	return []string{r.Controller, r.Job, number, string(r.Status), output.StageText(r), output.ProgressText(r, now), jenkins.Span(r.Elapsed(now)),
		output.Nodes(r), output.CauseText(r)}
}

// watchRuns prints a line for each change on any controller until ctx ends.
func watchRuns(ctx context.Context, a *cli.App, o *runsOptions, cs []*cli.Controller, me []string) error {
	var mu sync.Mutex // one line at a time
	width, _ := a.OnTerminal()
	errs := make([]error, len(cs)) // of the controllers that were given up, while the others are watched on
	g, ctx := errgroup.WithContext(ctx)
	for i, c := range cs {
		mine := append([]string{c.User}, me...)
		g.Go(func() error {
			var last watch.Snapshot
			w := find.NewWaiter(a)
			for s := range c.NewWatcher(true).Snapshots(ctx) {
				changes := o.newest(last, s, mine)
				mu.Lock()
				err := o.printChanges(a.Out, changes, width)
				if errs[i] = watched(w, s.Err, c, len(cs)); errs[i] != nil && len(cs) > 1 {
					output.Note(a.ErrOut, "jenkwatch: %s", errs[i])
				}
				mu.Unlock()
				if err != nil || errs[i] != nil {
					return err
				}
				last = s
			}
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil || len(cs) == 1 {
		return cmp.Or(err, errs[0])
	}
	return exit.Code(exit.CodeOf(errs[0])) // all were given up, and each was reported
}

// watched notes for the waiter how a refresh of one of several controllers went, and returns why it is given up.
func watched(w *jenkins.Waiter, err error, c *cli.Controller, several int) error {
	if err == nil {
		w.Succeeded()
		return nil
	}
	if several > 1 {
		err = find.OnController(c, err)
	}
	_, err = w.Failed(err)
	return err
}

// newest returns what a snapshot brings that the flags ask for. Builds that had ended before the watch began are left out.
func (o *runsOptions) newest(last, next watch.Snapshot, me []string) []watch.Change {
	var changes []watch.Change
	for _, c := range watch.Changes(last, next) {
		if c.Kind == watch.Added && c.Run.Status.Ended() && last.RecentAt.IsZero() && !o.recent {
			continue
		}
		if o.wants(&c.Run, me) {
			changes = append(changes, c)
		}
	}
	return changes
}

func (o *runsOptions) printChanges(w io.Writer, changes []watch.Change, width int) error {
	now := time.Now()
	if o.JSON {
		for _, c := range changes {
			if err := o.WriteEvent(w, jsonview.Change{Event: string(c.Kind), Run: jsonview.NewRun(c.Run, now, o.own)}); err != nil {
				return err
			}
		}
		return nil
	}
	t := &output.Table{Columns: []output.Column{2: {Status: true}, 4: {Prose: true}}, Paint: output.NewPaint(w)}
	for _, c := range changes {
		if width > 0 {
			t.Add(now.Local().Format(time.TimeOnly), string(c.Kind), string(c.Run.Status),
				strings.TrimSpace(jenkins.DisplayName(c.Run.Job)+" "+output.Number(c.Run)), output.ShortStage(c.Run))
			continue
		}
		t.Add(append([]string{output.Clock(now, false), string(c.Kind)}, runCells(c.Run, now)...)...)
	}
	if width <= 0 {
		return t.Write(w, 0)
	}
	buf := bufio.NewWriter(w)
	for _, row := range t.Rows {
		t.WriteRow(buf, row, changeWidths(width), width)
	}
	return buf.Flush()
}

// changeWidths returns the same for every line, whatever comes later: moment, change, status, build, stage.
func changeWidths(width int) []int {
	fixed := []int{len(time.TimeOnly), len(watch.Removed), len("x ") + len(jenkins.NotBuilt)}
	rest := max(width-output.LineWidth(fixed, func(i int) int { return fixed[i] })-4, 16)
	return append(fixed, rest*3/5, rest-rest*3/5)
}
