package sender

import (
	"context"
	"database/sql"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// writeResults records what became of claimed records. Good answers are most of them under load, and share statements.
func (s *session) writeResults(ctx context.Context, tx *transaction) error {
	var (
		good     = map[verdict][]int64{}
		attempts = make([]attemptRow, 0, len(s.results))
		gone     []int64 // whose payloads must not lie on disk any longer
		ended    []int64 // whose next may go
	)
	for i := range s.results {
		res := &s.results[i]
		if res.state == Delivered {
			v := verdict{res.EndedAt.UnixMilli(), res.status, res.duration.Milliseconds()}
			good[v] = append(good[v], res.seq)
			gone = append(gone, res.seq)
		} else if err := res.write(ctx, tx, s.owner); err != nil {
			return err
		}
		if res.sent {
			if err := res.shape.write(ctx, tx); err != nil {
				return err
			}
			attempts = append(attempts, attemptRow{res.seq, res.shape.id, Attempt{N: res.Attempts, StartedAt: res.began, Duration: res.duration,
				HTTPStatus: res.status, Answer: res.answer, Error: res.reason, AnswerHeaders: res.answerHeaders}})
		}
	}
	fresh, err := writeDelivered(ctx, tx, good)
	if err != nil {
		return err
	}
	for i := range s.results {
		res := &s.results[i]
		if res.state == Delivered {
			res.recorded = fresh[res.seq]
		}
		if res.recorded && res.state.Ended() {
			ended = append(ended, res.seq)
		}
	}
	if err := writeAttempts(ctx, tx, attempts); err != nil {
		return err
	}
	if err := removePayloads(ctx, tx, gone); err != nil {
		return err
	}
	if err := unhold(ctx, tx, ended); err != nil {
		return err
	}
	return s.hasten(ctx, tx)
}

// hastenEvery is how often what waits for an endpoint is brought forward at most: one that takes all but some requests
// would else be asked for those again and again.
const hastenEvery = time.Minute

// unanswered tells whether the endpoint itself gave no answer, but at most a proxy before it.
func (res *result) unanswered() bool {
	switch res.status {
	case 0, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return res.sent
	}
	return false
}

// back tells whether an endpoint that takes something now was away before.
func (l *lane) back(now time.Time) bool { return l.away && now.Sub(l.woke) >= hastenEvery }

// hasten brings forward what waits for an endpoint only because it did not answer: now it does.
func (s *session) hasten(ctx context.Context, tx *transaction) error {
	now := time.Now()
	var done []string
	for i := range s.results {
		res := &s.results[i]
		if !res.delivered || slices.Contains(done, res.lane) || !s.lane(res.lane).back(now) {
			continue
		}
		done = append(done, res.lane)
		if _, err := tx.ExecContext(ctx, `UPDATE outbox SET due_at = ?1 WHERE lane = ?2 AND held = 0 AND ended_at = 0 AND due_at > ?1
			AND state = 'retrying' AND http_status IN (0, 502, 503, 504)`, now.UnixMilli(), res.lane); err != nil {
			return err
		}
	}
	return nil
}

// verdict is what is written about a delivery with a good answer.
type verdict struct {
	ended  int64
	status int
	ms     int64
}

// writeDelivered records good answers, which count whatever happened to the records meanwhile, and says which of them
// are news.
func writeDelivered(ctx context.Context, tx *transaction, good map[verdict][]int64) (map[int64]bool, error) {
	fresh := map[int64]bool{}
	for v, seqs := range good {
		list := jsonList(seqs)
		done, err := tx.run(ctx, `UPDATE OR FAIL outbox SET state = 'delivered', held = 0, ended_at = ?, http_status = ?,
			duration_ms = ?, last_error = '', owner = '' WHERE seq IN (SELECT value FROM json_each(?)) AND state <> 'delivered'`,
			v.ended, v.status, v.ms, list)
		if err != nil {
			return nil, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return nil, err
		}
		if int(n) < len(seqs) { // a claim ran out, and another relay was quicker
			if seqs, err = endedAt(ctx, tx, v.ended, list); err != nil {
				return nil, err
			}
		}
		for _, seq := range seqs {
			fresh[seq] = true
		}
	}
	return fresh, nil
}

func endedAt(ctx context.Context, tx *transaction, at int64, list string) ([]int64, error) {
	rows, err := tx.ask(ctx, "SELECT seq FROM outbox WHERE seq IN (SELECT value FROM json_each(?)) AND ended_at = ?", list, at)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var seqs []int64
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return nil, err
		}
		seqs = append(seqs, seq)
	}
	return seqs, rows.Err()
}

// write records any other result, while the claim is ours.
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
	const ours = " WHERE seq = ?6 AND state = 'delivering' AND owner = ?7"
	if res.sent {
		done, err = tx.run(ctx, `UPDATE outbox SET state = ?1, due_at = ?2, ended_at = ?3, owner = '', http_status = ?4,
			last_error = ?5, duration_ms = ?8`+ours, res.state, next, ended, res.status, res.LastError, res.seq, owner,
			res.duration.Milliseconds())
	} else {
		done, err = tx.run(ctx, `UPDATE outbox SET state = ?1, due_at = ?2, ended_at = ?3, owner = '',
			last_error = CASE ?5 WHEN '' THEN last_error ELSE ?5 END, attempts = attempts - ?4`+ours,
			res.state, next, ended, 1, res.LastError, res.seq, owner)
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

// attemptRow is an attempt and whose it was.
type attemptRow struct {
	seq   int64
	shape int64
	Attempt
}

// attemptsAtOnce is how many attempts are written by one statement when there are so many.
const attemptsAtOnce = 16

var (
	oneAttempt   = insertAttempts(1)
	manyAttempts = insertAttempts(attemptsAtOnce)
)

func insertAttempts(n int) string {
	return "INSERT OR REPLACE INTO attempts (seq, n, started_at, duration_ms, http_status, answer, error, shape, answer_headers)" +
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" + strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?, ?)", n-1)
}

func writeAttempts(ctx context.Context, tx *transaction, rows []attemptRow) error {
	args := make([]any, 0, 9*attemptsAtOnce)
	for len(rows) > 0 {
		n, text := 1, oneAttempt
		if len(rows) >= attemptsAtOnce {
			n, text = attemptsAtOnce, manyAttempts
		}
		args = args[:0]
		for _, a := range rows[:n] {
			args = append(args, a.seq, a.N, a.StartedAt.UnixMilli(), a.Duration.Milliseconds(), a.HTTPStatus, a.Answer, a.Error,
				a.shape, headerLines(a.AnswerHeaders))
		}
		if _, err := tx.run(ctx, text, args...); err != nil {
			return err
		}
		for _, a := range rows[:n] {
			if a.N > keptAttempts {
				if _, err := tx.run(ctx, "DELETE FROM attempts WHERE seq = ? AND n <= ?", a.seq, a.N-keptAttempts); err != nil {
					return err
				}
			}
		}
		rows = rows[n:]
	}
	return nil
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
