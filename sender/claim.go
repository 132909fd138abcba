package sender

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"
)

const interrupted = "interrupted: whoever sent it ended before it recorded an answer"

// claim takes what is due in every lane that has room.
func (s *session) claim(ctx context.Context, tx *transaction) ([]*record, error) {
	lanes, err := s.due(ctx, tx.ask)
	if err != nil {
		return nil, err
	}
	type amount struct {
		n     int
		bytes int64
	}
	returning := map[string]amount{} // results of this very transaction make room
	for _, res := range s.results {
		a := returning[res.lane]
		returning[res.lane] = amount{a.n + 1, a.bytes + res.Size}
	}
	now := time.Now()
	var claimed []*record
	for _, d := range lanes {
		l := s.lane(d.name)
		room := s.room(&lane{claimed: l.claimed - returning[d.name].n, bytes: l.bytes - returning[d.name].bytes, pace: l.pace})
		if d.due.After(now) || l.paused.After(now) || room == 0 {
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
func (s *session) claimLane(ctx context.Context, tx *transaction, name string, room int, now time.Time) ([]*record, error) {
	cond, args := s.filter()
	rows, err := tx.ask(ctx, `SELECT outbox.seq, content_type, payload, secrets, adhoc, state, tries_from, tries_base,
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
	for bytes := int64(0); bytes < claimBytes && rows.Next(); {
		r, err := scanRecord(rows, name)
		if err != nil {
			return nil, err
		}
		r.lease.Store(until.UnixMilli())
		bytes += r.Size
		claimed, seqs = append(claimed, r), append(seqs, r.seq)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(seqs) == 0 {
		return nil, err
	}
	if _, err := tx.run(ctx, `UPDATE OR FAIL outbox SET state = 'delivering', attempts = attempts + 1, owner = ?, due_at = ?
		WHERE seq IN (SELECT value FROM json_each(?))`, s.owner, until.UnixMilli(), jsonList(seqs)); err != nil {
		return nil, err
	}
	var cut []attemptRow
	for _, r := range claimed {
		if r.before == Delivering {
			cut = append(cut, attemptRow{r.seq, 0, Attempt{N: r.Attempts, StartedAt: now, Error: interrupted}})
			r.before = Retrying
		}
		r.Attempts++
		r.State = Delivering
	}
	return claimed, writeAttempts(ctx, tx, cut)
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

// renewLeases makes every claim good for another lease. If that fails it is tried again soon: a lease is three renewals.
func (s *session) renewLeases() {
	until := time.Now().Add(s.lease()).UnixMilli()
	seqs := make([]int64, 0, len(s.inflight))
	for seq := range s.inflight {
		seqs = append(seqs, seq)
	}
	err := s.Outbox.commit(context.Background(), "renew leases", func(tx *transaction) error {
		_, err := tx.Exec(`UPDATE outbox SET due_at = ? WHERE seq IN (SELECT value FROM json_each(?))
			AND state = 'delivering' AND owner = ?`, until, jsonList(seqs), s.owner)
		return err
	})
	if err != nil {
		if s.OnError != nil {
			s.OnError(err)
		}
		return
	}
	for _, r := range s.inflight {
		r.lease.Store(until)
	}
}

// rung is the doorbell that other processes ring; nil where there is none.
func (s *session) rung() <-chan struct{} {
	if s.bell == nil {
		return nil
	}
	return s.bell.rung
}

// pollOtherProcesses stands in for the doorbell where there are no FIFOs: once a second.
func (s *session) pollOtherProcesses() (<-chan time.Time, func()) {
	if s.bell != nil || s.Outbox.bells.dir == "" {
		return nil, func() {}
	}
	conn, err := s.Outbox.DB.Conn(context.Background())
	if err != nil {
		return nil, func() {}
	}
	s.version = conn
	s.otherProcessWrote()
	tick := time.NewTicker(time.Second)
	return tick.C, func() { tick.Stop(); conn.Close() }
}

// otherProcessWrote tells whether another connection has committed since it was asked last.
func (s *session) otherProcessWrote() bool {
	var v int64
	if err := s.version.QueryRowContext(context.Background(), "PRAGMA data_version").Scan(&v); err != nil {
		return true
	}
	changed := v != s.seen
	s.seen = v
	return changed
}
