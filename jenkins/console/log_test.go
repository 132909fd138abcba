package console

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// rawLog is a console as Jenkins keeps it, served as progressiveText serves it. Of one that grows it sends whole lines, and
// ten thousand at most, but the size of all of it: so does LargeText of the Stapler in Jenkins 2.528.
type rawLog struct {
	mu   sync.Mutex
	raw  []byte
	more bool
	open bool            // it sends the beginning of a line, too, as a log storage of its own may
	grow func(l *rawLog) // called after every answer
	sent int64           // bytes that were read of bodies
	asks int
	fail int // so many requests are answered with 502

	noSkip int // what a HEAD is answered with instead, where it is not 0
}

func (l *rawLog) RoundTrip(req *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asks++
	w := httptest.NewRecorder()
	if l.fail > 0 {
		l.fail--
		w.WriteHeader(http.StatusBadGateway)
		return w.Result(), nil
	}
	if l.noSkip != 0 && req.Method == http.MethodHead {
		w.WriteHeader(l.noSkip)
		return w.Result(), nil
	}
	start, err := strconv.ParseInt(req.URL.Query().Get("start"), 10, 64)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return w.Result(), nil
	}
	if start > int64(len(l.raw)) {
		start = 0
	}
	body := []byte{}
	if start >= 0 && req.Method == http.MethodGet {
		body = crlf(string([]rune(string(l.shown(start))))) // a U+FFFD for each byte that is no UTF-8
	}
	w.Header().Set("Content-Type", "text/plain;charset=utf-8")
	w.Header().Set("X-Text-Size", strconv.Itoa(len(l.raw)))
	if l.more {
		w.Header().Set("X-More-Data", "true")
	}
	resp := w.Result()
	resp.Body = &counted{bytes.NewReader(body), l}
	if l.grow != nil {
		l.grow(l)
	}
	return resp, nil
}

// shown returns the part of the log that an answer holds.
func (l *rawLog) shown(start int64) []byte {
	raw := l.raw[start:]
	if !l.more || l.open {
		return raw
	}
	end, marks := 0, 0
	for i, ch := range raw {
		if ch == '\n' || ch == '\r' {
			end = i + 1
			if marks++; marks == 10_000 {
				break
			}
		}
	}
	return raw[:end]
}

type counted struct {
	io.Reader
	log *rawLog
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.log.mu.Lock()
	c.log.sent += int64(n)
	c.log.mu.Unlock()
	return n, err
}

func (c *counted) Close() error { return nil }

// crlf turns a lone LF into CRLF, as Jenkins' LineEndNormalizingWriter does; a CRLF stays.
func crlf(s string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n"))
}

// reading returns a client of a controller below a prefix that this transport plays.
func reading(rt http.RoundTripper) *Client {
	return &Client{Client: &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse("http://ci.example/jenkins")), HTTP: &http.Client{Transport: rt}}}
}

// against returns a client of the recorded controller.
func against(t *testing.T, number string) *Client {
	c := reading(recorded.Play(t, number))
	c.URL = recorded.Must(url.Parse("http://127.0.0.1:8090/"))
	return c
}

var someRun = jenkins.Ref{Controller: "ci", Job: "a/b c", Number: 7}

// randomLog has lines of all lengths, notes, colours and characters of several bytes, with the line ends given.
func randomLog(r *rand.Rand, lines int, ends ...string) []byte {
	var b strings.Builder
	for i := range lines {
		switch r.IntN(6) {
		case 0:
			b.WriteString("\x1b[8mha:////4" + strings.Repeat("Ab+/", r.IntN(40)) + "=\x1b[0m[Pipeline] stage")
		case 1:
			fmt.Fprintf(&b, "\x1b[31mred %d\x1b[0m", i)
		case 2:
			b.WriteString(strings.Repeat("Zoë 日本 ", r.IntN(30)))
		case 3:
		default:
			fmt.Fprintf(&b, "line %d of %d", i, r.Uint64())
		}
		b.WriteString(ends[r.IntN(len(ends))])
	}
	return []byte(b.String())
}

// span names a chunk in a failure, without its text.
func span(c Chunk) string { return fmt.Sprintf("[%d,%d) of %d", c.Start, c.Next, c.Size) }

func wholeText(raw []byte) string { return string(clean.Log(crlf(string([]rune(string(raw)))))) }

