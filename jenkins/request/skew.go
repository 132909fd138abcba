package request

import (
	"net/http"
	"sync/atomic"
	"time"
)

// skew is how far a controller's clock is ahead of ours, by the Date of its answers. Every time that Jenkins gives is
// by its own clock: what is measured from one to our now has to know of it.
type skew struct{ ahead atomic.Int64 }

// A Date is whole seconds and some milliseconds old when it is read: less than this does not count, and a known one
// is kept until it is off by as much, so that durations do not jitter.
const sameClock = 3 * time.Second

// note reads the Date of an answer that was asked for at sent and came at got. One that took long shows nothing.
func (s *skew) note(date string, sent, got time.Time) {
	theirs, err := http.ParseTime(date)
	if err != nil || got.Sub(sent) > sameClock {
		return
	}
	ahead := theirs.Sub(got)
	switch {
	case ahead.Abs() < sameClock:
		ahead = 0
	case (ahead - s.get()).Abs() < sameClock:
		return
	}
	s.ahead.Store(int64(ahead))
}

func (s *skew) get() time.Duration { return time.Duration(s.ahead.Load()) }
