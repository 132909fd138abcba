package watch

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestResultsComeWithinFifteenSecondsHoweverManyBuildsEnd has builds end steadily, each of another job: where asking for
// each alone would take more than the cap, trees tell of many.
func TestResultsComeWithinFifteenSecondsHoweverManyBuildsEnd(t *testing.T) {
	t.Parallel()
	for _, perMinute := range []int{5, 10, 20, 30, 40, 60, 80, 120, 240} {
		t.Run(fmt.Sprint(perMinute), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { resultsComeInTime(t, perMinute) })
		})
	}
}

func resultsComeInTime(t *testing.T, perMinute int) {
	f := &fakeAsker{delay: map[string]time.Duration{"Running": 50 * time.Millisecond, "LastBuilds": 300 * time.Millisecond}}
	const lasts = 8 * time.Minute
	every, began := time.Minute/time.Duration(perMinute), time.Now()
	ends := map[string]time.Time{}
	for at := time.Duration(0); at < lasts; at += every {
		job := fmt.Sprintf("job-%04d", len(ends))
		f.add(job, 4, -time.Hour, time.Minute)
		f.add(job, 5, at-30*time.Second, 37*time.Second)
		ends[job] = began.Add(at + 7*time.Second)
	}
	w := &Watcher{asker: f}
	var late []time.Duration
	for _, s := range watchedAt(t, w, lasts) {
		for i := range s.Recent {
			if end, ok := ends[s.Recent[i].Job]; ok && s.Recent[i].Number == 5 {
				late = append(late, s.shownAt.Sub(end))
				delete(ends, s.Recent[i].Job)
			}
		}
	}
	slices.Sort(late)
	if len(late) < perMinute*7 {
		t.Fatalf("%d a minute: only %d results", perMinute, len(late))
	}
	if most := late[len(late)-1]; most > 15*time.Second {
		t.Errorf("%d a minute: results after %v (median), %v (most)", perMinute, late[len(late)/2], most)
	}
	t.Logf("results after %v (median), %v (most); %d polls, %d queues, %d trees, %d builds", late[len(late)/2],
		late[len(late)-1], len(f.times("Running", began)), len(f.times("Queue", began)), len(f.times("LastBuilds", began)), len(f.times("Build", began)))
}

// shown is a snapshot and when it was yielded.
type shown struct {
	Snapshot
	shownAt time.Time
}

func watchedAt(t *testing.T, w *Watcher, lasts time.Duration) (snaps []shown) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	for s := range w.Snapshots(ctx) {
		snaps = append(snaps, shown{s, time.Now()})
	}
	return snaps
}
