package action

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// answering is a controller that answers each POST with a recording, and every question so that the POST is made.
func answering(t *testing.T, number string) *jenkins.Client {
	t.Helper()
	return clientOf(t, through(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPost {
			return recorded.Read(t, number).Response(req), nil
		}
		if strings.Contains(req.URL.Path, "crumbIssuer") {
			return recorded.Page(http.StatusNotFound, "X-Jenkins: 2", "")(req), nil
		}
		return recorded.JSON(req, `{"number":1,"building":true,"lastBuild":{"number":1}}`), nil
	}), "reader", "11aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
}

type through func(*http.Request) (*http.Response, error)

func (f through) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
func (f through) Transport() http.RoundTripper                        { return f }

func run(number int) jenkins.Run {
	return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "depth/x", Number: number}, Pipeline: true}
}

func TestEachRecordedAnswerIsSaidForWhatItIs(t *testing.T) {
	t.Parallel()
	start := recorded.Must(StartBuild("ci", "depth/x", []Parameter{{Name: "A"}}, nil))
	rerun := recorded.Must(RerunBuild(run(1)))
	answer := recorded.Must(ProceedInput(run(1), Input{ID: "Ship"}, nil))
	cancel := CancelQueued(jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "depth/x", QueueID: 7}})
	for name, c := range map[string]struct {
		number string
		a      Action
		error  string // empty: it was done
		hint   string
		kind   jenkins.Kind
		queue  int64
		says   string
	}{
		"201":                   {"934", start, "", "", "", 90, "put a build of depth/x into the queue on ci"},
		"303 it waits already":  {"709", start, "", "", "", 66, "a build like it waits already: queue item 66"},
		"302 at a trigger":      {"941", start, "Jenkins put no build into the queue (HTTP 302): a plugin refused it", "browser", "", 0, ""},
		"409":                   {"702", start, "the job is disabled (HTTP 409)", "jenkwatch enable depth/x", jenkins.Refused, 0, ""},
		"500 at a trigger":      {"937", start, "Jenkins failed (HTTP 500) and does not say why; it may have reached Jenkins", "look at the queue and the builds of depth/x before you do it again", jenkins.Refused, 0, ""},
		"403":                   {"955b", StopBuild(run(1)), "user reader lacks the right Job/Cancel (HTTP 403)", "administrator", jenkins.NotAllowed, 0, ""},
		"302 that adds a slash": {"958", TerminateBuild(jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "depth/free-long", Number: 1}}), "Jenkins does not offer it", "only pipelines", "", 0, ""},
		"rerun":                 {"947", rerun, "", "", "", 105, "asked for a rerun of depth/x #1 on ci"},
		"rerun, disabled":       {"949", rerun, "Jenkins refused: Could not schedule a build", "enable", "", 0, ""},
		"rerun with a password": {"948", rerun, "Jenkins refused (HTTP 400): Replay is not allowed when password parameters are used.", "", jenkins.Refused, 0, ""},
		"no replay":             {"946", rerun, "Jenkins does not offer it for this build (HTTP 404): the right Job/Build is missing", "jenkwatch build depth/x", jenkins.NotFound, 0, ""},
		"restart":               {"951", RestartBuild(run(1), "Three"), "", "", "", 0, "asked for a restart of depth/x #1 from stage Three on ci"},
		"restart, unknown":      {"952", RestartBuild(run(1), "Nope"), "Jenkins refused: Stage Nope is not present", "stages that the build offers", "", 0, ""},
		"422":                   {"966", cancel, `user "reader" lacks the right Job/Cancel (HTTP 422)`, "administrator", jenkins.NotAllowed, 0, ""},
		"404 of an item":        {"250", cancel, "it has left the queue (HTTP 404)", "jenkwatch runs", jenkins.NotFound, 0, ""},
		"204":                   {"247", cancel, "", "", "", 0, "took queue item 7 (depth/x) out of the queue on ci"},
		"input, not allowed":    {"976", answer, `You need to be alice,release-team to submit this. You are user "reader".`, "one of those", jenkins.NotAllowed, 0, ""},
		"input, gone":           {"977b", answer, "the input is no longer open", "jenkwatch status depth/x#1", jenkins.NotFound, 0, ""},
		"input, unknown name":   {"975", answer, "Jenkins failed and does not say why (HTTP 500); the input goes on waiting", "values", jenkins.Refused, 0, ""},
		"input, answered":       {"977", answer, "", "", "", 0, "answered the input Ship of depth/x #1 on ci"},
		"kept":                  {"964", DescribeBuild(run(1), "x"), "This record is explicitly marked to be kept.", "", jenkins.Refused, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Do(t.Context(), answering(t, c.number), c.a)
			if c.error == "" {
				if err != nil || r.QueueID != c.queue || r.Message != c.says {
					t.Errorf("%+v, %v", r, err)
				}
				return
			}
			e, ok := errors.AsType[*Error](err)
			if !ok || !strings.Contains(e.Error(), c.error) || !strings.Contains(e.Hint(), c.hint) || !strings.HasPrefix(e.Error(), c.a.Op()+": ") {
				t.Fatalf("%v\n%v", err, e)
			}
			if c.kind != "" && !jenkins.IsKind(err, c.kind) {
				t.Errorf("kind of %#v", e.Err)
			}
		})
	}
}

