package sender

import (
	"net/http"
	"testing"
	"time"
)

func TestNextRetryAt(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	never := time.Duration(-1)
	for name, c := range map[string]struct {
		retry    Retry
		age      time.Duration
		attempts int
		after    time.Duration
		random   float64
		want     time.Duration // from now
	}{
		"the first pause is up to two seconds": {random: 0.5, attempts: 1, want: time.Second},
		"it doubles":                           {random: 0.5, attempts: 4, want: 8 * time.Second},
		"to a cap":                             {random: 0.5, attempts: 100, want: 5 * time.Minute},
		"full jitter begins at nothing":        {random: 0, attempts: 9, want: 0},
		"its own base and cap": {retry: Retry{Base: Duration(time.Minute), Cap: Duration(time.Hour)}, random: 0.5, attempts: 20,
			want: 30 * time.Minute},
		"Retry-After is a lower bound":      {after: time.Minute, random: 0, attempts: 1, want: time.Minute},
		"with some jitter on top":           {after: time.Minute, random: 0.5, attempts: 1, want: time.Minute + 500*time.Millisecond},
		"Retry-After has a limit":           {after: 100 * time.Hour, attempts: 1, want: 6 * time.Hour},
		"attempts are used up":              {retry: Retry{MaxAttempts: 3}, attempts: 3, want: never},
		"one is left":                       {retry: Retry{MaxAttempts: 3}, attempts: 2, random: 0.5, want: 2 * time.Second},
		"too old":                           {age: 24 * time.Hour, attempts: 1, want: never},
		"the last attempt is at the end":    {age: 24*time.Hour - time.Second, attempts: 9, random: 0.9, want: time.Second},
		"not before Retry-After, even then": {age: 24*time.Hour - time.Second, attempts: 1, after: time.Minute, want: never},
		"its own age":                       {retry: Retry{MaxAge: Duration(time.Minute)}, age: time.Minute, attempts: 1, want: never},
	} {
		now := since.Add(c.age)
		got, again := c.retry.NextRetryAt(now, since, c.attempts, c.after, c.random)
		if again != (c.want != never) || again && got.Sub(now) != c.want {
			t.Errorf("%s: in %s, %v", name, got.Sub(now), again)
		}
	}
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-1": 0, "soon": 0, "99999999999": MaxRetryAfter,
		"99999999999999999999999":       0,
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Fri, 02 Jan 2026 03:03:05 GMT": 0,
		"Fri, 02 Jan 2037 03:03:05 GMT": MaxRetryAfter,
	} {
		if got := retryAfter(http.Header{"Retry-After": {v}}, now); got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
}
