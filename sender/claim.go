package sender

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

const interrupted = "interrupted: whoever sent it ended before it recorded an answer"

// claim takes what is due in every lane that has room.
func (s *session) claim(ctx context.Context, tx *sql.Tx) ([]*record, error) {
	lanes, err := s.due(ctx, tx)
	if err != nil {
		return nil, err
	}
	returning := map[string]int{} // results of this very transaction make room
	for _, res := range s.results {
		returning[res.lane]++
	}
	now := time.Now()
	var claimed []*record
	for _, d := range lanes {
		l := s.lane(d.name)
		room := s.room(&lane{claimed: l.claimed - returning[d.name]})
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
func (s *session) claimLane(ctx context.Context, tx *sql.Tx, name string, room int, now time.Time) ([]*record, error) {
	cond, args := s.filter()
	rows, err := tx.QueryContext(ctx, `SELECT outbox.seq, order_key, content_type, payload, secrets, adhoc, state, tries_from, tries_base,
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
	if err := rows.Err(); err != nil || len(seqs) == 0 {
		return nil, err
	}
	list, err := json.Marshal(seqs)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'delivering', attempts = attempts + 1, owner = ?, due_at = ?
		WHERE seq IN (SELECT value FROM json_each(?))`, s.owner, until.UnixMilli(), string(list)); err != nil {
		return nil, err
	}
	for _, r := range claimed {
		if r.before == Delivering {
			if err := r.writeAttempt(ctx, tx, &s.Outbox.commits.texts, Attempt{N: r.Attempts, StartedAt: now, Error: interrupted}); err != nil {
				return nil, err
			}
			r.before = Retrying
		}
		r.Attempts++
		r.State = Delivering
	}
	return claimed, nil
}

func scanRecord(rows *sql.Rows, name string) (*record, error) {
	r := &record{lane: name}
	var (
		secrets, adhoc sql.NullString
		since, created int64
	)
	err := rows.Scan(&r.seq, &r.orderKey, &r.contentType, &r.payload, &secrets, &adhoc, &r.before, &since, &r.base,
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

// write records a result. A good answer counts whatever happened to the record meanwhile; any other only while the claim
// is ours.
func (res *result) write(ctx context.Context, tx *sql.Tx, texts *prepared, owner string) error {
	var (
		done sql.Result
		err  error
	)
	next, ended := int64(0), int64(0)
	if !res.next.IsZero() {
		next = res.next.UnixMilli()
	}
	if !res.EndedAt.IsZero() {
		ended = res.EndedAt.UnixMilli()
	}
	ms := res.duration.Milliseconds()
	const ours = " WHERE seq = ? AND state = 'delivering' AND owner = ?"
	switch {
	case !res.sent:
		done, err = texts.exec(ctx, tx, `UPDATE outbox SET state = ?1, due_at = ?2, ended_at = ?3, owner = '',
			last_error = CASE ?4 WHEN '' THEN last_error ELSE ?4 END, attempts = attempts - 1
			WHERE seq = ?5 AND state = 'delivering' AND owner = ?6`, res.state, next, ended, res.LastError, res.seq, owner)
	case res.state == Delivered:
		done, err = texts.exec(ctx, tx, `UPDATE outbox SET state = 'delivered', held = 0, ended_at = ?, http_status = ?,
			duration_ms = ?, last_error = '', owner = '' WHERE seq = ? AND state <> 'delivered'`, ended, res.status, ms, res.seq)
	default:
		done, err = texts.exec(ctx, tx, `UPDATE outbox SET state = ?, due_at = ?, ended_at = ?, owner = '', http_status = ?,
			duration_ms = ?, last_error = ?`+ours, res.state, next, ended, res.status, ms, res.LastError, res.seq, owner)
	}
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err != nil {
		return err
	}
	if res.recorded = n > 0; res.recorded && res.state == Delivered {
		if err := removePayload(ctx, tx, texts, res.seq); err != nil {
			return err
		}
	}
	if res.recorded && res.state.Ended() {
		if err := unhold(ctx, tx, texts, res.orderKey); err != nil {
			return err
		}
	}
	if !res.sent {
		return nil
	}
	return res.writeAttempt(ctx, tx, texts, Attempt{N: res.Attempts, StartedAt: res.began, Duration: res.duration,
		HTTPStatus: res.status, Answer: res.answer, Error: res.reason})
}

// keptAttempts bounds what a delivery that is tried for days leaves behind.
const keptAttempts = 50

func (r *record) writeAttempt(ctx context.Context, tx *sql.Tx, texts *prepared, a Attempt) error {
	_, err := texts.exec(ctx, tx, `INSERT OR REPLACE INTO attempts (seq, n, started_at, duration_ms, http_status, answer, error)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM outbox WHERE seq = ?1)`,
		r.seq, a.N, a.StartedAt.UnixMilli(), a.Duration.Milliseconds(), a.HTTPStatus, a.Answer, a.Error)
	if err != nil || a.N <= keptAttempts {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM attempts WHERE seq = ? AND n <= ?", r.seq, a.N-keptAttempts)
	return err
}

// renewLeases makes every claim good for another lease. If that fails it is tried again soon: a lease is three renewals.
func (s *session) renewLeases() {
	until := time.Now().Add(s.lease()).UnixMilli()
	seqs := make([]int64, 0, len(s.inflight))
	for seq := range s.inflight {
		seqs = append(seqs, seq)
	}
	list, err := json.Marshal(seqs)
	if err != nil {
		return
	}
	err = s.Outbox.commit(context.Background(), "renew leases", func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE outbox SET due_at = ? WHERE seq IN (SELECT value FROM json_each(?))
			AND state = 'delivering' AND owner = ?`, until, string(list), s.owner)
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
