package jenkins

import "time"

const (
	latestTime      = 221_845_392_000_000        // the year 9000: JSON has no time after 9999
	longestDuration = 100 * 365 * 24 * time.Hour // longer than any build, and far from an overflow
)

// TimeOf returns a time that Jenkins gives in milliseconds since 1970. It is zero for what cannot be one.
func TimeOf(ms int64) time.Time {
	if ms <= 0 || ms > latestTime {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// DurationOf returns a duration that Jenkins gives in milliseconds; -1 (unknown) becomes 0, and a century is the most.
func DurationOf(ms int64) time.Duration {
	return time.Duration(min(max(0, ms), int64(longestDuration/time.Millisecond))) * time.Millisecond
}
