package main

import (
	"context"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui"
)

// sending is what the terminal UI sends with: one outbox, opened when it is first needed, which everything in this
// process shares.
type sending struct {
	*app
	mu   sync.Mutex
	box  *sender.Outbox
	made chan struct{} // closed when box is there
}

func newSending(a *app) *sending { return &sending{app: a, made: make(chan struct{})} }

// open opens the outbox. One that cannot be opened now may be opened later.
func (s *sending) open(ctx context.Context) (*sender.Outbox, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.box != nil {
		return s.box, nil
	}
	box, err := s.outbox(ctx)
	if err == nil {
		s.box = box
		close(s.made)
	}
	return box, err
}

// lookEvery is how often a process without a database looks whether another one has made it meanwhile.
const lookEvery = time.Second

// awaited opens the outbox as soon as there can be something in it: when the database lies on disk, whoever made it, or
// when this process has made it. Until then who only watches is spared the memory that an open database costs (4 MB).
func (s *sending) awaited(ctx context.Context) (*sender.Outbox, error) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for !s.hasStore() {
		select {
		case <-s.made:
			return s.open(ctx)
		case <-look.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return s.open(ctx)
}

// deliver runs the relay until ctx ends and tells the screen of every change. A store that cannot be opened is told
// when somebody wants to send: the screen shows Jenkins without it.
func (s *sending) deliver(ctx context.Context, tell func(any)) error {
	box, err := s.awaited(ctx)
	if err != nil {
		return nil //nolint:nilerr // see above: it is told when somebody wants to send
	}
	relay := s.relay(box)
	relay.OnDelivery = func(d sender.Delivery) { tell(d) }
	relay.OnError = func(error) {} // stderr is under the screen; the relay goes on trying
	if relay.Run(ctx) != nil {
		tell(tui.OutboxChanged{}) // the screen looks, and tells what is wrong with the store
	}
	return nil
}

// watch tells the screen when something in the outbox may have changed, here or elsewhere.
func (s *sending) watch(ctx context.Context, tell func(any)) error {
	box, err := s.awaited(ctx)
	if err != nil {
		return nil //nolint:nilerr // as for deliver
	}
	for range box.Changes(ctx) {
		tell(tui.OutboxChanged{})
	}
	return nil
}
