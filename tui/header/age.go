package header

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// staleAfter is when data counts as old although no error is known: longer than an idle watcher rests.
const staleAfter = 90 * time.Second

// LateAfter is when an answer is late although nothing is known to be wrong: longer than a watcher rests that somebody
// looks at, unless events spare it the asking.
const LateAfter = 20 * time.Second

// lateFrom returns when a snapshot counts as old: after two intervals, as they would be if Jenkins answered at once; where it is
// not Jenkins that is slow, later, since what was asked beside may put a refresh off. It is zero where the pace is not known.
func lateFrom(s *watch.Snapshot, waits time.Duration) time.Time {
	if s == nil || s.Err != nil || s.EveryUnslowed <= 0 {
		return time.Time{}
	}
	late := 2 * s.EveryUnslowed
	if s.Every <= s.EveryUnslowed && waits == 0 {
		late = max(late, LateAfter)
	}
	return s.At.Add(late)
}

// slowText says that the data is old because Jenkins takes long to answer, and what to do; empty where it is not so.
func slowText(s *watch.Snapshot, now time.Time, waits time.Duration, terse bool, refresh string) string {
	from := lateFrom(s, waits)
	switch {
	case from.IsZero() || !now.After(from) || s.Every <= s.EveryUnslowed || waits > 0:
		return ""
	case terse:
		return "slow, " + kit.Ago(now.Sub(s.At)) + " old"
	}
	return "Jenkins is slow: asking every " + kit.Ago(s.Every) + ", " + refresh + " asks now"
}

// Late returns the controllers whose data is older than it should be, with the time at which it became so. snaps are the latest
// of each, in their order.
func Late(cs []kit.Controller, snaps []*watch.Snapshot, now time.Time) map[string]time.Time {
	var late map[string]time.Time
	for i, s := range snaps {
		if from := lateFrom(s, cs[i].Overdue()); !from.IsZero() && now.After(from) {
			if late == nil {
				late = map[string]time.Time{}
			}
			late[s.Controller] = from
		}
	}
	return late
}

// Restarted says that a controller was restarted between two snapshots; empty if it was not.
func Restarted(prev, next *watch.Snapshot, several bool) string {
	if prev == nil || prev.Session == "" || next.Session == "" || prev.Session == next.Session {
		return ""
	}
	text := "Jenkins was restarted"
	if several {
		text = kit.Clean(next.Controller) + " was restarted"
	}
	if prev.Version != next.Version && next.Version != "" {
		text += ": it is " + kit.Clean(next.Version) + " now"
	}
	return text
}
