package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Ledger remembers which changes of which builds have been announced, so that each is announced once, whatever crashes.
type Ledger struct {
	Outbox *Outbox // its database holds the ledger too
}

// Change is one status of one build.
type Change struct {
	Controller string
	Job        string // full name, raw
	Number     int
	Status     string
	Began      time.Time // when the build began, by the controller's clock; zero: not known
}

// Announce accepts the notifications of a change and remembers it, in one transaction: both or neither. It returns false,
// and accepts nothing, if the change had been announced before. Without notifications it only remembers: another (the
// plugin, in gap mode) has announced it.
func (l *Ledger) Announce(ctx context.Context, c Change, ns ...sender.Notification) (bool, error) {
	records := make([]*record, 0, len(ns))
	for _, n := range ns {
		n.Controller, n.Job, n.Number = c.Controller, c.Job, c.Number // whose order it follows
		r, err := l.Outbox.prepare(n)
		if err != nil {
			return false, err
		}
		records = append(records, r)
	}
	fresh := false
	err := l.Outbox.commit(ctx, "announce the change", func(tx *sql.Tx) error {
		fresh = false
		res, err := tx.ExecContext(ctx, `INSERT INTO ledger (controller, job, number, status, at, began) SELECT ?, ?, ?, ?, ?, ?
			WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE `+ofBuild+" AND status = ?)",
			slices.Concat([]any{c.Controller, c.Job, c.Number, c.Status, time.Now().UnixMilli(), millis(c.Began)}, buildArgs(c), []any{c.Status})...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		for _, r := range records {
			if err := r.insert(ctx, tx); err != nil {
				return err
			}
		}
		fresh = true
		return nil
	})
	if err != nil {
		return false, err
	}
	if fresh && len(records) > 0 {
		l.Outbox.changed()
	}
	return fresh, nil
}

// ofBuild selects the rows of one build. A row that does not know when its build began is of a build that had begun when
// it was written.
const ofBuild = "controller = ? AND job = ? AND number = ? AND (? = 0 OR began = ? OR began = 0 AND at >= ?)"

func buildArgs(c Change) []any {
	began := millis(c.Began)
	return []any{c.Controller, c.Job, c.Number, began, began, began}
}

// Announced returns the statuses of a build that have been announced since a time (zero: ever), oldest first. The change's
// own Status does not matter.
func (l *Ledger) Announced(ctx context.Context, c Change, since time.Time) ([]string, error) {
	rows, err := l.Outbox.DB.QueryContext(ctx, "SELECT status FROM ledger WHERE "+ofBuild+
		" AND at >= ? ORDER BY at, status = 'START' DESC", append(buildArgs(c), millis(since))...)
	if err != nil {
		return nil, sender.StoreError("read the ledger", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, sender.StoreError("read the ledger", err)
		}
		out = append(out, s)
	}
	return out, sender.StoreError("read the ledger", rows.Err())
}

// Namesakes gives the other jobs of which the start of a build was announced that has this one's number and began in the
// same instant: among them are the names that its job had before it was renamed.
func (l *Ledger) Namesakes(ctx context.Context, c Change) ([]string, error) {
	rows, err := l.Outbox.DB.QueryContext(ctx, `SELECT job FROM ledger WHERE began = ? AND began > 0 AND number = ? AND status = 'START'
		AND controller = ? AND job <> ? ORDER BY at DESC`, millis(c.Began), c.Number, c.Controller, c.Job)
	if err != nil {
		return nil, sender.StoreError("read the ledger", err)
	}
	defer rows.Close()
	var jobs []string
	for rows.Next() {
		var job string
		if err := rows.Scan(&job); err != nil {
			return nil, sender.StoreError("read the ledger", err)
		}
		jobs = append(jobs, job)
	}
	return jobs, sender.StoreError("read the ledger", rows.Err())
}

// Unended gives the builds of a controller whose start was announced and whose end was not, as far as no watermark covers
// them and no other job has the same build: those are the ones that an earlier life left open. Their Status is empty; where
// RUNNING was announced, too, it is that.
func (l *Ledger) Unended(ctx context.Context, controller string) ([]Change, error) {
	rows, err := l.Outbox.DB.QueryContext(ctx, `SELECT job, number, began, EXISTS (SELECT 1 FROM ledger r WHERE r.controller = s.controller
			AND r.job = s.job AND r.number = s.number AND r.began = s.began AND r.status = 'RUNNING')
		FROM ledger s WHERE controller = ? AND status = 'START' AND began > 0
		AND number > ifnull((SELECT w.number FROM watermarks w WHERE w.controller = s.controller AND w.job = s.job), 0)
		AND NOT EXISTS (SELECT 1 FROM ledger r WHERE r.controller = s.controller AND r.job = s.job AND r.number = s.number
			AND r.began IN (s.began, 0) AND r.status NOT IN ('START', 'RUNNING'))
		AND NOT EXISTS (SELECT 1 FROM ledger o WHERE o.began = s.began AND o.began > 0 AND o.number = s.number
			AND o.status = 'START' AND o.controller = s.controller AND o.job <> s.job)
		ORDER BY at`, controller)
	if err != nil {
		return nil, sender.StoreError("read the ledger", err)
	}
	defer rows.Close()
	var out []Change
	for rows.Next() {
		c := Change{Controller: controller}
		var began int64
		var running bool
		if err := rows.Scan(&c.Job, &c.Number, &began, &running); err != nil {
			return nil, sender.StoreError("read the ledger", err)
		}
		if c.Began = time.UnixMilli(began); running {
			c.Status = StatusRunning
		}
		out = append(out, c)
	}
	return out, sender.StoreError("read the ledger", rows.Err())
}

// Mark is how far a job's builds need no more announcing.
type Mark struct {
	Number int       // up to this one
	Began  time.Time // when the latest of them began, by the controller's clock; zero: not known
}

// Watermarks gives the mark of each job of a controller: where to begin to catch up.
func (l *Ledger) Watermarks(ctx context.Context, controller string) (map[string]Mark, error) {
	rows, err := l.Outbox.DB.QueryContext(ctx, "SELECT job, number, began FROM watermarks WHERE controller = ?", controller)
	if err != nil {
		return nil, sender.StoreError("read the ledger", err)
	}
	defer rows.Close()
	marks := map[string]Mark{}
	for rows.Next() {
		var (
			job   string
			m     Mark
			began int64
		)
		if err := rows.Scan(&job, &m.Number, &began); err != nil {
			return nil, sender.StoreError("read the ledger", err)
		}
		if began > 0 {
			m.Began = time.UnixMilli(began)
		}
		marks[job] = m
	}
	return marks, sender.StoreError("read the ledger", rows.Err())
}

// Watermark gives the mark of one job; zero: none.
func (l *Ledger) Watermark(ctx context.Context, controller, job string) (m Mark, err error) {
	var began int64
	err = l.Outbox.DB.QueryRowContext(ctx, "SELECT number, began FROM watermarks WHERE controller = ? AND job = ?", controller, job).
		Scan(&m.Number, &began)
	if errors.Is(err, sql.ErrNoRows) {
		return m, nil
	}
	if began > 0 {
		m.Began = time.UnixMilli(began)
	}
	return m, sender.StoreError("read the ledger", err)
}

// Advance raises the watermarks of jobs; it never lowers one.
func (l *Ledger) Advance(ctx context.Context, controller string, marks map[string]Mark) error {
	if len(marks) == 0 {
		return nil
	}
	return l.Outbox.commit(ctx, "raise the watermarks", func(tx *sql.Tx) error {
		for job, m := range marks {
			if _, err := tx.ExecContext(ctx, `INSERT INTO watermarks (controller, job, number, began) VALUES (?, ?, ?, ?)
				ON CONFLICT (controller, job) DO UPDATE SET number = max(number, excluded.number), began = max(began, excluded.began)`,
				controller, job, m.Number, millis(m.Began)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Synced is up to when sync has known all jobs of a controller; zero if it never ran for it.
func (l *Ledger) Synced(ctx context.Context, controller string) (time.Time, error) {
	var at int64
	err := l.Outbox.DB.QueryRowContext(ctx, "SELECT at FROM synced WHERE controller = ?", controller).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return time.UnixMilli(at), sender.StoreError("read the ledger", err)
}

// MarkSynced notes that all jobs of a controller are known at this time.
func (l *Ledger) MarkSynced(ctx context.Context, controller string, at time.Time) error {
	return l.Outbox.commit(ctx, "mark the ledger", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO synced (controller, at) VALUES (?, ?)
			ON CONFLICT (controller) DO UPDATE SET at = max(at, excluded.at)`, controller, at.UnixMilli())
		return err
	})
}

// LedgerAge is how long at least the ledger remembers what was announced: it outlives the outbox's history.
const LedgerAge = 180 * 24 * time.Hour

// Prune forgets what was announced longer ago than age (default [LedgerAge]), as far as a watermark says that it is not
// needed any more, and says how many rows those were.
func (l *Ledger) Prune(ctx context.Context, age time.Duration) (int, error) {
	before := time.Now().Add(-cmp.Or(age, LedgerAge)).UnixMilli()
	var n int64
	err := l.Outbox.commit(ctx, "prune the ledger", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM ledger WHERE at < ? AND number <=
			(SELECT w.number FROM watermarks w WHERE w.controller = ledger.controller AND w.job = ledger.job)`, before)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return int(n), err
}
