package env

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

// counting plays a controller and counts what it is asked.
type counting struct {
	next http.RoundTripper
	seen chan string
}

func (c counting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.seen <- req.URL.EscapedPath()
	return c.next.RoundTrip(req)
}

func (c counting) asked() []string {
	var paths []string
	for {
		select {
		case p := <-c.seen:
			paths = append(paths, p)
		default:
			slices.Sort(paths)
			return paths
		}
	}
}

// newClient returns a client of the recorded controller, which this transport plays.
func newClient(rt http.RoundTripper) *Client {
	return &Client{Client: &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), HTTP: &http.Client{Transport: rt}}}
}

func playedBy(t *testing.T, next http.RoundTripper) (*Client, counting) {
	t.Helper()
	c := counting{next, make(chan string, 100)}
	return newClient(c), c
}

func TestEnvAsksNoMoreThanTwiceBeyondTheRefresh(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, build string
		run         jenkins.Run
		want        []string
	}{
		{"a pipeline from the refresh", "111",
			jenkins.Run{Ref: jenkins.Ref{Job: "demo-pipeline", Number: 2}, URL: "http://x/job/demo-pipeline/2/", Pipeline: true},
			[]string{"/job/demo-pipeline/2/api/json", "/job/demo-pipeline/api/json"}},
		{"a pipeline named by hand", "111", jenkins.Run{Ref: jenkins.Ref{Job: "demo-pipeline", Number: 2}},
			[]string{"/job/demo-pipeline/2/api/json", "/job/demo-pipeline/api/json"}},
		{"a freestyle build from the refresh", "018",
			jenkins.Run{Ref: jenkins.Ref{Job: "hello-free", Number: 1}, URL: "http://x", Nodes: []string{"built-in"},
				NodeLabels: []string{"built-in"}},
			[]string{"/job/hello-free/1/api/json", "/job/hello-free/1/injectedEnvVars/api/json"}},
	} {
		client, seen := playedBy(t, controller{t, c.build})
		if _, err := client.Env(t.Context(), c.run); err != nil {
			t.Fatal(err)
		}
		if got := seen.asked(); !slices.Equal(got, c.want) {
			t.Errorf("%s: asked %v, want %v", c.name, got, c.want)
		}
	}
}

func TestEnvRemembersNodesAndThatThereIsNoEnvInject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, seen := playedBy(t, controller{t, "029"})
		ask := func() []string {
			if _, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "hello-free", Number: 1}}); err != nil {
				t.Fatal(err)
			}
			return seen.asked()
		}
		if got := ask(); len(got) != 3 || got[0] != "/computer/(built-in)/api/json" {
			t.Errorf("first asked %v", got)
		}
		if got := ask(); len(got) != 1 {
			t.Errorf("then asked %v, want the build alone", got)
		}
	})
}

// TestThatThereIsNoEnvInjectIsForgotten: the plugin may be installed, which takes a restart or nothing but time.
func TestThatThereIsNoEnvInjectIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, seen := playedBy(t, controller{t, "029"})
		session, below := "one", client.HTTP.Transport
		client.HTTP.Transport = recorded.Func(func(req *http.Request) *http.Response {
			resp := recorded.Must(below.RoundTrip(req))
			resp.Header.Set("X-Jenkins-Session", session)
			return resp
		})
		asksEnvInject := func() bool {
			if _, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "hello-free", Number: 1}}); err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(seen.asked(), func(path string) bool { return strings.Contains(path, "injectedEnvVars") })
		}
		if !asksEnvInject() || asksEnvInject() {
			t.Error("it is to be asked once")
		}
		time.Sleep(missingFor)
		if !asksEnvInject() || asksEnvInject() {
			t.Error("it is to be asked again after a time")
		}
		session = "two"
		if first, second := asksEnvInject(), asksEnvInject(); first == second { // once, as soon as an answer shows the restart
			t.Error("it is to be asked again after a restart")
		}
	})
}

func TestEnvOfABranchIsDerivedFromItsJob(t *testing.T) {
	t.Parallel()
	client, _ := playedBy(t, recorded.Pages{
		"/job/multi/job/feature%252Flogin-form/1/api/json": string(recorded.Read(t, "803").Body),
		"/job/multi/job/feature%252Flogin-form/api/json":   string(recorded.Read(t, "802").Body),
	})
	env, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "multi/feature%2Flogin-form", Number: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"BRANCH_NAME": "feature/login-form",
		"JOB_NAME":    "multi/feature%2Flogin-form",
		"JOB_URL":     "http://127.0.0.1:8090/job/multi/job/feature%252Flogin-form/",
		"GIT_COMMIT":  "f829d9c61fd7b93834e48e34bc1f0fc2687daa41",
		"GIT_BRANCH":  "feature/login-form",
		"GIT_URL":     "/srv/git/app",
	} {
		if v, _ := env.Lookup(name); v.Value != want {
			t.Errorf("%s = %q, want %q", name, v.Value, want)
		}
	}
	if v, primary := env.Lookup("BRANCH_IS_PRIMARY"); primary {
		t.Errorf("BRANCH_IS_PRIMARY = %q", v.Value)
	}
}

