package jenkins

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

// TestTimesThatCannotBeAreNotKnown: JSON has none after the year 9999, and a sum must not overflow.
func TestTimesThatCannotBeAreNotKnown(t *testing.T) {
	t.Parallel()
	for ms, known := range map[int64]bool{-1: false, 0: false, 1: true, 788918400000: true, latestTime: true, latestTime + 1: false, 1e15: false,
		math.MaxInt64: false, math.MinInt64: false} {
		at := TimeOf(ms)
		if at.IsZero() == known {
			t.Errorf("%d is %s", ms, at)
		}
		if _, err := json.Marshal(at.Add(longestDuration)); err != nil {
			t.Errorf("%d: %v", ms, err)
		}
	}
	for ms, want := range map[int64]time.Duration{-1: 0, 0: 0, 1500: 1500 * time.Millisecond, math.MaxInt64: longestDuration, math.MinInt64: 0} {
		if got := DurationOf(ms); got != want {
			t.Errorf("%d is %s", ms, got)
		}
	}
}
