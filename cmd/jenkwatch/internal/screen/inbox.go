package screen

import (
	"context"
	"sync"

	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// inbox passes messages on to the screen in their order. Program.Send blocks while an editor has the terminal; whoever
// watches, announces, delivers or answers a push must not wait for that.
type inbox struct {
	wake chan struct{} // buffered: messages are waiting

	mu      sync.Mutex
	waiting []any
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

// put adds a message and never blocks. It takes the place of one that is still waiting and that it makes obsolete.
func (b *inbox) put(msg any) {
	b.mu.Lock()
	for i, old := range b.waiting {
		if replaces(msg, old) {
			b.waiting = append(b.waiting[:i], b.waiting[i+1:]...)
			break
		}
	}
	b.waiting = append(b.waiting, msg)
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// replaces reports whether a message makes an older one obsolete.
func replaces(msg, old any) bool {
	switch msg := msg.(type) {
	case watch.Snapshot:
		o, ok := old.(watch.Snapshot)
		return ok && o.Controller == msg.Controller
	case sent.OutboxChanged:
		_, ok := old.(sent.OutboxChanged)
		return ok
	}
	return false
}

// run gives every message to send until ctx ends.
func (b *inbox) run(ctx context.Context, send func(any)) {
	for {
		select {
		case <-b.wake:
		case <-ctx.Done():
			return
		}
		b.mu.Lock()
		msgs := b.waiting
		b.waiting = nil
		b.mu.Unlock()
		for _, msg := range msgs {
			send(msg)
		}
	}
}
