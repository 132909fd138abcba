package watch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// statusesOf returns the statuses of one build in the snapshots: "RUNNING" while it is among the runs, its status once it is recent,
// "-" while it is nowhere. Repeats are left out.
func statusesOf(snaps []Snapshot, job string, number int) string {
	var reported []string
	for _, s := range snaps {
		word := "-"
		run, done := find(s.Runs, job, number), find(s.Recent, job, number)
		switch {
		case run != nil && done != nil:
			word = "twice"
		case run != nil:
			word = string(run.Status)
		case done != nil:
			word = string(done.Status)
		}
		if len(reported) == 0 || reported[len(reported)-1] != word {
			reported = append(reported, word)
		}
	}
	return strings.Join(reported, " ")
}

func TestBuildThatLeavesShowsItsResultAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 3, 0, 9*time.Second).result = jenkins.Failure
		f.add("b", 1, 0, 0)
		began := time.Now()
		snaps := watched(t, &Watcher{asker: f}, 30*time.Second)
		if got := statusesOf(snaps, "a", 3); got != "RUNNING FAILURE" {
			t.Errorf("reported: %s", got)
		}
		if got := f.times("Build", began); len(got) != 1 || got[0] != 10*time.Second {
			t.Errorf("builds were asked for at %v, want one at 10s", got)
		}
		if got := f.times("LastBuilds", began); len(got) != 1 {
			t.Errorf("trees at %v, want the first alone", got)
		}
		last := snaps[len(snaps)-1].Recent[0]
		if last.Duration != 9*time.Second || !slices.Equal(last.Nodes, []string{"agent-1"}) {
			t.Errorf("the ended run lost what was known of it: %+v", last)
		}
	})
}

func TestWhenManyLeaveAtOnceOneTreeIsAsked(t *testing.T) {
	t.Parallel()
	for leavers, want := range map[int]struct{ builds, trees int }{3: {3, 1}, 4: {0, 2}, 200: {0, 2}} {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeAsker{}
			for i := range leavers {
				f.add(fmt.Sprintf("job-%03d", i), 5, 0, 15*time.Second)
			}
			f.add("other", 1, 0, 0)
			began := time.Now()
			snaps := watched(t, &Watcher{asker: f}, 40*time.Second)
			for i := range leavers {
				if got := statusesOf(snaps, fmt.Sprintf("job-%03d", i), 5); got != "RUNNING SUCCESS" {
					t.Fatalf("%d leave: reported of job-%03d: %s", leavers, i, got)
				}
			}
			if b, l := len(f.times("Build", began)), len(f.times("LastBuilds", began)); b != want.builds || l != want.trees {
				t.Errorf("%d leave: %d builds and %d trees were asked for, want %+v", leavers, b, l, want)
			}
		})
	}
}

func TestWhatTheTreeDoesNotTellIsAskedAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		for n := range 6 { // concurrent builds of one job: the tree names the last only
			f.add("matrix", n+1, 0, 15*time.Second)
		}
		began := time.Now()
		snaps := watched(t, &Watcher{asker: f}, 30*time.Second)
		for n := range 6 {
			if got := statusesOf(snaps, "matrix", n+1); got != "RUNNING SUCCESS" {
				t.Errorf("reported of #%d: %s", n+1, got)
			}
		}
		if b, h := len(f.times("Build", began)), len(f.times("History", began)); b != 0 || h != 1 {
			t.Errorf("%d builds and %d histories were asked for, want one page with the five others", b, h)
		}
	})
}

func TestTreeThatFailsDoesNotHoldUpResults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		for i := range 5 {
			f.add(fmt.Sprint("job-", i), 5, 0, 15*time.Second)
		}
		time.AfterFunc(10*time.Second, func() { f.setFail("LastBuilds", &jenkins.Error{Kind: jenkins.TooLarge}) })
		snaps := watched(t, &Watcher{asker: f}, 40*time.Second)
		for i := range 5 {
			if got := statusesOf(snaps, fmt.Sprint("job-", i), 5); got != "RUNNING SUCCESS" {
				t.Errorf("reported of job-%d: %s", i, got)
			}
		}
	})
}

func TestJumpedOverBuildsAreFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 4, -time.Hour, time.Minute)
		f.add("busy", 1, 0, 0)
		f.add("a", 5, 12100*time.Millisecond, 300*time.Millisecond)
		f.add("a", 6, 12600*time.Millisecond, 300*time.Millisecond).result = jenkins.Aborted
		f.add("a", 7, 13*time.Second, time.Minute)
		began := time.Now()
		snaps := watched(t, &Watcher{asker: f}, 20*time.Second)
		for number, want := range map[int]string{4: "- SUCCESS", 5: "- SUCCESS", 6: "- ABORTED", 7: "- RUNNING"} {
			if got := statusesOf(snaps, "a", number); got != want {
				t.Errorf("reported of #%d: %s, want %s", number, got, want)
			}
		}
		if got := f.times("History", began); len(got) != 1 {
			t.Errorf("the history was asked for at %v, want once", got)
		}
	})
}

func TestManyJumpedOverBuildsComePageByPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		for n := 1; n <= 350; n++ {
			f.add("a", n, -time.Hour+time.Duration(n)*time.Second, time.Second)
		}
		snaps := watched(t, &Watcher{asker: f, Known: map[string]int{"a": 20}}, time.Minute)
		last := snaps[len(snaps)-1]
		for n := 1; n <= 350; n++ {
			if got := find(last.Recent, "a", n) != nil; got != (n > 20) {
				t.Fatalf("#%d is among the recent: %v", n, got)
			}
		}
		if n := len(f.times("History", snaps[0].At.Add(-time.Second))); n > 5 {
			t.Errorf("%d pages for 330 builds", n)
		}
	})
}

func TestEveryBuildIsToldThroughChangesHoweverManyWereMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		for n := 1; n <= 900; n++ { // more than are kept
			f.add("a", n, -time.Hour+time.Duration(n)*time.Second, time.Second)
		}
		reported := map[jenkins.Ref]int{}
		var prev Snapshot
		for _, s := range watched(t, &Watcher{asker: f, Known: map[string]int{"a": 50}}, 3*time.Minute) {
			for _, c := range Changes(prev, s) {
				if c.Kind == Added {
					reported[c.Run.Ref]++
				}
				if c.Kind == Removed {
					t.Fatalf("removed: %v", c.Run.Ref)
				}
			}
			prev = s
		}
		for n := 51; n <= 900; n++ {
			if got := reported[jenkins.Ref{Controller: "ci", Job: "a", Number: n}]; got != 1 {
				t.Fatalf("#%d was reported %d times", n, got)
			}
		}
	})
}

func TestVanishedQueueItemBetraysAnUnseenBuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		f.wait("quick", 7, 5*time.Second, 6500*time.Millisecond)
		f.add("quick", 1, 6500*time.Millisecond, 300*time.Millisecond)
		f.wait("cancelled", 8, 5*time.Second, 7*time.Second)
		began := time.Now()
		snaps := watched(t, &Watcher{asker: f}, 20*time.Second)
		if got := statusesOf(snaps, "quick", 1); got != "- SUCCESS" {
			t.Errorf("reported: %s", got)
		}
		if got := f.times("Build", began); len(got) != 2 {
			t.Errorf("builds were asked for at %v, want one for each vanished item", got)
		}
	})
}

func TestQueueItemThatBecomesABuildCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		for i := range 10 {
			name, enter := fmt.Sprint("job-", i), time.Duration(i)*1700*time.Millisecond
			f.wait(name, int64(i+1), enter, enter+8*time.Second)
			f.add(name, 1, enter+8*time.Second, 0)
		}
		began := time.Now()
		watched(t, &Watcher{asker: f}, time.Minute)
		if got := f.times("Build", began); len(got) != 0 {
			t.Errorf("builds were asked for at %v", got)
		}
	})
}

func TestTreeFindsWhatNothingElseTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, -time.Hour, time.Minute)
		f.add("a", 2, 12*time.Second+time.Millisecond, time.Second)
		f.add("new", 1, 12*time.Second+time.Millisecond, time.Second)
		f.add("moved", 90, 12*time.Second+time.Millisecond, time.Second) // renamed: its older builds are not news
		for n := range 89 {
			f.add("old", n+1, -time.Hour, time.Minute)
		}
		time.AfterFunc(13*time.Second, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			for i := range f.builds {
				if f.builds[i].job == "old" {
					f.builds[i].job = "moved"
				}
			}
		})
		snaps := watched(t, &Watcher{asker: f}, 3*time.Minute)
		last := snaps[len(snaps)-1]
		for job, number := range map[string]int{"a": 2, "new": 1, "moved": 90} {
			if find(last.Recent, job, number) == nil {
				t.Errorf("%s#%d was missed", job, number)
			}
		}
		if find(last.Recent, "moved", 89) != nil || find(last.Recent, "old", 89) != nil {
			t.Error("a renamed job's old builds are shown as recent")
		}
	})
}

func TestBuildThatLingersIsNotShownAsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, 0, 9*time.Second).lingers = 31 * time.Second
		f.add("busy", 1, 0, 0)
		began := time.Now()
		snaps := watched(t, &Watcher{asker: f}, 2*time.Minute)
		if got := statusesOf(snaps, "a", 1); got != "RUNNING SUCCESS" {
			t.Errorf("reported: %s", got)
		}
		for _, s := range snaps {
			if find(s.Recent, "a", 1) != nil && s.At.Before(began.Add(40*time.Second)) {
				t.Fatalf("shown as ended at %v", s.At.Sub(began))
			}
		}
		if got := len(f.times("Build", began)); got > 6 {
			t.Errorf("it was asked for %d times", got)
		}
	})
}

func TestBuildThatNeverEndsIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("zombie", 1, 0, 9*time.Second).lingers = 100 * 24 * time.Hour
		f.add("ghost", 4, -time.Hour, 0).hidden = true // only the tree has it
		f.add("busy", 1, 0, 0)
		began := time.Now()
		snaps := watched(t, &Watcher{asker: f}, time.Hour)
		if got := statusesOf(snaps, "zombie", 1); got != "RUNNING -" {
			t.Errorf("reported: %s", got)
		}
		if got := len(f.times("Build", began)); got != 2*maxTries {
			t.Errorf("they were asked for %d times, want %d", got, 2*maxTries)
		}
	})
}

func TestDeletedBuildIsRemoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		b := f.add("a", 2, 0, 9*time.Second)
		b.deleted = b.end
		f.add("a", 1, -time.Hour, time.Minute)
		f.add("kept", 2, -time.Minute, time.Second).deleted = time.Now().Add(20 * time.Second)
		f.add("kept", 1, -time.Hour, time.Second)
		f.add("busy", 1, 0, 0)
		began := time.Now()
		snaps := watched(t, &Watcher{asker: f}, 3*time.Minute)
		if got := statusesOf(snaps, "a", 2); got != "RUNNING -" {
			t.Errorf("reported for the build that was deleted: %s", got)
		}
		if got := len(f.times("Build", began)); got != 1 {
			t.Errorf("it was asked for %d times", got)
		}
		if got := statusesOf(snaps, "kept", 2); got != "- SUCCESS -" {
			t.Errorf("reported for the last build that was deleted: %s", got)
		}
		if got := statusesOf(snaps, "kept", 1); got != "- SUCCESS" {
			t.Errorf("reported for the build before: %s", got)
		}
	})
}

// TestBuildThatSomebodyMissedIsForgottenAtOnce: the next tree would be minutes away.
func TestBuildThatSomebodyMissedIsForgottenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		f.add("a", 1, -time.Hour, time.Second)
		f.add("a", 2, -time.Minute, time.Second).deleted = time.Now().Add(15 * time.Second)
		f.add("bare", 1, -time.Minute, time.Second).deleted = time.Now().Add(15 * time.Second)
		w := &Watcher{Client: &jenkins.Client{Name: "ci"}, asker: f}
		const missed = 20 * time.Second
		time.AfterFunc(missed, func() { w.NotifyMissing("a", 2); w.NotifyMissing("bare", 1); w.NotifyMissing("never", 7) })
		began := time.Now()
		snaps := watched(t, w, missed+time.Second)
		last := snaps[len(snaps)-1]
		if find(last.Recent, "a", 2) != nil || find(last.Recent, "bare", 1) != nil {
			t.Error("a build that is gone is still shown")
		}
		if find(last.Recent, "a", 1) == nil {
			t.Error("the build before is not shown")
		}
		if n := len(f.times("LastBuilds", began)); n != 1 {
			t.Errorf("%d trees", n)
		}
	})
}

func TestJobMadeAnewStartsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("busy", 1, 0, 0)
		for n := range 9 {
			f.add("a", n+1, -time.Hour, time.Second).deleted = time.Now().Add(20 * time.Second)
		}
		f.add("a", 1, 30*time.Second, 10*time.Second).result = jenkins.Unstable
		snaps := watched(t, &Watcher{asker: f}, 3*time.Minute)
		last := snaps[len(snaps)-1]
		if find(last.Recent, "a", 9) != nil || statusesOf(snaps, "a", 1) != "- RUNNING UNSTABLE" {
			t.Errorf("reported of the new #1: %s; the old #9 is there: %v", statusesOf(snaps, "a", 1), find(last.Recent, "a", 9) != nil)
		}
	})
}

