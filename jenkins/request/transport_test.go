package request

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestEachTroubleHasItsKind(t *testing.T) {
	t.Parallel()
	answer := func(number string) recorded.Func {
		return func(req *http.Request) *http.Response { return recorded.Read(t, number).Response(req) }
	}
	redirect := func(to string) recorded.Func {
		return func(req *http.Request) *http.Response {
			w := httptest.NewRecorder()
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
			return w.Result()
		}
	}
	status := func(code int) recorded.Func {
		return func(req *http.Request) *http.Response {
			resp := recorded.JSON(req, "")
			resp.StatusCode = code
			return resp
		}
	}
	json := func(body string) recorded.Func {
		return func(req *http.Request) *http.Response { return recorded.JSON(req, body) }
	}
	for name, tc := range map[string]struct {
		rt         recorded.Func
		kind       Kind
		text, hint string
	}{
		"a bad token":                {answer("010"), NotAllowed, `the token of user "me" was not accepted (HTTP 401)`, "new token"},
		"nobody":                     {answer("009"), NotAllowed, `the token of user "me" was not accepted (HTTP 403)`, "single sign-on"},
		"a right is missing":         {answer("253"), NotAllowed, "user reader lacks the right Job/Build (HTTP 403)", "administrator"},
		"no such thing":              {answer("011"), NotFound, "no such thing", "path prefix"},
		"a malformed tree":           {answer("265"), Refused, "Jenkins failed (HTTP 500)", "log"},
		"starting up":                {answer("301"), Starting, "starting up (HTTP 503)", "wait"},
		"a web page":                 {answer("264"), NotJenkins, "a web page instead of JSON", "url"},
		"an empty answer":            {json(""), CutShort, "it is empty", "a proxy cuts"},
		"white space":                {json(" \n "), CutShort, "it is empty", "a proxy cuts"},
		"half an answer":             {json(`{"items":[{"id":1,"task":{"name":"a`), CutShort, "ended early", "a proxy cuts"},
		"text":                       {json(`Hello, world`), NotJenkins, "something other than JSON", "url"},
		"broken JSON":                {json(`{"items":[}`), NotJenkins, "not from Jenkins' API", "url"},
		"somebody else's JSON":       {json(`{"error":"no route"}`), NotJenkins, "it has no items", "url"},
		"nothing":                    {json(`null`), NotJenkins, "something other than JSON", "url"},
		"a list":                     {json(`[1,2]`), NotJenkins, "not from Jenkins' API", "url"},
		"a login beside it":          {redirect("/jenkins/login?from=%2Fqueue"), NotAllowed, "redirects to a login (http://ci.example/jenkins/login)", "single sign-on"},
		"a login realm":              {redirect("securityRealm/commenceLogin"), NotAllowed, "login", "single sign-on"},
		"single sign-on":             {redirect("https://sso.example/auth?token=x"), NotAllowed, "https://sso.example/auth", "single sign-on"},
		"another scheme":             {redirect("https://ci.example/jenkins/queue/api/json"), Refused, "redirects to another address", "address it redirects to"},
		"another prefix":             {redirect("/ci/queue/api/json"), Refused, "redirects to another address", "address it redirects to"},
		"a redirect in circles":      {redirect("/jenkins/queue/api/json"), Refused, "more than 3 redirects", ""},
		"a redirect to nowhere":      {redirect(""), Refused, "without a valid target", ""},
		"a proxy without a way":      {status(502), Unreachable, "the proxy in front of it cannot reach it (HTTP 502)", "see whether Jenkins is running"},
		"a proxy that waited":        {status(504), Unreachable, "HTTP 504", "network between"},
		"a proxy that wants to know": {status(407), NotAllowed, "the proxy wants a login", "proxy's URL"},
		"too many requests":          {status(429), Refused, "too many requests (HTTP 429)", "max_requests_per_minute"},
		"HTTP where HTTPS is spoken": {status(400), Refused, "HTTP 400", "https://"},
		"another success":            {status(204), CutShort, "it is empty", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := reading(tc.rt)
			c.User, c.Token = "me", "secret-token"
			e := queueError(t, c)
			if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.text) || !strings.Contains(e.Hint(), tc.hint) {
				t.Errorf("got %s: %q, hint %q", e.Kind, e, e.Hint())
			}
			if !strings.HasPrefix(e.Error(), "ask Jenkins for its queue: ") {
				t.Errorf("%q does not begin with its operation", e)
			}
		})
	}
}

// endless is a body that never ends.
type endless struct {
	first string
	read  atomic.Int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.first)
	e.first = e.first[n:]
	for i := n; i < len(p); i++ {
		p[i] = ' '
	}
	e.read.Add(int64(len(p)))
	return len(p), nil
}

