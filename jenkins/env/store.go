package env

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Migrations make this package's tables, each once and in this order.
var Migrations = []string{
	`CREATE TABLE run_copies (
		controller TEXT    NOT NULL,
		job        TEXT    NOT NULL,
		number     INTEGER NOT NULL,
		used_at    INTEGER NOT NULL, -- Unix milliseconds: the least recently used leave first
		bytes      INTEGER NOT NULL,
		record     BLOB    NOT NULL, -- JSON
		PRIMARY KEY (controller, job, number)
	) WITHOUT ROWID;
	CREATE INDEX run_copies_used_at ON run_copies (used_at);`,
	// A job that is deleted and made again gives its numbers to other builds.
	`CREATE TABLE run_copies_new (
		controller TEXT    NOT NULL,
		job        TEXT    NOT NULL,
		number     INTEGER NOT NULL,
		started    INTEGER NOT NULL, -- Unix milliseconds by the controller's clock; 0: not known
		used_at    INTEGER NOT NULL, -- Unix milliseconds: the least recently used leave first
		bytes      INTEGER NOT NULL,
		record     BLOB    NOT NULL, -- JSON
		PRIMARY KEY (controller, job, number, started)
	) WITHOUT ROWID;
	INSERT INTO run_copies_new SELECT controller, job, number, max(0, ifnull(CAST(round(1000 * unixepoch(
			CASE WHEN json_valid(CAST(record AS TEXT)) THEN json_extract(CAST(record AS TEXT), '$.Run.StartedAt') END, 'subsec'))
		AS INTEGER), 0)), used_at, bytes, record FROM run_copies;
	DROP TABLE run_copies;
	ALTER TABLE run_copies_new RENAME TO run_copies;
	CREATE INDEX run_copies_used_at ON run_copies (used_at);`,
}

// Copies keeps the environment, status and parameters of runs that were looked at, received or synced, so that they can
// be compared when Jenkins has discarded the build. No secret is kept: of a password parameter, and of what looks like a
// secret, only the name is. It is safe for concurrent use, by several processes too.
type Copies struct {
	DB *sql.DB
	// Open, when DB is nil, opens the database the first time it is needed, or says why it cannot be.
	Open func(context.Context) (*sql.DB, error)
	// Made tells whether a database has been made: until then nothing is opened only to find no copy. nil: it has.
	Made     func() bool
	MaxRuns  int   // default 2,000
	MaxBytes int64 // of all copies together; default 64 MB

	behind behind
}

const (
	defaultMaxRuns  = 2000
	defaultMaxBytes = 64 << 20
	maxCopy         = 4 << 20 // a larger environment is not kept
	// touchAfter is how old the last use of an unchanged copy must be before its row is written again.
	touchAfter = time.Hour
)

// ErrNoCopy says that no copy of a run is kept.
var ErrNoCopy = errors.New("no local copy of this build")

// copyRecord is what a row holds.
type copyRecord struct {
	Run       jenkins.Run
	Variables []Variable
}

// Env is the copy of a run's environment, or [ErrNoCopy]. Its FromCopy is true. Where it is not known when the run
// started, it is the copy of the last one of that number.
func (c *Copies) Env(ctx context.Context, run jenkins.Run) (Env, error) {
	e, used, err := c.peek(ctx, run)
	if err == nil && time.Since(used) > touchAfter && !e.Run.StartedAt.IsZero() { // of others it says since when they are
		db, err := c.db(ctx)
		if err != nil {
			return Env{}, err
		}
		_, err = db.ExecContext(ctx, `UPDATE run_copies SET used_at = ?
			WHERE controller = ? AND job = ? AND number = ? AND started = ?`,
			time.Now().UnixMilli(), e.Ref.Controller, e.Ref.Job, e.Ref.Number, startMillis(&e.Run))
		if err != nil {
			return Env{}, fmt.Errorf("mark the local copy as used: %w", err)
		}
	}
	return e, err
}

// Peek is [Copies.Env] for a look in passing: it does not count as a use, which would keep the copy longer.
func (c *Copies) Peek(ctx context.Context, run jenkins.Run) (Env, error) {
	e, _, err := c.peek(ctx, run)
	return e, err
}

func (c *Copies) peek(ctx context.Context, run jenkins.Run) (e Env, used time.Time, err error) {
	if e, ok := c.behind.of(&run); ok {
		e.FromCopy = true
		return e, time.Now(), nil
	}
	raw, used, err := c.row(ctx, &run)
	if err != nil {
		return Env{}, used, err
	}
	var kept copyRecord
	if err := json.Unmarshal(raw, &kept); err != nil {
		return Env{}, used, ErrNoCopy // written by another version
	}
	e = Env{Ref: run.Ref, Run: kept.Run, FromCopy: true}
	e.Run.Ref = run.Ref
	return e.With(kept.Variables), used, nil
}

