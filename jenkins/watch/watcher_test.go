package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// watched runs a watcher for so long in the bubble and gives every snapshot.
func watched(t *testing.T, w *Watcher, lasts time.Duration) []Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	return slices.Collect(w.Snapshots(ctx))
}

func find(runs []jenkins.Run, job string, number int) *jenkins.Run {
	i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return r.Job == job && r.Number == number })
	if i < 0 {
		return nil
	}
	return &runs[i]
}

func TestFirstSnapshotDoesNotWaitForQueueAndTree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{delay: map[string]time.Duration{
			"Running": 40 * time.Millisecond, "Queue": 300 * time.Millisecond, "LastBuilds": 8 * time.Second}}
		f.add("a", 1, 0, 0)
		f.add("b", 7, -time.Hour, time.Minute)
		f.wait("c", 5, 0, 0)
		began := time.Now()
		var at []time.Duration
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		var last Snapshot
		for s := range (&Watcher{asker: f}).Snapshots(ctx) {
			at = append(at, time.Since(began))
			if s.RecentAt.IsZero() && len(s.Recent) > 0 {
				t.Error("recent builds without a time at which they were read")
			}
			last = s
		}
		if at[0] != 40*time.Millisecond || at[1] != 340*time.Millisecond {
			t.Errorf("the first snapshots came after %v, want 40ms and 340ms", at[:2])
		}
		if calls := f.times("Running", began); len(calls) < 4 {
			t.Errorf("a slow tree held up the refreshes: they left at %v", calls)
		}
		if len(last.Runs) != 1 || len(last.Queue) != 1 || find(last.Recent, "b", 7) == nil {
			t.Errorf("the last snapshot lacks something: %+v", last)
		}
	})
}

func TestIntervalAdapts(t *testing.T) {
	t.Parallel()
	busy := func(f *fakeAsker, _ *Watcher) { f.add("a", 1, 0, 0) }
	idle := func(*fakeAsker, *Watcher) {}
	poked := func(_ *fakeAsker, w *Watcher) { w.Poke() }
	slow := func(d time.Duration) func(*fakeAsker, *Watcher) {
		return func(f *fakeAsker, w *Watcher) { busy(f, w); f.delay = map[string]time.Duration{"Running": d} }
	}
	for name, c := range map[string]struct {
		prepare func(*fakeAsker, *Watcher)
		after   time.Duration
		want    time.Duration // between the last two refreshes
	}{
		"quick while a build runs": {busy, time.Minute, 2 * time.Second},
		"quick while something waits": {func(f *fakeAsker, _ *Watcher) { f.wait("a", 1, 0, 0) },
			time.Minute, 2 * time.Second},
		"slow when idle":                  {idle, time.Minute, 10 * time.Second},
		"slower when idle for long":       {idle, 10 * time.Minute, 15 * time.Second},
		"quick after a poke, though idle": {poked, 25 * time.Second, 2 * time.Second},
		"slow again some time after":      {poked, 2 * time.Minute, 10 * time.Second},
		"the user's own interval": {func(f *fakeAsker, w *Watcher) { busy(f, w); w.Interval = 7 * time.Second },
			time.Minute, 7 * time.Second},
		"rare when unfocused": {func(f *fakeAsker, w *Watcher) { busy(f, w); w.SetFocused(false) },
			5 * time.Minute, 30 * time.Second},
		"a low cap stretches it": {func(f *fakeAsker, w *Watcher) { busy(f, w); w.MaxPerMinute = 10 },
			5 * time.Minute, 9 * time.Second},
		"a stuck item is not activity": {func(f *fakeAsker, _ *Watcher) { f.wait("a", 1, 0, 0).run.Stuck = true },
			time.Minute, 10 * time.Second},
		"a slow answer stretches it":       {slow(2 * time.Second), time.Minute, 10 * time.Second},
		"a very slow answer up to a limit": {slow(30 * time.Second), 5 * time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fakeAsker{}
				w := &Watcher{asker: f}
				c.prepare(f, w)
				began := time.Now()
				watched(t, w, c.after)
				at := f.times("Running", began)
				if n := len(at); n < 2 || at[n-1]-at[n-2] != c.want {
					t.Errorf("refreshes left at %v, want the last two %v apart", at, c.want)
				}
			})
		})
	}
}

