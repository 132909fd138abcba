package outbox

import (
	"context"
	"database/sql"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Times in the store are the wall clock's, which can be set. Each due time has beside it when it was decided (due_set). If
// that is in the future the clock has been set back since, and the pause starts again from now: nothing ever waits longer
// than twice its pause.

// now returns the wall clock's time.
func (o *Outbox) now() time.Time {
	if o.clock != nil {
		return o.clock()
	}
	return time.Now()
}

// watchdog notices that the wall clock was set, or the machine suspended.
type watchdog struct {
	wall  time.Time
	ticks time.Time // by the monotonic clock
}

// clockWasSet reports whether the wall clock has gone another way than time has since the last call.
func (w *watchdog) clockWasSet(wall time.Time) bool {
	ticks := time.Now()
	step := wall.Round(0).Sub(w.wall.Round(0)) - ticks.Sub(w.ticks)
	w.wall, w.ticks = wall, ticks
	return step.Abs() > time.Second
}

// clockSlack is how far clocks of processes, and the milliseconds in the store, may be apart.
const clockSlack = 2 * time.Second

// mendDueTimes counts pauses from now that were decided in the future. Several processes may do it one after the other.
func (o *Outbox) mendDueTimes(ctx context.Context) error {
	now := o.now().UnixMilli()
	var wrong bool
	err := o.DB.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM outbox WHERE "+pending+" AND due_set > ?)",
		now+clockSlack.Milliseconds()).Scan(&wrong)
	if err != nil || !wrong {
		return sender.StoreError("look into the outbox", err)
	}
	return o.commit(ctx, "mend due times", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE outbox SET due_at = ?1 + max(0, due_at - due_set), due_set = ?1 WHERE "+pending+
			" AND due_set > ?2", now, now+clockSlack.Milliseconds())
		return err
	})
}
