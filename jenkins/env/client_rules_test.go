package env

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// failingAt answers as a controller does, but with an HTTP status at the paths that end so.
func failingAt(below http.RoundTripper, end *string, status int) recorded.Func {
	return func(req *http.Request) *http.Response {
		if *end != "" && strings.HasSuffix(req.URL.Path, *end) {
			return recorded.Page(status, "X-You-Are-Authenticated-As: me", "")(req)
		}
		return recorded.Must(below.RoundTrip(req))
	}
}

func TestWhatAScriptAnsweredIsNotTakenFromTheCopy(t *testing.T) {
	t.Parallel()
	client, _ := playedBy(t, controller{t, "029"})
	client.Copies, _ = openCopies(t)
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "hello-free", Number: 1}}
	e, err := client.Env(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	client.Keep(t.Context(), e.With([]Variable{known("ZONE", "eu", FromScript), known("USER", "ci", Printed)}))
	if e, err = client.Env(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	_, script := e.Lookup("ZONE")
	_, printed := e.Lookup("USER")
	if script || !printed {
		t.Errorf("of the script: %v, of the console: %v", script, printed)
	}
}

// TestCopyStandsInForADiscardedBuildOnly has a copy and a controller that fails otherwise.
func TestCopyStandsInForADiscardedBuildOnly(t *testing.T) {
	t.Parallel()
	fails := ""
	client, _ := playedBy(t, failingAt(controller{t, "029"}, &fails, 503))
	client.Copies, _ = openCopies(t)
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "hello-free", Number: 1}}
	if _, err := client.Env(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	fails = "/1/api/json"
	if e, err := client.Env(t.Context(), run); err == nil || e.FromCopy {
		t.Errorf("a controller that is away: %+v", e)
	}
}

func TestEnvFailsWithItsSecondQuestionUnlessThatPageIsHidden(t *testing.T) {
	t.Parallel()
	for status, fails := range map[int]bool{500: true, 403: false} {
		end := "/injectedEnvVars/api/json"
		client, seen := playedBy(t, failingAt(controller{t, "029"}, &end, status))
		run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "hello-free", Number: 1}}
		if _, err := client.Env(t.Context(), run); (err != nil) != fails {
			t.Errorf("%d: %v", status, err)
		}
		seen.asked()
		end = ""
		if _, err := client.Env(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if got := seen.asked(); !slices.ContainsFunc(got, func(p string) bool { return strings.HasSuffix(p, "/injectedEnvVars/api/json") }) {
			t.Errorf("after %d it is not asked again: %v", status, got)
		}
	}
}

// TestJobThatIsNowAPipelineIsAskedAsOne has a list that still calls the build a freestyle one.
func TestJobThatIsNowAPipelineIsAskedAsOne(t *testing.T) {
	t.Parallel()
	client, seen := playedBy(t, controller{t, "111"})
	run := jenkins.Run{Ref: jenkins.Ref{Job: "demo-pipeline", Number: 2}, URL: "http://x/job/demo-pipeline/2/", Stages: []string{"Build"}}
	e, err := client.Env(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if got := seen.asked(); !slices.Contains(got, "/job/demo-pipeline/api/json") {
		t.Errorf("asked %v", got)
	}
	if !slices.Equal(e.Run.Stages, run.Stages) {
		t.Errorf("the stages that the list knows are gone: %v", e.Run.Stages)
	}
}

func TestClaimsKnowsTheRootThatTheControllerReports(t *testing.T) {
	t.Parallel()
	client, _ := playedBy(t, recorded.Pages{"/api/json": `{"url":"https://inside.example/ci/"}`})
	const build = "https://inside.example/ci/job/a/job/b/7/"
	if ref, ok := client.Claims(build); ok {
		t.Errorf("before it was reported: %v", ref)
	}
	if _, err := client.Root(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ref, ok := client.Claims(build); !ok || ref != (jenkins.Ref{Controller: "ci", Job: "a/b", Number: 7}) {
		t.Errorf("%v, %v", ref, ok)
	}
	if ref, ok := client.Claims("https://inside.example/other/job/a/job/b/7/"); ok {
		t.Errorf("with another prefix: %v", ref)
	}
}

func TestWhatARunMayHaveHadIsNoDifference(t *testing.T) {
	t.Parallel()
	free := func(number int, vars ...Variable) Env {
		e := envOf("j", number)
		e.Run.Pipeline = false
		return e.With(vars)
	}
	for name, c := range map[string]struct {
		a, b Env
		want Change
	}{
		"a name that Jenkins does not expose": {free(1), free(2, known("WORKSPACE", "/ws", Derived)), Unknown},
		"a push for one of them":              {free(1), free(2, known("ZONE", "eu", Received)), Unknown},
		"pushes for both":                     {free(1, known("A", "1", Received)), free(2, known("A", "1", Received), known("ZONE", "eu", Received)), Added},
		"a push for one, a script for the other": {free(1, known("A", "1", FromScript)),
			free(2, known("A", "1", Received), known("ZONE", "eu", Received)), Added},
	} {
		d := Diff(c.a, c.b)
		if got := d.Deltas[len(d.Deltas)-1]; got.Change != c.want {
			t.Errorf("%s: %s is %s", name, got.Name, got.Change)
		}
	}
}
