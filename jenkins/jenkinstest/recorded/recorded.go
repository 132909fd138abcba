// Package recorded plays answers of a real Jenkins controller to tests. A recording is a file testdata/NNN-*.http: the
// request after "> ", an empty line, then the status line, the headers and the body as they were received.
package recorded

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

//go:embed testdata/*.http
var files embed.FS

// Exchange is one request and its answer.
type Exchange struct {
	Method, Target string // of the request
	Head           string // the status line and the headers of the answer, in lines
	Body           []byte
}

// Read returns the recording with a number, such as "823".
func Read(t testing.TB, number string) Exchange {
	t.Helper()
	names, err := fs.Glob(files, "testdata/"+number+"-*.http")
	if err != nil || len(names) != 1 {
		t.Fatalf("recording %s: found %v, %v", number, names, err)
	}
	raw, err := files.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	request, answer, _ := bytes.Cut(raw, []byte("\n\n"))
	head, body, _ := bytes.Cut(answer, []byte("\n\n"))
	line, _, _ := strings.Cut(strings.TrimPrefix(string(request), "> "), "\n")
	method, target, _ := strings.Cut(line, " ")
	return Exchange{method, target, string(head), body}
}

// Response returns the recorded answer as a connection would give it.
func (x Exchange) Response(req *http.Request) *http.Response {
	var head strings.Builder
	for i, line := range strings.Split(x.Head, "\n") {
		name, _, _ := strings.Cut(line, ":")
		if i == 0 || name != "Content-Length" && name != "Transfer-Encoding" { // the body's length is that of Body
			head.WriteString(line + "\r\n")
		}
	}
	if req.Method != http.MethodHead {
		fmt.Fprintf(&head, "Content-Length: %d\r\n", len(x.Body))
	}
	resp, err := http.ReadResponse(bufio.NewReader(io.MultiReader(strings.NewReader(head.String()+"\r\n"), bytes.NewReader(x.Body))), req)
	if err != nil {
		panic(err)
	}
	return resp
}

// JSON returns a 200 with a body of JSON, which is not copied.
func JSON(req *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Content-Type": {"application/json;charset=utf-8"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}
}

// Page returns a controller that answers everything with a page of HTML. The header is in lines, as "Name: value".
func Page(status int, header, body string) Func {
	return func(*http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "text/html")
		for line := range strings.SplitSeq(header, "\n") {
			if k, v, ok := strings.Cut(line, ": "); ok {
				w.Header().Add(k, v)
			}
		}
		w.WriteHeader(status)
		_, _ = w.WriteString(body)
		return w.Result()
	}
}

// Pages plays a controller that has a page of JSON at each escaped path, and a short 404 everywhere else.
type Pages map[string]string

// RoundTrip implements [http.RoundTripper].
func (p Pages) RoundTrip(req *http.Request) (*http.Response, error) {
	body, ok := p[req.URL.EscapedPath()]
	if !ok {
		return Page(http.StatusNotFound, "", "Not found")(req), nil
	}
	return JSON(req, body), nil
}

// Answers plays a controller in one function from an escaped path to a status and a body of JSON.
type Answers func(path string) (status int, body string)

// RoundTrip implements [http.RoundTripper].
func (a Answers) RoundTrip(req *http.Request) (*http.Response, error) {
	status, body := a(req.URL.EscapedPath())
	resp := JSON(req, body)
	resp.StatusCode, resp.Status = status, http.StatusText(status)
	resp.Header.Set("X-Jenkins", "2.528.1")
	return resp, nil
}

// Failing is a connection that fails with the error that it returns.
type Failing func(*http.Request) error

// RoundTrip implements [http.RoundTripper].
func (f Failing) RoundTrip(req *http.Request) (*http.Response, error) { return nil, f(req) }

// Func plays a controller in one function. Where it returns nil, the request has waited until its context ended.
type Func func(*http.Request) *http.Response

// RoundTrip implements [http.RoundTripper].
func (f Func) RoundTrip(req *http.Request) (*http.Response, error) {
	if resp := f(req); resp != nil {
		return resp, nil
	}
	return nil, req.Context().Err()
}

// Player answers requests from recordings: first by the whole request line, then by method and path alone, since a tree may
// name other fields than the recorded one. A request without a recording fails the test.
type Player struct {
	t         testing.TB
	recorded  []Exchange
	mu        sync.Mutex
	requested []string
}

// Play returns a player of the recordings with these numbers.
func Play(t testing.TB, numbers ...string) *Player {
	t.Helper()
	p := &Player{t: t}
	for _, n := range numbers {
		p.recorded = append(p.recorded, Read(t, n))
	}
	return p
}

// RoundTrip implements [http.RoundTripper].
func (p *Player) RoundTrip(req *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	target := req.URL.RequestURI()
	p.requested = append(p.requested, req.Method+" "+target)
	for _, same := range []func(string) string{unescaped, path} {
		for _, x := range p.recorded {
			if x.Method == req.Method && same(x.Target) == same(target) {
				return x.Response(req), nil
			}
		}
	}
	p.t.Errorf("nothing recorded for %s %s", req.Method, target)
	return nil, io.ErrUnexpectedEOF
}

// Requested returns the request lines so far, in their order.
func (p *Player) Requested() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requested...)
}

func unescaped(target string) string {
	path, query, _ := strings.Cut(target, "?")
	if q, err := url.QueryUnescape(query); err == nil {
		query = q
	}
	return path + "?" + query
}

func path(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}

// Must returns a value that comes without an error, and panics otherwise.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
