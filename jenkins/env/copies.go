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
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
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
	// A job that is deleted and created again gives its numbers to other builds.
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
	// What is to be removed is found in the index alone.
	`DROP INDEX run_copies_used_at;
	CREATE INDEX run_copies_use ON run_copies (used_at, bytes);`,
}

// Copies keeps the environment, status and parameters of runs that were looked at, received or synced, so that they can
// be compared when Jenkins has discarded the build. No secret is kept: of a password parameter, and of what looks like a
// secret, only the name is. It is safe for concurrent use, by several processes too.
type Copies struct {
	DB *sql.DB
	// Open, when DB is nil, opens the database when it is needed, or says why it cannot be.
	Open func(context.Context) (*sql.DB, error)
	// Made reports whether a database has been made: until then none is opened only to find no copy. nil: it has.
	Made     func() bool
	MaxRuns  int   // default 2,000
	MaxBytes int64 // of all copies together; default 64 MB
}

const (
	defaultMaxRuns  = 2000
	defaultMaxBytes = 64 << 20
	maxCopy         = 4 << 20 // a larger environment is not kept
	// touchAfter is how old the last use of an unchanged copy must be before its row is written again.
	touchAfter = time.Hour
)

// ErrNoCopy is the error where no copy of a run is kept.
var ErrNoCopy = errors.New("no local copy of this build")

// copyRecord is what a row holds.
type copyRecord struct {
	Run       jenkins.Run
	Variables []Variable
}

// Env returns the copy of a run's environment, or [ErrNoCopy]. Its FromCopy is true. Where it is not known when the run
// started, it is the copy of the last one of that number.
func (c *Copies) Env(ctx context.Context, run jenkins.Run) (Env, error) {
	e, used, err := c.read(ctx, run)
	if err != nil || time.Since(used) <= touchAfter || e.Run.StartedAt.IsZero() { // used_at stands in for a start that is not known
		return e, err
	}
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
	return e, nil
}

// Peek is [Copies.Env] without counting as a use, which would keep the copy longer.
func (c *Copies) Peek(ctx context.Context, run jenkins.Run) (Env, error) {
	e, _, err := c.read(ctx, run)
	return e, err
}

func (c *Copies) read(ctx context.Context, run jenkins.Run) (e Env, used time.Time, err error) {
	if c.none() {
		return Env{}, used, ErrNoCopy
	}
	db, err := c.db(ctx)
	if err != nil {
		return Env{}, used, err
	}
	raw, used, err := rowOf(ctx, db, &run)
	if err != nil {
		return Env{}, used, err
	}
	var kept copyRecord
	if json.Unmarshal(raw, &kept) != nil {
		return Env{}, used, ErrNoCopy // written by another version
	}
	e = Env{Ref: run.Ref, Run: kept.Run, FromCopy: true}
	e.Run.Ref = run.Ref
	return e.With(kept.Variables), used, nil
}

