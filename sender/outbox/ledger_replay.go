package outbox

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Replay announces again what began since a time. It is remembered until it has come to its end: a life that goes on with
// one that was killed announces what is missing of it, and nothing twice.
type Replay struct {
	Since time.Time // of builds: when they began
	Begun time.Time // what was announced since then is part of it
}

// replayLasts is how long a replay that was cut short can be gone on with. After that, the same words mean another time.
const replayLasts = 24 * time.Hour

// BeginReplay begins a replay of what this name asks for, or goes on with the one of that name that has not ended.
func (l *Ledger) BeginReplay(ctx context.Context, controller, name string, since time.Time) (Replay, error) {
	var r Replay
	err := l.Outbox.commit(ctx, "begin to announce again", func(tx *sql.Tx) error {
		open, err := unended(ctx, tx.QueryRowContext, controller, name)
		if r = open; err != nil || !r.Begun.IsZero() {
			return err
		}
		r = Replay{Since: since, Begun: time.Now()}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO replays (controller, name, since, begun) VALUES (?, ?, ?, ?)`,
			controller, name, millis(r.Since), millis(r.Begun))
		return err
	})
	return r, err
}

// UnendedReplay is the replay of this name that was cut short; zero if there is none.
func (l *Ledger) UnendedReplay(ctx context.Context, controller, name string) (Replay, error) {
	r, err := unended(ctx, l.Outbox.DB.QueryRowContext, controller, name)
	return r, sender.StoreError("read the ledger", err)
}

func unended(ctx context.Context, query func(context.Context, string, ...any) *sql.Row, controller, name string) (Replay, error) {
	var since, begun int64
	err := query(ctx, "SELECT since, begun FROM replays WHERE controller = ? AND name = ? AND begun > ?",
		controller, name, millis(time.Now().Add(-replayLasts))).Scan(&since, &begun)
	if errors.Is(err, sql.ErrNoRows) {
		return Replay{}, nil
	}
	return Replay{time.UnixMilli(since), time.UnixMilli(begun)}, err
}

// EndReplay notes that all of a controller's replay has been announced.
func (l *Ledger) EndReplay(ctx context.Context, controller string) error {
	return l.Outbox.commit(ctx, "end announcing again", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM replays WHERE controller = ?", controller)
		return err
	})
}

// Forget lowers a watermark and forgets what was announced above it before a time (zero: whenever), to announce it again.
func (l *Ledger) Forget(ctx context.Context, controller, job string, above int, before time.Time) error {
	until := int64(math.MaxInt64)
	if !before.IsZero() {
		until = before.UnixMilli()
	}
	return l.Outbox.commit(ctx, "forget announcements", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM ledger WHERE controller = ? AND job = ? AND number > ? AND at < ?",
			controller, job, above, until); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE watermarks SET number = min(number, ?) WHERE controller = ? AND job = ?",
			above, controller, job)
		return err
	})
}

// millis is a time as the tables have it; the zero time is before all of them.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
