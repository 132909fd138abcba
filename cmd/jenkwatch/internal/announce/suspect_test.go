package announce

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// TestBuildWithoutAnExecutorIsAskedForLessAndLessOften, and like a new one after it was seen again.
func TestBuildWithoutAnExecutorIsAskedForLessAndLessOften(t *testing.T) {
	t.Parallel()
	a := New(Options{Controller: "ci"})
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Status: jenkins.Running}
	b := &openBuild{run: run}
	a.builds[run.Ref] = b
	began := time.Now()
	asked := func(from, until time.Duration) (at []time.Duration) {
		for age := from; age <= until; age += 10 * time.Second {
			if a.suspect(watch.Snapshot{}, began.Add(age)); b.gone {
				at = append(at, (age - from).Round(time.Minute))
			}
			b.gone, b.queued = false, false // a worker has asked
		}
		return at
	}
	want := []time.Duration{time.Minute, 3 * time.Minute, 7 * time.Minute, 15 * time.Minute, 31 * time.Minute, 61 * time.Minute, 91 * time.Minute}
	check := func(got []time.Duration) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("asked after %v, want %v", got, want)
		}
	}
	check(asked(0, 100*time.Minute))
	a.suspect(watch.Snapshot{Runs: []jenkins.Run{run}}, began.Add(2*time.Hour))
	check(asked(2*time.Hour, 2*time.Hour+100*time.Minute))
}

// TestBuildThatCouldBeReadFailsAnew: its next failure is followed by the shortest pause, not by that of the failures before.
func TestBuildThatCouldBeReadFailsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := New(Options{Controller: "ci", Log: slog.New(slog.DiscardHandler)})
		a.ctx, a.workers = t.Context(), 0 // nothing is worked on: only when it is ready matters
		b := &openBuild{run: jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Status: jenkins.Running}}
		a.builds[b.run.Ref] = b
		pause := func(err error) time.Duration {
			queued := func() bool { a.mu.Lock(); defer a.mu.Unlock(); return b.queued }
			a.mu.Lock()
			b.queued = false
			a.mu.Unlock()
			a.worked(b, 0, err)
			began := time.Now()
			for !queued() && time.Since(began) < time.Hour {
				time.Sleep(100 * time.Millisecond)
				synctest.Wait()
			}
			return time.Since(began).Round(time.Second)
		}
		failed := errors.New("bad gateway")
		for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			if got := pause(failed); got != want {
				t.Errorf("after a failure it waits %s, want %s", got, want)
			}
		}
		a.worked(b, 0, nil)
		if got := pause(failed); got != time.Second {
			t.Errorf("after a failure that follows a success it waits %s", got)
		}
	})
}

// TestLaterBuildOfTheSameNumberIsNotTakenForAnOpenOne: its job was deleted and created again. A start that differs by less
// than a second is the same one, from another answer.
func TestLaterBuildOfTheSameNumberIsNotTakenForAnOpenOne(t *testing.T) {
	t.Parallel()
	for later, anew := range map[time.Duration]bool{0: false, 500 * time.Millisecond: false, time.Minute: true} {
		a := New(Options{Controller: "ci"})
		began := time.Now()
		run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Status: jenkins.Running, StartedAt: began}
		b := &openBuild{run: run}
		a.progress = newProgress(nil)
		a.builds[run.Ref] = b
		run.StartedAt = began.Add(later)
		a.change(watch.Change{Kind: watch.Changed, Run: run}, false, began.Add(2*time.Minute))
		listed := a.queue.lists["a"] != nil && a.queue.lists["a"].anew
		if listed != anew || b.run.StartedAt.Equal(began) == !anew && later > 0 {
			t.Errorf("%s later: the job is listed anew: %v, want %v; the open build began at %s", later, listed, anew, b.run.StartedAt)
		}
	}
}
