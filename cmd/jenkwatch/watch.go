package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// newWatcher is the watcher of a controller as the config wants it.
func newWatcher(c *controller) *jenkins.Watcher {
	return &jenkins.Watcher{Client: c.client, Interval: time.Duration(c.Interval), MaxPerMinute: c.MaxPerMinute,
		Events: c.Events}
}

// watchRuns prints a line for each change on any controller until ctx ends.
func (a *app) watchRuns(ctx context.Context, o *runsOptions, cs []*controller, me []string) error {
	var mu sync.Mutex // one line at a time
	g, ctx := errgroup.WithContext(ctx)
	for _, c := range cs {
		mine := append([]string{c.User}, me...)
		g.Go(func() error {
			var last jenkins.Snapshot
			failing := false
			for s := range newWatcher(c).Snapshots(ctx) {
				changes := o.newest(last, s, mine)
				mu.Lock()
				err := o.printChanges(a.out, changes)
				if s.Err != nil && !failing {
					fmt.Fprintln(a.errOut, "jenkwatch: "+jenkins.CleanLine(s.Err.Error())+"; still trying")
				}
				mu.Unlock()
				if err != nil {
					return err
				}
				last, failing = s, s.Err != nil
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// newest is what a snapshot brings that the flags ask for. What had ended before the watch began is no news.
func (o *runsOptions) newest(last, next jenkins.Snapshot, me []string) []jenkins.RunChange {
	var changes []jenkins.RunChange
	for _, c := range jenkins.Changes(last, next) {
		if c.Change == jenkins.Added && c.Run.Status.Ended() && last.RecentAt.IsZero() && !o.recent {
			continue
		}
		if o.wants(&c.Run, me) {
			changes = append(changes, c)
		}
	}
	return changes
}

func (o *runsOptions) printChanges(w io.Writer, changes []jenkins.RunChange) error {
	now := time.Now()
	if !o.json {
		t := runsTable(nil, now, 0, true)
		for _, c := range changes {
			t.add(append([]string{clock(now, false), string(c.Change)}, runCells(c.Run, now)...)...)
		}
		return t.write(w, 0)
	}
	for _, c := range changes {
		if err := o.writeJSON(w, changeJSON{Event: string(c.Change), Run: newRunJSON(c.Run, now)}); err != nil {
			return err
		}
	}
	return nil
}
