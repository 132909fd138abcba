package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

const interrupted = "interrupted: whoever sent it ended before it recorded an answer"

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
	rows, err := tx.QueryContext(ctx, `SELECT outbox.seq, content_type, payload, secrets, adhoc, state, tries_from, tries_base,
			id, method, url, controller, job, number, status, attempts, created_at, size
		FROM outbox JOIN payloads p ON p.seq = outbox.seq
		WHERE `+claimable+` AND lane = ? AND due_at <= ?`+cond+` ORDER BY due_at, outbox.seq LIMIT ?`,
		append(append([]any{name, now.UnixMilli()}, args...), room)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var (
		claimed []*record
		seqs    []int64
	)
	until := now.Add(s.lease())
	for rows.Next() {
		r, err := scanRecord(rows, name)
		if err != nil {
			return nil, err
		}
		r.lease.Store(until.UnixMilli())
		claimed, seqs = append(claimed, r), append(seqs, r.seq)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(seqs) == 0 {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE OR FAIL outbox SET state = 'delivering', attempts = attempts + 1, owner = ?, due_at = ?, due_set = ?
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
	err := rows.Scan(&r.seq, &r.contentType, &r.payload, &secrets, &adhoc, &r.before, &since, &r.base,
		&r.ID, &r.Method, &r.URL, &r.Controller, &r.Job, &r.Number, &r.Status, &r.Attempts, &created, &r.Size)
	if err != nil {
		return nil, err
	}
	if secrets.Valid {
		if err := json.Unmarshal([]byte(secrets.String), &r.secrets); err != nil {
			return nil, err
		}
	}
	r.adhoc, r.AdHoc, r.HasPayload = adhoc.String, name[0] == '@', true
	r.Endpoint = endpointName(name)
	r.since, r.CreatedAt = time.UnixMilli(since), time.UnixMilli(created)
	return r, nil
}

// release ends the leases of what is still claimed: the relay broke, or the store could not be written. As after a crash,
// whoever claims it next records the attempt as interrupted.
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
	seqs := make([]int64, 0, len(s.inflight))
	for seq := range s.inflight {
		seqs = append(seqs, seq)
	}
	err := s.Outbox.commit(context.Background(), "renew leases", func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE outbox SET due_at = ?, due_set = ? WHERE seq IN (SELECT value FROM json_each(?))
			AND state = 'delivering' AND owner = ?`, until, now.UnixMilli(), jsonList(seqs), s.owner)
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
