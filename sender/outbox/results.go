package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// writeResults records what became of claimed records.
func (s *session) writeResults(ctx context.Context, tx *sql.Tx) error {
	var gone []int64  // whose payloads must not stay on disk
	var ended []int64 // whose successors may go
	for i := range s.results {
		res := &s.results[i]
		if err := res.write(ctx, tx, s.owner, s.Outbox.now()); err != nil {
			return err
		}
		if res.state == sender.Delivered {
			gone = append(gone, res.seq)
		}
		if res.recorded && res.state.Ended() {
			ended = append(ended, res.seq)
		}
		if !res.sent {
			continue
		}
		if err := res.summary.write(ctx, tx); err != nil {
			return err
		}
		if err := writeAttempt(ctx, tx, res.seq, res.summary.id, sender.Attempt{N: res.Attempts, StartedAt: res.began, Duration: res.Outcome.Duration,
			HTTPStatus: res.Outcome.Status, Answer: res.Answer, Error: res.Reason, AnswerHeaders: res.AnswerHeaders}); err != nil {
			return err
		}
	}
	if err := removePayloads(ctx, tx, gone); err != nil {
		return err
	}
	if err := unhold(ctx, tx, ended); err != nil {
		return err
	}
	return s.hasten(ctx, tx)
}

// hastenEvery is how often what waits for an endpoint is brought forward at most: one that accepts all but some requests
// would otherwise get those again and again.
const hastenEvery = time.Minute

// unanswered reports whether the endpoint itself gave no answer, but at most a proxy before it.
func (res *result) unanswered() bool {
	switch res.Outcome.Status {
	case 0, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return res.sent
	}
	return false
}

// back reports whether an endpoint that takes something now was away before.
func (l *lane) back(now time.Time) bool { return l.away && now.Sub(l.woke) >= hastenEvery }

// hasten brings forward what waits for an endpoint only because it did not answer: now it does.
func (s *session) hasten(ctx context.Context, tx *sql.Tx) error {
	now := time.Now() // by the monotonic clock
	wall := s.Outbox.now().UnixMilli()
	var done []string
	for i := range s.results {
		res := &s.results[i]
		if !res.Delivered || slices.Contains(done, res.lane) || !s.lane(res.lane).back(now) {
			continue
		}
		done = append(done, res.lane)
		if _, err := tx.ExecContext(ctx, `UPDATE outbox SET due_at = ?1, due_set = ?1 WHERE lane = ?2 AND held = 0 AND ended_at = 0 AND due_at > ?1
			AND state = 'retrying' AND http_status IN (0, 502, 503, 504)`, wall, res.lane); err != nil {
			return err
		}
	}
	return nil
}

// write records a result. A good answer counts whatever happened to the record meanwhile, any other while the claim is ours.
func (res *result) write(ctx context.Context, tx *sql.Tx, owner string, now time.Time) error {
	var (
		done sql.Result
		err  error
	)
	due, ended := millis(res.next), millis(res.EndedAt)
	const ours = " WHERE seq = ? AND state = 'delivering' AND owner = ?"
	switch {
	case res.state == sender.Delivered:
		done, err = tx.ExecContext(ctx, `UPDATE outbox SET state = 'delivered', held = 0, ended_at = ?, http_status = ?, duration_ms = ?,
			last_error = '', owner = '' WHERE seq = ? AND state <> 'delivered'`, ended, res.Outcome.Status, res.Outcome.Duration.Milliseconds(), res.seq)
	case res.sent:
		done, err = tx.ExecContext(ctx, `UPDATE outbox SET state = ?, due_at = ?, due_set = ?, ended_at = ?, owner = '', http_status = ?,
			last_error = ?, duration_ms = ?`+ours, res.state, due, now.UnixMilli(), ended, res.Outcome.Status, res.LastError,
			res.Outcome.Duration.Milliseconds(), res.seq, owner)
	default:
		done, err = tx.ExecContext(ctx, `UPDATE outbox SET state = ?, due_at = ?, due_set = ?, ended_at = ?, owner = '',
			last_error = iif(? = '', last_error, ?), attempts = attempts - 1`+ours, res.state, due, now.UnixMilli(), ended,
			res.LastError, res.LastError, res.seq, owner)
	}
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	res.recorded = n > 0
	return err
}

// keptAttempts bounds what a delivery that is tried for days leaves behind.
const keptAttempts = 50

func writeAttempt(ctx context.Context, tx *sql.Tx, seq, summary int64, a sender.Attempt) error {
	if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO attempts (seq, n, started_at, duration_ms, http_status, answer, error, summary,
		answer_headers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, seq, a.N, a.StartedAt.UnixMilli(), a.Duration.Milliseconds(), a.HTTPStatus,
		a.Answer, a.Error, summary, headerLines(a.AnswerHeaders)); err != nil || a.N <= keptAttempts {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM attempts WHERE seq = ? AND n <= ?", seq, a.N-keptAttempts)
	return err
}

// jsonList returns a list for a statement's json_each.
func jsonList[T any](values []T) string {
	b, _ := json.Marshal(values) // of numbers and strings: cannot fail
	return string(b)
}
