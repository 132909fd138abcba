package jenkins

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// recording is one exchange with a real controller: testdata/NNN-*.http holds the request after "> ", a blank line, then
// status line, headers and body as received.
type recording struct {
	method, target string
	head, body     []byte
}

func record(t testing.TB, number string) recording {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", number+"-*.http"))
	if err != nil || len(files) != 1 {
		t.Fatalf("recording %s: found %v, %v", number, files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	request, answer, _ := bytes.Cut(raw, []byte("\n\n"))
	head, body, _ := bytes.Cut(answer, []byte("\n\n"))
	line, _, _ := strings.Cut(strings.TrimPrefix(string(request), "> "), "\n")
	method, target, _ := strings.Cut(line, " ")
	return recording{method, target, head, body}
}

// response is the recorded answer, as a connection would give it.
func (r recording) response(req *http.Request) *http.Response {
	var kept []string
	for i, line := range strings.Split(string(r.head), "\n") {
		name, _, _ := strings.Cut(line, ":")
		switch {
		case i > 0 && (name == "Content-Length" || name == "Transfer-Encoding"): // net/http speaks of the body as it is now
		default:
			kept = append(kept, line)
		}
	}
	head := strings.Join(kept, "\r\n")
	if req.Method != http.MethodHead {
		head += fmt.Sprintf("\r\nContent-Length: %d", len(r.body))
	}
	wire := io.MultiReader(strings.NewReader(head+"\r\n\r\n"), bytes.NewReader(r.body))
	resp, err := http.ReadResponse(bufio.NewReader(wire), req)
	if err != nil {
		panic(err)
	}
	return resp
}

// playback answers requests from recordings: first by the whole request line, then by method and path alone, since a
// tree of ours may name other fields than the recorded one. Whatever it does not hold is a failure of the test.
type playback struct {
	t    testing.TB
	mu   sync.Mutex
	held []recording
	seen []string // request lines as they arrived
}

func (p *playback) RoundTrip(req *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	target := req.URL.RequestURI()
	p.seen = append(p.seen, req.Method+" "+target)
	for _, r := range p.held {
		if r.method == req.Method && unescapedTarget(r.target) == unescapedTarget(target) {
			return r.response(req), nil
		}
	}
	for _, r := range p.held {
		if r.method == req.Method && pathOf(r.target) == pathOf(target) {
			return r.response(req), nil
		}
	}
	p.t.Errorf("nothing recorded for %s %s", req.Method, target)
	return nil, io.ErrUnexpectedEOF
}

func unescapedTarget(target string) string {
	path, query, _ := strings.Cut(target, "?")
	if q, err := url.QueryUnescape(query); err == nil {
		query = q
	}
	return path + "?" + query
}

func pathOf(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}

// against is a client whose controller is played by recordings.
func against(t testing.TB, numbers ...string) (*Client, *playback) {
	t.Helper()
	p := &playback{t: t}
	for _, n := range numbers {
		p.held = append(p.held, record(t, n))
	}
	return &Client{Name: "ci", URL: must(url.Parse("http://127.0.0.1:8090/")), User: "admin", Token: "secret-token",
		HTTP: &http.Client{Transport: p}}, p
}

func itoa(n int) string { return strconv.Itoa(n) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// answering is a controller in one function; it waited in vain where that returns nil.
type answering func(*http.Request) *http.Response

func (a answering) RoundTrip(req *http.Request) (*http.Response, error) {
	if resp := a(req); resp != nil {
		return resp, nil
	}
	return nil, req.Context().Err()
}