// posts counts the POSTs that reach a controller.
func posts(c *jenkinstest.Controller) (n int) {
	for _, r := range c.Requests() {
		if r.Method == http.MethodPost {
			n++
		}
	}
	return n
}

func TestNothingIsTriedAgainOnceItMayHaveReachedJenkins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fails   error
		unclear bool
	}{
		"the connection broke": {io.ErrUnexpectedEOF, true},
		"no answer":            {context.DeadlineExceeded, true},
		"no connection":        {&jenkins.Error{Kind: jenkins.Unusable}, false},
	} {
		sent := 0
		client := clientOf(t, through(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPost {
				sent++
				return nil, c.fails
			}
			return recorded.JSON(req, `{"number":1,"building":true}`), nil
		}), "u", "11aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
		_, err := Do(t.Context(), client, StopBuild(run(1)))
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Unclear != c.unclear || sent != 1 || strings.Contains(e.Error(), "may have reached Jenkins") != c.unclear {
			t.Errorf("%s: %v, sent %d times", name, err, sent)
		}
		if c.unclear && e.Hint() != "look at depth/x #1 before you do it again" {
			t.Errorf("%s: %s", name, e.Hint())
		}
	}
}

func TestAWebPageIsNoSuccess(t *testing.T) {
	t.Parallel()
	for page, unclear := range map[string]bool{"<title>Sign in</title><input type=password>": false, "<h1>Welcome to the portal</h1>": true} {
		client := clientOf(t, through(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPost {
				return recorded.Page(http.StatusOK, "", page)(req), nil
			}
			return recorded.JSON(req, `{"number":1,"building":true}`), nil
		}), "u", "11aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
		_, err := Do(t.Context(), client, StopBuild(run(1)))
		if e, ok := errors.AsType[*Error](err); !ok || e.Unclear != unclear {
			t.Errorf("%s: %v", page, err)
		}
	}
}

func TestARefusedConnectionHasReachedNobody(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	_ = l.Close()
	client := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: at}, User: "u", Token: "11aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
	_, err = Do(t.Context(), client, SetJobEnabled("ci", "depth/x", false))
	if e, ok := errors.AsType[*Error](err); !ok || e.Unclear || !jenkins.IsKind(err, jenkins.Unreachable) {
		t.Error(err)
	}
}

func TestAPasswordGetsItsCrumbAndSession(t *testing.T) {
	t.Parallel()
	sim := jenkinstest.New(jenkinstest.Options{})
	sim.AddFreestyle("a", jenkinstest.Job{})
	for _, token := range []string{"admin-password", "admin-token"} {
		if _, err := Do(t.Context(), clientOf(t, sim, "admin", token), SetJobEnabled("ci", "a", token == "admin-token")); err != nil {
			t.Error(err)
		}
	}
	if sim.Job("a").Disabled {
		t.Error("it is disabled")
	}
}

func TestNoStopWhileJenkinsHasOnlyJustStarted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		session, sent := "1", 0
		client := clientOf(t, through(func(req *http.Request) (*http.Response, error) {
			resp := recorded.JSON(req, `{"number":1,"building":true}`)
			resp.Header.Set("X-Jenkins-Session", session)
			if req.Method == http.MethodPost {
				sent++
				resp.StatusCode = http.StatusFound
				resp.Header.Set("Location", "/job/depth/job/x/1/")
			}
			return resp, nil
		}), "u", "11aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
		if _, err := Do(t.Context(), client, StopBuild(run(1))); err != nil || sent != 1 {
			t.Fatal(err, sent)
		}
		session = "2"
		_, err := Do(t.Context(), client, StopBuild(run(1)))
		if err == nil || !strings.Contains(err.Error(), "only just started") || sent != 1 {
			t.Fatal(err, sent)
		}
		time.Sleep(settles)
		if _, err := Do(t.Context(), client, StopBuild(run(1))); err != nil || sent != 2 {
			t.Fatal(err, sent)
		}
	})
}

func TestAnotherBuildOfThatNumberIsLeftAlone(t *testing.T) {
	t.Parallel()
	sim := jenkinstest.New(jenkinstest.Options{})
	b := sim.Start(sim.AddPipeline("a", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Long", Takes: time.Hour}}}
	}}), nil)
	client := clientOf(t, sim, "admin", "admin-token")
	r, err := client.Build(t.Context(), jenkins.BuildSpec{Job: "a", Number: b.Number()})
	if err != nil {
		t.Fatal(err)
	}
	r.StartedAt = r.StartedAt.Add(-time.Hour)
	for _, a := range []Action{StopBuild(r), KillBuild(r), DeleteBuild(r), KeepBuild(r, true), DescribeBuild(r, "x")} {
		if _, err := Do(t.Context(), client, a); err == nil || !strings.Contains(err.Error(), "another one has its number") {
			t.Error(err)
		}
	}
	if n := posts(sim); n != 0 {
		t.Errorf("%d requests changed something", n)
	}
}
