package outbox

import (
	"database/sql"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

func TestChangeIsAnnouncedOnce(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	second, err := openFile(DatabaseFile(db))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	change := Change{Controller: "ci", Job: "folder/job", Number: 7, Status: "START"}
	var fresh atomic.Int64
	var wg sync.WaitGroup
	for i := range 20 {
		l := &Ledger{Outbox: &Outbox{DB: []*sql.DB{db, second}[i%2]}}
		wg.Go(func() {
			ok, err := l.Announce(t.Context(), change, sender.Notification{AdHoc: adHoc("http://h/"), Status: "START"})
			if err != nil {
				t.Error(err)
			}
			if ok {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	list, err := (&Outbox{DB: db}).List(t.Context(), Filter{})
	if err != nil || fresh.Load() != 1 || len(list) != 1 || list[0].Job != change.Job || list[0].Number != 7 {
		t.Errorf("%d announced it as new, %+v, %v", fresh.Load(), list, err)
	}
}

func TestAnnouncementThatCannotBeAcceptedIsNotRemembered(t *testing.T) {
	t.Parallel()
	l := &Ledger{Outbox: &Outbox{DB: openTemp(t)}}
	change := Change{Controller: "ci", Job: "j", Number: 1, Status: "SUCCESS"}
	if _, err := l.Announce(t.Context(), change, sender.Notification{Endpoint: "nowhere"}); !sender.IsKind(err, sender.UnknownEndpoint) {
		t.Fatal(err)
	}
	if ok, err := l.Announce(t.Context(), change, sender.Notification{AdHoc: adHoc("http://h/")}); !ok || err != nil {
		t.Error(ok, err)
	}
}

func TestLedgerOutlivesTheOutbox(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	l := &Ledger{Outbox: o}
	change := Change{Controller: "ci", Job: "j", Number: 1, Status: "SUCCESS"}
	if _, err := l.Announce(t.Context(), change, sender.Notification{AdHoc: adHoc("http://h/")}); err != nil {
		t.Fatal(err)
	}
	list, err := o.List(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Drop(t.Context(), list[0].ID); err != nil {
		t.Fatal(err)
	}
	if n, err := o.Prune(t.Context(), Retention{Age: -time.Minute}); n != 1 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
	if ok, err := l.Announce(t.Context(), change, sender.Notification{AdHoc: adHoc("http://h/")}); ok || err != nil {
		t.Error("announced again", err)
	}
}

func TestLedgerKnowsABuildByAnotherName(t *testing.T) {
	t.Parallel()
	l := &Ledger{Outbox: &Outbox{DB: openTemp(t)}}
	noon := time.UnixMilli(1_750_000_000_123)
	for _, c := range []Change{
		{"ci", "old", 7, "START", noon}, {"ci", "old", 7, "RUNNING", noon}, {"ci", "old", 8, "START", noon},
		{"ci", "later", 7, "START", noon.Add(time.Millisecond)}, {"ci", "unknown", 7, "START", time.Time{}}, {"other", "old", 7, "START", noon},
	} {
		if ok, err := l.Announce(t.Context(), c); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	names, err := l.Namesakes(t.Context(), Change{Controller: "ci", Job: "new", Number: 7, Began: noon})
	if err != nil || !slices.Equal(names, []string{"old"}) {
		t.Errorf("%v, %v", names, err)
	}
	if names, err = l.Namesakes(t.Context(), Change{Controller: "ci", Job: "new", Number: 7}); err != nil || len(names) > 0 {
		t.Errorf("of a build whose beginning is not known: %v, %v", names, err)
	}
	var plan string
	if err := l.Outbox.DB.QueryRow(`EXPLAIN QUERY PLAN SELECT job FROM ledger WHERE began = 1 AND began > 0 AND number = 7
		AND status = 'START' AND controller = 'ci'`).Scan(new(int), new(int), new(int), &plan); err != nil || !strings.Contains(plan, "ledger_began") {
		t.Errorf("it looks through all there is: %s, %v", plan, err)
	}
}

func TestLedgerKnowsWhatWasLeftOpen(t *testing.T) {
	t.Parallel()
	l := &Ledger{Outbox: &Outbox{DB: openTemp(t)}}
	noon := time.UnixMilli(1_750_000_000_123)
	later := noon.Add(time.Second)
	for _, c := range []Change{
		{"ci", "open", 7, "START", noon}, {"ci", "open", 8, "START", later}, {"ci", "open", 8, "RUNNING", later},
		{"ci", "ended", 1, "START", noon}, {"ci", "ended", 1, "SUCCESS", noon}, {"ci", "covered", 3, "START", noon},
		{"ci", "old", 9, "START", noon}, {"ci", "new", 9, "START", noon}, {"other", "open", 7, "START", later}, {"ci", "unknown", 2, "START", time.Time{}},
	} {
		if ok, err := l.Announce(t.Context(), c); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if err := l.Advance(t.Context(), "ci", map[string]Mark{"covered": {Number: 3}, "open": {Number: 6}}); err != nil {
		t.Fatal(err)
	}
	open, err := l.Unended(t.Context(), "ci")
	if err != nil || !slices.Equal(open, []Change{{"ci", "open", 7, "", noon}, {"ci", "open", 8, "RUNNING", later}}) {
		t.Errorf("%v, %v", open, err)
	}
}

func TestWatermarksOnlyRiseAndBoundWhatIsPruned(t *testing.T) {
	t.Parallel()
	l := &Ledger{Outbox: &Outbox{DB: openTemp(t)}}
	ctx := t.Context()
	for n := range 4 {
		for _, status := range []string{"START", "SUCCESS"}[:1+n%2] {
			if ok, err := l.Announce(ctx, Change{Controller: "ci", Job: "j", Number: n + 1, Status: status}); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
	}
	noon := time.UnixMilli(1_750_000_000_000)
	for _, n := range []int{2, 1} {
		if err := l.Advance(ctx, "ci", map[string]Mark{"j": {n, noon.Add(time.Duration(n) * time.Hour)}, "k": {Number: 9}}); err != nil {
			t.Fatal(err)
		}
	}
	marks, err := l.Watermarks(ctx, "ci")
	if err != nil || marks["j"] != (Mark{2, noon.Add(2 * time.Hour)}) || marks["k"] != (Mark{Number: 9}) || len(marks) != 2 {
		t.Errorf("%v, %v", marks, err)
	}
	if n, err := l.Prune(ctx, -time.Minute); n != 3 || err != nil { // START of 1; START and SUCCESS of 2
		t.Errorf("pruned %d, %v", n, err)
	}
	got, err := l.Announced(ctx, Change{Controller: "ci", Job: "j", Number: 4}, time.Time{})
	if err != nil || !slices.Equal(got, []string{"START", "SUCCESS"}) {
		t.Errorf("%v, %v", got, err)
	}
	if err := l.Forget(ctx, "ci", "j", 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got, err = l.Announced(ctx, Change{Controller: "ci", Job: "j", Number: 4}, time.Time{}); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestReplayIsGoneOnWithUntilItHasEnded(t *testing.T) {
	t.Parallel()
	l := &Ledger{Outbox: &Outbox{DB: openTemp(t)}}
	ctx := t.Context()
	announce := func(status string) {
		t.Helper()
		if ok, err := l.Announce(ctx, Change{Controller: "ci", Job: "j", Number: 7, Status: status}); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	announce("START")
	announce("SUCCESS")
	if _, err := l.Outbox.DB.ExecContext(ctx, "UPDATE ledger SET at = at - 1000"); err != nil { // a second ago
		t.Fatal(err)
	}
	since := time.UnixMilli(1_750_000_000_000)
	first, err := l.BeginReplay(ctx, "ci", "2h", since)
	if err != nil || !first.Since.Equal(since) {
		t.Fatal(first, err)
	}
	for range 2 { // a life that is killed after START, and the one that goes on
		r, err := l.BeginReplay(ctx, "ci", "2h", since.Add(time.Hour))
		if err != nil || !r.Since.Equal(since) || r.Begun.UnixMilli() != first.Begun.UnixMilli() {
			t.Fatalf("%v, %v, want %v", r, err, first)
		}
		if err := l.Forget(ctx, "ci", "j", 0, r.Begun); err != nil {
			t.Fatal(err)
		}
		if announced, err := l.Announced(ctx, Change{Controller: "ci", Job: "j", Number: 7}, time.Time{}); err != nil || slices.Contains(announced, "SUCCESS") {
			t.Fatal(announced, err)
		} else if len(announced) == 0 {
			announce("START")
		}
	}
	if announced, err := l.Announced(ctx, Change{Controller: "ci", Job: "j", Number: 7}, first.Begun); err != nil || !slices.Equal(announced, []string{"START"}) {
		t.Errorf("%v, %v", announced, err)
	}
	if r, err := l.UnendedReplay(ctx, "ci", "3h"); err != nil || !r.Begun.IsZero() {
		t.Errorf("another name: %v, %v", r, err)
	}
	if err := l.EndReplay(ctx, "ci"); err != nil {
		t.Fatal(err)
	}
	if r, err := l.BeginReplay(ctx, "ci", "2h", since.Add(time.Hour)); err != nil || r.Since.Equal(since) {
		t.Errorf("after its end: %v, %v", r, err)
	}
	if _, err := l.Outbox.DB.ExecContext(ctx, "UPDATE replays SET begun = begun - ?", replayLasts.Milliseconds()); err != nil {
		t.Fatal(err)
	}
	if r, err := l.UnendedReplay(ctx, "ci", "2h"); err != nil || !r.Begun.IsZero() {
		t.Errorf("a day later: %v, %v", r, err)
	}
}

func TestLedgerKnowsUpToWhenSyncRan(t *testing.T) {
	t.Parallel()
	l := &Ledger{Outbox: &Outbox{DB: openTemp(t)}}
	if at, err := l.Synced(t.Context(), "ci"); !at.IsZero() || err != nil {
		t.Errorf("before the first time: %v, %v", at, err)
	}
	noon := time.UnixMilli(1_750_000_000_000)
	for _, at := range []time.Time{noon, noon.Add(-time.Hour)} {
		if err := l.MarkSynced(t.Context(), "ci", at); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := l.Synced(t.Context(), "ci"); !at.Equal(noon) || err != nil {
		t.Errorf("%v, %v, want %v", at, err, noon)
	}
}
