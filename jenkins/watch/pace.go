package watch

import (
	"time"
)

// The times between two refreshes. The quick one is the user's own (Watcher.Interval).
const (
	idleEvery      = 10 * time.Second // nothing runs and nothing waits
	longIdleEvery  = 15 * time.Second // nothing has for longIdleAfter
	longIdleAfter  = 5 * time.Minute
	unfocusedEvery = 30 * time.Second
	slowestEvery   = time.Minute // however slowly the controller answers
	actedFor       = 30 * time.Second

	backoffMost       = 30 * time.Second
	notAllowedFirst   = 30 * time.Second // guessing a password again and again locks accounts
	notAllowedMost    = 5 * time.Minute
	slownessFactor    = 5 // a controller that needs a second to answer is asked every five at most
	streamingFactor   = 3 // its events say what polling would: polling is then only the check
	streamingIdleMost = time.Minute
)

// pace is what decides when to ask again.
type pace struct {
	base      time.Duration // the user's interval
	perMinute int           // the cap
	active    bool          // something runs or waits for an executor
	idleFor   time.Duration // how long nothing has
	actedAgo  time.Duration // since the user did something; negative if never
	unfocused bool
	streaming bool          // events arrive
	starved   bool          // the cap left no room for the ends of builds
	took      time.Duration // how long an answer takes
}

// interval returns the time between the last refresh, which worked, and the next.
func (p pace) interval() time.Duration {
	d := p.base
	switch {
	case p.unfocused:
		d = max(d, unfocusedEvery)
	case p.actedAgo >= 0 && p.actedAgo < actedFor:
	case !p.active && p.idleFor >= longIdleAfter:
		d = max(d, longIdleEvery)
	case !p.active:
		d = max(d, idleEvery)
	}
	if p.streaming {
		d = max(d, min(d*streamingFactor, streamingIdleMost))
	}
	d = max(d, min(p.took*slownessFactor, slowestEvery))
	// A refresh is one request and every third two, and builds that end want theirs: half of the cap is for those.
	if p.perMinute > 0 {
		d = max(d, window*3/2/time.Duration(p.perMinute))
		if p.starved { // three questions about builds for one about what runs
			d = max(d, window*(1+maxSingle)/time.Duration(p.perMinute))
		}
	}
	return d
}

// answerTime is how long answers take, as the pace reckons with it. A single slow answer says little of the next: it counts as
// a quarter, until another is slow, too. A quick one ends that at once.
func answerTime(now, last time.Duration) time.Duration {
	if now <= last {
		return now
	}
	return max(last, now/4)
}