func TestQueueIsAskedEveryThirdTimeAndWhenTheRunsChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, 0, 0)
		f.add("b", 1, 15*time.Second, 0)
		began := time.Now()
		watched(t, &Watcher{asker: f}, 30*time.Second)
		if got := fmt.Sprint(f.times("Queue", began)); got != "[0s 6s 12s 16s 22s 28s]" {
			t.Errorf("the queue was asked at %v", got)
		}
	})
}

func TestPokeAsksNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		w := &Watcher{asker: f}
		began := time.Now()
		time.AfterFunc(5*time.Second, func() {
			for range 100 {
				w.Poke()
			}
		})
		watched(t, w, 6*time.Second)
		if got := f.times("Running", began); len(got) != 2 || got[1] != 5*time.Second {
			t.Errorf("refreshes left at %v, want one more at 5s", got)
		}
		if got := f.times("Queue", began); len(got) != 2 {
			t.Errorf("the queue was asked at %v, want it with the poke too", got)
		}
	})
}

func TestFocusRegainedAsksNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, 0, 0)
		w := &Watcher{asker: f}
		w.SetFocused(false)
		began := time.Now()
		time.AfterFunc(20*time.Second, func() { w.SetFocused(true) })
		watched(t, w, 21*time.Second)
		if got := f.times("Running", began); len(got) != 2 || got[1] != 20*time.Second {
			t.Errorf("refreshes left at %v, want 0s and 20s", got)
		}
	})
}

func TestCapIsNeverExceeded(t *testing.T) {
	t.Parallel()
	for _, most := range []int{60, 20, 5, 1} {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeAsker{}
			for i := range 40 { // busy: builds come and go all the time
				for n := range 60 {
					f.add(string(rune('A'+i)), n+1, time.Duration(i*331+n*7000)*time.Millisecond, 5*time.Second)
				}
			}
			w := &Watcher{asker: f, MaxPerMinute: most}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			var user sync.WaitGroup
			defer user.Wait()
			user.Go(func() { // and an impatient user
				for tick := time.NewTicker(100 * time.Millisecond); ; <-tick.C {
					if w.Poke(); ctx.Err() != nil {
						return
					}
				}
			})
			shown := 0
			for s := range w.Snapshots(ctx) {
				shown = max(shown, s.RequestsPerMinute)
			}
			cancel()
			for i := range f.calls {
				if j := i + most; j < len(f.calls) && f.calls[j].at.Sub(f.calls[i].at) < time.Minute {
					t.Fatalf("cap %d: %d requests within %v", most, most+1, f.calls[j].at.Sub(f.calls[i].at))
				}
			}
			if shown > most || shown < most*2/3 {
				t.Errorf("cap %d: the busiest minute shown had %d requests", most, shown)
			}
			refreshes := f.times("Running", f.calls[0].at)
			for i := range refreshes[1:] {
				if gap := refreshes[i+1] - refreshes[i]; gap > 6*time.Minute/time.Duration(most) {
					t.Errorf("cap %d: an impatient user was left blind for %v", most, gap)
				}
			}
		})
	}
}

func TestErrorsBackOffAndOldDataStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, 0, 0)
		w := &Watcher{asker: f}
		began := time.Now()
		down := &jenkins.Error{Kind: jenkins.Unreachable}
		time.AfterFunc(11*time.Second, func() { f.setFail("Running", down) })
		time.AfterFunc(5*time.Minute, func() { f.setFail("", nil) })
		snaps := watched(t, w, 6*time.Minute)
		at := f.times("Running", began)
		var failed []Snapshot
		for _, s := range snaps {
			if s.Err != nil {
				failed = append(failed, s)
			}
		}
		if len(failed) < 8 || len(failed) > 25 {
			t.Errorf("%d failed refreshes in five minutes", len(failed))
		}
		for i, s := range failed {
			switch {
			case !errors.Is(s.Err, down) || len(s.Runs) != 1:
				t.Fatalf("failed snapshot %d lost something: %+v", i, s)
			case !s.At.Equal(began.Add(10 * time.Second)):
				t.Errorf("data of 10s are dated %v", s.At.Sub(began))
			case !s.ErrAt.Equal(began.Add(12 * time.Second)):
				t.Errorf("it fails since 12s, not since %v", s.ErrAt.Sub(began))
			}
			if next := slices.Index(at, s.Retry.Sub(began)); next < 0 {
				t.Errorf("promised to ask at %v, asked at %v", s.Retry.Sub(began), at)
			}
		}
		for i := range at[1:] {
			if gap := at[i+1] - at[i]; gap > backoffMost {
				t.Errorf("backed off for %v", gap)
			}
		}
		last := snaps[len(snaps)-1]
		if last.Err != nil || !last.ErrAt.IsZero() || !last.Retry.IsZero() || time.Since(last.At) > 3*time.Second {
			t.Errorf("after the recovery: %+v", last)
		}
		if trees := f.times("LastBuilds", began); len(trees) < 2 || trees[1] < 5*time.Minute {
			t.Errorf("trees at %v, want one right after the outage", trees)
		}
	})
}

