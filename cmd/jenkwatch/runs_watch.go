package main

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// watchRuns prints a line for each change on any controller until ctx ends.
func (a *app) watchRuns(ctx context.Context, o *runsOptions, cs []*cli.Controller, me []string) error {
	var mu sync.Mutex // one line at a time
	width, _ := a.OnTerminal()
	errs := make([]error, len(cs)) // of the controllers that were given up, while the others are watched on
	g, ctx := errgroup.WithContext(ctx)
	for i, c := range cs {
		mine := append([]string{c.User}, me...)
		g.Go(func() error {
			var last watch.Snapshot
			w := find.NewWaiter(a.App)
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
			if err := o.WriteEvent(w, jsonview.ChangeJSON{Event: string(c.Kind), Run: jsonview.NewRunJSON(c.Run, now, o.own)}); err != nil {
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