func TestEnvOfAPullRequestTellsItsChange(t *testing.T) {
	t.Parallel()
	client, _ := playedBy(t, recorded.Pages{
		"/job/app/job/PR-88/3/api/json": `{"_class":"org.jenkinsci.plugins.workflow.job.WorkflowRun","number":3,"id":"3",` +
			`"url":"https://ci.example/job/app/job/PR-88/3/","displayName":"#3","result":"SUCCESS"}`,
		"/job/app/job/PR-88/api/json": `{"property":[` +
			`{"_class":"org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty"}],"actions":[{},{"_class":"jenkins.scm.api.metadata.ObjectMetadataAction","objectUrl":"https://git.example/pull/88",` +
			`"objectDisplayName":"Pay later"},{"_class":"jenkins.scm.api.metadata.ContributorMetadataAction",` +
			`"contributor":"zoe","contributorDisplayName":"Zoë"},` +
			`{"_class":"jenkins.scm.api.metadata.PrimaryInstanceMetadataAction"}]}`,
	})
	env, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "app/PR-88", Number: 3}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"BRANCH_NAME": "PR-88", "CHANGE_ID": "88", "CHANGE_URL": "https://git.example/pull/88", "CHANGE_TITLE": "Pay later",
		"CHANGE_AUTHOR": "zoe", "CHANGE_AUTHOR_DISPLAY_NAME": "Zoë", "BRANCH_IS_PRIMARY": "true",
		"JENKINS_URL": "https://ci.example/",
	} {
		if v, _ := env.Lookup(name); v.Value != want {
			t.Errorf("%s = %q, want %q", name, v.Value, want)
		}
	}
}

func TestEnvTakesInjectedVariablesButNoStarsForPasswords(t *testing.T) {
	t.Parallel()
	client, _ := playedBy(t, recorded.Pages{
		"/job/hello-free/1/api/json":                 string(recorded.Read(t, "507").Body),
		"/job/hello-free/1/injectedEnvVars/api/json": string(recorded.Read(t, "508").Body),
		"/computer/(built-in)/api/json":              string(recorded.Read(t, "725").Body),
	})
	env, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "hello-free", Number: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := env.Lookup("PATH"); v.Source != Injected || !strings.HasPrefix(v.Value, "/usr/local/sbin:") {
		t.Errorf("PATH: %+v", v)
	}
	if v, _ := env.Lookup("SECRET_PW"); v.Known || !v.Password || v.Shown(true) != secrets.Masked {
		t.Errorf("SECRET_PW: %+v", v)
	}
	if slices.Contains(env.Missing, "HOME") || !slices.Contains(env.Missing, "WORKSPACE") {
		t.Errorf("missing: %v", env.Missing)
	}
}

func TestEnvOfAQueueItemIsItsParameters(t *testing.T) {
	t.Parallel()
	client, seen := playedBy(t, recorded.Pages{})
	env, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "a", QueueID: 7}, Status: jenkins.Queued,
		Parameters: []jenkins.Parameter{{Name: "TARGET", Value: "prod"}}})
	if err != nil || len(env.Variables) != 1 || len(env.Missing) != 0 || len(seen.asked()) != 0 {
		t.Errorf("got %+v, %v", env.Variables, err)
	}
}

func TestEnvOfARunOnUpstreamNamesIt(t *testing.T) {
	t.Parallel()
	vars := upstreamOf(&jenkins.Run{Causes: []jenkins.Cause{{Text: "timer"}, {UpstreamJob: "a/b", UpstreamBuild: 12}}})
	if len(vars) != 2 || vars[0].Value != "a/b" || vars[1].Value != "12" {
		t.Errorf("got %+v", vars)
	}
}

func TestRevisionIsToldOnlyWhenItIsClearWhich(t *testing.T) {
	t.Parallel()
	lib := jenkins.Revision{Commit: "1", Branches: []string{"refs/remotes/origin/main"}, Remotes: []string{"lib"}}
	own := jenkins.Revision{Commit: "2", Branches: []string{"feature/x"}, Remotes: []string{"app"}}
	for _, c := range []struct {
		job  string
		revs []jenkins.Revision
		want string
	}{
		{"app", nil, ""},
		{"app", []jenkins.Revision{lib}, "1 origin/main"},
		{"app", []jenkins.Revision{lib, lib}, "1 origin/main"},
		{"app", []jenkins.Revision{lib, own}, ""},
		{"app/feature%2Fx", []jenkins.Revision{lib, own}, "2 feature/x"},
	} {
		vars := revisionOf(&jenkins.Run{Ref: jenkins.Ref{Job: c.job}, Revisions: c.revs})
		got := ""
		if len(vars) == 3 {
			got = vars[0].Value + " " + vars[1].Value
		}
		if got != c.want {
			t.Errorf("%s with %d revisions: %q, want %q", c.job, len(c.revs), got, c.want)
		}
	}
}

// TestControllersOwnNodeOnAnOldJenkins has a Jenkins before 2.307, which calls its own node master.
func TestControllersOwnNodeOnAnOldJenkins(t *testing.T) {
	t.Parallel()
	c, _ := playedBy(t, recorded.Pages{
		"/job/a/1/api/json":           `{"number":1,"builtOn":"","url":"http://127.0.0.1:8090/job/a/1/"}`,
		"/computer/(master)/api/json": `{"assignedLabels":[{"name":"linux"},{"name":"master"}]}`,
	})
	e, err := c.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"NODE_NAME": "master", "NODE_LABELS": "linux master"} {
		if v, _ := e.Lookup(name); v.Value != want {
			t.Errorf("%s is %q, want %q", name, v.Value, want)
		}
	}
}
