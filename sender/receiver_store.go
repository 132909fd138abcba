package sender

import (
	"cmp"
	"context"
	"encoding/json"
	"hash/maphash"
	"time"
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
		return r.prune(ctx, tx, p.Seq, int64(len(vars)))
	})
	if err == nil && fresh && len(records) > 0 {
		r.Outbox.changed()
	}
	return fresh, err
}

// storable gives the variables as they are stored: a flat object, and the names of those that Mask keeps out of it.
func (r *Receiver) storable(vars []Variable) (object, masked string, err error) {
	size := 2
	for i := range vars {
		size += len(vars[i].Name) + len(vars[i].Value) + 8
	}
	var names []string
	b := append(make([]byte, 0, size), '{')
	for i := range vars {
		v := &vars[i]
		if i > 0 {
			b = append(b, ',')
		}
		value := v.Value
		if v.Secret || v.Password {
			value, names = "", append(names, v.Name)
		}
		b = appendPair(b, v.Name, value)
	}
	b = append(b, '}')
	if names != nil {
		list, err := json.Marshal(names)
		if err != nil {
			return "", "", err
		}
		masked = string(list)
	}
	return string(b), masked, nil
}

// prune removes the oldest pushes, now and then: those beyond a number, and those beyond a size.
func (r *Receiver) prune(ctx context.Context, tx *transaction, last, stored int64) error {
	if last%500 == 0 {
		if _, err := tx.ExecContext(ctx, "DELETE FROM pushes WHERE seq <= ?", last-cmp.Or(int64(r.Keep), 10_000)); err != nil {
			return err
		}
	}
	most := cmp.Or(r.KeepMax, 256<<20)
	if r.room -= stored; r.room > 0 {
		return nil
	}
	r.room = most / 8
	_, err := tx.ExecContext(ctx, `DELETE FROM pushes WHERE seq <= (SELECT max(seq) FROM
		(SELECT seq, sum(octet_length(variables)) OVER (ORDER BY seq DESC) AS size FROM pushes) WHERE size > ?)`, most)
	return err
}