// Keep keeps an environment, in the place of an earlier copy of the same run. What Jenkins does not tell each time it is
// asked stays: what was received for the run, what the run answered itself, what its console told.
func (c *Copies) Keep(ctx context.Context, e Env) error {
	if e.Ref.Number == 0 || e.FromCopy || c.later(e) {
		return nil
	}
	entry, changed, err := c.entry(ctx, e)
	if err != nil || !changed {
		return err
	}
	return c.write(ctx, entry)
}

// copyEntry is an environment as it is written.
type copyEntry struct {
	copyKey
	raw []byte
}

// copyKey names a copy: by its number alone a build is not known from that of a job that was deleted.
type copyKey struct {
	ref     jenkins.Ref
	started int64 // Unix milliseconds; 0: not known
}

func keyOf(e *Env) copyKey { return copyKey{e.Ref, startMillis(&e.Run)} }

func startMillis(r *jenkins.Run) int64 {
	if r.StartedAt.IsZero() {
		return 0
	}
	return r.StartedAt.UnixMilli()
}

// entry makes of an environment what is to be written, unless that lies on disk already.
func (c *Copies) entry(ctx context.Context, e Env) (entry copyEntry, changed bool, err error) {
	run := e.Run
	run.Ref = e.Ref
	old, used, err := c.row(ctx, &run)
	if err != nil && !errors.Is(err, ErrNoCopy) {
		return entry, false, err
	}
	var before copyRecord
	if json.Unmarshal(old, &before) == nil {
		e = e.With(toldOnce(before.Variables))
	}
	raw, err := json.Marshal(copyRecord{withoutSecrets(e.Run, e.Own), hideSecrets(e.Variables)})
	if err != nil {
		return entry, false, fmt.Errorf("keep a local copy: %w", err)
	}
	if len(raw) > maxCopy || bytes.Equal(raw, old) && time.Since(used) < touchAfter {
		return entry, false, nil
	}
	return copyEntry{keyOf(&e), raw}, true, nil
}

// Received keeps what was pushed for a run. Which of it is a password only the run's parameters tell: when neither the
// run (told by a refresh) nor an earlier copy knows them, only variables that Jenkins itself sets keep their values.
func (c *Copies) Received(ctx context.Context, run jenkins.Run, vars []Variable) error {
	pushed := slices.Clone(vars)
	for i := range pushed {
		pushed[i].Source, pushed[i].Known, pushed[i].Also = Received, true, nil
	}
	before, err := c.Env(ctx, run)
	switch {
	case err == nil:
		if run.StartedAt.IsZero() {
			run = before.Run
		}
	case !errors.Is(err, ErrNoCopy):
		return err
	case run.StartedAt.IsZero():
		pushed = slices.DeleteFunc(pushed, func(v Variable) bool { return !setByJenkins(v.Name) })
	}
	before.Ref, before.Run, before.FromCopy = run.Ref, run, false
	return c.Keep(ctx, before.With(given(run), pushed))
}

