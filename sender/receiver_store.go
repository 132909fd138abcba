package sender

import (
	"context"
	"encoding/json"
	"hash/maphash"
	"time"
)

// seenBefore remembers the hash of a push for a minute. Equal bytes need not be a repeat (notify 'x' twice), so it only
// marks.
func (r *Receiver) seenBefore(method string, body []byte, now time.Time) bool {
	sum := maphash.Bytes(seed, body) ^ maphash.String(seed, method)
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

// store writes the push and what is forwarded of it. It returns false for one whose key is stored already.
func (r *Receiver) store(ctx context.Context, p *Push) (bool, error) {
	vars, masked, err := r.storable(p.Variables)
	if err != nil {
		return false, err
	}
	var records []*record
	if r.Forward != nil {
		for _, n := range r.Forward(*p) {
			rec, err := r.Outbox.prepare(n)
			if err != nil {
				return false, err
			}
			records = append(records, rec)
		}
	}
	ctx = context.WithoutCancel(ctx)
	fresh := false
	err = r.Outbox.commit(ctx, "store the push", func(tx *transaction) error {
		fresh = false
		res, err := tx.run(ctx, `INSERT OR IGNORE INTO pushes (received_at, method, status, job, number, build_url, body,
			variables, masked, key, is_repeat) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.ReceivedAt.UnixMilli(), p.Method, p.Status, p.Job, p.Number, p.BuildURL, p.Body, vars, masked, p.Key, p.Repeat)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		fresh = true
		if p.Seq, err = res.LastInsertId(); err != nil {
			return err
		}
		for _, rec := range records {
			if err := rec.insert(ctx, tx); err != nil {
				return err
			}
		}
		if p.Seq%500 == 0 {
			return r.prune(ctx, tx, p.Seq)
		}
		return nil
	})
	if err == nil && fresh && len(records) > 0 {
		r.Outbox.changed()
	}
	return fresh, err
}

// storable gives the variables as they are stored: a flat object, and the names of those that Mask keeps out of it.
func (r *Receiver) storable(vars []Variable) (object, masked string, err error) {
	p := make(Payload, len(vars))
	var names []string
	for i, v := range vars {
		p[i] = Pair{v.Name, v.Value}
		if v.Secret || v.Password {
			p[i].Value = ""
			names = append(names, v.Name)
		}
	}
	if names != nil {
		list, err := json.Marshal(names)
		if err != nil {
			return "", "", err
		}
		masked = string(list)
	}
	return string(p.JSON()), masked, nil
}

func (r *Receiver) prune(ctx context.Context, tx *transaction, last int64) error {
	keep := int64(r.Keep)
	if keep <= 0 {
		keep = 10_000
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM pushes WHERE seq <= ?", last-keep)
	return err
}
