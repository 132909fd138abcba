package sender

import (
	"cmp"
	"context"
	"encoding/json"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/internal/crew"
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

// storing is a push on its way to disk.
type storing struct {
	*Push
	vars, masked string
	records      []*record // what is forwarded of it
	fresh        bool
	done         chan error
}

// store writes the push and what is forwarded of it, unless one with its key is stored already: that is what its sender
// wants to hear. Pushes that come while others are being written share the next transaction.
func (r *Receiver) store(ctx context.Context, p *Push) error {
	one := &storing{Push: p, done: make(chan error, 1)}
	var err error
	if one.vars, one.masked, err = storable(p.Variables); err != nil {
		return err
	}
	if r.Forward != nil {
		for _, n := range r.Forward(*p) {
			rec, err := r.Outbox.prepare(n)
			if err != nil {
				return err
			}
			one.records = append(one.records, rec)
		}
	}
	ctx = context.WithoutCancel(ctx)
	r.turns.add(one, func(batch []*storing) { r.storeShared(ctx, batch) })
	err = <-one.done
	if p := panicOf(err); p != nil {
		panic(p)
	}
	return err
}

// storeShared stores pushes together, or each by itself if that fails: nobody pays for another's error.
func (r *Receiver) storeShared(ctx context.Context, batch []*storing) {
	err := r.storeAll(ctx, batch)
	for i, one := range batch {
		if err != nil && len(batch) > 1 {
			one.done <- r.storeAll(ctx, batch[i:i+1])
		} else {
			one.done <- err
		}
	}
}

// storeAll stores pushes in one transaction, and tells whoever listens about them in the order of their places.
func (r *Receiver) storeAll(ctx context.Context, batch []*storing) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = crew.Caught(p) // raised where the push came in
		}
	}()
	forwarded := false
	err = r.Outbox.commit(ctx, "store the push", func(tx *transaction) error {
		if err := r.prune(ctx, tx, batch); err != nil {
			return err
		}
		if err := insertPushes(ctx, tx, batch); err != nil {
			return err
		}
		for _, one := range batch {
			for _, rec := range one.records {
				if !one.fresh {
					break
				}
				if err := rec.insert(ctx, tx); err != nil {
					return err
				}
				forwarded = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, one := range batch {
		r.last = max(r.last, one.Seq)
	}
	r.publish(batch)
	if forwarded {
		r.Outbox.changed()
	}
	return nil
}

const (
	insertPush = `INSERT OR IGNORE INTO pushes (received_at, method, status, job, number, build_url, body, variables, masked,
		key, is_repeat) VALUES `
	pushValues = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	manyPushes = 16
)

var insertPushTexts = map[int]string{1: insertPush + pushValues,
	manyPushes: insertPush + strings.Repeat(pushValues+", ", manyPushes-1) + pushValues}

// insertPushes inserts many with one statement, which costs half, but those with a key one by one: one that is stored
// already takes no place.
func insertPushes(ctx context.Context, tx *transaction, batch []*storing) error {
	keyed := func(one *storing) bool { return one.Key != "" }
	for len(batch) > 0 {
		n := 1
		if len(batch) >= manyPushes && !slices.ContainsFunc(batch[:manyPushes], keyed) {
			n = manyPushes
		}
		args := make([]any, 0, n*11)
		for _, p := range batch[:n] {
			args = append(args, p.ReceivedAt.UnixMilli(), p.Method, p.Status, p.Job, p.Number, p.BuildURL, p.Body, p.vars, p.masked,
				p.Key, p.Repeat)
		}
		res, err := tx.run(ctx, insertPushTexts[n], args...)
		if err != nil {
			return err
		}
		stored, err := res.RowsAffected()
		if err != nil {
			return err
		}
		last, err := res.LastInsertId()
		if err != nil {
			return err
		}
		for i, p := range batch[:n] {
			if p.fresh = stored > 0; p.fresh {
				p.Seq = last - int64(n-1-i) // nobody else writes now
			}
		}
		batch = batch[n:]
	}
	return nil
}

// storable gives the variables as they are stored: a flat object, and the names of those that Mask keeps out of it.
func storable(vars []Variable) (object, masked string, err error) {
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

// prune removes the oldest pushes: those beyond a number, and now and then those beyond a size. As it does so where others
// take their place at once, no more pages are written than for them.
func (r *Receiver) prune(ctx context.Context, tx *transaction, batch []*storing) error {
	if r.last > 0 {
		keep := cmp.Or(int64(r.Keep), 10_000)
		if _, err := tx.run(ctx, "DELETE FROM pushes WHERE seq <= ?", r.last+int64(len(batch))-keep); err != nil {
			return err
		}
	}
	for _, one := range batch {
		r.room -= int64(len(one.vars))
	}
	if r.room > 0 {
		return nil
	}
	most := cmp.Or(r.KeepMax, 256<<20)
	r.room = most / 8
	_, err := tx.ExecContext(ctx, `DELETE FROM pushes WHERE seq <= (SELECT max(seq) FROM
		(SELECT seq, sum(octet_length(variables)) OVER (ORDER BY seq DESC) AS size FROM pushes) WHERE size > ?)`, most)
	return err
}
