package receive

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// TestWebPageCannotPush: the browser of the same machine reaches a receiver that needs no proof.
func TestWebPageCannotPush(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o, CheckHost: func(name string) error {
		if name == "127.0.0.1" || name == "::1" || name == "localhost" {
			return nil
		}
		return errors.New("not " + name)
	}}
	const body = `{"a":"b"}`
	for name, c := range map[string]struct {
		method, url string
		headers     []string
		want        int
	}{
		"the plugin":                    {"POST", "http://127.0.0.1:9099/hook", nil, 200},
		"by name":                       {"POST", "http://localhost:9099/hook", nil, 200},
		"IPv6":                          {"POST", "http://[::1]:9099/hook", nil, 200},
		"typed into the address bar":    {"GET", "http://127.0.0.1:9099/?a=b", []string{"Sec-Fetch-Site", "none"}, 200},
		"a page of its own":             {"POST", "http://127.0.0.1:9099/", []string{"Origin", "http://127.0.0.1:9099", "Sec-Fetch-Site", "same-origin"}, 200},
		"fetch":                         {"POST", "http://127.0.0.1:9099/", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		"fetch of an old browser":       {"POST", "http://127.0.0.1:9099/", []string{"Origin", "https://evil.example"}, 403},
		"a form":                        {"POST", "http://127.0.0.1:9099/", []string{"Origin", "null", "Content-Type", "text/plain"}, 403},
		"an image":                      {"GET", "http://127.0.0.1:9099/?a=b", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		"an image of an old browser":    {"GET", "http://127.0.0.1:9099/?a=b", []string{"Referer", "https://evil.example/page"}, 403},
		"a link on a page of its own":   {"GET", "http://127.0.0.1:9099/?a=b", []string{"Referer", "http://127.0.0.1:9099/"}, 200},
		"another port":                  {"POST", "http://localhost:9099/", []string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "same-site"}, 403},
		"a preflight":                   {"OPTIONS", "http://127.0.0.1:9099/", []string{"Origin", "https://evil.example"}, 403},
		"DNS rebinding":                 {"POST", "http://evil.example:9099/", []string{"Origin", "http://evil.example:9099", "Sec-Fetch-Site", "same-origin"}, 403},
		"DNS rebinding, a plain GET":    {"GET", "http://evil.example:9099/?a=b", nil, 403},
		"DNS rebinding, a trailing dot": {"GET", "http://127.0.0.1.evil.example.:9099/?a=b", nil, 403},
	} {
		before := r.Answers()[200]
		w := push(r, c.method, c.url, body, c.headers...)
		if w.Code != c.want || (r.Answers()[200] > before) != (c.want == 200) {
			t.Errorf("%s: %d %q, want %d", name, w.Code, w.Body, c.want)
		}
		if text := w.Body.String(); c.want == 403 && (strings.Count(text, "\n") != 1 || w.Header().Get("Connection") != "close") {
			t.Errorf("%s: %q, %v", name, text, w.Header())
		}
	}
	if stored, err := o.Pushes(t.Context(), 0, 100); err != nil || int64(len(stored)) != r.Answers()[200] {
		t.Errorf("%d are stored, %v", len(stored), err)
	}
}

// TestProbesAreNoPushes: health checks want no token and make no noise.
func TestProbesAreNoPushes(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o, Token: "t", OnRefuse: func(status int, why string) { t.Error(status, why) }}
	for _, probe := range []string{"HEAD /", "GET /", "GET /favicon.ico", "GET //", "HEAD /?a=b", "OPTIONS /"} {
		method, target, _ := strings.Cut(probe, " ")
		if w := push(r, method, "http://10.1.2.3"+target, ""); w.Code != 200 && w.Code != 204 {
			t.Errorf("%s: %d", probe, w.Code)
		}
	}
	if stored, err := o.Pushes(t.Context(), 0, 0); err != nil || len(stored) > 0 || len(r.Answers()) > 0 {
		t.Errorf("stored %v, counted %v, %v", stored, r.Answers(), err)
	}
}

// TestNothingIsReadBeforeProof: neither a body whose token is wrong, nor more large ones at once than can be held.
func TestNothingIsReadBeforeProof(t *testing.T) {
	t.Parallel()
	unread := func(size int64, headers ...string) *http.Request {
		req := httptest.NewRequest("POST", "/", io.NopCloser(readerFunc(func([]byte) (int, error) {
			t.Error("it is read")
			return 0, io.EOF
		})))
		req.ContentLength = size
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		return req
	}
	r := &Receiver{Outbox: &outbox.Outbox{DB: openTemp(t)}, Token: "t", HMAC: "h", large: maxLarge}
	for name, c := range map[string]struct {
		req  *http.Request
		want int
	}{
		"no token":                   {unread(10), 401},
		"a wrong token":              {unread(10, "X-Auth-Token", "u"), 401},
		"a large body too many":      {unread(smallBody+1, "X-Auth-Token", "t"), 503},
		"one of unknown size":        {unread(-1, "X-Hub-Signature-256", "sha256=00"), 503},
		"one that can never be read": {unread(1<<30, "X-Auth-Token", "t"), 503},
		"a compressed one":           {unread(10, "X-Auth-Token", "t", "Content-Encoding", "gzip"), 415},
	} {
		w := httptest.NewRecorder()
		if r.ServeHTTP(w, c.req); w.Code != c.want {
			t.Errorf("%s: %d %q, want %d", name, w.Code, w.Body, c.want)
		}
	}
	if w := push(r, "POST", "/", `{"a":"b"}`, "X-Auth-Token", "t"); w.Code != 200 {
		t.Errorf("a small one beside them: %d %s", w.Code, w.Body)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
