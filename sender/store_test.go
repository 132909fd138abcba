package sender

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// openFile opens a database as the program does.
func openFile(path string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(FULL)")
}

func migrate(db *sql.DB) error {
	for _, m := range Migrations {
		if _, err := db.Exec(m); err != nil {
			return err
		}
	}
	return nil
}

// openTemp makes a fresh database on disk.
func openTemp(t testing.TB) *sql.DB {
	t.Helper()
	db, err := openFile(filepath.Join(t.TempDir(), "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := migrate(db); err != nil {
		t.Fatal(err)
	}
	return db
}