func TestBadTokenIsTriedRarelyButAPokeTriesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.setFail("Running", &jenkins.Error{Kind: jenkins.NotAllowed, Status: 401})
		w := &Watcher{asker: f}
		began := time.Now()
		time.AfterFunc(5*time.Second, w.Poke)
		watched(t, w, 20*time.Minute)
		at := f.times("Running", began)
		if len(at) < 3 || len(at) > 12 || at[1] != 5*time.Second {
			t.Errorf("a token that is not accepted was tried at %v", at)
		}
	})
}

func TestCancelEndsAWaitingQuestion(t *testing.T) {
	t.Parallel()
	for _, question := range []string{"Running", "Queue", "LastBuilds"} {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeAsker{delay: map[string]time.Duration{question: 30 * time.Second}}
			began := time.Now()
			for _, s := range watched(t, &Watcher{asker: f}, time.Second) {
				if s.Err != nil {
					t.Errorf("%s: the end of the watch is shown as %v", question, s.Err)
				}
			}
			if took := time.Since(began); took != time.Second {
				t.Errorf("%s: it ended after %v", question, took)
			}
		})
	}
}

func TestConsumerThatStopsEndsTheWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{delay: map[string]time.Duration{"LastBuilds": time.Hour}}
		began := time.Now()
		n := 0
		for range (&Watcher{asker: f}).Snapshots(t.Context()) {
			if n++; n == 3 {
				break
			}
		}
		if time.Since(began) > time.Minute {
			t.Error("it waited for its tree")
		}
	})
}

func TestTroubleWithTheQueueIsNotTroubleWithTheRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{fail: map[string]error{"Queue": &jenkins.Error{Kind: jenkins.NotAllowed}, "LastBuilds": &jenkins.Error{Kind: jenkins.TimedOut}}}
		f.add("a", 1, 0, 0)
		began := time.Now()
		snaps := watched(t, &Watcher{asker: f}, 10*time.Minute)
		last := snaps[len(snaps)-1]
		if last.Err != nil || last.QueueErr == nil || last.RecentErr == nil || time.Since(last.At) > 3*time.Second {
			t.Errorf("last snapshot: %+v", last)
		}
		if n := len(f.times("Queue", began)); n > 12 {
			t.Errorf("a queue that we may not see was asked for %d times", n)
		}
		if n := len(f.times("LastBuilds", began)); n < 2 || n > 8 {
			t.Errorf("a tree that fails was asked for %d times", n)
		}
	})
}

// TestAQueueThatAnswersAgainIsAskedAsBefore: what comes of the next error does not depend on former ones.
func TestAQueueThatAnswersAgainIsAskedAsBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, 0, 0)
		trouble := &jenkins.Error{Kind: jenkins.NotAllowed}
		f.setFail("Queue", trouble)
		began := time.Now()
		time.AfterFunc(time.Hour, func() { f.setFail("Queue", nil) })
		time.AfterFunc(2*time.Hour, func() { f.setFail("Queue", trouble) })
		time.AfterFunc(2*time.Hour+10*time.Second, func() { f.setFail("Queue", nil) })
		last := watched(t, &Watcher{asker: f}, 2*time.Hour+2*time.Minute)
		if s := last[len(last)-1]; s.QueueErr != nil {
			t.Errorf("two minutes after an error of ten seconds: %v", s.QueueErr)
		}
		if n := len(f.times("Queue", began.Add(2*time.Hour+time.Minute))); n < 5 {
			t.Errorf("in a minute it was asked for %d times", n)
		}
	})
}

func TestWatcherTakesHintsBeforeItIsStarted(t *testing.T) {
	t.Parallel()
	w := &Watcher{}
	w.Poke()
	w.NotifyBuild("a", 3)
	w.SetFocused(false)
}
