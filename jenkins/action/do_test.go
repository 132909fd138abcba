package action

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
)

func clientOf(t *testing.T, h interface{ Transport() http.RoundTripper }, user, token string) *jenkins.Client {
	t.Helper()
	u, _ := url.Parse("http://ci.example.com")
	return &jenkins.Client{Name: "ci", URL: u, User: user, Token: token, HTTP: &http.Client{Transport: h.Transport()}}
}

func demoClient(t *testing.T) (*jenkinstest.Controller, *jenkins.Client) {
	t.Helper()
	c := demo.New()
	return c, clientOf(t, c, "admin", "admin-token")
}

func TestABuildIsStoppedOnce(t *testing.T) {
	_, c := demoClient(t)
	a := StopBuild(buildOf(t, c, "release/ship-it#last"))
	if a.Question != "Stop release/ship-it #31 on ci?" {
		t.Error(a.Question)
	}
	if r, err := Do(t.Context(), c, a); err != nil || r.Message != "asked Jenkins to stop release/ship-it #31 on ci" {
		t.Fatal(r, err)
	}
	if _, err := Do(t.Context(), c, a); err == nil || !strings.Contains(err.Error(), "it has ended already: ABORTED") {
		t.Error(err)
	}
}

func TestReadOnlyAndProtected(t *testing.T) {
	_, c := demoClient(t)
	runs, _, _ := c.Running(t.Context())
	c.ReadOnly = true
	if _, err := Do(t.Context(), c, StopBuild(runs[0])); !errors.Is(err, jenkins.ErrReadOnly) {
		t.Error(err)
	}
	c.ReadOnly, c.Protected = false, true
	if _, err := Do(t.Context(), c, StopBuild(runs[0])); !errors.Is(err, ErrProtected) {
		t.Error(err)
	}
	a := StopBuild(runs[0])
	a.Typed = "ci"
	if _, err := Do(t.Context(), c, a); err != nil {
		t.Error(err)
	}
}

func TestNoFormatShowsASecret(t *testing.T) {
	a, err := StartBuild("ci", "deploy", []Parameter{{Name: "TOKEN", Kind: Password, Secret: true}}, []Value{{Name: "TOKEN", Text: "hunter2"}})
	if err != nil {
		t.Fatal(err)
	}
	_, c := demoClient(t)
	for _, s := range []string{fmt.Sprint(a), fmt.Sprintf("%+v %#v %s %q", a, a, a, a), fmt.Sprintf("%+v %#v", a.Values, a.Values[0]), fmt.Sprintf("%+v", a.Preview(c))} {
		if strings.Contains(s, "hunter2") {
			t.Error(s)
		}
	}
}

// TestWhatFailsBeforeTheRequestSaysThatNothingWasSent has the question fail that looks at the build first.
func TestWhatFailsBeforeTheRequestSaysThatNothingWasSent(t *testing.T) {
	sim, c := demoClient(t)
	r := buildOf(t, c, "release/ship-it#last")
	for _, f := range []jenkinstest.Fault{jenkinstest.Down, jenkinstest.ServerError, jenkinstest.Unauthorized} {
		sim.Fault(f)
		_, err := Do(t.Context(), c, StopBuild(r))
		if e, ok := errors.AsType[*Error](err); !ok || e.Unclear || e.Refused || !strings.HasSuffix(e.What, "; nothing was sent") {
			t.Errorf("%s: %v", f, err)
		}
	}
	sim.Fault(jenkinstest.Healthy)
	gone := r
	gone.Number = 4711
	rerun, _ := RerunBuild(gone)
	for _, a := range []Action{StopBuild(gone), rerun, AbortInput(gone, Input{ID: "Ship"}), DeleteBuild(gone)} {
		_, err := Do(t.Context(), c, a)
		if e, ok := errors.AsType[*Error](err); !ok || !e.Refused || !strings.HasPrefix(e.What, "the build is gone, or user \"admin\" may not see it") {
			t.Errorf("%v: %v", a, err)
		}
	}
}
