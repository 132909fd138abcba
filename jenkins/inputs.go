package jenkins

import (
	"sync"
	"time"
)

// inputAsking decides whether the refresh asks what paused pipelines wait for. After a restart Jenkins knows that of a
// pipeline only when its program has been loaded, and a program is not loaded before its agents are back; for a minute
// it holds the whole answer back for it, and another one for each property (InputAction.loadExecutions). So when the
// answer does not come in time, the next one is asked for without them. If that comes, they are the reason.
type inputAsking struct {
	mu    sync.Mutex
	late  bool          // the last answer with them did not come in time
	until time.Time     // they are left out until then
	pause time.Duration // how long they are left out the next time
	known map[Ref]Run   // what waited, and for what, when they were asked for last
}

const (
	inputsPause   = 30 * time.Second // the first answer without them may only have met a controller that is well again
	inputsLongest = 5 * time.Minute
)

func (a *inputAsking) leaveOut(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.late || now.Before(a.until)
}

// answered notes an answer, with or without them, and adds to one without what was known before.
func (a *inputAsking) answered(runs []Run, err error, without bool, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err != nil:
		a.late = !without && IsKind(err, TimedOut)
		if !a.late {
			a.until, a.pause = time.Time{}, 0
		}
	case without:
		if a.late {
			a.late, a.until = false, now.Add(a.pause)
			a.pause = min(max(inputsPause, 2*a.pause), inputsLongest)
		}
		for i := range runs {
			if known, ok := a.known[runs[i].Ref]; ok && SameBuild(&known, &runs[i]) && runs[i].Status == Running {
				runs[i].Status, runs[i].Inputs = Paused, known.Inputs
			}
		}
	default:
		a.late, a.until, a.pause = false, time.Time{}, 0
		before := a.known
		a.known = map[Ref]Run{}
		for i := range runs {
			r := runs[i]
			if r.Status != Paused {
				continue
			}
			if old, ok := before[r.Ref]; ok && len(r.Inputs) == 0 && SameBuild(&old, &r) {
				r.Inputs = old.Inputs // a partial poll does not say what it asks
			}
			a.known[r.Ref] = r
		}
	}
}