func (e *endless) Close() error { return nil }

func TestEndlessAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	body := &endless{first: `{"items":[`}
	e := queueError(t, reading(recorded.Func(func(req *http.Request) *http.Response {
		resp := recorded.JSON(req, "")
		resp.Body, resp.ContentLength = body, -1
		return resp
	})))
	if e.Kind != TooLarge || body.read.Load() > 16*Mega+(8<<10) {
		t.Errorf("got %v after %d bytes", e, body.read.Load())
	}
	announced := &endless{first: `{"items":[`}
	e = queueError(t, reading(recorded.Func(func(req *http.Request) *http.Response {
		resp := recorded.JSON(req, "")
		resp.Body, resp.ContentLength = announced, 200*Mega
		return resp
	})))
	if e.Kind != TooLarge || announced.read.Load() != 0 {
		t.Errorf("got %v after %d bytes", e, announced.read.Load())
	}
	page := &endless{first: "<html>"}
	e = queueError(t, reading(recorded.Func(func(req *http.Request) *http.Response {
		resp := recorded.JSON(req, "")
		resp.StatusCode, resp.Body = http.StatusInternalServerError, page
		return resp
	})))
	if e.Kind != Refused || page.read.Load() > 8<<10 {
		t.Errorf("got %v after %d bytes of an error's page", e, page.read.Load())
	}
}

func TestA401AfterAnOutageIsNotYetABadToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		next := "301"
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			if next == "200" {
				return recorded.JSON(req, `{"items":[]}`)
			}
			return recorded.Read(t, next).Response(req)
		}))
		expect := func(number string, want Kind) {
			t.Helper()
			next = number
			if e := queueError(t, c); e.Kind != want {
				t.Errorf("recording %s: got %s, want %s", number, e.Kind, want)
			}
		}
		expect("302", NotAllowed) // no outage is known of
		expect("301", Starting)
		time.Sleep(30 * time.Second)
		expect("302", Starting)
		time.Sleep(5 * time.Second)
		expect("302", Starting)
		expect("301", Starting)
		expect("302", Starting)
		time.Sleep(startPeriod)
		expect("302", NotAllowed)
		next = "200"
		if err := queue(t.Context(), c); err != nil {
			t.Error(err)
		}
		expect("302", NotAllowed)
	})
}

func TestNoAnswerInTimeIsTimedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := reading(recorded.Failing(func(req *http.Request) error {
			<-req.Context().Done()
			return req.Context().Err()
		}))
		began := time.Now()
		if e := queueError(t, c); e.Kind != TimedOut || time.Since(began) != 15*time.Second {
			t.Errorf("got %v after %v", e, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := queue(ctx, c)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != TimedOut {
			t.Errorf("the caller's deadline: got %v", err)
		}
		gone, quit := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Second)
			quit()
		}()
		err = queue(gone, c)
		if _, ok := errors.AsType[*Error](err); ok || !errors.Is(err, context.Canceled) {
			t.Errorf("given up by the caller: got %v", err)
		}
	})
}

func TestErrorsOfTheNetworkAreToldApart(t *testing.T) {
	t.Parallel()
	for text, tc := range map[string]struct {
		err  error
		kind Kind
	}{
		"refused":     {&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}, Unreachable},
		"no name":     {&net.DNSError{Err: "no such host", Name: "ci.example", IsNotFound: true}, Unreachable},
		"slow":        {&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, TimedOut},
		"certificate": {&tls.CertificateVerificationError{Err: errors.New("x509: unknown authority")}, BadCertificate},
		"no TLS":      {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, BadCertificate},
		"alert":       {&net.OpError{Op: "remote error", Err: tls.AlertError(116)}, BadCertificate},
		"reset":       {io.ErrUnexpectedEOF, CutShort},
	} {
		e := queueError(t, reading(recorded.Failing(func(*http.Request) error { return tc.err })))
		if e.Kind != tc.kind || !errors.Is(e, tc.err) {
			t.Errorf("%s: got %s: %v", text, e.Kind, e)
		}
	}
}

func TestAControllerWithoutAnAddressSaysSo(t *testing.T) {
	t.Parallel()
	for _, u := range []*url.URL{nil, {Path: "ci.example"}, recorded.Must(url.Parse("ftp://ci.example"))} {
		if e := queueError(t, &Controller{URL: u, State: new(State)}); e.Kind != Unreachable || !strings.Contains(e.Hint(), "jenkwatch init") {
			t.Errorf("got %v, hint %q", e, e.Hint())
		}
	}
}

