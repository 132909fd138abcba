package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver

	"github.com/jenkwatch/jenkwatch/sender"
)

// Open opens the database at path, which must be absolute, so that all that this package promises holds. The disk must be
// a local one: WAL does not work on network file systems. The file is not touched before the database is used.
func Open(path string) (*sql.DB, error) {
	return sql.Open("sqlite", dsn(path))
}

// dsn returns the data source name: a commit is on disk (synchronous FULL), several processes take turns (WAL, a busy timeout, and immediate
// transactions: one that reads before it writes would fail as soon as another writes), and what is removed is overwritten
// (secure_delete): a payload that was delivered does not stay in free pages.
func dsn(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/... on Windows
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: "_txlock=immediate&_pragma=busy_timeout(5000)" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)"}).String()
}

// DatabaseFile returns the path of a database; empty: it is in memory.
func DatabaseFile(db *sql.DB) string {
	var file string
	if err := db.QueryRow("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file); err != nil {
		return ""
	}
	return file
}

// storeFile is the database file as it was when it was first used. SQLite goes on with a file that has been removed:
// what it accepted would be lost.
type storeFile struct {
	once sync.Once
	path string
	info os.FileInfo // nil: in memory
}

// check returns an error if the database file has been removed or replaced.
func (f *storeFile) check(path func() string) error {
	f.once.Do(func() {
		if f.path = path(); f.path != "" {
			f.info, _ = os.Stat(f.path)
		}
	})
	if f.info == nil {
		return nil
	}
	if info, err := os.Stat(f.path); err == nil && os.SameFile(info, f.info) {
		return nil
	}
	return &sender.Error{Kind: sender.StoreFailed, What: "the database file " + f.path + " was removed or replaced while it was open",
		Fix: "put it back, or start jenkwatch again"}
}

func (o *Outbox) checkFile() error { return o.file.check(func() string { return DatabaseFile(o.DB) }) }

// CheckWrite finds out whether a notification of usual size could be accepted: it writes as much and removes it.
func (o *Outbox) CheckWrite(ctx context.Context) error {
	const id, size = -1, 64 << 10
	err := o.commit(ctx, "write to the store", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO request_summaries (id, text) VALUES (?, ?)", id, strings.Repeat(" ", size))
		return err
	})
	return cmp.Or(err, o.commit(ctx, "write to the store", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM request_summaries WHERE id = ?", id)
		return err
	}))
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// query returns what scan makes of each row. op names what is tried, for errors.
func query[T any](ctx context.Context, db querier, op string, scan func(*sql.Rows) (T, error), text string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, sender.StoreError(op, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, sender.StoreError(op, err)
		}
		all = append(all, v)
	}
	return all, sender.StoreError(op, rows.Err())
}

func scanString(rows *sql.Rows) (s string, err error) {
	err = rows.Scan(&s)
	return s, err
}
