package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

const interrupted = "interrupted: the process that sent it ended before it recorded an answer"

// claim takes what is due in every lane that has room.
func (s *session) claim(ctx context.Context, tx *sql.Tx) ([]*record, error) {
	lanes, err := s.due(ctx, tx)
	if err != nil {
		return nil, err
	}
	now := s.Outbox.now()
	var claimed []*record
	for _, d := range lanes {
		room := s.room(s.lane(d.name))
		if !s.open(d) || room <= 0 {
			continue
		}
		got, err := s.claimLane(ctx, tx, d.name, room, now)
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, got...)
	}
	return claimed, nil
}

// claimLane takes what is due, oldest due first. Claiming and counting the attempt are one statement.
func (s *session) claimLane(ctx context.Context, tx *sql.Tx, name string, room int, now time.Time) ([]*record, error) {
	cond, args := s.filter()
	until := now.Add(s.lease())
	scan := func(rows *sql.Rows) (*record, error) { return scanRecord(rows, name) }
	claimed, err := query(ctx, tx, "claim deliveries", scan, `SELECT outbox.seq, content_type, payload, secrets, adhoc, state, tries_from,
			tries_base, id, method, url, controller, job, number, status, attempts, created_at, size, message
		FROM outbox JOIN payloads p ON p.seq = outbox.seq
		WHERE `+claimable+` AND lane = ? AND due_at <= ?`+cond+` ORDER BY due_at, outbox.seq LIMIT ?`,
		append(append([]any{name, now.UnixMilli()}, args...), room)...)
	if err != nil || len(claimed) == 0 {
		return nil, err
	}
	var seqs []int64
	for _, r := range claimed {
		r.lease.Store(until.UnixMilli())
		seqs = append(seqs, r.seq)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'delivering', attempts = attempts + 1, owner = ?, due_at = ?, due_set = ?
		WHERE seq IN (SELECT value FROM json_each(?))`, s.owner, until.UnixMilli(), now.UnixMilli(), jsonList(seqs)); err != nil {
		return nil, err
	}
	for _, r := range claimed {
		if r.before == sender.Delivering {
			if err := writeAttempt(ctx, tx, r.seq, 0, sender.Attempt{N: r.Attempts, StartedAt: now, Error: interrupted}); err != nil {
				return nil, err
			}
			r.before = sender.Retrying
		}
		r.Attempts++
		r.State = sender.Delivering
	}
	return claimed, nil
}

func scanRecord(rows *sql.Rows, name string) (*record, error) {
	r := &record{lane: name}
	var (
		secrets, adhoc sql.NullString
		since, created int64
	)
	err := rows.Scan(&r.seq, &r.ContentType, &r.Payload, &secrets, &adhoc, &r.before, &since, &r.base,
		&r.ID, &r.Delivery.Method, &r.Delivery.URL, &r.Controller, &r.Job, &r.Number, &r.Status, &r.Attempts, &created, &r.Size, &r.Message)
	if err != nil {
		return nil, err
	}
	if secrets.Valid {
		if err := json.Unmarshal([]byte(secrets.String), &r.Secrets); err != nil {
			return nil, err
		}
	}
	r.adhoc, r.AdHoc, r.HasPayload = adhoc.String, name[0] == '@', true
	r.Endpoint = endpointName(name)
	r.since, r.CreatedAt = time.UnixMilli(since), time.UnixMilli(created)
	return r, nil
}

// release ends the leases of what is still claimed: the relay broke, or the store could not be written. As after a crash,
// the next claim records the attempt as interrupted.
func (s *session) release() {
	if len(s.inflight) == 0 {
		return
	}
	now := s.Outbox.now().UnixMilli()
	err := s.Outbox.commit(context.Background(), "release claims", func(tx *sql.Tx) error {
		_, err := tx.Exec("UPDATE outbox SET due_at = ?1, due_set = ?1 WHERE state = 'delivering' AND owner = ?2", now, s.owner)
		return err
	})
	if err != nil {
		s.report(err)
	}
	s.Outbox.changed()
}

// renewLeases makes every claim good for another lease. If that fails it is tried again soon: a lease is three renewals.
func (s *session) renewLeases() {
	if len(s.inflight) == 0 {
		return
	}
	now := s.Outbox.now()
	until := now.Add(s.lease()).UnixMilli()
	seqs := jsonList(slices.Collect(maps.Keys(s.inflight)))
	err := s.Outbox.commit(context.Background(), "renew leases", func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE outbox SET due_at = ?, due_set = ? WHERE seq IN (SELECT value FROM json_each(?))
			AND state = 'delivering' AND owner = ?`, until, now.UnixMilli(), seqs, s.owner)
		return err
	})
	if err != nil {
		s.report(err)
		return
	}
	for _, r := range s.inflight {
		r.lease.Store(until)
	}
}

