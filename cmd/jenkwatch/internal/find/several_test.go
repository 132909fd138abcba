package find

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// appWith is an invocation with these controllers configured.
func appWith(t *testing.T, controllers map[string]recorded.Answers) *cli.App {
	t.Helper()
	a := cli.New(nil, nil, nil)
	a.StateDir = t.TempDir()
	cfg := &config.Config{}
	for name, answer := range controllers {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			status, body := answer(req.URL.EscapedPath())
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Jenkins", "2.528.1")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(s.Close)
		cfg.Controllers = append(cfg.Controllers, config.Controller{Name: name, URL: s.URL})
	}
	a.LoadOnce.Do(func() { a.Cfg = cfg })
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func hasBuild(path string) (int, string) {
	if path == "/job/x/3/api/json" {
		return http.StatusOK, `{"number":3,"url":"http://ci.example/job/x/3/","building":false,"result":"SUCCESS"}`
	}
	return http.StatusNotFound, ""
}

func hasNone(string) (int, string) { return http.StatusNotFound, "" }

// TestBuildOnSeveralControllersMustBeChosen: which is meant is not guessed.
func TestBuildOnSeveralControllersMustBeChosen(t *testing.T) {
	t.Parallel()
	a := appWith(t, map[string]recorded.Answers{"one": hasBuild, "two": hasBuild, "three": hasNone})
	_, err := One(t.Context(), a, "x#3")
	if exit.CodeOf(err) != exit.CodeUsage || !strings.Contains(err.Error(), "one") || !strings.Contains(err.Error(), "two") ||
		strings.Contains(err.Error(), "three") {
		t.Errorf("two have it: %v", err)
	}
	a = appWith(t, map[string]recorded.Answers{"one": hasBuild, "two": hasNone})
	if b, err := One(t.Context(), a, "x#3"); err != nil || b.On.Name != "one" {
		t.Errorf("one has it: %+v, %v", b, err)
	}
}

// TestCopyStandsInOnlyForABuildThatIsGone: while the controller does not answer, an old copy must not pass for the build.
func TestCopyStandsInOnlyForABuildThatIsGone(t *testing.T) {
	t.Parallel()
	status := http.StatusInternalServerError
	a := appWith(t, map[string]recorded.Answers{"ci": func(string) (int, string) { return status, "" }})
	cs, err := a.Controllers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "x", Number: 3}, Status: jenkins.Success}
	if err := cs[0].Env.Copies.Keep(t.Context(), env.Env{Ref: run.Ref, Run: run}); err != nil {
		t.Fatal(err)
	}
	if b, err := OneOrCopy(t.Context(), a, "x#3"); err == nil {
		t.Errorf("it does not answer: %+v", b)
	}
	status = http.StatusNotFound
	if b, err := OneOrCopy(t.Context(), a, "x#3"); err != nil || !b.FromCopy || b.Run.Status != jenkins.Success {
		t.Errorf("it no longer has the build: %+v, %v", b, err)
	}
}
