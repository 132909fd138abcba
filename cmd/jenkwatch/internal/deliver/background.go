// Package deliver delivers what was accepted: one notification in the foreground, or all of them behind the terminal UI.
package deliver

import (
	"context"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// Background delivers for the terminal UI: with one outbox, opened when it is first needed, which everything in this
// process shares.
type Background struct {
	OnDelivery func(sender.Delivery) // a delivery has changed
	OnChange   func()                // something in the outbox may have changed, here or elsewhere
	OnError    func(error)           // the store gives trouble; at most once a minute

	app  *cli.App
	mu   sync.Mutex
	box  *outbox.Outbox
	made chan struct{} // closed when box is set

	reported time.Time // when OnError was last called
}

// NewBackground returns a Background whose functions are still to be set.
func NewBackground(a *cli.App) *Background { return &Background{app: a, made: make(chan struct{})} }

// Outbox opens the outbox. One that cannot be opened now may be opened later.
func (b *Background) Outbox(ctx context.Context) (*outbox.Outbox, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.box != nil {
		return b.box, nil
	}
	box, err := b.app.Outbox(ctx)
	if err == nil {
		b.box = box
		close(b.made)
	}
	return box, err
}

// Waiting returns how many notifications are not delivered yet, 0 where the outbox was never opened or does not answer.
func (b *Background) Waiting() int {
	b.mu.Lock()
	box := b.box
	b.mu.Unlock()
	if box == nil {
		return 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	counts, err := box.Counts(ctx)
	if err != nil {
		return 0
	}
	return counts[sender.Queued] + counts[sender.Delivering] + counts[sender.Retrying]
}

// storePoll is how often a process without a database checks whether another one has made it meanwhile.
const storePoll = time.Second

// awaitOutbox opens the outbox as soon as there can be something in it: when the database lies on disk, whoever made it,
// or when this process has made it. Until then one who only watches makes no database.
func (b *Background) awaitOutbox(ctx context.Context) (*outbox.Outbox, error) {
	tick := time.NewTicker(storePoll)
	defer tick.Stop()
	for !b.app.HasStore() {
		select {
		case <-b.made:
			return b.Outbox(ctx)
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return b.Outbox(ctx)
}

// Run runs the relay until ctx ends, whatever becomes of the store.
func (b *Background) Run(ctx context.Context) {
	retry(ctx, func() error {
		box, err := b.awaitOutbox(ctx)
		if err != nil {
			return err
		}
		relay := b.app.Relay(box)
		relay.OnDelivery = b.OnDelivery
		relay.OnError = b.report
		return relay.Run(ctx)
	}, b.report)
}

// Watch calls OnChange until ctx ends.
func (b *Background) Watch(ctx context.Context) {
	retry(ctx, func() error {
		box, err := b.awaitOutbox(ctx)
		if err != nil {
			return err
		}
		for range box.Changes(ctx) {
			b.OnChange()
		}
		return nil
	}, func(error) {}) // Run reports it
}

const (
	minRetryPause = time.Second // after the store gave trouble
	maxRetryPause = 30 * time.Second
)

// retry runs work again after an error, with growing pauses, until it succeeds or ctx ends.
func retry(ctx context.Context, work func() error, report func(error)) {
	for pause := minRetryPause; ; pause = min(2*pause, maxRetryPause) {
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

// report calls OnError, but not all the time.
func (b *Background) report(err error) {
	b.mu.Lock()
	again := time.Since(b.reported) < time.Minute
	if !again {
		b.reported = time.Now()
	}
	b.mu.Unlock()
	if !again {
		b.OnError(err)
	}
}