// Keep keeps an environment, in the place of an earlier copy of the same run. What Jenkins does not say each time it is
// asked stays: what was received for the run, what the run answered itself, what its console printed. The least recently
// used copies are removed until the bounds hold.
func (c *Copies) Keep(ctx context.Context, e Env) error {
	if e.Ref.Number == 0 || e.FromCopy {
		return nil
	}
	db, err := c.db(ctx)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep a local copy: %w", err)
	}
	defer tx.Rollback()
	e.Run.Ref = e.Ref
	old, used, err := rowOf(ctx, tx, &e.Run)
	if err != nil && !errors.Is(err, ErrNoCopy) {
		return err
	}
	var before copyRecord
	if json.Unmarshal(old, &before) == nil {
		e = e.With(saidOnce(before.Variables))
	}
	raw, err := json.Marshal(copyRecord{withoutSecrets(e.Run, e.SecretPatterns), hideSecrets(e.Variables)})
	if err != nil {
		return fmt.Errorf("keep a local copy: %w", err)
	}
	if len(raw) > maxCopy || bytes.Equal(raw, old) && time.Since(used) < touchAfter {
		return nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO run_copies (controller, job, number, started, used_at, bytes, record)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
		SET used_at = excluded.used_at, bytes = excluded.bytes, record = excluded.record`,
		e.Ref.Controller, e.Ref.Job, e.Ref.Number, startMillis(&e.Run), time.Now().UnixMilli(), len(raw), raw)
	if err != nil {
		return fmt.Errorf("keep a local copy: %w", err)
	}
	// Of the rows from the most recently used on, those beyond either bound.
	_, err = tx.ExecContext(ctx, `DELETE FROM run_copies WHERE (controller, job, number, started) IN (
		SELECT controller, job, number, started FROM (
			SELECT controller, job, number, started, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
			FROM run_copies WINDOW newest AS (ORDER BY used_at DESC ROWS UNBOUNDED PRECEDING))
		WHERE place > ? OR total > ?)`,
		cmp.Or(c.MaxRuns, defaultMaxRuns), cmp.Or(c.MaxBytes, defaultMaxBytes))
	if err != nil {
		return fmt.Errorf("remove old local copies: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep a local copy: %w", err)
	}
	return nil
}

// startMillis returns when a run started, as its row has it: Unix milliseconds, or 0 where it is not known. By its number alone
// a build is not known from that of a job that was deleted.
func startMillis(r *jenkins.Run) int64 {
	if r.StartedAt.IsZero() {
		return 0
	}
	return r.StartedAt.UnixMilli()
}

// Received keeps what was pushed for a run. Which of it is a password only the run's parameters say: when neither the run
// (as a refresh has it) nor an earlier copy has them, only variables that Jenkins itself sets are kept.
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

// Runs returns the runs of a job of which a copy is kept, the newest build first, at most n.
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

// none reports whether nothing can have been kept yet.
func (c *Copies) none() bool { return c.DB == nil && c.Made != nil && !c.Made() }

func (c *Copies) db(ctx context.Context) (*sql.DB, error) {
	if c.DB == nil {
		return c.Open(ctx)
	}
	return c.DB, nil
}

// rowOf reads the copy of a run. One whose start is not known is this run's unless it was last used before the run began.
func rowOf(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, run *jenkins.Run) (raw []byte, used time.Time, err error) {
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

// saidOnce returns what the API does not say again: what was pushed, what the run itself answered, what the console printed,
// and where a run was built, of which Jenkins forgets the executor when it ends and has the node's labels of today.
func saidOnce(vars []Variable) []Variable {
	return slices.DeleteFunc(unmerged(vars), func(v Variable) bool {
		switch v.Source {
		case Received, FromScript, Printed, NodeVar:
			return false
		}
		return !slices.Contains(ofWorkspace, v.Name)
	})
}

// hideSecrets returns the variables without the values of secrets, whatever their source.
func hideSecrets(vars []Variable) []Variable {
	hidden := slices.Clone(vars)
	for i := range hidden {
		v := &hidden[i]
		v.Also = slices.Clone(v.Also)
		for j := range v.Also {
			a := &v.Also[j]
			a.Secret = a.Secret || v.Secret
			a.MaskWhole, a.Password = a.MaskWhole || v.MaskWhole, a.Password || v.Password
		}
		v.Also = hideSecrets(v.Also)
		if v.Secret {
			v.Value, v.Known = "", false
		}
	}
	return hidden
}

// withoutSecrets returns the run without what its variables hold already, without secrets in its parameters, and without its
// progress, for which a running build would be written again and again.
func withoutSecrets(r jenkins.Run, own []*regexp.Regexp) jenkins.Run {
	r.Environment, r.Inputs, r.Progress = nil, nil, -1
	r.Description = secrets.MaskCredentials(r.Description)
	r.Parameters = slices.Clone(r.Parameters)
	for i := range r.Parameters {
		p := &r.Parameters[i]
		if p.Secret || secrets.Detect(p.Name, p.Value, own) {
			p.Value, p.Secret = "", true
		}
	}
	r.Causes = slices.Clone(r.Causes)
	r.Revisions = nil
	return r
}
