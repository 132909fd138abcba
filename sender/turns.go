package sender

import (
	"sync"
	"time"
)

// turns brings together what many ask for while the same is being done for others, so that all of them share one sync of
// the disk. The zero value is ready.
type turns[T any] struct {
	mu      sync.Mutex
	waiting []T
	busy    bool
	want    int           // how many are to wait when enough is closed; 0: nobody gathers
	enough  chan struct{} // for whoever gathers
}

const (
	// mostTogether bounds what one transaction does, so that other processes get their turn.
	mostTogether = 256
	// manyTogether are so many that to wait for more saves hardly anything.
	manyTogether = 32
	// longestGather bounds how long anybody waits for others, however slow the disk is.
	longestGather = 4 * time.Millisecond
)

// add has carry called with this and what else waits, and then tell with the same, one call at a time: in the caller's
// goroutine when nobody carries yet. It may return before its own has been carried.
func (t *turns[T]) add(one T, carry, tell func(batch []T)) {
	t.mu.Lock()
	t.waiting = append(t.waiting, one)
	if len(t.waiting) == t.want {
		close(t.enough)
	}
	lead := !t.busy
	t.busy = true
	t.mu.Unlock()
	if !lead {
		return
	}
	if crowd, took := t.next(carry, tell); crowd > 1 {
		go func() {
			for crowd > 1 {
				t.gather(crowd, took)
				crowd, took = t.next(carry, tell)
			}
		}()
	}
}

// next carries what waits. crowd is how many take part: those who are told and those who have come meanwhile. It is over
// when that is one.
func (t *turns[T]) next(carry, tell func(batch []T)) (crowd int, took time.Duration) {
	t.mu.Lock()
	n := min(len(t.waiting), mostTogether)
	batch := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	t.mu.Unlock()

	start := time.Now()
	if n > 0 {
		carry(batch)
	}
	took = time.Since(start)

	t.mu.Lock()
	crowd = n + len(t.waiting)
	if len(t.waiting) > 0 {
		crowd = max(crowd, 2)
	}
	t.busy = crowd > 1
	t.mu.Unlock()
	tell(batch)
	return crowd, took
}

// gather waits for those who have just been told, as they are likely to ask for their next and a commit costs about the
// same for one as for many: until many wait, or all who take part, or for some times as long as the last turn took.
func (t *turns[T]) gather(crowd int, took time.Duration) {
	want := min(crowd, manyTogether)
	t.mu.Lock()
	if len(t.waiting) >= want {
		t.mu.Unlock()
		return
	}
	t.want, t.enough = want, make(chan struct{})
	t.mu.Unlock()
	late := time.NewTimer(min(4*took, longestGather))
	defer late.Stop()
	select {
	case <-t.enough:
	case <-late.C:
	}
	t.mu.Lock()
	t.want = 0
	t.mu.Unlock()
}
