package jenkinstest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A recording is an exchange with a real controller, as in testdata here and in the folder recorded: the request after "> ", a
// blank line, then status line, headers and body as received. Long HTML bodies are cut.
type recording struct {
	file, method, target string
	sent                 http.Header // Range and If-Range
	gzip                 bool
	status               int
	header               http.Header
	body                 []byte
}

func recordings(t *testing.T) map[string]recording {
	t.Helper()
	all := map[string]recording{}
	for _, dir := range []string{"testdata", "recorded/testdata"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.http"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no recordings in %s: %v", dir, err)
		}
		for _, f := range files {
			number, _, _ := strings.Cut(filepath.Base(f), "-")
			// Those between are of plugin versions that are not simulated, but for what changes something.
			if number < "900" || number >= "978" || number >= "933" && number != "953" {
				all[number] = load(t, f)
			}
		}
	}
	return all
}

func load(t *testing.T, file string) recording {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	request, answer, _ := bytes.Cut(raw, []byte("\n\nHTTP/1.1 "))
	head, body, _ := bytes.Cut(answer, []byte("\n\n"))
	line, rest, _ := strings.Cut(strings.TrimPrefix(string(request), "> "), "\n")
	method, target, _ := strings.Cut(line, " ")
	r := recording{file: filepath.Base(file), method: method, target: target, body: body, header: http.Header{}, sent: http.Header{}}
	for l := range strings.SplitSeq(rest, "\n") {
		if name, value, ok := strings.Cut(strings.TrimPrefix(l, "> "), ": "); ok && strings.HasSuffix(name, "Range") {
			r.sent.Add(name, value)
		}
	}
	r.gzip = strings.Contains(rest, "Accept-Encoding: gzip")
	for i, l := range strings.Split(strings.ReplaceAll(string(head), "\r", ""), "\n") {
		if name, value, ok := strings.Cut(l, ": "); ok && i > 0 {
			r.header.Add(name, value)
		} else if i == 0 {
			for _, c := range l[:3] {
				r.status = r.status*10 + int(c-'0')
			}
		}
	}
	if n, err := strconv.Atoi(r.header.Get("Content-Length")); err == nil {
		text := bytes.TrimSuffix(body, []byte("\n")) // each file ends with a line feed of its own
		if n == len(text) {
			r.body = text
		}
	}
	if strings.Contains(target, "/progressiveText") && r.header.Get("Content-Encoding") == "" && !bytes.Contains(r.body, []byte("\r\n")) {
		r.body = bytes.ReplaceAll(r.body, []byte("\n"), []byte("\r\n")) // they were lost on the way into the file
	}
	return r
}

// tree returns the tree= that names every property of a recorded answer to a question without one.
func (r recording) tree() string {
	path, query, _ := strings.Cut(r.target, "?")
	if !strings.HasSuffix(path, "/api/json") || r.status != http.StatusOK || strings.Contains(query, "tree=") {
		return ""
	}
	body := r.body
	if r.header.Get("Content-Encoding") == "gzip" {
		body = unzip(body)
	}
	var v any
	if json.Unmarshal(body, &v) != nil {
		return ""
	}
	t := treeOf(v)
	return map[bool]string{true: "&", false: "?"}[query != ""] + "tree=" + url.QueryEscape(t[1:len(t)-1])
}

// treeOf returns the tree= of a decoded answer: its elements' all together, where it is a list.
func treeOf(v any) string {
	below := map[string][]any{}
	var add func(v any)
	add = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, element := range v {
				add(element)
			}
		case map[string]any:
			for key, value := range v {
				below[key] = append(below[key], value)
			}
		}
	}
	add(v)
	var names []string
	for _, key := range slices.Sorted(maps.Keys(below)) {
		names = append(names, key+treeOf(below[key]))
	}
	if names == nil {
		return ""
	}
	return "[" + strings.Join(names, ",") + "]"
}

// story replays a part of the recordings again to a simulated controller.
type story struct {
	t        *testing.T
	c        *Controller
	all      map[string]recording
	replayed map[string]bool
}

type detail func(r *http.Request)

func as(u User) detail {
	return func(r *http.Request) { r.SetBasicAuth(u.Name, u.Token) }
}

func withPassword(u User) detail {
	return func(r *http.Request) { r.SetBasicAuth(u.Name, u.Password) }
}

func anonymous(r *http.Request) { r.Header.Del("Authorization") }

func form(keysAndValues ...string) detail {
	v := url.Values{}
	for i := 0; i < len(keysAndValues); i += 2 {
		v.Set(keysAndValues[i], keysAndValues[i+1])
	}
	return rawBody(v.Encode(), "application/x-www-form-urlencoded")
}

func rawBody(s, contentType string) detail {
	return func(r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader(s))
		r.ContentLength = int64(len(s))
		r.Header.Set("Content-Type", contentType)
	}
}

func with(name, value string) detail { return func(r *http.Request) { r.Header.Set(name, value) } }

