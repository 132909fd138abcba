package sender

import (
	"runtime"
	"sync"
)

// turns brings together what many ask for while the same is being done for others, so that all of them share one sync of
// the disk. The zero value is ready.
type turns[T any] struct {
	mu      sync.Mutex
	waiting []T
	busy    bool
}

// mostTogether bounds what one transaction does, so that other processes get their turn.
const mostTogether = 256

// add has carry called with this and what else waits, one call at a time: in the caller's goroutine when nobody carries
// yet. It may return before its own has been carried.
func (t *turns[T]) add(one T, carry func(batch []T)) {
	t.mu.Lock()
	t.waiting = append(t.waiting, one)
	lead := !t.busy
	t.busy = true
	t.mu.Unlock()
	if lead {
		t.next(carry)
	}
}

// next carries what waits, and has a goroutine do the same if more has come by then.
func (t *turns[T]) next(carry func(batch []T)) {
	t.mu.Lock()
	n := min(len(t.waiting), mostTogether)
	batch := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	t.mu.Unlock()

	carry(batch)

	t.mu.Lock()
	more := len(t.waiting) > 0
	t.busy = more
	if !more {
		t.waiting = nil
	}
	t.mu.Unlock()
	if more {
		go func() {
			t.gather()
			t.next(carry)
		}()
	}
}

// gather lets others run as long as that brings more: a commit costs about the same for one as for many, and those who
// have just been answered ask for their next.
func (t *turns[T]) gather() {
	for before := -1; ; {
		t.mu.Lock()
		n := len(t.waiting)
		t.mu.Unlock()
		if n == before || n >= mostTogether {
			return
		}
		before = n
		for range 8 {
			runtime.Gosched()
		}
	}
}
