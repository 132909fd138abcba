package main

import (
	"context"
	"sync"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui"
)

// sending is what the terminal UI sends with: one outbox, opened when it is first needed, which everything in this
// process shares.
type sending struct {
	*app
	mu  sync.Mutex
	box *sender.Outbox
}

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
	}
	return box, err
}

// deliver runs the relay until ctx ends and tells the screen of every change. A store that cannot be opened is told
// when somebody wants to send: the screen shows Jenkins without it.
func (s *sending) deliver(ctx context.Context, tell func(any)) error {
	box, err := s.open(ctx)
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
	box, err := s.open(ctx)
	if err != nil {
		return nil //nolint:nilerr // as for deliver
	}
	for range box.Changes(ctx) {
		tell(tui.OutboxChanged{})
	}
	return nil
}
