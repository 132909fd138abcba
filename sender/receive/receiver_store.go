package receive

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"hash/maphash"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// seenBefore remembers the hash of a push for a minute. Equal bytes need not be a repeat (notify 'x' twice), so it only
// marks.
func (r *Receiver) seenBefore(method, body string, now time.Time) bool {
	sum := maphash.String(seed, body) ^ maphash.String(seed, method)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recent == nil {
		r.recent = map[uint64]time.Time{}
	}
	if now.Sub(r.swept) > time.Minute {
		for h, at := range r.recent {
			if now.Sub(at) > time.Minute {
				delete(r.recent, h)
			}
		}
		r.swept = now
	}
	at, ok := r.recent[sum]
	r.recent[sum] = now
	return ok && now.Sub(at) <= time.Minute
}

// store writes the push, which came as this text, and what is forwarded of it, unless the same one is stored
// with its key: that is what its sender wants to know.
func (r *Receiver) store(ctx context.Context, p *sender.Push, text string) error {
	row, err := outbox.NewPushRow(p, text)
	if err != nil {
		return err
	}
	if r.Forward != nil {
		for _, n := range r.Forward(*p) {
			rec, err := r.Outbox.Prepare(n)
			if err != nil {
				return err
			}
			row.Copies = append(row.Copies, rec)
		}
	}
	ctx = context.WithoutCancel(ctx)
	err = r.Outbox.CommitThen(ctx, "store the push", func(tx *sql.Tx) error { return r.Insert(ctx, tx, row) }, func() {
		if row.Stored {
			r.publish(*row.Push)
		}
	})
	if err == nil && row.Stored && len(row.Copies) > 0 {
		r.Outbox.Changed()
	}
	if err == nil && row.Differs {
		return errKeyReused
	}
	return err
}

// errKeyReused is why a push is refused whose Idempotency-Key came with another one.
var errKeyReused = errors.New("another push came with this Idempotency-Key")

func (r *Receiver) Insert(ctx context.Context, tx *sql.Tx, row *outbox.PushRow) error {
	res, err := tx.ExecContext(ctx, `INSERT INTO pushes (received_at, method, key, is_repeat, masked, job, number, build_url, text)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) WHERE key <> '' DO NOTHING`, row.ReceivedAt.UnixMilli(), row.Method, row.Key, row.Repeat, row.Masked, row.Job,
		row.Number, row.BuildURL, row.Text)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if row.Stored = n > 0; err != nil {
		return err
	}
	if !row.Stored {
		before, err := outbox.ScanPush(tx.QueryRowContext(ctx, "SELECT "+outbox.PushColumns+" FROM pushes WHERE key = ?", row.Key))
		row.Differs = err == nil && !row.SameContent(&before)
		return err
	}
	if row.Seq, err = res.LastInsertId(); err != nil {
		return err
	}
	for _, rec := range row.Copies {
		if err := rec.Insert(ctx, tx); err != nil {
			return err
		}
	}
	r.room -= int64(len(row.Text))
	return r.prune(ctx, tx, row.Seq)
}

// prune removes the oldest pushes: those beyond a number, and now and then those beyond a size.
func (r *Receiver) prune(ctx context.Context, tx *sql.Tx, last int64) error {
	cut := last - cmp.Or(int64(r.Keep), 10_000)
	if r.room <= 0 {
		most := cmp.Or(r.KeepMax, 256<<20)
		r.room = most / 8
		var large int64
		if err := tx.QueryRowContext(ctx, `SELECT ifnull(max(seq), 0) FROM
			(SELECT seq, sum(octet_length(text)) OVER (ORDER BY seq DESC) AS size FROM pushes) WHERE size > ?`, most).Scan(&large); err != nil {
			return err
		}
		cut = max(cut, large)
	}
	if cut <= 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM pushes WHERE seq <= ?", cut)
	return err
}
