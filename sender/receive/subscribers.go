package receive

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/jenkwatch/jenkwatch/sender"
)

// unread is how many pushes wait for a subscriber.
const unread = 1000

// Pushes yields the pushes that arrive from now on, each after it has been stored, until ctx is done. A caller that falls
// more than 1,000 behind misses the oldest; [outbox.Outbox.Pushes] has them.
func (r *Receiver) Pushes(ctx context.Context) iter.Seq[sender.Push] {
	batches := r.PushBatches(ctx)
	return func(yield func(sender.Push) bool) {
		for pushes := range batches {
			for _, p := range pushes {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// PushBatches is Pushes for callers that are faster with many at once: it yields all that have come.
func (r *Receiver) PushBatches(ctx context.Context) iter.Seq[[]sender.Push] {
	s := &subscriber{more: make(chan struct{}, 1)}
	r.mu.Lock()
	if r.subs == nil {
		r.subs = map[*subscriber]struct{}{}
	}
	r.subs[s] = struct{}{}
	r.mu.Unlock()
	return func(yield func([]sender.Push) bool) {
		defer func() {
			r.mu.Lock()
			delete(r.subs, s)
			r.mu.Unlock()
		}()
		for {
			select {
			case <-s.more:
				if !yield(s.take()) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// subscriber is one caller of PushBatches.
type subscriber struct {
	mu      sync.Mutex
	waiting []sender.Push
	more    chan struct{} // holds one: something waits
}

func (s *subscriber) take() []sender.Push {
	s.mu.Lock()
	defer s.mu.Unlock()
	pushes := s.waiting
	s.waiting = nil
	return pushes
}

// publish hands a push that has been stored to the subscribers.
func (r *Receiver) publish(p sender.Push) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.subs {
		s.add(p)
	}
}

func (s *subscriber) add(p sender.Push) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, p)
	if more := len(s.waiting) - unread; more > 0 { // the oldest go
		s.waiting = slices.Delete(s.waiting, 0, more)
	}
	select {
	case s.more <- struct{}{}:
	default:
	}
}
