package actions

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

func TestActionsAreWrittenDownWithTheirAnswers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "db")
	db, err := outbox.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), Migrations[0]); err != nil {
		t.Fatal(err)
	}
	var complaints []error
	l := &Log{Open: func(context.Context) (*sql.DB, error) { return db, nil }, OnError: func(err error) { complaints = append(complaints, err) }}
	sim := demo.New()
	c := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci.example.com"}, User: "admin", Token: "admin-token",
		HTTP: &http.Client{Transport: sim.Transport()}}
	defs, err := action.Parameters(t.Context(), c, "deploy/service")
	if err != nil {
		t.Fatal(err)
	}
	start, err := action.StartBuild("ci", "deploy/service", defs, []action.Value{{Name: "VERSION", Text: "9.9"}, {Name: "API_KEY", Text: "hunter2"},
		{Name: "NOTES", Text: "password=" + "hunter2hunter2hunter2"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Do(t.Context(), c, start); err != nil {
		t.Fatal(err)
	}
	_, _ = l.Do(t.Context(), c, action.SetJobEnabled("ci", "nope", false))
	sim.Fault(jenkinstest.Down)
	_, _ = l.Do(t.Context(), c, action.SetJobEnabled("ci", "deploy/service", false))
	sim.Fault(jenkinstest.Healthy)
	run, err := c.Build(t.Context(), jenkins.BuildSpec{Job: "shop/cart/main", Number: 1203})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Do(t.Context(), c, action.StopBuild(run)); err == nil {
		t.Error("a build that has ended was stopped")
	}
	run.StartedAt = run.StartedAt.Add(-time.Hour)
	if _, err := l.Do(t.Context(), c, action.KeepBuild(run, true)); err == nil {
		t.Error("another build of the number was kept")
	}
	c.ReadOnly = true
	if _, err := l.Do(t.Context(), c, start); !errors.Is(err, jenkins.ErrReadOnly) {
		t.Error(err)
	}
	list, err := l.List(t.Context(), "", "", 0)
	if err != nil || len(list) != 5 || len(complaints) != 0 {
		t.Fatal(list, err, complaints)
	}
	for i, want := range []string{"gone: another one has its number", "ended already: FAILURE"} {
		if e := list[i]; e.Outcome != Refused || !strings.Contains(e.Answer, want) || !strings.HasSuffix(e.Answer, "; nothing was sent") {
			t.Errorf("%+v", e)
		}
	}
	list = list[2:]
	if e := list[2]; e.Kind != action.Build || e.Outcome != Done || e.QueueID == 0 || e.User != "admin" || e.Controller != "ci" || e.Job != "deploy/service" {
		t.Errorf("%+v", e)
	}
	for _, p := range list[2].Parameters {
		if strings.Contains(p.Value, "hunter2") || p.Name == "API_KEY" && !p.Secret || p.Name == "VERSION" && p.Value != "9.9" {
			t.Errorf("%+v", p)
		}
	}
	if list[1].Outcome != Failed || !strings.Contains(list[1].Answer, "404") {
		t.Errorf("%+v", list[1])
	}
	for where, want := range map[[2]string]int{{"", "nope"}: 1, {"ci", "nope"}: 1, {"ci", ""}: 5, {"other", ""}: 0, {"other", "nope"}: 0} {
		if about, err := l.List(t.Context(), where[0], where[1], 9); err != nil || len(about) != want {
			t.Error(where, about, err)
		}
	}
	l.Open = func(context.Context) (*sql.DB, error) { return nil, errors.New("the disk is full") }
	c.ReadOnly = false
	if _, err := l.Do(t.Context(), c, start); err != nil || len(complaints) != 1 || !strings.Contains(complaints[0].Error(), "the disk is full") {
		t.Error(err, complaints)
	}
}

// TestAnInterruptedActionKeepsItsOutcome: the request may have reached Jenkins, and that nobody waits any more is no reason to forget it.
func TestAnInterruptedActionKeepsItsOutcome(t *testing.T) {
	t.Parallel()
	db, err := outbox.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), Migrations[0]); err != nil {
		t.Fatal(err)
	}
	l := &Log{Open: func(context.Context) (*sql.DB, error) { return db, nil }, OnError: func(err error) { t.Error(err) }}
	ctx, cancel := context.WithCancel(t.Context())
	posts := 0
	c := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci.example.com"}, User: "admin", Token: "admin-token",
		HTTP: &http.Client{Transport: transport(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPost {
				posts++
				cancel()
				return nil, req.Context().Err()
			}
			return demo.New().Transport().RoundTrip(req)
		})}}
	a := action.SetJobEnabled("ci", "deploy/service", false)
	if _, err := l.Do(ctx, c, a); err == nil || posts != 1 {
		t.Fatal(posts, err)
	}
	c.Protected = true
	if _, err := l.Do(t.Context(), c, a); !errors.Is(err, action.ErrProtected) || posts != 1 {
		t.Error(posts, err)
	}
	list, err := l.List(t.Context(), "", "", 0)
	if err != nil || len(list) != 1 || list[0].Outcome != Unclear {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestTheNewestActionsAreKept, a thousand of them.
func TestTheNewestActionsAreKept(t *testing.T) {
	t.Parallel()
	db, err := outbox.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{Migrations[0], `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
		INSERT INTO actions (id, at, controller, user, kind, target, job, number, parameters, outcome, answer, queue_id)
		SELECT i, 0, 'ci', 'mira', 'stop', 'x#' || i, 'x', i, '[]', 'done', '', 0 FROM n`} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	l := &Log{Open: func(context.Context) (*sql.DB, error) { return db, nil }, OnError: func(err error) { t.Error(err) }}
	c := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci.example.com"}, User: "admin", Token: "admin-token",
		HTTP: &http.Client{Transport: demo.New().Transport()}}
	if _, err := l.Do(t.Context(), c, action.SetJobEnabled("ci", "deploy/service", false)); err != nil {
		t.Fatal(err)
	}
	list, err := l.List(t.Context(), "", "", 0)
	if err != nil || len(list) != kept || list[0].Job != "deploy/service" || list[len(list)-1].Number != 202 {
		t.Errorf("%d are kept, %v", len(list), err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