func TestPiecesOfALogEqualTheWhole(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string][]string{"unix": {"\n"}, "windows": {"\r\n"}, "mixed": {"\n", "\r\n"},
		"latin-1": {"\n", " gr\xfc\xdfe\r\n", " \uFFFD\n"}} {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 1))
			raw := randomLog(r, r.IntN(400), ends...)
			c := reading(&rawLog{raw: raw})
			var forward strings.Builder
			var at int64
			for size := 600 + r.IntN(3000); ; {
				chunk, err := c.Log(t.Context(), someRun, at, size)
				if err != nil {
					t.Fatal(err)
				}
				if chunk.Next < at || chunk.Next == at && at < int64(len(raw)) {
					t.Fatalf("%s %d: stuck at %v", name, seed, span(chunk))
				}
				if name == "unix" && string(chunk.Text) != wholeText(raw[chunk.Start:chunk.Next]) {
					t.Fatalf("%s %d: %v is not what lies there", name, seed, span(chunk))
				}
				forward.Write(chunk.Text)
				if at = chunk.Next; at == int64(len(raw)) {
					break
				}
			}
			if forward.String() != wholeText(raw) {
				t.Errorf("%s %d: read forward, the log differs", name, seed)
			}

			tail, err := c.LogTail(t.Context(), someRun, 700+r.IntN(2000))
			if err != nil {
				t.Fatal(err)
			}
			backward := string(tail.Text)
			for from := tail.Start; from > 0; {
				chunk, err := c.LogBefore(t.Context(), someRun, from, 700+r.IntN(2000))
				if err != nil {
					t.Fatal(err)
				}
				if chunk.Start >= from || chunk.Next != from {
					t.Fatalf("%s %d: stuck before %d at %v", name, seed, from, span(chunk))
				}
				backward = string(chunk.Text) + backward
				from = chunk.Start
			}
			if backward != wholeText(raw) {
				t.Errorf("%s %d: read backward, the log differs", name, seed)
			}
		}
	}
}

func TestRecordedConsolesHaveNoNotesAndUnixLines(t *testing.T) {
	t.Parallel()
	for number, ref := range map[string]jenkins.Ref{"032": {Job: "hello-free", Number: 1}, "125": {Job: "demo-pipeline", Number: 2},
		"108": {Job: "demo-pipeline", Number: 2}, "023": {Job: "hello-free", Number: 1}} {
		c := against(t, number)
		chunk, err := c.Log(t.Context(), ref, 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(chunk.Text, []byte("ha:")) || bytes.ContainsRune(chunk.Text, '\r') {
			t.Errorf("recording %s: %q", number, chunk.Text)
		}
		if chunk.Next != chunk.Size || !bytes.HasPrefix(chunk.Text, []byte("Started by user admin\nRunning as SYSTEM\n")) &&
			!bytes.HasPrefix(chunk.Text, []byte("Started by user admin\n[Pipeline] Start of Pipeline\n")) {
			t.Errorf("recording %s: %v begins %.80q", number, span(chunk), chunk.Text)
		}
		if more := number == "108" || number == "023"; chunk.More != more {
			t.Errorf("recording %s: more = %v", number, chunk.More)
		}
	}
}

func TestConsoleSizeIsAskedWithoutTheConsole(t *testing.T) {
	t.Parallel()
	l := &rawLog{raw: bytes.Repeat([]byte("x\n"), 1<<20), more: true}
	got, err := reading(l).LogSize(t.Context(), someRun)
	if err != nil || got.Size != 2<<20 || got.Next != 2<<20 || !got.More || l.sent != 0 {
		t.Errorf("got %v, %v after %d bytes", span(got), err, l.sent)
	}
}

func TestConsoleSizeIsKnownWhereSkippingIsRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusInternalServerError, http.StatusMethodNotAllowed} {
		l := &rawLog{raw: bytes.Repeat([]byte("x\n"), 1<<20), noSkip: status}
		got, err := reading(l).LogSize(t.Context(), someRun)
		if err != nil || got.Size != 2<<20 || l.sent > readSize {
			t.Errorf("HTTP %d: got %v, %v after %d bytes", status, span(got), err, l.sent)
		}
	}
}

