package env

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// lastUsed sets when every copy was last used, unless that is zero, and returns when the copy of a run was.
func lastUsed(t *testing.T, copies *Copies, number int, set time.Time) time.Time {
	t.Helper()
	if !set.IsZero() {
		if _, err := copies.DB.ExecContext(t.Context(), `UPDATE run_copies SET used_at = ? WHERE number = ?`, set.UnixMilli(), number); err != nil {
			t.Fatal(err)
		}
	}
	var at int64
	if err := copies.DB.QueryRowContext(t.Context(), `SELECT used_at FROM run_copies WHERE number = ?`, number).Scan(&at); err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(at)
}

func mustKeep(t *testing.T, copies *Copies, run jenkins.Run, vars ...Variable) {
	t.Helper()
	if err := copies.Keep(t.Context(), Env{Ref: run.Ref, Run: run}.With(vars)); err != nil {
		t.Fatal(err)
	}
}

func ago(d time.Duration) time.Time { return time.Now().Add(-d).Truncate(time.Millisecond) }

func TestCopyThatDidNotChangeIsWrittenOnceAnHour(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	run := runOf(1)
	run.Status, run.Progress = jenkins.Running, 10
	mustKeep(t, copies, run, known("A", "1", Derived))
	run.Progress = 20
	recent := lastUsed(t, copies, 1, ago(50*time.Minute))
	if mustKeep(t, copies, run, known("A", "1", Derived)); !lastUsed(t, copies, 1, time.Time{}).Equal(recent) {
		t.Error("it is written again at once")
	}
	old := lastUsed(t, copies, 1, ago(70*time.Minute))
	if mustKeep(t, copies, run, known("A", "1", Derived)); lastUsed(t, copies, 1, time.Time{}).Equal(old) {
		t.Error("its use is not noted after an hour")
	}
}

func TestReadingACopyIsAUseAndPeekingIsNone(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	run := runOf(1)
	mustKeep(t, copies, run, known("A", "1", Derived))
	for _, c := range []struct {
		read func(context.Context, jenkins.Run) (Env, error)
		age  time.Duration
		uses bool
	}{{copies.Env, 70 * time.Minute, true}, {copies.Env, 50 * time.Minute, false}, {copies.Peek, 70 * time.Minute, false}} {
		before := lastUsed(t, copies, 1, ago(c.age))
		if _, err := c.read(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if used := !lastUsed(t, copies, 1, time.Time{}).Equal(before); used != c.uses {
			t.Errorf("after %v: counts as a use is %v", c.age, used)
		}
	}
}

func TestCopyThatWasUsedLeastRecentlyGoesFirst(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	copies.MaxRuns = 2
	mustKeep(t, copies, runOf(1))
	mustKeep(t, copies, runOf(2))
	lastUsed(t, copies, 2, ago(time.Hour))
	mustKeep(t, copies, runOf(3))
	if got := numbersKept(t, copies); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("kept %v", got)
	}
}

func TestNoCopyIsMadeOfAQueueItemOrOfACopy(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	mustKeep(t, copies, runOf(0))
	mustKeep(t, copies, runOf(1), known("A", "1", Derived))
	e, err := copies.Env(t.Context(), runOf(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := copies.Keep(t.Context(), e.With([]Variable{known("A", "2", Received)})); err != nil {
		t.Fatal(err)
	}
	if e, err = copies.Env(t.Context(), runOf(1)); err != nil {
		t.Fatal(err)
	}
	if v, _ := e.Lookup("A"); v.Value != "1" || !slices.Equal(numbersKept(t, copies), []int{1}) {
		t.Errorf("A is %q, kept %v", v.Value, numbersKept(t, copies))
	}
}

func TestPushForARunWithoutStartJoinsTheCopyOfItsNumber(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	run := runOf(1)
	run.Parameters = []jenkins.Parameter{{Name: "PIN", Secret: true}}
	mustKeep(t, copies, run, given(run)...)
	if err := copies.Received(t.Context(), jenkins.Run{Ref: run.Ref}, []Variable{{Name: "TARGET", Value: "prod"}}); err != nil {
		t.Fatal(err)
	}
	e, err := copies.Env(t.Context(), run)
	if v, _ := e.Lookup("TARGET"); err != nil || v.Value != "prod" || len(numbersKept(t, copies)) != 1 {
		t.Errorf("%+v, %v, kept %v", e.Variables, err, numbersKept(t, copies))
	}
}

func TestNoDatabaseIsMadeToFindNoCopy(t *testing.T) {
	t.Parallel()
	copies := &Copies{Made: func() bool { return false }, Open: func(context.Context) (*sql.DB, error) {
		t.Error("it is opened")
		return nil, errors.New("a full disk")
	}}
	if _, err := copies.Env(t.Context(), runOf(1)); !errors.Is(err, ErrNoCopy) {
		t.Error(err)
	}
	if runs, err := copies.Runs(t.Context(), "ci", "a/b%2Fc", 3); len(runs) > 0 || err != nil {
		t.Errorf("%v, %v", runs, err)
	}
}

func TestControllersDoNotShareCopies(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	other := runOf(2)
	other.Controller = "other"
	mustKeep(t, copies, runOf(1))
	mustKeep(t, copies, other)
	runs, err := copies.Runs(t.Context(), "ci", other.Job, 9)
	if err != nil || len(runs) != 1 || runs[0].Number != 1 {
		t.Errorf("%v, %v", runs, err)
	}
}
