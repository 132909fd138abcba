package announce

import (
	"context"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// DryLedger is the ledger of a dry run: it reads the real one and remembers only in memory.
type DryLedger struct {
	*outbox.Ledger
	mu     sync.Mutex
	forgot map[string]forgotten
}

// forgotten is what a dry run takes for forgotten of a job.
type forgotten struct {
	above  int
	before time.Time
}

func (*DryLedger) Announce(context.Context, outbox.Change, ...sender.Notification) (bool, error) {
	return true, nil
}
func (*DryLedger) Advance(context.Context, string, map[string]outbox.Mark) error { return nil }
func (*DryLedger) MarkSynced(context.Context, string, time.Time) error           { return nil }
func (*DryLedger) EndReplay(context.Context, string) error                       { return nil }

// BeginReplay returns the replay that would be gone on with, or a new one.
func (d *DryLedger) BeginReplay(ctx context.Context, controller, name string, since time.Time) (outbox.Replay, error) {
	r, err := d.UnendedReplay(ctx, controller, name)
	if err == nil && r.Begun.IsZero() {
		r = outbox.Replay{Since: since, Begun: time.Now()}
	}
	return r, err
}

func (d *DryLedger) Forget(_ context.Context, _, job string, above int, before time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.forgot == nil {
		d.forgot = map[string]forgotten{}
	}
	d.forgot[job] = forgotten{above, before}
	return nil
}

// Announced returns what the real ledger says of it, unless it was to be forgotten.
func (d *DryLedger) Announced(ctx context.Context, c outbox.Change, since time.Time) ([]string, error) {
	d.mu.Lock()
	f, forgot := d.forgot[c.Job]
	d.mu.Unlock()
	switch {
	case forgot && c.Number > f.above && f.before.IsZero():
		return nil, nil
	case forgot && c.Number > f.above:
		since = f.before
	}
	return d.Ledger.Announced(ctx, c, since)
}