// Runs are the runs of a job of which a copy is kept, the newest build first, at most n.
func (c *Copies) Runs(ctx context.Context, controller, job string, n int) ([]jenkins.Run, error) {
	if c.none() {
		return nil, nil
	}
	db, err := c.db(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT number, record FROM run_copies WHERE controller = ? AND job = ?
		ORDER BY number DESC, started DESC LIMIT ?`, controller, job, n)
	if err != nil {
		return nil, fmt.Errorf("list the local copies: %w", err)
	}
	defer rows.Close()
	var runs []jenkins.Run
	for rows.Next() {
		var number int
		var raw []byte
		if err := rows.Scan(&number, &raw); err != nil {
			return nil, fmt.Errorf("list the local copies: %w", err)
		}
		var kept struct{ Run jenkins.Run } // the variables are not wanted
		if json.Unmarshal(raw, &kept) != nil {
			continue // written by another version
		}
		kept.Run.Ref = jenkins.Ref{Controller: controller, Job: job, Number: number}
		runs = append(runs, kept.Run)
	}
	return runs, rows.Err()
}

// setByJenkins tells whether Jenkins or the agent sets a variable of this name for every run.
func setByJenkins(name string) bool {
	return slices.ContainsFunc(rules, func(r rule) bool { return r.name == name }) || slices.Contains(onAgent, name)
}

// none tells that nothing can have been kept yet.
func (c *Copies) none() bool { return c.DB == nil && c.Made != nil && !c.Made() }

func (c *Copies) db(ctx context.Context) (*sql.DB, error) {
	if c.DB == nil && c.Open != nil {
		return c.Open(ctx)
	}
	return c.DB, nil
}

// row reads the copy of a run. One of which it is not known when its run started is this run's unless it was last used
// before that.
func (c *Copies) row(ctx context.Context, run *jenkins.Run) (raw []byte, used time.Time, err error) {
	if c.none() {
		return nil, time.Time{}, ErrNoCopy
	}
	db, err := c.db(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	var usedAt int64
	err = db.QueryRowContext(ctx, `SELECT record, used_at FROM run_copies WHERE controller = ? AND job = ? AND number = ?
		AND (? = 0 OR started = ? OR started = 0 AND used_at >= ?) ORDER BY started DESC LIMIT 1`,
		run.Controller, run.Job, run.Number, startMillis(run), startMillis(run), run.Began().UnixMilli()).Scan(&raw, &usedAt)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, time.Time{}, ErrNoCopy
	case err != nil:
		return nil, time.Time{}, fmt.Errorf("read the local copy: %w", err)
	}
	return raw, time.UnixMilli(usedAt), nil
}

// write puts rows and lets the least recently used ones go until the bounds hold, in one transaction.
func (c *Copies) write(ctx context.Context, entries ...copyEntry) error {
	db, err := c.db(ctx)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep a local copy: %w", err)
	}
	defer tx.Rollback()
	for _, e := range entries {
		_, err = tx.ExecContext(ctx, `INSERT INTO run_copies (controller, job, number, started, used_at, bytes, record)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
			SET used_at = excluded.used_at, bytes = excluded.bytes, record = excluded.record`,
			e.ref.Controller, e.ref.Job, e.ref.Number, e.started, time.Now().UnixMilli(), len(e.raw), e.raw)
		if err != nil {
			return fmt.Errorf("keep a local copy: %w", err)
		}
	}
	// Of the rows from the most recently used on, those beyond either bound.
	_, err = tx.ExecContext(ctx, `DELETE FROM run_copies WHERE (controller, job, number, started) IN (
		SELECT controller, job, number, started FROM (
			SELECT controller, job, number, started, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
			FROM run_copies WINDOW newest AS (ORDER BY used_at DESC, controller, job, number DESC, started DESC
				ROWS UNBOUNDED PRECEDING))
		WHERE place > ? OR total > ?)`,
		cmp.Or(c.MaxRuns, defaultMaxRuns), cmp.Or(c.MaxBytes, defaultMaxBytes))
	if err != nil {
		return fmt.Errorf("let go of old local copies: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep a local copy: %w", err)
	}
	return nil
}

// toldOnce is what the API does not tell again: what was pushed, what the run itself answered, what the console told, and
// where a run was built, of which Jenkins forgets the executor when it ends and tells the node's labels of today.
func toldOnce(vars []Variable) []Variable {
	return slices.DeleteFunc(unmerged(vars), func(v Variable) bool {
		switch v.Source {
		case Received, FromScript, Printed, NodeVar:
			return false
		}
		return !slices.Contains(ofWorkspace, v.Name)
	})
}

// hideSecrets is the variables without the values of secrets, whoever told them.
func hideSecrets(vars []Variable) []Variable {
	hidden := slices.Clone(vars)
	for i := range hidden {
		v := &hidden[i]
		v.Also = slices.Clone(v.Also)
		for j := range v.Also {
			a := &v.Also[j]
			a.Secret = a.Secret || v.Secret
			a.Whole, a.Password = a.Whole || v.Whole, a.Password || v.Password
		}
		v.Also = hideSecrets(v.Also)
		if v.Secret {
			v.Value, v.Known = "", false
		}
	}
	return hidden
}

// withoutSecrets is the run without what its variables hold already, and without secrets in its parameters. Nor does it hold
// its progress, which nobody wants to know later and for which a running build would be written again and again.
func withoutSecrets(r jenkins.Run, own []*regexp.Regexp) jenkins.Run {
	r.Environment, r.Inputs, r.Progress = nil, nil, -1
	r.Description = jenkins.MaskCredentials(r.Description)
	r.Parameters = slices.Clone(r.Parameters)
	for i := range r.Parameters {
		p := &r.Parameters[i]
		if p.Secret || jenkins.LooksSecret(p.Name, p.Value, own...) {
			p.Value, p.Secret = "", true
		}
	}
	r.Causes = slices.Clone(r.Causes)
	r.Revisions = nil
	return r
}
