package sender

import (
	"context"
	"database/sql"
	"strconv"
)

// writeResults records what became of claimed records.
func (s *session) writeResults(ctx context.Context, tx *transaction) error {
	var (
		gone  []int64 // whose payloads must not lie on disk any longer
		ended []int64 // whose next may go
	)
	for i := range s.results {
		res := &s.results[i]
		if err := res.write(ctx, tx, s.owner); err != nil {
			return err
		}
		if !res.recorded || !res.state.Ended() {
			continue
		}
		if res.state == Delivered {
			gone = append(gone, res.seq)
		}
		ended = append(ended, res.seq)
	}
	if err := removePayloads(ctx, tx, gone); err != nil {
		return err
	}
	return unhold(ctx, tx, ended)
}

// write records a result. A good answer counts whatever happened to the record meanwhile; any other only while the claim
// is ours.
func (res *result) write(ctx context.Context, tx *transaction, owner string) error {
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
		done, err = tx.run(ctx, `UPDATE outbox SET state = ?1, due_at = ?2, ended_at = ?3, owner = '',
			last_error = CASE ?4 WHEN '' THEN last_error ELSE ?4 END, attempts = attempts - 1
			WHERE seq = ?5 AND state = 'delivering' AND owner = ?6`, res.state, next, ended, res.LastError, res.seq, owner)
	case res.state == Delivered:
		done, err = tx.run(ctx, `UPDATE outbox SET state = 'delivered', held = 0, ended_at = ?, http_status = ?,
			duration_ms = ?, last_error = '', owner = '' WHERE seq = ? AND state <> 'delivered'`, ended, res.status, ms, res.seq)
	default:
		done, err = tx.run(ctx, `UPDATE outbox SET state = ?, due_at = ?, ended_at = ?, owner = '', http_status = ?,
			duration_ms = ?, last_error = ?`+ours, res.state, next, ended, res.status, ms, res.LastError, res.seq, owner)
	}
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err != nil {
		return err
	}
	if res.recorded = n > 0; !res.sent {
		return nil
	}
	return res.writeAttempt(ctx, tx, Attempt{N: res.Attempts, StartedAt: res.began, Duration: res.duration,
		HTTPStatus: res.status, Answer: res.answer, Error: res.reason})
}

// keptAttempts bounds what a delivery that is tried for days leaves behind.
const keptAttempts = 50

func (r *record) writeAttempt(ctx context.Context, tx *transaction, a Attempt) error {
	_, err := tx.run(ctx, `INSERT OR REPLACE INTO attempts (seq, n, started_at, duration_ms, http_status, answer, error)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, r.seq, a.N, a.StartedAt.UnixMilli(), a.Duration.Milliseconds(), a.HTTPStatus, a.Answer, a.Error)
	if err != nil || a.N <= keptAttempts {
		return err
	}
	_, err = tx.run(ctx, "DELETE FROM attempts WHERE seq = ? AND n <= ?", r.seq, a.N-keptAttempts)
	return err
}

// jsonList is how a list of numbers gets into a statement.
func jsonList(seqs []int64) string {
	b := []byte{'['}
	for i, seq := range seqs {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, seq, 10)
	}
	return string(append(b, ']'))
}
