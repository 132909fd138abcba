package outbox

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/sender"
)

// message is a raw request as it went over the wire.
type message struct {
	method, target string
	headers        []string // lines, in the order they came
	body           []byte
}

func parseMessage(t testing.TB, raw []byte) message {
	t.Helper()
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		t.Fatalf("no empty line in %.80q", raw)
	}
	lines := strings.Split(string(head), "\r\n")
	parts := strings.Split(lines[0], " ")
	return message{parts[0], parts[1], lines[1:], body}
}

func (m message) header(name string) (string, bool) {
	for _, l := range m.headers {
		if k, v, _ := strings.Cut(l, ": "); strings.EqualFold(k, name) {
			return v, true
		}
	}
	return "", false
}

// rawServer answers 200 to everything and hands over the raw bytes of each request.
func rawServer(t testing.TB) (addr string, got <-chan message) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	ch := make(chan message, 256)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				var raw bytes.Buffer
				r := bufio.NewReader(io.TeeReader(c, &raw))
				for {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					io.Copy(io.Discard, req.Body)
					whole := raw.Bytes()[:raw.Len()-r.Buffered()]
					ch <- parseMessage(t, bytes.Clone(whole))
					raw.Next(len(whole))
					io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			}()
		}
	}()
	return l.Addr().String(), ch
}

// The headers that the recordings' plugin was configured with.
var recordedHeaders = []string{"X-Auth-Token", "username", "password"}

func TestEveryRecordedPushArrivesByteForByteWhenSentAgain(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/captures/*.http")
	if err != nil || len(files) < 80 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	addr, got := rawServer(t)
	configured := map[string]sender.Endpoint{}
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		configured[method] = sender.Endpoint{Method: method, URL: sender.Literal("http://" + addr + "/hook"), Headers: []sender.Header{
			{Name: "X-Auth-Token", Value: sender.Literal("tok-123")}, {Name: "username", Value: sender.Literal("svc-user")}, {Name: "password", Value: sender.Literal("p@ss word")},
		}}
	}
	o := &Outbox{DB: openTemp(t), Endpoints: func(name string) (sender.Endpoint, error) { return configured[name], nil }}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := parseMessage(t, raw)
		_, query, _ := strings.Cut(want.target, "?")
		push, err := sender.DecodePush(want.method, query, want.body)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		n := push.Notification()
		n.Endpoint = want.method
		d, err := o.Add(t.Context(), n)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := (&Relay{Outbox: o, Only: []string{d.ID}}).Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		compareMessages(t, filepath.Base(file), <-got, want, d.ID)
		if d, err := o.Get(t.Context(), d.ID); err != nil || d.State != sender.Delivered || d.HasPayload || d.Attempts != 1 {
			t.Errorf("%s: %+v, %v", file, d, err)
		}
	}
}

func compareMessages(t *testing.T, name string, got, want message, id string) {
	t.Helper()
	if got.method != want.method || got.target != want.target {
		t.Errorf("%s: %s %s, want %s %s", name, got.method, got.target, want.method, want.target)
	}
	if !bytes.Equal(got.body, want.body) {
		t.Errorf("%s: body\n%s\nwant\n%s", name, got.body, want.body)
	}
	for _, h := range want.headers {
		key, _, _ := strings.Cut(h, ":")
		if slices.Contains(append(recordedHeaders, "Content-Type", "Content-Length"), key) && !slices.Contains(got.headers, h) {
			t.Errorf("%s: no header %q in %q", name, h, got.headers)
		}
	}
	if _, ok := want.header("Content-Type"); !ok {
		if v, ok := got.header("Content-Type"); ok {
			t.Errorf("%s: Content-Type %s, want none", name, v)
		}
	}
	if key, _ := got.header("Idempotency-Key"); key != id {
		t.Errorf("%s: Idempotency-Key %s, want %s", name, key, id)
	}
}

func TestGetAppendsItsMapToAURLThatHasAQuery(t *testing.T) {
	t.Parallel()
	addr, got := rawServer(t)
	o := &Outbox{DB: openTemp(t)}
	e := adHoc("http://" + addr + "/hook?x=1")
	e.Method = "GET"
	d := deliver(t, o, sender.Notification{AdHoc: e, Status: "START", Body: new("a b~*")})
	if d.State != sender.Delivered {
		t.Fatalf("%+v", d)
	}
	want := "/hook?x=1?body=a+b%7E*&JOB_EXECUTE_STATUS=START&jobExecuteStatus=START"
	if m := <-got; m.target != want {
		t.Errorf("target %s, want %s", m.target, want)
	}
}

func TestHeadersKeepSpellingRepeatsAndEmptyValues(t *testing.T) {
	t.Parallel()
	addr, got := rawServer(t)
	o := &Outbox{DB: openTemp(t)}
	e := adHoc("http://" + addr + "/")
	e.IdempotencyKey = new(false)
	e.Headers = []sender.Header{{Name: "x-LOW", Value: sender.Literal("1")}, {Name: "x-LOW", Value: sender.Literal("2")}, {Name: "X-Empty", Value: sender.Reference{}},
		{Name: "content-type", Value: sender.Literal("text/plain")}, {Name: "user-agent", Value: sender.Literal("mine")}, {Name: "Host", Value: sender.Literal("other.example")}}
	deliver(t, o, sender.Notification{AdHoc: e, Body: new("x")})
	m := <-got
	for _, want := range []string{"x-LOW: 1", "x-LOW: 2", "X-Empty: ", "Content-Type: " + sender.ContentType, "user-agent: mine",
		"Host: other.example"} {
		if !slices.Contains(m.headers, want) {
			t.Errorf("no %q in %q", want, m.headers)
		}
	}
	for _, name := range []string{"Idempotency-Key", "content-type", "User-Agent"} {
		if slices.ContainsFunc(m.headers, func(h string) bool { return strings.HasPrefix(h, name+":") }) {
			t.Errorf("%s is in %q", name, m.headers)
		}
	}
}

// deliver adds a notification and delivers it once.
func deliver(t testing.TB, o *Outbox, n sender.Notification) sender.Delivery {
	t.Helper()
	d, err := o.Add(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&Relay{Outbox: o, Only: []string{d.ID}}).Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err = o.Get(context.WithoutCancel(t.Context()), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