// filter returns the condition on what this session may claim.
func (s *session) filter() (string, []any) {
	cond, args := " AND NOT (state = 'delivering' AND owner = ?)", []any{s.owner}
	if len(s.Only) > 0 {
		const ids = "(SELECT upper(value) FROM json_each(?))"
		cond += " AND (id IN " + ids + " OR order_key <> '' AND order_key IN (SELECT order_key FROM outbox WHERE id IN " + ids + "))"
		only := jsonList(s.Only)
		args = append(args, only, only)
	}
	now := time.Now()
	maps.DeleteFunc(s.skip, func(_ string, until time.Time) bool { return !until.After(now) })
	if len(s.skip) > 0 {
		cond += " AND id NOT IN (SELECT value FROM json_each(?))"
		args = append(args, jsonList(slices.Collect(maps.Keys(s.skip))))
	}
	return cond, args
}

const claimable = "held = 0 AND " + pending

// laneDue is when something of a lane is due.
type laneDue struct {
	name string
	due  time.Time
}

// due returns the lanes in which something waits, by skipping through the index from lane to lane.
func (s *session) due(ctx context.Context, db querier) ([]laneDue, error) {
	cond, args := s.filter()
	scan := func(rows *sql.Rows) (l laneDue, err error) {
		var at sql.NullInt64
		err = rows.Scan(&l.name, &at)
		if at.Valid {
			l.due = time.UnixMilli(at.Int64)
		}
		return l, err
	}
	lanes, err := query(ctx, db, "look into the outbox", scan, `WITH RECURSIVE l (lane) AS (
			SELECT min(lane) FROM outbox WHERE `+claimable+`
			UNION ALL SELECT (SELECT min(lane) FROM outbox WHERE `+claimable+` AND lane > l.lane) FROM l WHERE lane IS NOT NULL)
		SELECT lane, (SELECT due_at FROM outbox WHERE `+claimable+` AND lane = l.lane`+cond+` ORDER BY due_at LIMIT 1)
		FROM l WHERE lane IS NOT NULL`, args...)
	return slices.DeleteFunc(lanes, func(l laneDue) bool { return l.due.IsZero() }), err
}

// open reports whether something of a lane may be claimed now.
func (s *session) open(d laneDue) bool {
	return !d.due.After(s.Outbox.now()) && !s.lane(d.name).paused.After(time.Now())
}

// anyDue reports whether something can be claimed, without taking the write lock. On an error it returns true: the
// transaction will meet the error again.
func (s *session) anyDue(ctx context.Context) bool {
	lanes, err := s.due(ctx, s.Outbox.DB)
	return err != nil || slices.ContainsFunc(lanes, func(d laneDue) bool { return s.open(d) && s.room(s.lane(d.name)) > 0 })
}

// nextDue returns when something can be claimed next; zero: not known.
func (s *session) nextDue(ctx context.Context) (time.Time, error) {
	lanes, err := s.due(ctx, s.Outbox.DB)
	if err != nil {
		return time.Time{}, err
	}
	var next time.Time
	for _, d := range lanes {
		l := s.lane(d.name)
		if s.room(l) <= 0 {
			continue // an answer will come first
		}
		if l.paused.After(d.due) {
			d.due = l.paused
		}
		next = sooner(next, d.due)
	}
	for _, until := range s.skip {
		next = sooner(next, until)
	}
	return next, nil
}

// sooner returns the earlier of two times; a zero time is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
