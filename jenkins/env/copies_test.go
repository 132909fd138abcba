package env

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

func openCopies(t *testing.T) (*Copies, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "jenkwatch.db")
	db, err := sql.Open("sqlite", path+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	migrateCopies(t, db, Migrations)
	return &Copies{DB: db}, path
}

func migrateCopies(t *testing.T, db *sql.DB, migrations []string) {
	t.Helper()
	for _, m := range migrations {
		if _, err := db.ExecContext(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func runOf(number int) jenkins.Run {
	return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a/b%2Fc", Number: number}, Status: jenkins.Success, StartedAt: time.UnixMilli(1795467320819)}
}

func TestCopyTellsWhatWasKept(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	run := runOf(1)
	run.Parameters = []jenkins.Parameter{{Name: "TARGET", Value: "prod"}, {Name: "PIN", Secret: true}}
	e := Env{Ref: run.Ref, Run: run}.With(given(run), []Variable{known("BUILD_NUMBER", "1", Derived)})
	if err := copies.Keep(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	got, err := copies.Env(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := got.Lookup("target"); v.Value != "prod" || v.Source != Param || !got.FromCopy || got.Run.Status != jenkins.Success {
		t.Errorf("got %+v", got)
	}
	if v, _ := got.Lookup("PIN"); v.Known || !v.Password {
		t.Errorf("PIN: %+v", v)
	}
	if _, err := copies.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Controller: "other", Job: run.Job, Number: 1}}); !errors.Is(err, ErrNoCopy) {
		t.Errorf("another controller's run: %v", err)
	}
}

func TestNoSecretIsEverOnDisk(t *testing.T) {
	t.Parallel()
	copies, path := openCopies(t)
	run := runOf(1)
	run.Description = "see https://bot:needle-1@ci.example/"
	run.Parameters = []jenkins.Parameter{{Name: "PIN", Secret: true}, {Name: "DB_PASSWORD", Value: "needle-2"}}
	own, err := secrets.Compile([]string{`^acme-`})
	if err != nil {
		t.Fatal(err)
	}
	e := Env{Ref: run.Ref, Run: run, SecretPatterns: own}.With(given(run), []Variable{
		known("PIN", "needle-3", Printed), known("GIT_URL", "https://bot:needle-4@git.example/app", SCM),
		known("AUTH", "Bearer needle-5-0123456789abcdef", Assigned), known("X", "acme-needle-6", Injected),
		known("DB_PASSWORD", "needle-7", Received),
	})
	if err := copies.Keep(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := copies.Received(t.Context(), run, []Variable{{Name: "pin", Value: "needle-8"}}); err != nil {
		t.Fatal(err)
	}
	unknown := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "x", Number: 9}}
	if err := copies.Received(t.Context(), unknown, []Variable{
		{Name: "PIN", Value: "needle-9"}, {Name: "BUILD_NUMBER", Value: "9"},
	}); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if i := strings.Index(string(raw), "needle"); i >= 0 {
			t.Errorf("on disk%s: %q", suffix, raw[i:min(i+30, len(raw))])
		}
	}
	if e, err := copies.Env(t.Context(), unknown); err != nil || len(e.Variables) != 1 {
		t.Errorf("of a push for a run that nobody knows: %+v, %v", e.Variables, err)
	}
}

func TestWhatWasReceivedStaysWhenTheRunIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	run := runOf(1)
	if err := copies.Received(t.Context(), run, []Variable{known("PATH", "/bin", Param), known("AGENT_ZONE", "eu-1", Param)}); err != nil {
		t.Fatal(err)
	}
	if err := copies.Keep(t.Context(), Env{Ref: run.Ref, Run: run}.With([]Variable{known("CI", "true", Derived)})); err != nil {
		t.Fatal(err)
	}
	e, err := copies.Env(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"PATH", "AGENT_ZONE", "CI"} {
		if _, ok := e.Lookup(name); !ok {
			t.Errorf("%s is gone", name)
		}
	}
	if v, _ := e.Lookup("PATH"); v.Source != Received {
		t.Errorf("PATH: %+v", v)
	}
}

