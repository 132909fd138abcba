package watch

import (
	"time"
)

// rate remembers when the requests of the last minute were made and says when the next may leave. It is not safe for
// concurrent use.
type rate struct {
	max  int
	sent []time.Time // oldest first, none older than a minute
}

// window is the time over which requests are counted.
const window = time.Minute

// note counts n requests made at the time now.
func (r *rate) note(now time.Time, n int) {
	r.forget(now)
	for range n {
		r.sent = append(r.sent, now)
	}
}

// used returns how many requests the last minute saw.
func (r *rate) used(now time.Time) int {
	r.forget(now)
	return len(r.sent)
}

// left returns how many requests may leave now.
func (r *rate) left(now time.Time) int { return max(0, r.max-r.used(now)) }

// free returns the earliest time at which a request may leave: now, unless the minute is used up. As the last fifth of the
// minute's requests is reached, what is left of them is spread over what is left of the minute, so that an impatient
// user slows down instead of going blind.
func (r *rate) free(now time.Time) time.Time {
	r.forget(now)
	left := r.max - len(r.sent)
	if left <= 0 {
		return r.sent[len(r.sent)-r.max].Add(window)
	}
	if left > r.max/5 {
		return now
	}
	// Each refresh takes one request and every third one more: a third more room than one request needs.
	rest := r.sent[0].Add(window).Sub(now)
	spread := rest * 4 / time.Duration(3*left)
	return latest(now, r.sent[len(r.sent)-1].Add(spread))
}

// below returns the earliest time at which fewer than n requests were made in the minute before.
func (r *rate) below(now time.Time, n int) time.Time {
	if r.used(now) < n {
		return now
	}
	return r.sent[len(r.sent)-n].Add(window)
}

func (r *rate) forget(now time.Time) {
	i := 0
	for i < len(r.sent) && now.Sub(r.sent[i]) >= window {
		i++
	}
	if i > 0 { // copied down, so that the array never grows beyond a minute's worth
		r.sent = r.sent[:copy(r.sent, r.sent[i:])]
	}
}
