package outbox

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLedgerTellsBuildsOfOneNumberApart has a job be deleted and created again.
func TestLedgerTellsBuildsOfOneNumberApart(t *testing.T) {
	t.Parallel()
	l := &Ledger{Outbox: &Outbox{DB: openTemp(t)}}
	noon := time.Now().Truncate(time.Second)
	old := Change{Controller: "ci", Job: "j", Number: 1, Began: noon.Add(-time.Hour)}
	next := old
	next.Began = noon
	announce := func(c Change, status string) bool {
		t.Helper()
		c.Status = status
		ok, err := l.Announce(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	for _, c := range []Change{old, next} {
		if !announce(c, "START") || announce(c, "START") {
			t.Errorf("START of the build of %v is not announced once", c.Began)
		}
	}
	announce(old, "SUCCESS")
	for c, want := range map[Change][]string{old: {"START", "SUCCESS"}, next: {"START"}} {
		if got, err := l.Announced(t.Context(), c, time.Time{}); err != nil || !slices.Equal(got, want) {
			t.Errorf("announced of the build of %v: %v, want %v, %v", c.Began, got, want, err)
		}
	}
	open, err := l.Unended(t.Context(), "ci")
	if err != nil || len(open) != 1 || !open[0].Began.Equal(next.Began) {
		t.Errorf("without an end: %+v, %v", open, err)
	}
}

// TestLedgerOfAnEarlierVersionIsRead brings one up to date some of whose rows do not know when their build began.
func TestLedgerOfAnEarlierVersionIsRead(t *testing.T) {
	t.Parallel()
	db, err := openFile(filepath.Join(t.TempDir(), "old.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	before := slices.IndexFunc(Migrations, func(m string) bool { return strings.Contains(m, "CREATE TABLE ledger_new") })
	execAll(t, db, Migrations[:before]...)
	written := time.UnixMilli(1_795_467_320_819)
	insert := func(number int, began time.Time) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), "INSERT INTO ledger (controller, job, number, status, at, began) VALUES ('ci', 'j', ?, 'START', ?, ?)",
			number, written.UnixMilli(), millis(began)); err != nil {
			t.Fatal(err)
		}
	}
	insert(1, written.Add(-time.Minute))
	insert(2, time.Time{})
	execAll(t, db, Migrations[before:]...)
	l := &Ledger{Outbox: &Outbox{DB: db}}
	for name, c := range map[string]struct {
		number    int
		began     time.Time
		announced bool
	}{
		"the build":           {1, written.Add(-time.Minute), true},
		"another of its time": {1, written.Add(time.Minute), false},
		"a build that had begun, where the row does not say when": {2, written.Add(-time.Minute), true},
		"one that began after the row was written":                {2, written.Add(time.Minute), false},
		"one of which nobody knows when it began":                 {2, time.Time{}, true},
	} {
		change := Change{Controller: "ci", Job: "j", Number: c.number, Began: c.began, Status: "START"}
		got, err := l.Announced(t.Context(), change, time.Time{})
		if err != nil || (len(got) == 1) != c.announced {
			t.Errorf("%s: announced %v, %v", name, got, err)
		}
		if c.announced {
			if fresh, err := l.Announce(t.Context(), change); err != nil || fresh {
				t.Errorf("%s: announced again, %v", name, err)
			}
		}
	}
}
