package watch

import (
	"context"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// The lastBuild tree is what costs most: on a controller with 2,000 jobs 52 KB where a refresh costs one or two. It is
// asked for beside the refreshes, because a controller that must first load each build from disk takes seconds.
const (
	treePerJob      = 300 * time.Millisecond // of the time between two trees: 5 bytes a job, so 1 KB a minute
	treePerJobIdle  = 50 * time.Millisecond  // while hardly anything else is asked for
	treeMinInterval = time.Minute
	treeMaxInterval = 15 * time.Minute
	treeSpacing     = 10 * time.Second // at least, however much is wanted
	treeWait        = 5 * time.Second  // then builds that wait for the tree are asked for alone
	treeLoad        = 50               // a tree may take this part of the controller's time
	treeFailed      = 30 * time.Second
)

// tree is when the lastBuild tree is asked for.
type tree struct {
	answers chan jobsAnswer
	flying  bool
	want    bool      // builds wait for it
	asked   time.Time // the last one
	took    time.Duration
	jobs    int // that it named
	cost    int // requests it took
	fails   int
	retry   time.Time // after a failure
}

type jobsAnswer struct {
	jobs     []jenkins.Job
	err      error
	turn     int
	requests int
}

// works reports whether the last answer, if any, was of use and came soon enough to be waited for.
func (t *tree) works() bool { return t.fails == 0 && t.spacing() == treeSpacing }

// may reports whether a tree may be asked for, if it is wanted.
func (t *tree) may(now time.Time) bool {
	return !t.flying && !now.Before(t.retry) && (t.asked.IsZero() || now.Sub(t.asked) >= t.spacing())
}

func (t *tree) spacing() time.Duration {
	return max(treeSpacing, min(treeMaxInterval, t.took*treeLoad/2))
}

// every is the time between two trees that nothing in particular calls for.
func (t *tree) every(active bool) time.Duration {
	perJob := treePerJobIdle
	if active {
		perJob = treePerJob
	}
	return min(treeMaxInterval, max(treeMinInterval, perJob*time.Duration(t.jobs), t.took*treeLoad))
}

// startJobsPoll asks for the tree if it is due; its answer comes to finishJobsPoll.
func (l *loop) startJobsPoll(ctx context.Context) {
	now, t := time.Now(), &l.tree
	due := t.want || now.Sub(t.asked) >= t.every(l.state.active())
	room := l.spare()
	if t.want && now.Sub(l.acted) >= actedFor { // builds wait for it, and nobody else does
		room = l.rate.left(now) > l.rate.max/10
	}
	if !due || !t.may(now) || !room || l.rate.left(now) < t.cost {
		return
	}
	a := jobsAnswer{turn: l.state.turn}
	t.flying, t.want, t.asked = true, false, now
	l.rate.note(now, 1)
	l.helpers.Go(func() {
		ctx, requests := jenkins.CountRequests(ctx)
		a.jobs, a.err = l.ask.LastBuilds(ctx)
		a.requests = int(requests.Load())
		t.answers <- a
	})
}

// finishJobsPoll enters the answer. That it fails does not make the running builds any older.
func (l *loop) finishJobsPoll(a jobsAnswer) bool {
	now, t := time.Now(), &l.tree
	t.flying, t.took, t.cost = false, now.Sub(t.asked), a.requests
	l.rate.note(now, max(0, a.requests-1))
	l.snap.RecentErr = a.err
	if a.err != nil {
		t.fails++
		t.retry = now.Add(jenkins.Backoff(t.fails, treeFailed, treeMaxInterval))
		return l.show(now)
	}
	t.fails, t.retry = 0, time.Time{}
	l.snap.RecentAt = now.Round(0)
	t.jobs = len(a.jobs)
	l.state.tree(a.jobs, a.turn, t.asked, now)
	l.plan(now)
	return l.show(now)
}
