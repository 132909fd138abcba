package sender

import (
	"sync"
	"time"
)

// answers brings results from the workers to the session, which is woken by the first, or by as many as it wants.
type answers struct {
	mu   sync.Mutex
	list []result
	want int
	wake chan struct{} // holds one
}

func (a *answers) put(res result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, res)
	if len(a.list) == max(1, a.want) {
		select {
		case a.wake <- struct{}{}:
		default:
		}
	}
}

// take appends what has come.
func (a *answers) take(to []result) []result {
	a.mu.Lock()
	defer a.mu.Unlock()
	to = append(to, a.list...)
	clear(a.list)
	a.list, a.want = a.list[:0], 0
	select {
	case <-a.wake:
	default:
	}
	return to
}

// wait waits until so many have come, but no longer than a moment.
func (a *answers) wait(n int, moment time.Duration) {
	a.mu.Lock()
	enough := len(a.list) >= n
	a.want = n
	a.mu.Unlock()
	if enough {
		return
	}
	timer := time.NewTimer(moment)
	defer timer.Stop()
	select {
	case <-a.wake:
	case <-timer.C:
	}
}

// gatherFor is how long an answer waits for others to be recorded with it while the workers have enough to do.
const gatherFor = 20 * time.Millisecond

// gather waits a moment for more answers as long as the workers have enough to do: one commit for many costs little
// more than one for each.
func (s *session) gather() {
	s.results = s.answers.take(s.results)
	spare := len(s.inflight) - len(s.results) - 8*s.workers()
	if more := min(spare, 64*s.workers()-len(s.results)); more > 0 {
		s.answers.wait(more, gatherFor)
		s.results = s.answers.take(s.results)
	}
}
