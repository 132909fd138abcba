package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Ledger remembers which changes of which builds have been announced, so that each is announced once, whatever crashes.
type Ledger struct {
	Outbox *Outbox // its database holds the ledger too
}

const readLedger = "read the ledger"

// Change is one status of one build.
type Change struct {
	Controller string
	Job        string // full name, raw
	Number     int
	Status     string
	Began      time.Time // when the build began, by the controller's clock; zero: not known
}

// Announce accepts the notifications of a change and remembers it, in one transaction: both or neither. It returns false,
// and accepts nothing, if the change had been announced before. Without notifications it only remembers the change: the
// plugin has announced it (gap mode).
func (l *Ledger) Announce(ctx context.Context, c Change, ns ...sender.Notification) (bool, error) {
	return l.once(ctx, "announce the change", c, ns, func(tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `INSERT INTO ledger (controller, job, number, status, at, began) SELECT ?, ?, ?, ?, ?, ?
			WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE `+ofBuild+" AND status = ?)",
			slices.Concat([]any{c.Controller, c.Job, c.Number, c.Status, time.Now().UnixMilli(), millis(c.Began)}, buildArgs(c), []any{c.Status})...)
	})
}

// ApplyRule accepts the notifications that a rule of this name makes of a transition of a build (its Status does not matter), and
// remembers that, in one transaction. It returns false, and accepts nothing, if any process had done so before.
func (l *Ledger) ApplyRule(ctx context.Context, rule, transition string, c Change, ns ...sender.Notification) (bool, error) {
	return l.once(ctx, "apply the rule", c, ns, func(tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `INSERT INTO applied_rules (rule, controller, job, number, began, transition, at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, rule, c.Controller, c.Job, c.Number, millis(c.Began), transition, time.Now().UnixMilli())
	})
}

// once accepts notifications about a build if remember adds a row, in the same transaction.
func (l *Ledger) once(ctx context.Context, op string, c Change, ns []sender.Notification, remember func(*sql.Tx) (sql.Result, error)) (bool, error) {
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
	err := l.Outbox.commit(ctx, op, func(tx *sql.Tx) error {
		fresh = false
		res, err := remember(tx)
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

// ofBuild selects the rows of one build. A row without the time at which its build began is of a build that had begun when
// the row was written.
const ofBuild = "controller = ? AND job = ? AND number = ? AND (? = 0 OR began = ? OR began = 0 AND at >= ?)"

func buildArgs(c Change) []any {
	began := millis(c.Began)
	return []any{c.Controller, c.Job, c.Number, began, began, began}
}

// Announced returns the statuses of a build that have been announced since a time (zero: ever), oldest first. The change's
// own Status does not matter.
func (l *Ledger) Announced(ctx context.Context, c Change, since time.Time) ([]string, error) {
	return query(ctx, l.Outbox.DB, readLedger, scanString, "SELECT status FROM ledger WHERE "+ofBuild+
		" AND at >= ? ORDER BY at, status = 'START' DESC", append(buildArgs(c), millis(since))...)
}

// Namesakes returns the other jobs of which the start of a build was announced that has this one's number and began in the
// same instant: among them are the names that its job had before it was renamed.
func (l *Ledger) Namesakes(ctx context.Context, c Change) ([]string, error) {
	return query(ctx, l.Outbox.DB, readLedger, scanString, `SELECT job FROM ledger WHERE began = ? AND began > 0 AND number = ?
		AND status = 'START' AND controller = ? AND job <> ? ORDER BY at DESC`, millis(c.Began), c.Number, c.Controller, c.Job)
}

// Unended returns the builds of a controller whose start was announced and whose end was not, as far as no watermark covers
// them and no other job has the same build: an earlier process left them open. Their Status is RUNNING where that was
// announced, otherwise empty.
func (l *Ledger) Unended(ctx context.Context, controller string) ([]Change, error) {
	scan := func(rows *sql.Rows) (Change, error) {
		c := Change{Controller: controller}
		var began int64
		var running bool
		err := rows.Scan(&c.Job, &c.Number, &began, &running)
		if c.Began = time.UnixMilli(began); running {
			c.Status = sender.StatusRunning
		}
		return c, err
	}
	return query(ctx, l.Outbox.DB, readLedger, scan, `SELECT job, number, began, EXISTS (SELECT 1 FROM ledger r WHERE r.controller = s.controller
			AND r.job = s.job AND r.number = s.number AND r.began = s.began AND r.status = 'RUNNING')
		FROM ledger s WHERE controller = ? AND status = 'START' AND began > 0
		AND number > ifnull((SELECT w.number FROM watermarks w WHERE w.controller = s.controller AND w.job = s.job), 0)
		AND NOT EXISTS (SELECT 1 FROM ledger r WHERE r.controller = s.controller AND r.job = s.job AND r.number = s.number
			AND r.began IN (s.began, 0) AND r.status NOT IN ('START', 'RUNNING'))
		AND NOT EXISTS (SELECT 1 FROM ledger o WHERE o.began = s.began AND o.began > 0 AND o.number = s.number
			AND o.status = 'START' AND o.controller = s.controller AND o.job <> s.job)
		ORDER BY at`, controller)
}

// Mark is how far a job's builds need no more announcing.
type Mark struct {
	Number int       // up to this one
	Began  time.Time // when the latest of them began, by the controller's clock; zero: not known
}

// Watermarks returns the mark of each job of a controller: where to begin to catch up.
func (l *Ledger) Watermarks(ctx context.Context, controller string) (map[string]Mark, error) {
	marks := map[string]Mark{}
	scan := func(rows *sql.Rows) (job string, err error) {
		var m Mark
		var began int64
		if err := rows.Scan(&job, &m.Number, &began); err != nil {
			return "", err
		}
		m.Began = fromMillis(began)
		marks[job] = m
		return job, nil
	}
	_, err := query(ctx, l.Outbox.DB, readLedger, scan, "SELECT job, number, began FROM watermarks WHERE controller = ?", controller)
	return marks, err
}

// Watermark returns the mark of one job; zero: none.
func (l *Ledger) Watermark(ctx context.Context, controller, job string) (m Mark, err error) {
	var began int64
	err = l.Outbox.DB.QueryRowContext(ctx, "SELECT number, began FROM watermarks WHERE controller = ? AND job = ?", controller, job).
		Scan(&m.Number, &began)
	if errors.Is(err, sql.ErrNoRows) {
		return m, nil
	}
	m.Began = fromMillis(began)
	return m, sender.StoreError(readLedger, err)
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

// Synced returns up to when sync has known all jobs of a controller; zero if it never ran for it.
func (l *Ledger) Synced(ctx context.Context, controller string) (time.Time, error) {
	var at int64
	err := l.Outbox.DB.QueryRowContext(ctx, "SELECT at FROM synced WHERE controller = ?", controller).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return time.UnixMilli(at), sender.StoreError(readLedger, err)
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
// needed any more, and returns how many rows those were.
func (l *Ledger) Prune(ctx context.Context, age time.Duration) (int, error) {
	before := time.Now().Add(-cmp.Or(age, LedgerAge)).UnixMilli()
	var n int64
	err := l.Outbox.commit(ctx, "prune the ledger", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM ledger WHERE at < ? AND number <=
			(SELECT w.number FROM watermarks w WHERE w.controller = ledger.controller AND w.job = ledger.job)`, before)
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM applied_rules WHERE at < ?", before)
		return err
	})
	return int(n), err
}