// replay makes the request of a recording and compares the answers.
func (s *story) replay(number string, details ...detail) (http.Header, []byte) {
	s.t.Helper()
	rec, ok := s.all[number]
	if !ok {
		s.t.Fatalf("there is no recording %s", number)
	}
	s.replayed[number] = true
	for name := range rec.sent {
		details = append(details, with(name, rec.sent.Get(name)))
	}
	resp, got := s.ask(rec.method, rec.target+rec.tree(), rec.gzip, details...)
	for i, d := range differences(rec, resp, got) {
		if i == 8 {
			s.t.Errorf("%s: and so on", rec.file)
			break
		}
		s.t.Errorf("%s: %s", rec.file, d)
	}
	return resp.Header, got
}

func (s *story) ask(method, target string, zip bool, details ...detail) (*http.Response, []byte) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://127.0.0.1:8090"+target, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	as(s.c.Users[0])(req)
	if zip {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	for _, d := range details {
		d(req)
	}
	resp, err := s.c.Transport().RoundTrip(req)
	if err != nil {
		s.t.Fatalf("%s: %v", target, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatalf("%s: %v", target, err)
	}
	return resp, b
}

func differences(rec recording, resp *http.Response, got []byte) []string {
	if resp.StatusCode != rec.status {
		return []string{"want status " + http.StatusText(rec.status) + ", got " + resp.Status}
	}
	all := headerDiff(rec.header, resp.Header)
	want := rec.body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		want, got = unzip(want), unzip(got)
	}
	contentType := rec.header.Get("Content-Type")
	switch {
	case rec.method == http.MethodHead:
		if len(got) > 0 {
			all = append(all, "a HEAD has a body")
		}
	case strings.HasPrefix(contentType, "application/json"):
		all = append(all, shapeDiff(want, got, rec.tree() != "")...)
	case strings.HasPrefix(contentType, "text/plain"):
		all = append(all, textDiff(want, got)...)
	case len(want) == 0 && len(got) > 0:
		all = append(all, "a body where none was recorded: "+string(got[:min(len(got), 80)]))
	}
	return all
}

func unzip(b []byte) []byte {
	z, err := gzip.NewReader(bufio.NewReader(bytes.NewReader(b)))
	if err != nil {
		return b
	}
	out, err := io.ReadAll(z)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return b
	}
	return out
}

// passing headers say nothing that a client could want: who serves, when, and how the bytes travel. Vary came with
// compression, which was switched on between the recordings.
var passing = []string{"Server", "Date", "Content-Length", "Transfer-Encoding", "Vary"}

// free values differ from answer to answer; that the header is there is what counts.
var free = regexp.MustCompile(`[0-9a-f]{8,}|node0[0-9a-z]+|[0-9]+|uzK\+.*|JENKINS-39402.*|(Mon|Sat), |Nov|Jan`)

func headerDiff(want, got http.Header) []string {
	plain := func(h http.Header, name string) []string {
		var vs []string
		for _, v := range h.Values(name) {
			if name == "Expires" {
				v = "past" // 0 or 1970
			}
			vs = append(vs, free.ReplaceAllString(v, "*"))
		}
		return vs
	}
	var all []string
	names := map[string]bool{}
	for name := range want {
		names[name] = true
	}
	for name := range got {
		names[name] = true
	}
	for name := range names {
		w, g := plain(want, name), plain(got, name)
		if slices.Contains(passing, name) || slices.Equal(w, g) {
			continue
		}
		all = append(all, "header "+name+": want "+strings.Join(w, " | ")+", got "+strings.Join(g, " | "))
	}
	slices.Sort(all)
	return all
}

// textDiff compares what a reader of consoles relies on: line ends, console notes and the last line.
func textDiff(want, got []byte) []string {
	traits := func(b []byte) map[string]bool {
		last := bytes.TrimSpace(b)
		last = last[bytes.LastIndexByte(last, '\n')+1:]
		return map[string]bool{
			"is empty":              len(b) == 0,
			"has CRLF":              bytes.Contains(b, []byte("\r\n")),
			"has bare LF":           bytes.Contains(bytes.ReplaceAll(b, []byte("\r\n"), nil), []byte("\n")),
			"has notes":             bytes.Contains(b, []byte("\x1b[8mha:")),
			"ends with its result":  bytes.Contains(last, []byte("ished: ")),
			"begins with the cause": bytes.HasPrefix(b, []byte("Started by ")),
			"is JSON":               bytes.HasPrefix(b, []byte("{")),
		}
	}
	w, g := traits(want), traits(got)
	var all []string
	for trait := range w {
		if w[trait] != g[trait] {
			all = append(all, "the text "+trait+" in one of the two only")
		}
	}
	return all
}

func crumbIn(t *testing.T, answer []byte) string {
	t.Helper()
	var c struct{ Crumb string }
	if err := json.Unmarshal(answer, &c); err != nil {
		t.Fatal(err)
	}
	return c.Crumb
}
