package jenkins

import (
	"fmt"
	"time"
)

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

// Span returns a duration as a person says it: "4s", "3m12s", "2h05m", "3d4h".
func Span(d time.Duration) string {
	switch {
	case d < 0:
		return ""
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%dh", int(d.Hours())/24, int(d.Hours())%24)
}
