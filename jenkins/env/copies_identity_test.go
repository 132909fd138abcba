package env

import (
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func printedEnv(run jenkins.Run, name, value string) Env {
	return Env{Ref: run.Ref, Run: run}.With([]Variable{known(name, value, Printed)})
}

// TestCopyBelongsToTheBuildThatStartedThen has a job be deleted and created again.
func TestCopyBelongsToTheBuildThatStartedThen(t *testing.T) {
	t.Parallel()
	copies, _ := openCopies(t)
	old, next := runOf(1), runOf(1)
	next.StartedAt = old.StartedAt.Add(4 * time.Minute)
	if err := copies.Keep(t.Context(), printedEnv(old, "PRINTED", "old")); err != nil {
		t.Fatal(err)
	}
	if err := copies.Received(t.Context(), old, []Variable{{Name: "PATH", Value: "/old"}}); err != nil {
		t.Fatal(err)
	}
	if e, err := copies.Env(t.Context(), next); !errors.Is(err, ErrNoCopy) {
		t.Errorf("the next build has the copy of the old one: %+v, %v", e, err)
	}
	if err := copies.Keep(t.Context(), printedEnv(next, "PRINTED", "next")); err != nil {
		t.Fatal(err)
	}
	unknown := jenkins.Run{Ref: old.Ref}
	for want, run := range map[string]jenkins.Run{"old": old, "next": next} {
		e, err := copies.Env(t.Context(), run)
		_, pushed := e.Lookup("PATH")
		if v, _ := e.Lookup("PRINTED"); err != nil || v.Value != want || pushed != (want == "old") {
			t.Errorf("the copy of the %s build: %+v, %v", want, e.Variables, err)
		}
	}
	if e, err := copies.Env(t.Context(), unknown); err != nil || !e.Run.StartedAt.Equal(next.StartedAt) {
		t.Errorf("by its number alone the last one is meant, not that of %v: %v", e.Run.StartedAt, err)
	}
}

// TestCopiesOfAnEarlierVersionKeepTheirStart brings a database up to date that was made before copies had one.
func TestCopiesOfAnEarlierVersionKeepTheirStart(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	migrateCopies(t, db, Migrations[:1])
	put := func(run jenkins.Run, raw []byte) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), `INSERT INTO run_copies (controller, job, number, used_at, bytes, record)
			VALUES (?, ?, ?, ?, ?, ?)`, run.Controller, run.Job, run.Number, run.StartedAt.Add(time.Minute).UnixMilli(), len(raw), raw); err != nil {
			t.Fatal(err)
		}
	}
	record := func(run jenkins.Run) []byte {
		raw, err := json.Marshal(copyRecord{run, []Variable{known("A", "1", Param)}})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	here := runOf(1)
	here.StartedAt = here.StartedAt.In(time.FixedZone("", -5*3600))
	noStart := runOf(2)
	raw := record(jenkins.Run{Ref: noStart.Ref})
	put(here, record(here))
	put(noStart, raw)
	put(runOf(3), []byte("written by another version"))
	migrateCopies(t, db, Migrations[1:])
	copies := &Copies{DB: db}
	later := func(run jenkins.Run) jenkins.Run { run.StartedAt = run.StartedAt.Add(time.Hour); return run }
	for name, c := range map[string]struct {
		run  jenkins.Run
		kept bool
	}{
		"the build": {runOf(1), true}, "another of its number": {later(runOf(1)), false},
		"one whose start was not kept, and that was used since": {runOf(2), true}, "and that was used before": {later(runOf(2)), false},
		"one that cannot be read": {runOf(3), false},
	} {
		if _, err := copies.Env(t.Context(), c.run); (err == nil) != c.kept || err != nil && !errors.Is(err, ErrNoCopy) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEnvOfABuildThatWasReplacedIsNotThatOfTheNext asks for a build of a list that has grown old.
func TestEnvOfABuildThatWasReplacedIsNotThatOfTheNext(t *testing.T) {
	t.Parallel()
	client, _ := playedBy(t, controller{t, "111"})
	run := jenkins.Run{Ref: jenkins.Ref{Controller: client.Name, Job: "demo-pipeline", Number: 2}}
	now, err := client.Env(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	run.StartedAt = now.Run.StartedAt.Add(-time.Hour)
	if _, err := client.Env(t.Context(), run); !jenkins.IsKind(err, jenkins.NotFound) {
		t.Errorf("the old build has an environment, or: %v", err)
	}
}