// served returns a controller played by a loopback server, and how many connections it has made.
func served(t *testing.T, prefix string, h http.HandlerFunc) (*Controller, *atomic.Int64) {
	t.Helper()
	connections := new(atomic.Int64)
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return &Controller{State: new(State), URL: recorded.Must(url.Parse(s.URL + prefix)), User: "me", Token: "secret-token"}, connections
}

func TestAControllerKeepsItsConnectionAndUnpacks(t *testing.T) {
	t.Parallel()
	c, connections := served(t, "/ci/", func(w http.ResponseWriter, r *http.Request) {
		if user, token, _ := r.BasicAuth(); user != "me" || token != "secret-token" {
			t.Errorf("asked as %s with %s", user, token)
		}
		w.Header().Set("X-Jenkins", "2.528.1")
		w.Header().Set("X-Error", "not for gojenkins")
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/ci/queue/api/json":
			w.Header().Set("Content-Encoding", "gzip")
			zip := gzip.NewWriter(w)
			_, _ = io.WriteString(zip, `{"items":[`)
			_ = zip.Flush()
			w.(http.Flusher).Flush() // chunked
			_, _ = io.WriteString(zip, "]} \n")
			_ = zip.Close()
		case "/ci/whoAmI/api/json":
			_, _ = io.WriteString(w, `{"name":"me","anonymous":false}`+"\n\n")
		default:
			http.NotFound(w, r)
		}
	})
	for range 3 {
		if err := queue(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		var who struct{ Name string }
		if err := c.Get(t.Context(), Question{Path: "whoAmI/api/json", Limit: Mega}, &who); err != nil || who.Name != "me" {
			t.Fatalf("got %v, %v", who, err)
		}
		if v := c.State.Version(); v != "2.528.1" {
			t.Fatalf("version %q", v)
		}
		if err := c.Get(t.Context(), Question{Path: "job/gone/1/api/json", Limit: Mega}, new(any)); err == nil {
			t.Fatal("a build that is not there")
		}
	}
	if n := connections.Load(); n != 1 || c.State.Requests() != 9 {
		t.Errorf("%d requests on %d connections", c.State.Requests(), n)
	}
}

func TestAnswerThatUnpacksToTooMuchIsCutOff(t *testing.T) {
	t.Parallel()
	c, _ := served(t, "", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		_, _ = io.WriteString(zip, `{"items":[{"why":"`)
		for range 64 {
			if _, err := zip.Write(bytes.Repeat([]byte("x"), Mega)); err != nil {
				return
			}
		}
		_ = zip.Close()
	})
	c.Timeout = time.Minute // the race detector takes its time
	if e := queueError(t, c); e.Kind != TooLarge {
		t.Errorf("got %v", e)
	}
}

func TestRedirectsWithinTheControllerAreFollowedAndNoOthers(t *testing.T) {
	t.Parallel()
	elsewhere, visits := served(t, "", func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("somebody else was asked, with %q", r.Header.Get("Authorization"))
	})
	c, _ := served(t, "/ci", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ci/queue/api/json":
			http.Redirect(w, r, "/ci/queue/moved", http.StatusMovedPermanently)
		case "/ci/queue/moved":
			if user, _, _ := r.BasicAuth(); user != "me" {
				t.Errorf("asked as %q", user)
			}
			_, _ = io.WriteString(w, `{"items":[]}`)
		default:
			http.Redirect(w, r, elsewhere.URL.String()+r.URL.Path, http.StatusFound)
		}
	})
	if err := queue(t.Context(), c); err != nil {
		t.Error(err)
	}
	err := c.Get(t.Context(), Question{Path: "whoAmI/api/json", Limit: Mega}, new(any))
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Refused || visits.Load() != 0 {
		t.Errorf("got %v", err)
	}
}

func TestCredentialsInTheURLAreUsedAndNotShown(t *testing.T) {
	t.Parallel()
	c := &Controller{State: new(State), URL: recorded.Must(url.Parse("http://me:secret-token@ci.example/jenkins/?x#y")), HTTP: &http.Client{
		Transport: recorded.Failing(func(req *http.Request) error {
			if user, token, _ := req.BasicAuth(); user != "me" || token != "secret-token" || req.URL.User != nil {
				t.Errorf("asked as %q at %v", user, req.URL)
			}
			if got := req.URL.String(); !strings.HasPrefix(got, "http://ci.example/jenkins/queue/api/json?tree=items%5B") {
				t.Errorf("asked for %s", got)
			}
			return fmt.Errorf("dial: refused")
		})}}
	if e := queueError(t, c); strings.Contains(fmt.Sprintf("%v %+v %q", e, e, e.Err), "secret-token") {
		t.Errorf("the token is shown: %+v", e)
	}
}
