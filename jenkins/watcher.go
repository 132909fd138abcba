package jenkins

import (
	"context"
	"iter"
	"time"
)

// Watcher asks one controller again and again.
type Watcher struct {
	Client *Client
	// Interval is the time between two refreshes while builds run or the user acts. Default 2 s. It stretches when idle,
	// unfocused, failing, or when the controller answers slowly.
	Interval time.Duration
	// MaxPerMinute caps the requests made for the list. Default 60.
	MaxPerMinute int
}

// Snapshots yields a snapshot after every refresh, and one for every failed refresh, until ctx is done. It may be
// ranged over once.
func (w *Watcher) Snapshots(ctx context.Context) iter.Seq[Snapshot] {
	return func(func(Snapshot) bool) {}
}

// Poke asks now, or as soon as the cap allows.
func (w *Watcher) Poke() {}

// SetFocused tells whether anybody looks: unfocused, it asks rarely.
func (w *Watcher) SetFocused(bool) {}
