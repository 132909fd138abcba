package sender

import (
	"cmp"
	"context"
	"hash/maphash"
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
	entry   []byte    // what is stored: see storedPush
	records []*record // what is forwarded of it
	fresh   bool
	err     error
	done    chan struct{}
}

// store writes the push, which came as this text, and what is forwarded of it, unless one with its key is stored already:
// that is what its sender wants to hear. Pushes that come while others are being written share the next transaction.
func (r *Receiver) store(ctx context.Context, p *Push, text string) error {
	one := &storing{Push: p, done: make(chan struct{})}
	var err error
	if one.entry, err = appendStored(nil, p, text); err != nil {
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
	r.turns.add(one, func(batch []*storing) { r.storeShared(ctx, batch) }, func(batch []*storing) {
		for _, one := range batch {
			close(one.done)
		}
	})
	<-one.done
	err = one.err
	if p := panicOf(err); p != nil {
		panic(p)
	}
	return err
}

// storeShared stores pushes together, or each by itself if that fails: nobody pays for another's error.
func (r *Receiver) storeShared(ctx context.Context, batch []*storing) {
	err := r.storeAll(ctx, batch)
	for i, one := range batch {
		if one.err = err; err != nil && len(batch) > 1 {
			one.err = r.storeAll(ctx, batch[i:i+1])
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
		if err := r.insert(ctx, tx, batch); err != nil {
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
	r.publish(batch)
	if forwarded {
		r.Outbox.changed()
	}
	return nil
}

// packSize is how many bytes share a row at most, unless one push has more.
const packSize = 1 << 20

// insert gives pushes their places and packs them into as few rows as can be. One whose key is stored already takes no
// place.
func (r *Receiver) insert(ctx context.Context, tx *transaction, batch []*storing) error {
	var last int64
	if err := tx.value(ctx, &last, "SELECT ifnull((SELECT seq + count - 1 FROM packs ORDER BY seq DESC LIMIT 1), 0)"); err != nil {
		return err
	}
	next := last + 1
	for _, one := range batch {
		one.fresh = one.Key == ""
		if !one.fresh {
			res, err := tx.run(ctx, "INSERT OR IGNORE INTO push_keys (seq, key) VALUES (?, ?)", next, one.Key)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			one.fresh = n > 0
		}
		if one.fresh {
			one.Seq = next
			next++
		}
	}
	if next-1 == last {
		return nil
	}
	if err := r.prune(ctx, tx, next-1); err != nil {
		return err
	}
	var pack, builds []byte
	count := 0
	for i, one := range batch {
		if one.fresh {
			pack, builds = append(pack, one.entry...), append(builds, one.claimLine()...)
			count++
		}
		if count == 0 || i < len(batch)-1 && len(pack) < packSize {
			continue
		}
		last++
		stored := squeeze(pack)
		r.room -= int64(len(stored))
		if _, err := tx.run(ctx, "INSERT INTO packs (seq, count, pushes) VALUES (?, ?, ?)", last, count, stored); err != nil {
			return err
		}
		if _, err := tx.run(ctx, "INSERT INTO pack_builds (seq, builds) VALUES (?, ?)", last, builds); err != nil {
			return err
		}
		last += int64(count) - 1
		pack, builds, count = pack[:0], builds[:0], 0
	}
	return nil
}

// prune removes the oldest packs: those beyond a number of pushes, and now and then those beyond a size. As it does so
// where others take their place at once, no more pages are written than for them.
func (r *Receiver) prune(ctx context.Context, tx *transaction, last int64) error {
	cut := last - cmp.Or(int64(r.Keep), 10_000)
	if r.room <= 0 {
		most := cmp.Or(r.KeepMax, 256<<20)
		r.room = most / 8
		var large int64
		if err := tx.value(ctx, &large, `SELECT ifnull(max(seq), 0) FROM
			(SELECT seq, sum(octet_length(pushes)) OVER (ORDER BY seq DESC) AS size FROM packs) WHERE size > ?`, most); err != nil {
			return err
		}
		cut = max(cut, large)
	}
	if cut <= 0 {
		return nil
	}
	for _, text := range []string{"DELETE FROM packs WHERE seq <= ?", "DELETE FROM pack_builds WHERE seq <= ?",
		"DELETE FROM push_keys WHERE seq <= ?"} {
		if _, err := tx.run(ctx, text, cut); err != nil {
			return err
		}
	}
	return nil
}
