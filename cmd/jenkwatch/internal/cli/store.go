package cli

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/actions"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// owners are the packages with tables in the one database, each with its migrations in order. A migration that has been
// released is never changed: the next one mends it.
var owners = []struct {
	name       string
	migrations []string
}{
	{"sender", outbox.Migrations},
	{"jenkins", env.Migrations},
	{"actions", actions.Migrations},
}

// StateFolder returns where the database and the preferences lie.
func (a *App) StateFolder() (string, error) {
	if a.StateDir != "" {
		return a.StateDir, nil
	}
	if dir := os.Getenv("JENKWATCH_STATE"); dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return "", exit.Failure("name a folder in JENKWATCH_STATE by its whole path", "find the state folder: %w", err)
		}
		return abs, nil
	}
	if os.Getenv("XDG_STATE_HOME") == "" && config.Homeless() {
		return "", exit.Failure("set HOME, or name a folder in JENKWATCH_STATE", "there is no home folder to keep the database in")
	}
	return filepath.Join(xdg.StateHome, "jenkwatch"), nil
}

// MakeStateFolder makes it, for the user alone.
func (a *App) MakeStateFolder() (string, error) {
	dir, err := a.StateFolder()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", exit.Failure("make it writable, or set JENKWATCH_STATE to another folder",
			"make the state folder: %w", err)
	}
	return dir, nil
}

const StoreFile = "jenkwatch.db"

// HasStore reports whether a database has been made, by this process or another.
func (a *App) HasStore() bool {
	dir, err := a.StateFolder()
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, StoreFile))
	return err == nil
}

// Store opens the one database, brings its tables up to date and closes it when the command ends. All who need it share it.
func (a *App) Store(ctx context.Context) (*sql.DB, error) {
	a.storeMu.Lock()
	defer a.storeMu.Unlock()
	if a.DB != nil {
		return a.DB, nil
	}
	if a.leaving {
		return nil, context.Canceled
	}
	db, err := a.openStore(ctx)
	if err != nil {
		return nil, err // another process may let go of it: the next who needs it tries again
	}
	a.DB = db
	a.OnExit(db.Close)
	return db, nil
}

// Actions returns the history of actions in the one database.
func (a *App) Actions() *actions.Log {
	return &actions.Log{Open: a.Store, Own: a.SecretPatterns(), OnError: func(err error) { output.Note(a.ErrOut, "jenkwatch: %s", err) }}
}

func (a *App) openStore(ctx context.Context) (*sql.DB, error) {
	dir, err := a.MakeStateFolder()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, StoreFile)
	// SQLite gives its companions (-wal, -shm) the rights of the database: make it before SQLite does.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, exit.Failure("make it writable, or set JENKWATCH_STATE to another folder",
			"open the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, exit.Failure("check the disk", "open the database: %w", err)
	}
	db, err := outbox.Open(path)
	if err != nil {
		return nil, sender.StoreError("open the database", err)
	}
	if err := sender.StoreError("open the database "+path, prepare(ctx, db)); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// makingTakes is how long processes that find no database may be in each other's way while one of them makes it.
const makingTakes = 5 * time.Second

// prepare brings the tables up to date. While a new database is switched to write-ahead logging SQLite refuses everybody
// else at once, whatever the busy timeout says: those try again.
func prepare(ctx context.Context, db *sql.DB) error {
	for began := time.Now(); ; {
		err := migrate(ctx, db)
		if !sender.IsTransient(err) || time.Since(began) > makingTakes {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// migrate brings every owner's tables up to date in one transaction, and touches nothing where they are.
func migrate(ctx context.Context, db *sql.DB) error {
	if done, err := upToDate(ctx, db); done || err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	const schema = `CREATE TABLE IF NOT EXISTS schema_version (package TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT`
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	for _, o := range owners {
		var have int
		err := tx.QueryRowContext(ctx, `SELECT version FROM schema_version WHERE package = ?`, o.name).Scan(&have)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		for _, m := range o.migrations[min(have, len(o.migrations)):] {
			if _, err := tx.ExecContext(ctx, m); err != nil {
				return fmt.Errorf("update the tables of %s: %w", o.name, err)
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO schema_version VALUES (?, ?)
			ON CONFLICT (package) DO UPDATE SET version = excluded.version`, o.name, len(o.migrations))
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

// upToDate reads the versions and refuses a database that a newer program has written.
func upToDate(ctx context.Context, db *sql.DB) (bool, error) {
	var tables int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'`).Scan(&tables)
	if err != nil || tables == 0 {
		return false, err
	}
	rows, err := db.QueryContext(ctx, `SELECT package, version FROM schema_version`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	have := map[string]int{}
	for rows.Next() {
		var name string
		var version int
		if err := rows.Scan(&name, &version); err != nil {
			return false, err
		}
		have[name] = version
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	done := true
	for _, o := range owners {
		if have[o.name] > len(o.migrations) {
			return false, &sender.Error{Kind: sender.StoreFailed,
				What: fmt.Sprintf("the database is newer than this program (%s: version %d, known: %d)",
					o.name, have[o.name], len(o.migrations)),
				Fix: "install the newer jenkwatch, or set JENKWATCH_STATE to another folder"}
		}
		done = done && have[o.name] == len(o.migrations)
	}
	return done, nil
}
