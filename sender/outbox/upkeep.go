package outbox

import (
	"context"
	"database/sql"
	"time"
)

// Retention is how long ended deliveries are kept. Zero fields take their defaults.
type Retention struct {
	Age  time.Duration // of delivered and dropped ones; default 30 days
	Dead time.Duration // of dead ones, which still hold their payload; default 90 days
	Max  int           // newest ended ones that are kept at most; default 100,000
}

// Prune removes what retention does not keep, a few thousand at a time, and returns how many it removed. Deliveries that
// have not ended are never removed.
func (o *Outbox) Prune(ctx context.Context, r Retention) (int, error) {
	const day = 24 * time.Hour
	if r.Age == 0 {
		r.Age = 30 * day
	}
	if r.Dead == 0 {
		r.Dead = 90 * day
	}
	if r.Max == 0 {
		r.Max = 100_000
	}
	total := 0
	for {
		var n int64
		err := o.commit(ctx, "prune the outbox", func(tx *sql.Tx) error {
			now := time.Now()
			const old = `SELECT seq FROM outbox WHERE ended_at > 0 AND (
				state <> 'dead' AND ended_at < ?1 OR state = 'dead' AND ended_at < ?2 OR
				ended_at < (SELECT ended_at FROM outbox WHERE ended_at > 0 ORDER BY ended_at DESC LIMIT 1 OFFSET ?3))
				ORDER BY ended_at LIMIT 2000`
			args := []any{now.Add(-r.Age).UnixMilli(), now.Add(-r.Dead).UnixMilli(), r.Max - 1}
			for _, table := range []string{"attempts", "payloads", "outlines"} {
				if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE seq IN ("+old+")", args...); err != nil {
					return err
				}
			}
			res, err := tx.ExecContext(ctx, "DELETE FROM outbox WHERE seq IN ("+old+")", args...)
			if err != nil {
				return err
			}
			n, err = res.RowsAffected()
			return err
		})
		total += int(n)
		if err == nil && n < 2000 && total > 0 {
			err = o.commit(ctx, "prune the outbox", pruneSummaries)
		}
		if err != nil || n < 2000 {
			return total, err
		}
	}
}

// prune removes old history when there is nothing else to do.
func (s *session) prune(ctx context.Context) {
	if len(s.Only) > 0 || time.Since(s.pruned) < 6*time.Hour {
		return
	}
	s.pruned = time.Now()
	if _, err := s.Outbox.Prune(ctx, s.Retention); err != nil && s.OnError != nil && ctx.Err() == nil {
		s.OnError(err)
	}
}

// scrub removes from the write-ahead log what has been deleted, and reports whether it could: not while another
// connection reads an old state. The database itself is overwritten where something is removed, but the log keeps what was written before until
// it is written over.
func (o *Outbox) scrub(ctx context.Context) bool {
	conn, err := o.DB.Conn(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 100"); err != nil {
		return false
	}
	var busy, pages, moved int
	err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	_, again := conn.ExecContext(ctx, "PRAGMA busy_timeout = 5000")
	return err == nil && again == nil && busy == 0
}

// scrub removes what was delivered from the write-ahead log, once a second unless it is the last time, and returns when to
// look again.
func (s *session) scrub(ctx context.Context, next time.Time, last bool) time.Time {
	if again := s.scrubbed.Add(time.Second); !last && time.Now().Before(again) {
		return sooner(next, again)
	}
	s.scrubbed = time.Now()
	if s.removed = !s.Outbox.scrub(context.WithoutCancel(ctx)); s.removed {
		return sooner(next, s.scrubbed.Add(time.Second))
	}
	return next
}
