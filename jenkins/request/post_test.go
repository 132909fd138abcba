package request

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

const exampleToken = "11aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func TestWhyJenkinsRefusesIsReadFromItsPages(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"955b": "reader is missing the Job/Cancel permission",
		"948":  "Replay is not allowed when password parameters are used.",
		"964":  "Unable to delete depth » down #1: This record is explicitly marked to be kept.",
		"976":  "You need to be alice,release-team to submit this.",
		"702":  "free-unstable is not buildable",
		"937":  "", // a 500 does not say why
	} {
		if got := sentence(string(recorded.Read(t, number).Body)); got != want {
			t.Errorf("%s: %q", number, got)
		}
	}
}

func FuzzSentence(f *testing.F) {
	for _, n := range []string{"955b", "948", "964", "702"} {
		f.Add(string(recorded.Read(f, n).Body))
	}
	f.Add("<h1>Error</h1><p>a<b>\x1b[31m&#27;]0;x\x07\n</p>")
	f.Fuzz(func(t *testing.T, page string) {
		if s := sentence(page); strings.ContainsAny(s, "\x1b\n\r\x07") || len(s) > 8000 {
			t.Errorf("%q", s)
		}
	})
}

// TestWhatHappensToAPost has the request made once, whatever is answered, and says of each answer whether the change may have
// been made.
func TestWhatHappensToAPost(t *testing.T) {
	t.Parallel()
	page := func(status int, header string) recorded.Func { return recorded.Page(status, header, "") }
	for name, c := range map[string]struct {
		answer  recorded.Func
		kind    Kind // empty: it is an answer
		unclear bool
	}{
		"done":                    {page(200, "X-Jenkins: 2"), "", false},
		"redirected":              {page(302, "Location: /job/a/1/"), "", false},
		"made":                    {page(201, "Location: http://elsewhere/queue/item/7/"), "", false},
		"there already":           {page(303, "Location: http://elsewhere/queue/item/7/"), "", false},
		"to a login":              {page(302, "Location: /securityRealm/commenceLogin?from=x"), NotAllowed, false},
		"to a login elsewhere":    {page(302, "Location: https://sso.example.com/oauth2/authorize"), NotAllowed, false},
		"to https":                {page(301, "Location: https://ci.example/job/a/1/stop"), Refused, false},
		"to https by 302":         {page(302, "Location: https://ci.example/job/a/1/stop"), Refused, false},
		"nowhere":                 {page(302, ""), Refused, true},
		"a login page":            {recorded.Page(200, "", `<title>Sign in</title><input type="password">`), NotAllowed, false},
		"not found":               {page(404, "X-Jenkins: 2"), NotFound, false},
		"starting":                {page(503, "X-Jenkins: 2"), Starting, false},
		"a proxy without Jenkins": {page(502, ""), Unreachable, true},
		"a proxy that gave up":    {page(504, ""), Unreachable, true},
		"broken":                  {page(500, "X-Jenkins: 2"), Refused, true},
		"too many":                {page(429, ""), Refused, false},
	} {
		sent := 0
		client := reading(recorded.Func(func(req *http.Request) *http.Response {
			sent++
			return c.answer(req)
		}))
		client.User, client.Token = "u", exampleToken
		client.URL.Host, client.URL.Path = "ci.example", ""
		_, err := client.Post(t.Context(), Question{Op: "stop it", Path: "job/a/1/stop", Text: true, Limit: Mega})
		e, isError := errors.AsType[*Error](err)
		if sent != 1 || isError != (c.kind != "") || isError && (e.Kind != c.kind || e.Unclear != c.unclear) {
			t.Errorf("%s: sent %d times, %v %+v", name, sent, err, e)
		}
	}
}

func TestAPostIsGivenUpForWhoAsksForIt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	client := reading(recorded.Failing(func(req *http.Request) error {
		cancel(errors.New("a signal"))
		return context.Cause(req.Context())
	}))
	client.User, client.Token = "u", exampleToken
	_, err := client.Post(ctx, Question{Op: "stop it", Path: "job/a/1/stop"})
	if e, ok := errors.AsType[*Error](err); !ok || !e.Unclear || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_, err = client.Post(ctx, Question{Op: "stop it", Path: "job/a/1/stop"})
	if e, ok := errors.AsType[*Error](err); !ok || e.Unclear {
		t.Error("what was never sent is unclear", err)
	}
}

func TestReadOnlyPostsNothingThatChangesSomething(t *testing.T) {
	t.Parallel()
	sim := jenkinstest.New(jenkinstest.Options{})
	client := reading(sim.Transport())
	client.URL.Path = ""
	client.User, client.Token, client.ReadOnly = "admin", "admin-token", true
	if _, err := client.Post(t.Context(), Question{Op: "x", Path: "job/a/disable"}); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
	if n := len(sim.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
	q := Question{Op: "x", Path: "pipeline-model-converter/validateJenkinsfile", Asks: true, Text: true, Limit: Mega, Body: "jenkinsfile=x",
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	if a, err := client.Post(t.Context(), q); err != nil || !strings.Contains(string(a.Body), "failure") {
		t.Error(err)
	}
}
