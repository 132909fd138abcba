package output

import (
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestProgressIsThatOfTheBuildAndNotOfItsWaits(t *testing.T) {
	t.Parallel()
	now := time.Now()
	run := func(change func(*jenkins.Run)) jenkins.Run {
		r := jenkins.Run{Status: jenkins.Running, StartedAt: now.Add(-58 * time.Minute), Estimated: 42 * time.Minute, Progress: 99}
		change(&r)
		return r
	}
	for want, r := range map[string]jenkins.Run{
		"138% of 42m00s": run(func(*jenkins.Run) {}),
		"50% of 1h56m":   run(func(r *jenkins.Run) { r.Estimated, r.Progress = 116*time.Minute, -1 }),
		"7%":             run(func(r *jenkins.Run) { r.Estimated, r.Progress = 0, 7 }),
		"":               run(func(r *jenkins.Run) { r.Status = jenkins.Paused }),
	} {
		if got := ProgressText(r, now); got != want {
			t.Errorf("%+v: %q, want %q", r, got, want)
		}
	}
}
