package watch

import (
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestBackoffDoublesWithJitterUpToItsLimit(t *testing.T) {
	t.Parallel()
	for i, seconds := range []int{2, 4, 8, 16, 30, 30} {
		n, most := i+1, time.Duration(seconds)*time.Second
		seen := map[time.Duration]bool{}
		for range 200 {
			d := jenkins.Backoff(n, 2*time.Second, 30*time.Second)
			if d < most/2 || d > most {
				t.Fatalf("failure %d: %v is not within %v and %v", n, d, most/2, most)
			}
			seen[d] = true
		}
		if len(seen) < 100 {
			t.Errorf("failure %d: hardly any jitter", n)
		}
	}
	if d := jenkins.Backoff(1_000_000, 2*time.Second, 30*time.Second); d < 15*time.Second || d > 30*time.Second {
		t.Errorf("after a million failures: %v", d)
	}
}

func TestRateSpreadsWhatIsLeftOfAMinute(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC)
	r := rate{max: 60}
	for i := range 48 {
		if free := r.free(now); !free.Equal(now) {
			t.Fatalf("after %d requests the next waits until %v", i, free.Sub(now))
		}
		r.note(now, 1)
	}
	if wait := r.free(now).Sub(now); wait < 5*time.Second || wait > 10*time.Second {
		t.Errorf("with 12 left for a minute the next waits %v", wait)
	}
	r.note(now, 12)
	if free := r.free(now); !free.Equal(now.Add(time.Minute)) {
		t.Errorf("with none left the next waits %v", free.Sub(now))
	}
	if r.left(now) != 0 || r.used(now) != 60 {
		t.Errorf("%d used and %d left", r.used(now), r.left(now))
	}
	r.note(now, 5) // a question that took more requests than foreseen
	if free := r.free(now); !free.Equal(now.Add(time.Minute)) || r.left(now) != 0 {
		t.Errorf("beyond the cap the next waits %v", free.Sub(now))
	}
	later := now.Add(time.Minute)
	if r.used(later) != 0 || !r.free(later).Equal(later) {
		t.Error("a minute later it is not forgotten")
	}
}

func TestRareTreesForManyJobsAndSlowControllers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		jobs   int
		took   time.Duration
		active bool
		want   time.Duration
	}{
		{0, 0, true, time.Minute},
		{20, 5 * time.Millisecond, true, time.Minute},
		{2000, 30 * time.Millisecond, true, 10 * time.Minute},
		{2000, 30 * time.Millisecond, false, 100 * time.Second},
		{100, 6 * time.Second, false, 5 * time.Minute},
		{50_000, time.Second, true, 15 * time.Minute},
	} {
		p := jobsPoll{jobs: c.jobs, took: c.took}
		if got := p.every(c.active); got != c.want {
			t.Errorf("%d jobs, a tree of %v, active %v: every %v, want %v", c.jobs, c.took, c.active, got, c.want)
		}
	}
}