func TestPipelineThatWaitsForANodeShowsWhyOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("pipe", 3, 0, 0)
		item := f.wait("pipe", 9, 0, 20*time.Second)
		item.run.Number, item.run.PartOf, item.run.Why = 3, true, "Waiting for an agent"
		snaps := watched(t, &Watcher{asker: f}, 40*time.Second)
		for _, s := range snaps {
			if len(s.Queue) > 0 {
				t.Fatal("the part of a run is listed in the queue, too")
			}
		}
		why := func(at int) string { return snaps[at].Runs[0].Why }
		if got := why(4); got != "Waiting for an agent" {
			t.Errorf("while it waits it says %q", got)
		}
		if got := snaps[4].Runs[0].QueuedAt; got.IsZero() || !got.Equal(item.run.QueuedAt) {
			t.Errorf("it waits since %v, want since %v", got, item.run.QueuedAt)
		}
		if got := why(len(snaps) - 1); got != "" {
			t.Errorf("later it says %q", got)
		}
	})
}

func TestHeardBuildsAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, 5*time.Second, time.Second)
		w := &Watcher{Client: &jenkins.Client{Name: "ci"}, asker: f}
		time.AfterFunc(6500*time.Millisecond, func() { w.NotifyBuild("a", 1); w.NotifyBuild("unknown", 5) })
		snaps := watched(t, w, 7*time.Second)
		if got := statusesOf(snaps, "a", 1); got != "- SUCCESS" {
			t.Errorf("reported: %s", got)
		}
	})
}

func TestScreenIsAskedForRarelyWhilePushesFlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refreshes := func(tell func(*Watcher)) int {
			f := &fakeAsker{}
			f.add("a", 1, 0, time.Hour)
			w := &Watcher{Client: &jenkins.Client{Name: "ci"}, asker: f}
			began := time.Now()
			for at := 10 * time.Second; at < time.Minute; at += time.Second {
				time.AfterFunc(at+300*time.Millisecond, func() { tell(w) })
			}
			watched(t, w, time.Minute)
			return len(f.times("Running", began))
		}
		quiet := refreshes(func(*Watcher) {})
		flow := refreshes(func(w *Watcher) { w.NotifyKnown("a", 1) })
		if flow > quiet/2 {
			t.Errorf("%d refreshes in a minute of pushes, %d in one without", flow, quiet)
		}
	})
}

// TestNewsAreFollowedHoweverOftenTheBellRings: events come in pairs, and the second ring finds the news taken already.
func TestNewsAreFollowedHoweverOftenTheBellRings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, 0, time.Hour)
		w := &Watcher{Client: &jenkins.Client{Name: "ci"}, asker: f}
		began := time.Now()
		const news = 6100 * time.Millisecond // soon after a refresh: the next has to take a minPollGap
		time.AfterFunc(news, func() { w.NotifyBuild("a", 1) })
		time.AfterFunc(news+20*time.Millisecond, func() { w.SetFocused(true) })
		watched(t, w, 12*time.Second)
		for _, at := range f.times("Running", began) {
			if at > news && at < news+minPollGap {
				return
			}
		}
		t.Errorf("refreshes left at %v, want one at once after %v", f.times("Running", began), news)
	})
}

// TestStartIsFollowedOnTheHeelsOfItsQueueItem: the events of a start come one after the other, and the refresh that the
// first of them causes may be too early to see it.
func TestStartIsFollowedOnTheHeelsOfItsQueueItem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeAsker{}
		f.add("a", 1, 0, time.Hour)
		w := &Watcher{Client: &jenkins.Client{Name: "ci"}, asker: f}
		began := time.Now()
		const left, started = 6500 * time.Millisecond, 6800 * time.Millisecond
		f.add("b", 1, started, time.Hour)
		time.AfterFunc(left, func() { w.NotifyBuild("b", 0) })
		time.AfterFunc(started, func() { w.NotifyBuild("b", 1) })
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		for s := range w.Snapshots(ctx) {
			if find(s.Runs, "b", 1) == nil {
				continue
			}
			if at := time.Since(began); at > started+minPollGap {
				t.Errorf("seen %v after the beginning, and it started after %v", at, started)
			}
			return
		}
		t.Error("never seen")
	})
}