func TestLogStopsReadingAfterItsPart(t *testing.T) {
	t.Parallel()
	l := &rawLog{raw: bytes.Repeat([]byte("0123456789\n"), 10<<20/11)}
	chunk, err := reading(l).Log(t.Context(), someRun, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	if chunk.Next != 9999 || l.sent > 3*readSize {
		t.Errorf("got %v after reading %d bytes", span(chunk), l.sent)
	}
}

func TestLogBeyondTheEndIsEmpty(t *testing.T) {
	t.Parallel()
	c := against(t, "033")
	chunk, err := c.Log(t.Context(), jenkins.Ref{Job: "hello-free", Number: 1}, 99999999, 1000)
	if err != nil || len(chunk.Text) != 0 || chunk.Next != 2455 || chunk.More {
		t.Errorf("got %v %q, %v", span(chunk), chunk.Text, err)
	}
}

func TestLineThatGrowsIsToldOnce(t *testing.T) {
	t.Parallel()
	l := &rawLog{raw: []byte("one\ntw"), more: true, open: true}
	c := reading(l)
	first, err := c.Log(t.Context(), someRun, 0, 1000)
	if err != nil || string(first.Text) != "one\n" || first.Next != 4 {
		t.Fatalf("got %v %q, %v", span(first), first.Text, err)
	}
	second, _ := c.Log(t.Context(), someRun, first.Next, 1000)
	if string(second.Text) != "tw" || second.Next != 6 {
		t.Errorf("got %v %q", span(second), second.Text)
	}
	l.raw = append(l.raw, "o\x1b[8mha:////4A"...)
	third, _ := c.Log(t.Context(), someRun, second.Next, 1000)
	if string(third.Text) != "o" || third.Next != 7 {
		t.Errorf("half a note: got %v %q", span(third), third.Text)
	}
	l.raw = append(l.raw, "bc=\x1b[0m!\n"...)
	last, _ := c.Log(t.Context(), someRun, third.Next, 1000)
	if string(last.Text) != "!\n" || last.Next != int64(len(l.raw)) {
		t.Errorf("the note's end: got %v %q", span(last), last.Text)
	}
}

func TestLineLongerThanAChunkComesInParts(t *testing.T) {
	t.Parallel()
	raw := []byte(strings.Repeat("Zoë ", 5000) + "\nend\n")
	c := reading(&rawLog{raw: raw})
	var got strings.Builder
	for at := int64(0); at < int64(len(raw)); {
		chunk, err := c.Log(t.Context(), someRun, at, 1001)
		if err != nil || chunk.Next <= at {
			t.Fatalf("%v, %v", span(chunk), err)
		}
		got.Write(chunk.Text)
		at = chunk.Next
	}
	if got.String() != string(raw) {
		t.Errorf("%d bytes became %d", len(raw), got.Len())
	}
	tail, err := c.LogTail(t.Context(), someRun, 1000)
	if err != nil || string(tail.Text) != "end\n" {
		t.Errorf("tail %q, %v", tail.Text, err)
	}
	before, err := c.LogBefore(t.Context(), someRun, tail.Start, 1000)
	if err != nil || len(before.Text) == 0 || before.Next != tail.Start {
		t.Errorf("before %v, %v", span(before), err)
	}
}

func FuzzLogCut(f *testing.F) {
	f.Add([]byte("one\r\n\x1b[8mha:////4Abc=\x1b[0mtwo\r\n\x1b[31mthree"), 9, true, false)
	f.Fuzz(func(t *testing.T, body []byte, size int, whole, more bool) {
		if size < 1 || size > 1<<20 {
			return
		}
		con := &console{client: &Client{Client: &jenkins.Client{}}, body: body, size: rawLength(body), whole: whole, more: more}
		n := con.cut(size)
		if n < 0 || n > len(body) {
			t.Fatalf("cut %d of %d", n, len(body))
		}
		if n == 0 && rawLength(body) > int64(size) {
			t.Fatal("no progress")
		}
		if n > 0 && n < len(body) && body[n-1] == '\r' && body[n] == '\n' && bytes.IndexByte(body[:n], '\n') >= 0 {
			t.Fatal("cut between CR and LF")
		}
		if got := rawIndex(body, rawLength(body[:n])); rawLength(body[:got]) != rawLength(body[:n]) {
			t.Fatalf("rawIndex %d is not %d", got, n)
		}
	})
}
