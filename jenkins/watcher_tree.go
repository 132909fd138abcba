package jenkins

import (
	"context"
	"time"
)

// The lastBuild tree is what costs most: on a controller with 2,000 jobs 52 KB where a refresh costs one or two. It is
// asked for beside the refreshes, because a controller that must first load each build from disk takes seconds.
const (
	treePerJob     = 300 * time.Millisecond // of the time between two trees: 5 bytes a job, so 1 KB a minute
	treePerJobIdle = 50 * time.Millisecond  // while hardly anything else is asked for
	treeOftenest   = time.Minute
	treeRarest     = 15 * time.Minute
	treeSpacing    = 10 * time.Second // at least, however much is wanted
	treePatience   = 5 * time.Second  // then builds that wait for the tree are asked for alone
	treeLoad       = 50               // a tree may take this part of the controller's time
	treeFailed     = 30 * time.Second
	manyJobs       = 1000 // whose tree costs as much as a dozen refreshes
	numbersInARow  = 5    // of so many jobs: then a whole tree tells, too, what was changed of ended builds
)

// tree is when the lastBuild tree is asked for.
type tree struct {
	answers chan treeAnswer
	flying  bool
	want    bool      // builds wait for it, and for all of it
	numbers int       // trees in a row that told nothing but numbers
	asked   time.Time // the last one
	took    time.Duration
	jobs    int // that it named
	cost    int // requests it took
	fails   int
	retry   time.Time // after a failure
}

type treeAnswer struct {
	jobs     []Job
	last     []Ref // instead of jobs: a tree of nothing but numbers
	whole    bool
	err      error
	turn     int
	requests int
}

// owing tells whether the minute of a long tree is not over: the refreshes pay for what it took, so that this minute,
// too, stays within 60 KB.
func (t *tree) owing(now time.Time) bool { return t.jobs >= manyJobs && now.Sub(t.asked) < window }

// may tells whether a tree may be asked for, if it is wanted.
func (t *tree) may(now time.Time) bool {
	return !t.flying && !now.Before(t.retry) && (t.asked.IsZero() || now.Sub(t.asked) >= t.spacing())
}

func (t *tree) spacing() time.Duration { return max(treeSpacing, min(treeRarest, t.took*treeLoad/2)) }

// every is the time between two trees that nothing in particular calls for.
func (t *tree) every(active bool) time.Duration {
	perJob := treePerJobIdle
	if active {
		perJob = treePerJob
	}
	return min(treeRarest, max(treeOftenest, perJob*time.Duration(t.jobs), t.took*treeLoad))
}

// plantTree asks for the tree if it is due; its answer comes to harvest.
func (l *loop) plantTree(ctx context.Context) {
	now, t := time.Now(), &l.tree
	due := t.want || now.Sub(t.asked) >= t.every(l.book.active())
	if !due || !t.may(now) || !l.spare() || l.rate.left(now) < t.cost {
		return
	}
	a := treeAnswer{turn: l.book.turn, whole: t.want || t.jobs < manyJobs || t.numbers >= numbersInARow}
	t.flying, t.want, t.asked = true, false, now
	l.rate.note(now, 1)
	l.helpers.Go(func() {
		ctx, m := metered(ctx)
		if a.whole {
			a.jobs, a.err = l.ask.LastBuilds(ctx)
		} else {
			a.last, a.err = l.ask.LastNumbers(ctx)
		}
		a.requests = int(m.requests.Load())
		t.answers <- a
	})
}

// harvest enters the answer. That it fails does not make the running builds any older.
func (l *loop) harvest(a treeAnswer) bool {
	now, t := time.Now(), &l.tree
	t.flying, t.took, t.cost = false, now.Sub(t.asked), a.requests
	l.rate.note(now, max(0, a.requests-1))
	l.snap.RecentErr = a.err
	if a.err != nil {
		t.fails++
		if a.whole {
			t.numbers = numbersInARow // the next is whole instead
		}
		t.retry = now.Add(backoff(t.fails, treeFailed, treeRarest))
		return l.show(now)
	}
	t.fails, t.retry = 0, time.Time{}
	l.snap.RecentAt = now.Round(0)
	if a.whole {
		t.numbers, t.jobs = 0, len(a.jobs)
		l.book.tree(a.jobs, a.turn, t.asked, now)
	} else {
		t.numbers++
		l.book.numbers(a.last, a.turn, t.asked, now)
	}
	l.plan(now)
	return l.show(now)
}
