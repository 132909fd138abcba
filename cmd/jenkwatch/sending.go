package main

import (
	"context"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// sending is what the terminal UI sends with: one outbox, opened when it is first needed, which everything in this
// process shares.
type sending struct {
	*app
	mu   sync.Mutex
	box  *outbox.Outbox
	made chan struct{} // closed when box is there

	reported time.Time // when trouble with the store was last put into the footer
}

func newSending(a *app) *sending { return &sending{app: a, made: make(chan struct{})} }

// open opens the outbox. One that cannot be opened now may be opened later.
func (s *sending) open(ctx context.Context) (*outbox.Outbox, error) {
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
func (s *sending) awaited(ctx context.Context) (*outbox.Outbox, error) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for !s.HasStore() {
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

const (
	firstRetry = time.Second      // after the store gave trouble
	lastRetry  = 30 * time.Second // the longest pause between two tries
)

// deliver runs the relay until ctx ends, whatever becomes of the store, and sends the screen every change of a delivery.
func (s *sending) deliver(ctx context.Context, tell func(any)) error {
	s.persist(ctx, func() error {
		box, err := s.awaited(ctx)
		if err != nil {
			return err
		}
		relay := s.relay(box)
		relay.OnDelivery = func(d sender.Delivery) { tell(d) }
		relay.OnError = s.report(tell)
		return relay.Run(ctx)
	}, s.report(tell))
	return nil
}

// watch tells the screen when something in the outbox may have changed, here or elsewhere.
func (s *sending) watch(ctx context.Context, tell func(any)) error {
	s.persist(ctx, func() error {
		box, err := s.awaited(ctx)
		if err != nil {
			return err
		}
		for range box.Changes(ctx) {
			tell(sent.OutboxChanged{})
		}
		return nil
	}, func(error) {}) // deliver reports it
	return nil
}

// persist runs work again after an error, with growing pauses, until it succeeds or ctx ends.
func (s *sending) persist(ctx context.Context, work func() error, report func(error)) {
	for pause := firstRetry; ; pause = min(2*pause, lastRetry) {
		err := work()
		if err == nil || ctx.Err() != nil {
			return
		}
		report(err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// report puts trouble with the store into the footer: stderr is under the screen. It is not repeated all the time.
func (s *sending) report(tell func(any)) func(error) {
	return func(err error) {
		s.mu.Lock()
		again := time.Since(s.reported) < time.Minute
		if !again {
			s.reported = time.Now()
		}
		s.mu.Unlock()
		if !again {
			tell(sent.StoreTrouble{Err: err})
		}
	}
}
