package request

import (
	"testing"
	"time"
)

func TestSkewOfAControllersClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 400e6, time.UTC)
	var s skew
	for _, c := range []struct {
		what string
		date string
		took time.Duration
		want time.Duration
	}{
		{"the same clock", "Sun, 01 Mar 2026 12:00:00 GMT", 0, 0},
		{"a second is the Date's own coarseness", "Sun, 01 Mar 2026 11:59:59 GMT", 0, 0},
		{"five minutes behind", "Sun, 01 Mar 2026 11:55:00 GMT", 0, -5*time.Minute - 400*time.Millisecond},
		{"small differences are ignored", "Sun, 01 Mar 2026 11:55:02 GMT", 0, -5*time.Minute - 400*time.Millisecond},
		{"a slow answer is not used", "Sun, 01 Mar 2026 12:00:00 GMT", 4 * time.Second, -5*time.Minute - 400*time.Millisecond},
		{"without a Date nothing is known", "", 0, -5*time.Minute - 400*time.Millisecond},
		{"the clock was corrected", "Sun, 01 Mar 2026 12:00:01 GMT", 0, 0},
		{"ahead", "Sun, 01 Mar 2026 12:01:00 GMT", 0, time.Minute - 400*time.Millisecond},
	} {
		if s.note(c.date, now.Add(-c.took), now); s.get() != c.want {
			t.Errorf("%s: %s, want %s", c.what, s.get(), c.want)
		}
	}
}
