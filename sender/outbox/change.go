package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Retry sends a delivery again now: a dead one gets new attempts and new time, a retrying one does not wait any longer.
// One that was delivered or dropped no longer has a payload.
func (o *Outbox) Retry(ctx context.Context, id string) (sender.Delivery, error) {
	return o.change(ctx, id, func(tx *sql.Tx, r row) error {
		switch r.state {
		case sender.Delivered, sender.Dropped:
			return &sender.Error{Kind: sender.NotPossible, What: fmt.Sprintf("it was %s: its payload has been removed", r.state),
				Fix: "send it again"}
		case sender.Delivering:
			return &sender.Error{Kind: sender.NotPossible, What: "it is being delivered at this moment", Fix: "wait for the answer"}
		}
		return requeue(ctx, tx, r, o.now())
	})
}

// RetryAll does what Retry does for every dead or retrying delivery, and returns how many there were.
func (o *Outbox) RetryAll(ctx context.Context) (int, error) {
	n := 0
	err := o.commit(ctx, "retry deliveries", func(tx *sql.Tx) error {
		n = 0
		scan := func(rows *sql.Rows) (r row, err error) {
			err = rows.Scan(&r.seq, &r.state, &r.key)
			return r, err
		}
		all, err := query(ctx, tx, "retry deliveries", scan,
			"SELECT seq, state, order_key FROM outbox WHERE state IN ('dead', 'retrying') ORDER BY seq")
		if err != nil {
			return err
		}
		for _, r := range all {
			if err := requeue(ctx, tx, r, o.now()); err != nil {
				return err
			}
		}
		n = len(all)
		return nil
	})
	if err == nil && n > 0 {
		o.changed()
	}
	return n, err
}

// Drop gives a delivery up. Its payload and secrets are removed at once, and those behind it go on. If it is being sent
// at this moment and the answer is good, it ends as delivered.
func (o *Outbox) Drop(ctx context.Context, id string) (sender.Delivery, error) {
	d, err := o.drop(ctx, id)
	if sender.IsKind(err, sender.StoreFull) && o.scrub(ctx) { // the write-ahead log has made room for itself
		d, err = o.drop(ctx, id)
	}
	if err == nil {
		o.scrub(ctx) // if it is not possible now, the next who can does it
	}
	return d, err
}

func (o *Outbox) drop(ctx context.Context, id string) (sender.Delivery, error) {
	return o.change(ctx, id, func(tx *sql.Tx, r row) error {
		if r.state == sender.Delivered || r.state == sender.Dropped {
			return &sender.Error{Kind: sender.NotPossible, What: fmt.Sprintf("it was %s already", r.state), Fix: "there is nothing to do"}
		}
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'dropped', held = 0, ended_at = ?, owner = '' WHERE seq = ?`,
			o.now().UnixMilli(), r.seq)
		if err != nil {
			return err
		}
		if err := replaceByOutline(ctx, tx, r.seq); err != nil {
			return err
		}
		return unhold(ctx, tx, []int64{r.seq})
	})
}

// removePayloads removes what must not stay on disk any longer than needed.
func removePayloads(ctx context.Context, tx *sql.Tx, seqs []int64) error {
	if len(seqs) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM payloads WHERE seq IN (SELECT value FROM json_each(?))", jsonList(seqs))
	return err
}

// row is what a change needs to know of a delivery.
type row struct {
	seq   int64
	state sender.State
	key   string
}

func (o *Outbox) change(ctx context.Context, id string, fn func(*sql.Tx, row) error) (sender.Delivery, error) {
	id = strings.ToUpper(id)
	err := o.commit(ctx, "change the delivery", func(tx *sql.Tx) error {
		var r row
		err := tx.QueryRowContext(ctx, "SELECT seq, state, order_key FROM outbox WHERE id = ?", id).
			Scan(&r.seq, &r.state, &r.key)
		if errors.Is(err, sql.ErrNoRows) {
			return noSuch(id)
		}
		if err != nil {
			return err
		}
		return fn(tx, r)
	})
	if err != nil {
		return sender.Delivery{}, err
	}
	o.changed()
	return o.Get(ctx, id)
}

// requeue makes a delivery due now, at its old place in the order. A dead one's time and attempts start again.
func requeue(ctx context.Context, tx *sql.Tx, r row, at time.Time) error {
	now := at.UnixMilli()
	if r.state == sender.Dead {
		if _, err := tx.ExecContext(ctx, `UPDATE outbox SET tries_from = ?, tries_base = attempts WHERE seq = ?`, now, r.seq); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'queued', due_at = ?1, due_set = ?1, ended_at = 0, owner = '' WHERE seq = ?2`,
		now, r.seq); err != nil {
		return err
	}
	if r.key == "" {
		return nil
	}
	// A dead one held back no other; now it is in the line again, at its old place.
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET held = seq > (SELECT min(seq) FROM outbox WHERE order_key = ?1 AND `+
		pending+`) WHERE order_key = ?1 AND order_key <> '' AND `+pending, r.key)
	return err
}

// unhold releases what waited for those that have ended.
func unhold(ctx context.Context, tx *sql.Tx, ended []int64) error {
	if len(ended) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET held = 0 WHERE held = 1 AND seq IN (
		SELECT (SELECT n.seq FROM outbox n WHERE n.order_key = e.order_key AND n.order_key <> '' AND n.`+pending+` ORDER BY n.seq LIMIT 1)
		FROM outbox e WHERE e.order_key <> '' AND e.seq IN (SELECT value FROM json_each(?)))`, jsonList(ended))
	return err
}
