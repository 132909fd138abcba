package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// filter is the condition on what this session may claim.
func (s *session) filter() (string, []any) {
	cond, args := " AND NOT (state = 'delivering' AND owner = ?)", []any{s.owner}
	if len(s.Only) > 0 {
		ids, _ := json.Marshal(s.Only)
		list := "(SELECT upper(value) FROM json_each(?))"
		cond += " AND (id IN " + list + " OR order_key <> '' AND order_key IN (SELECT order_key FROM outbox WHERE id IN " + list + "))"
		args = append(args, string(ids), string(ids))
	}
	var skipped []string
	now := time.Now()
	for id, until := range s.skip {
		if until.After(now) {
			skipped = append(skipped, id)
		} else {
			delete(s.skip, id)
		}
	}
	if len(skipped) > 0 {
		ids, _ := json.Marshal(skipped)
		cond += " AND id NOT IN (SELECT value FROM json_each(?))"
		args = append(args, string(ids))
	}
	return cond, args
}

const claimable = "held = 0 AND " + pending

// laneDue is when something of a lane is due.
type laneDue struct {
	name string
	due  time.Time
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// due finds the lanes in which something waits, by skipping through the index from lane to lane.
func (s *session) due(ctx context.Context, db querier) ([]laneDue, error) {
	cond, args := s.filter()
	rows, err := db.QueryContext(ctx, `WITH RECURSIVE l (lane) AS (
			SELECT min(lane) FROM outbox WHERE `+claimable+`
			UNION ALL SELECT (SELECT min(lane) FROM outbox WHERE `+claimable+` AND lane > l.lane) FROM l WHERE lane IS NOT NULL)
		SELECT lane, (SELECT due_at FROM outbox WHERE `+claimable+` AND lane = l.lane`+cond+` ORDER BY due_at LIMIT 1)
		FROM l WHERE lane IS NOT NULL`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lanes []laneDue
	for rows.Next() {
		var (
			l  laneDue
			at sql.NullInt64
		)
		if err := rows.Scan(&l.name, &at); err != nil {
			return nil, err
		}
		if at.Valid {
			l.due = time.UnixMilli(at.Int64)
			lanes = append(lanes, l)
		}
	}
	return lanes, rows.Err()
}

// open reports whether something of a lane may be claimed now.
func (s *session) open(d laneDue) bool {
	return !d.due.After(s.Outbox.now()) && !s.lane(d.name).paused.After(time.Now())
}

// anyDue looks without taking the write lock. On an error it says yes: the transaction will meet it again.
func (s *session) anyDue(ctx context.Context) bool {
	lanes, err := s.due(ctx, s.Outbox.DB)
	return err != nil || slices.ContainsFunc(lanes, func(d laneDue) bool { return s.open(d) && s.room(s.lane(d.name)) > 0 })
}

func (s *session) nextDue(ctx context.Context) (time.Time, error) {
	lanes, err := s.due(ctx, s.Outbox.DB)
	if err != nil {
		return time.Time{}, sender.StoreError("look into the outbox", err)
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

// sooner is the earlier of two times; a zero time is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
