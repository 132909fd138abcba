package sender

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	defaultMaxAge = 24 * time.Hour
	defaultBase   = time.Second
	defaultCap    = 10 * time.Minute
	// MaxRetryAfter is the longest pause that an endpoint may ask for. After it the endpoint is asked again.
	MaxRetryAfter = 6 * time.Hour
)

// NextRetryAt returns when an attempt that failed just now is repeated; ok is false if it is not. now is the time of the failure,
// since the time from which its age counts, attempts how many there were (at least 1), after what the endpoint asked for
// with Retry-After (0: nothing), random a number in [0, 1).
//
// The pause is random between nothing and a bound that doubles from Base to Cap (full jitter), and no shorter than
// Retry-After. An attempt that would come after MaxAge is made at MaxAge instead, once, unless Retry-After forbids it.
func (r Retry) NextRetryAt(now, since time.Time, attempts int, after time.Duration, random float64) (next time.Time, ok bool) {
	if r.MaxAttempts > 0 && attempts >= r.MaxAttempts {
		return time.Time{}, false
	}
	end := since.Add(cmp.Or(time.Duration(r.MaxAge), defaultMaxAge))
	if !now.Before(end) {
		return time.Time{}, false
	}
	bound := cmp.Or(time.Duration(r.Base), defaultBase)
	limit := cmp.Or(time.Duration(r.Cap), defaultCap)
	for range attempts {
		if bound *= 2; bound >= limit {
			bound = limit
			break
		}
	}
	earliest := now.Add(min(after, MaxRetryAfter))
	next = now.Add(time.Duration(random * float64(bound)))
	if after > 0 {
		// Jitter on top, so that not all that wait for the same time come at once.
		next = earliest.Add(time.Duration(random * float64(min(bound, time.Second))))
	}
	if next.After(end) {
		next = end
	}
	if next.Before(earliest) {
		return time.Time{}, false
	}
	return next, true
}

// retryAfter reads a Retry-After header: seconds, or an HTTP date. 0 when there is none, or none that can be read.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if s, err := strconv.ParseInt(v, 10, 64); err == nil {
		if s < 0 {
			return 0
		}
		return time.Duration(min(s, int64(MaxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(0, at.Sub(now)), MaxRetryAfter)
	}
	return 0
}

// passes reports whether an answer of this status may be another one later.
func passes(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}