func TestCopyKeepsWhatJenkinsTellsOnceOnly(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	run := runOf(1)
	vars := []Variable{known("TARGET", "old", Param), known("USER", "ci", Printed), known("ZONE", "eu", FromScript),
		known("EXECUTOR_NUMBER", "3", NodeVar), known("WORKSPACE", "/ws", Derived), known("SHARD", "1", Staged)}
	if err := copies.Keep(t.Context(), Env{Ref: run.Ref, Run: run}.With(vars)); err != nil {
		t.Fatal(err)
	}
	later := Env{Ref: run.Ref, Run: run}.With([]Variable{known("TARGET", "new", Param)})
	if err := copies.Keep(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	e, err := copies.Env(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, v := range e.Variables {
		got += v.Name + "=" + v.Value + " "
	}
	if want := "EXECUTOR_NUMBER=3 TARGET=new USER=ci WORKSPACE=/ws ZONE=eu "; got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
	for n := 2; n < 5; n++ {
		r := runOf(n)
		if err := copies.Keep(t.Context(), Env{Ref: r.Ref, Run: r}.With(vars)); err != nil {
			t.Fatal(err)
		}
	}
	runs, err := copies.Runs(t.Context(), run.Controller, run.Job, 3)
	if err != nil || len(runs) != 3 || runs[0].Ref != runOf(4).Ref || runs[2].Number != 2 || runs[0].Status != jenkins.Success {
		t.Errorf("runs: %+v, %v", runs, err)
	}
}

func TestCopiesStayWithinTheirBounds(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	copies.MaxRuns = 5
	keep := func(number, size int) {
		t.Helper()
		run := runOf(number)
		e := Env{Ref: run.Ref, Run: run}.With([]Variable{known("X", strings.Repeat("x y ", size/4), Derived)})
		if err := copies.Keep(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 8 {
		keep(n+1, 8)
	}
	if got := numbersKept(t, copies); !slices.Equal(got, []int{4, 5, 6, 7, 8}) {
		t.Errorf("kept %v, want the newest five", got)
	}
	copies.MaxBytes = 50_000
	keep(9, 30_000)
	keep(10, 30_000)
	if got := numbersKept(t, copies); !slices.Equal(got, []int{10}) {
		t.Errorf("kept %v, want what fits", got)
	}
	keep(11, 5<<20)
	if got := numbersKept(t, copies); !slices.Equal(got, []int{10}) {
		t.Errorf("kept %v, want no copy of a huge environment", got)
	}
}

func numbersKept(t *testing.T, copies *Copies) []int {
	t.Helper()
	rows, err := copies.DB.QueryContext(t.Context(), `SELECT number FROM run_copies ORDER BY number`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var numbers []int
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	return numbers
}

func TestCopyAnswersWhenJenkinsHasDiscardedTheBuild(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	client, _ := playedBy(t, controller{t, "029"})
	client.Copies = copies
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "hello-free", Number: 1}}
	live, err := client.Env(t.Context(), run)
	if err != nil || live.FromCopy {
		t.Fatalf("%v, from copy: %v", err, live.FromCopy)
	}
	gone, _ := playedBy(t, recorded.Pages{})
	gone.Copies = copies
	kept, err := gone.Env(t.Context(), run)
	if err != nil || !kept.FromCopy {
		t.Fatalf("%v, from copy: %v", err, kept.FromCopy)
	}
	if d := Diff(live, kept); d.Differs() {
		t.Errorf("the copy differs: %+v", d.Deltas)
	}
	gone.SecretPatterns = recorded.Must(secrets.Compile([]string{"^jenkins-hello"}))
	if kept, err = gone.Env(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if v, _ := kept.Lookup("BUILD_TAG"); v.Shown(false) != secrets.Masked {
		t.Errorf("a pattern that is younger than the copy does not mask: %+v", v)
	}
	run.Number = 2
	if _, err := gone.Env(t.Context(), run); err == nil {
		t.Error("a build that neither has is no error")
	}
}

func TestPushThatWasReceivedIsMergedIntoTheLiveEnv(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	client, _ := playedBy(t, controller{t, "029"})
	client.Copies = copies
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "hello-free", Number: 1}, StartedAt: time.UnixMilli(1)}
	if err := copies.Received(t.Context(), run, []Variable{{Name: "PATH", Value: "/usr/bin:/bin"}}); err != nil {
		t.Fatal(err)
	}
	e, err := client.Env(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := e.Lookup("PATH"); v.Source != Received || v.Value != "/usr/bin:/bin" || slices.Contains(e.Missing, "PATH") {
		t.Errorf("PATH: %+v, missing %v", v, e.Missing)
	}
}

func TestBrokenStoreDoesNotHideWhatJenkinsSays(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	_ = copies.DB.Close()
	client, _ := playedBy(t, controller{t, "029"})
	client.Copies = copies
	e, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "hello-free", Number: 1}})
	if err != nil || len(e.Variables) == 0 {
		t.Errorf("got %d variables, %v", len(e.Variables), err)
	}
}

func TestDatabaseIsOpenedWhenACopyIsNeeded(t *testing.T) {
	t.Parallel()
	real, _ := openCopies(t)
	opened := 0
	copies := &Copies{Open: func(context.Context) (*sql.DB, error) { opened++; return real.DB, nil }}
	run := runOf(1)
	if err := copies.Keep(t.Context(), Env{Ref: run.Ref, Run: run}.With([]Variable{known("A", "1", Param)})); err != nil {
		t.Fatal(err)
	}
	if e, err := copies.Env(t.Context(), run); err != nil || len(e.Variables) != 1 || opened == 0 {
		t.Errorf("%+v, %v, opened %d times", e, err, opened)
	}
	broken := &Copies{Open: func(context.Context) (*sql.DB, error) { return nil, errors.New("the disk is full") }}
	if _, err := broken.Env(t.Context(), run); err == nil || errors.Is(err, ErrNoCopy) {
		t.Errorf("a store that does not open gives %v", err)
	}
}

func TestSeveralProcessesKeepCopiesAtOnce(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	errs := make(chan error)
	for w := range 4 {
		go func(ctx context.Context) {
			var err error
			for n := range 10 {
				run := runOf(n + 1)
				e := Env{Ref: run.Ref, Run: run}.With([]Variable{known("BY", fmt.Sprint(w, n), Derived)})
				err = errors.Join(err, copies.Keep(ctx, e))
			}
			errs <- err
		}(t.Context())
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