// Replay announces again what began since a time. It is remembered until it has ended: a process that continues one that was
// killed announces what is missing of it, and nothing twice.
type Replay struct {
	Since time.Time // of builds: when they began
	Begun time.Time // what was announced since then is part of it
}

// replayLasts is how long a replay that was cut short can be continued. After that, the same name means another time.
const replayLasts = 24 * time.Hour

// BeginReplay begins a replay, or continues the one of this name that has not ended.
func (l *Ledger) BeginReplay(ctx context.Context, controller, name string, since time.Time) (Replay, error) {
	var r Replay
	err := l.Outbox.commit(ctx, "begin to announce again", func(tx *sql.Tx) error {
		open, err := unended(ctx, tx.QueryRowContext, controller, name)
		if r = open; err != nil || !r.Begun.IsZero() {
			return err
		}
		r = Replay{Since: since, Begun: time.Now()}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO replays (controller, name, since, begun) VALUES (?, ?, ?, ?)`,
			controller, name, millis(r.Since), millis(r.Begun))
		return err
	})
	return r, err
}

// UnendedReplay returns the replay of this name that was cut short; zero if there is none.
func (l *Ledger) UnendedReplay(ctx context.Context, controller, name string) (Replay, error) {
	r, err := unended(ctx, l.Outbox.DB.QueryRowContext, controller, name)
	return r, sender.StoreError(readLedger, err)
}

func unended(ctx context.Context, query func(context.Context, string, ...any) *sql.Row, controller, name string) (Replay, error) {
	var since, begun int64
	err := query(ctx, "SELECT since, begun FROM replays WHERE controller = ? AND name = ? AND begun > ?",
		controller, name, millis(time.Now().Add(-replayLasts))).Scan(&since, &begun)
	if errors.Is(err, sql.ErrNoRows) {
		return Replay{}, nil
	}
	return Replay{time.UnixMilli(since), time.UnixMilli(begun)}, err
}

// EndReplay notes that all of a controller's replay has been announced.
func (l *Ledger) EndReplay(ctx context.Context, controller string) error {
	return l.Outbox.commit(ctx, "end announcing again", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM replays WHERE controller = ?", controller)
		return err
	})
}

// Forget lowers a watermark and forgets what was announced above it before a time (zero: whenever), to announce it again.
func (l *Ledger) Forget(ctx context.Context, controller, job string, above int, before time.Time) error {
	until := int64(math.MaxInt64)
	if !before.IsZero() {
		until = before.UnixMilli()
	}
	return l.Outbox.commit(ctx, "forget announcements", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM ledger WHERE controller = ? AND job = ? AND number > ? AND at < ?",
			controller, job, above, until); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE watermarks SET number = min(number, ?) WHERE controller = ? AND job = ?",
			above, controller, job)
		return err
	})
}

// millis returns a time as the tables have it; the zero time is before all of them.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
