package announce

import (
	"slices"
	"testing"
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
