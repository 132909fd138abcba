package outbox

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender"
)

func execAll(t *testing.T, db *sql.DB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
}

func openFile(path string) (*sql.DB, error) { return Open(path) }

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

// openMemory makes a database in memory: one connection, so that it stays the same one.
func openMemory(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if err := migrate(db); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestDatabaseOfAnOlderProgramGoesOn: what was accepted before the last migration is delivered after it, in order.
func TestDatabaseOfAnOlderProgramGoesOn(t *testing.T) {
	t.Parallel()
	db, err := openFile(filepath.Join(t.TempDir(), "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const before = 11 // migrations
	execAll(t, db, Migrations[:before]...)
	want := []string{"START", "RUNNING", "SUCCESS"}
	for i, status := range want {
		execAll(t, db, fmt.Sprintf(`INSERT INTO outbox (id, lane, order_key, held, controller, job, number, status, method, url, content_type,
			state, due_at, created_at, tries_from, size) VALUES ('%d', '@h', 'b', %d, '', 'j', 1, '%s', 'POST', 'http://h/', '', 'queued',
			1000, 1000, unixepoch() * 1000, 2)`, i, min(i, 1), status),
			fmt.Sprintf(`INSERT INTO payloads (seq, payload, adhoc) VALUES (%d, '{}', '{"url":"http://h/","method":"POST"}')`, i+1))
	}
	execAll(t, db, Migrations[before:]...)
	var got []string
	r := &Relay{Outbox: &Outbox{DB: db}, Transport: answer(func(int64, *http.Request) (*http.Response, error) {
		return respond(http.StatusOK, nil), nil
	}),
		OnDelivery: func(d sender.Delivery) {
			if d.State == sender.Delivered {
				got = append(got, d.Status)
			}
		}}
	if err := r.Flush(t.Context()); err != nil || !slices.Equal(got, want) {
		t.Errorf("delivered %v, %v", got, err)
	}
}

// refuses asserts that Add accepts nothing and says why.
func refuses(t *testing.T, db *sql.DB, kind sender.Kind) {
	t.Helper()
	_, err := (&Outbox{DB: db}).Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new(strings.Repeat("x", 100_000))})
	if !sender.IsKind(err, kind) {
		t.Fatalf("got %v, want %s", err, kind)
	}
	if hint := err.(*sender.Error).Hint(); hint == "" {
		t.Error("no hint")
	}
}

func TestFullStoreRefusesBeforeItAccepts(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("PRAGMA max_page_count = 20"); err != nil {
		t.Fatal(err)
	}
	refuses(t, db, sender.StoreFull)
	if list, err := (&Outbox{DB: db}).List(t.Context(), Filter{}); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestFullStoreLetsDeliveriesBeDropped(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	db.SetMaxOpenConns(1)
	o := &Outbox{DB: db}
	var all []sender.Delivery
	for len(all) < 10 {
		d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new(strings.Repeat("x", 10_000))})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	if err := o.CheckWrite(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := db.Exec("PRAGMA max_page_count = 1"); err != nil { // which SQLite takes for as many as there are
		t.Fatal(err)
	}
	for { // what was free is used up
		if _, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}); sender.IsKind(err, sender.StoreFull) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := o.CheckWrite(t.Context()); !sender.IsKind(err, sender.StoreFull) {
		t.Errorf("checking whether it can be written: %v", err)
	}
	for _, d := range all {
		if d, err := o.Drop(t.Context(), d.ID); err != nil || d.State != sender.Dropped || d.HasPayload {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	if err := o.CheckWrite(t.Context()); err != nil {
		t.Errorf("after room was made: %v", err)
	}
}

// TestStoreThatWasRemovedRefuses: what SQLite still wrote to the removed file nobody would find again.
func TestStoreThatWasRemovedRefuses(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	o := &Outbox{DB: db}
	n := sender.Notification{AdHoc: adHoc("http://h/"), Body: new("x")}
	reported := make(chan error, 100)
	runRelay(t, &Relay{Outbox: o, OnError: func(err error) {
		select {
		case reported <- err:
		default:
		}
	}, Transport: answer(func(int64, *http.Request) (*http.Response, error) { return respond(200, nil), nil })})
	addAndWait(t, o, n)
	path := DatabaseFile(db)
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	if err := <-reported; !sender.IsKind(err, sender.StoreFailed) { // within a second, by itself
		t.Errorf("the relay reports %v", err)
	}
	if _, err := o.Add(t.Context(), n); !sender.IsKind(err, sender.StoreFailed) || err.(*sender.Error).Hint() == "" {
		t.Errorf("accepted into a file that is gone: %v", err)
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if d := addAndWait(t, o, n); d.State != sender.Delivered {
		t.Errorf("%+v", d)
	}
}

func TestLockedStoreRefuses(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	path := DatabaseFile(db)
	other, err := sql.Open("sqlite", strings.Replace(dsn(path), "busy_timeout(5000)", "busy_timeout(10)", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	refuses(t, other, sender.StoreLocked)
}

func TestCorruptStoreRefuses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jenkwatch.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := openFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	refuses(t, db, sender.StoreCorrupt)
}

func TestReadOnlyStoreRefuses(t *testing.T) {
	t.Parallel()
	path := DatabaseFile(openTemp(t))
	db, err := sql.Open("sqlite", strings.Replace(dsn(path), "?", "?mode=ro&", 1)) // root may write anything else
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	refuses(t, db, sender.StoreReadOnly)
	missing, err := openFile(filepath.Join(t.TempDir(), "no", "such", "folder", "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer missing.Close()
	refuses(t, missing, sender.StoreReadOnly)
}

func TestDSNBearsOddPaths(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "odd ?#% dir")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := openFile(filepath.Join(dir, "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := migrate(db); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x.db")); err != nil {
		t.Error(err)
	}
}
