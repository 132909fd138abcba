package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// newWatcher is the watcher of a controller as the config wants it. Where that does not say whether the controller sends
// events, a service asks, which a controller without them answers with a long page; init asks once and writes it down.
func newWatcher(c *controller, service bool) *jenkins.Watcher {
	events := service
	if c.Events != nil {
		events = *c.Events
	}
	return &jenkins.Watcher{Client: c.client, Interval: time.Duration(c.Interval), MaxPerMinute: c.MaxPerMinute, Events: events}
}

// watchRuns prints a line for each change on any controller until ctx ends.
func (a *app) watchRuns(ctx context.Context, o *runsOptions, cs []*controller, me []string) error {
	var mu sync.Mutex // one line at a time
	width, _ := a.onTerminal()
	g, ctx := errgroup.WithContext(ctx)
	for _, c := range cs {
		mine := append([]string{c.User}, me...)
		g.Go(func() error {
			var last jenkins.Snapshot
			failing := false
			for s := range newWatcher(c, true).Snapshots(ctx) {
				changes := o.newest(last, s, mine)
				mu.Lock()
				err := o.printChanges(a.out, changes, width)
				if s.Err != nil && !failing {
					err := s.Err
					if len(cs) > 1 {
						err = of(c, err)
					}
					note(a.errOut, "jenkwatch: %s; still trying", err)
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

func (o *runsOptions) printChanges(w io.Writer, changes []jenkins.RunChange, width int) error {
	now := time.Now()
	if o.json {
		for _, c := range changes {
			if err := o.writeJSON(w, changeJSON{Event: string(c.Change), Run: newRunJSON(c.Run, now, o.own)}); err != nil {
				return err
			}
		}
		return nil
	}
	t := &table{columns: []column{4: {prose: true}}}
	for _, c := range changes {
		if width > 0 {
			t.add(now.Local().Format(time.TimeOnly), string(c.Change), string(c.Run.Status),
				strings.TrimSpace(jenkins.DisplayName(c.Run.Job)+" "+number(c.Run)), shortStage(c.Run))
			continue
		}
		t.add(append([]string{clock(now, false), string(c.Change)}, runCells(c.Run, now)...)...)
	}
	if width <= 0 {
		return t.write(w, 0)
	}
	buf := bufio.NewWriter(w)
	for _, row := range t.rows {
		t.writeRow(buf, row, changeWidths(width), width)
	}
	return buf.Flush()
}

// changeWidths are the same for every line, whatever comes later: moment, change, status, build, stage.
func changeWidths(width int) []int {
	fixed := []int{len(time.TimeOnly), len(jenkins.Removed), len(jenkins.NotBuilt)}
	rest := max(width-lineWidth(fixed, func(i int) int { return fixed[i] })-4, 16)
	return append(fixed, rest*3/5, rest-rest*3/5)
}
