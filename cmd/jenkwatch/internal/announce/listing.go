package announce

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// listing is a job whose builds are to be listed by its history.
type listing struct {
	job   string
	anew  bool      // the job was deleted and created again: nothing that was announced counts
	back  bool      // the job turned up: there may have been one of its name, of which only the disk knows
	after time.Time // of anew and back: only what ended after this is news
	since bool      // announce what began since the time that --since gives
	left  bool      // not of a job: what an earlier process left open
	tries int
}

const (
	firstPage = 10
	nextPage  = 100
	maxListed = 10_000 // builds of one job
)

// EndReplay notes that all that Since asked for has been announced. What was left for the next time is part of it.
func (a *Announcer) EndReplay(ctx context.Context) error {
	a.mu.Lock()
	already, left := a.replay.already, len(a.unread) > 0
	a.mu.Unlock()
	if already > 0 {
		a.Log.Info("builds that --since asks for had been announced already; --replay announces them again", "controller", a.Controller,
			"builds", already)
	}
	if a.replay.Begun.IsZero() || left {
		return nil
	}
	return a.Ledger.EndReplay(ctx, a.Controller)
}

// startReplay lists every job that has a build since --since; nothing of it is announced before.
func (a *Announcer) startReplay(s watch.Snapshot) {
	for _, list := range [][]jenkins.Run{s.Runs, s.Recent} {
		for i := range list {
			r := &list[i]
			if a.Wants(r.Job) && (!r.Status.Ended() || !r.Began().Before(a.replay.Since)) {
				a.replay.listing[r.Job] = true
				a.queue.addJob(&listing{job: r.Job, since: true})
			}
		}
	}
}

// listed meets what came while a job was listed.
func (a *Announcer) listed(l *listing, err error) {
	if err != nil && !jenkins.IsKind(err, jenkins.NotFound) {
		l.tries++
		if pause := a.failed(err, l.tries, cmp.Or(l.job, "what an earlier sync left open")); pause > 0 {
			a.later(pause, func() { a.queue.retries = append(a.queue.retries, task{job: l}) })
		}
		return
	}
	delete(a.queue.lists, l.job)
	delete(a.replay.listing, l.job)
	for _, list := range [][]jenkins.Run{a.seen.last.Recent, a.seen.last.Runs} { // what came while it was listed
		for i := range list {
			if list[i].Job == l.job {
				a.change(watch.Change{Kind: watch.Changed, Run: list[i]}, false, time.Now())
			}
		}
	}
	if _, behind := a.progress.gap(l.job); behind && err == nil {
		a.queue.addJob(&listing{job: l.job})
	}
}

func (a *Announcer) list(ctx context.Context, l *listing) error {
	a.mu.Lock()
	after, behind := a.progress.gap(l.job)
	a.mu.Unlock()
	wanted := func(r jenkins.Run) bool { return r.Number > after }
	switch {
	case l.left:
		return a.followLeft(ctx)
	case l.back:
		return a.recall(ctx, l)
	case l.anew:
		// Its builds are met afterwards, and what they jumped over is listed then.
		if err := a.endOld(ctx, l.job); err != nil {
			return err
		}
		if err := a.Ledger.Forget(ctx, a.Controller, l.job, 0, time.Time{}); err != nil {
			return err
		}
		a.mu.Lock()
		a.progress.renew(l.job)
		maps.DeleteFunc(a.builds, func(ref jenkins.Ref, _ *openBuild) bool { return ref.Job == l.job }) // they went with it
		a.newcomers.known[l.job] = l.after
		a.mu.Unlock()
		return nil
	case l.since:
		wanted = func(r jenkins.Run) bool { return !r.Began().Before(a.replay.Since) || !r.Status.Ended() }
	case !behind:
		return nil
	}
	anew := false
	runs, err := a.history(ctx, l.job, func(r jenkins.Run) bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		anew = anew || !l.since && a.progress.anew(r.Job, r.Number, r.StartedAt)
		return wanted(r)
	})
	if anew && err == nil { // it has more builds by now than it had before it was deleted
		a.mu.Lock()
		known := a.seen.knownAt
		a.mu.Unlock()
		return a.list(ctx, &listing{job: l.job, anew: true, after: known})
	}
	if err != nil && !jenkins.IsKind(err, jenkins.NotFound) {
		return err
	}
	slices.SortFunc(runs, func(x, y jenkins.Run) int { return cmp.Compare(x.Number, y.Number) })
	if l.since && len(runs) > 0 {
		above := min(runs[0].Number, a.lowestRunning(l.job)) - 1
		if a.Again {
			if err := a.Ledger.Forget(ctx, a.Controller, l.job, above, a.replay.Begun); err != nil {
				return err
			}
		}
		a.mu.Lock()
		a.progress.begin(l.job, above, time.Time{})
		delete(a.replay.listing, l.job)
		a.mu.Unlock()
	}
	a.meetAll(l.job, runs)
	return nil
}

// recall goes on where a job of this name stood before it was gone from the controller. Its builds are met afterwards:
// either it was hidden, or they prove that it was made anew.
func (a *Announcer) recall(ctx context.Context, l *listing) error {
	mark, err := a.Ledger.Watermark(ctx, a.Controller, l.job)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if mark.Number == 0 {
		a.newcomers.unread[l.job] = l.after
		return nil
	}
	a.progress.begin(l.job, mark.Number, mark.Began)
	a.newcomers.known[l.job] = l.after
	return nil
}

// meetAll meets all builds that there are beyond what was known.
func (a *Announcer) meetAll(job string, runs []jenkins.Run) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	for i := range runs {
		a.change(watch.Change{Kind: watch.Changed, Run: runs[i]}, false, now)
	}
	top := a.progress.seen(job)
	if len(runs) > 0 {
		top = runs[len(runs)-1].Number
	}
	a.progress.listed(job, top)
	if _, behind := a.progress.gap(job); !behind && a.seen.based {
		delete(a.newcomers.known, job)
	}
	a.saveSoon()
}

// lowestRunning returns the lowest number of a job that runs.
func (a *Announcer) lowestRunning(job string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	lowest := math.MaxInt
	for i := range a.seen.last.Runs {
		if a.seen.last.Runs[i].Job == job {
			lowest = min(lowest, a.seen.last.Runs[i].Number)
		}
	}
	return lowest
}

// history reads a job's history from its newest build to the first that is not wanted.
func (o *Options) history(ctx context.Context, job string, wanted func(jenkins.Run) bool) ([]jenkins.Run, error) {
	var found []jenkins.Run
	for from, size := 0, firstPage; from < maxListed; from, size = from+size, nextPage {
		page, err := o.Client.History(ctx, job, from, size)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if !wanted(r) {
				return found, nil
			}
			found = append(found, r)
		}
		if len(page) < size {
			break
		}
	}
	return found, nil
}
