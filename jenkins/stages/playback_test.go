package stages

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// exchange is a recorded request and its answer: NNN-*.http in testdata here or one level up.
type exchange struct {
	target string
	answer []byte
	body   []byte
}

func record(t testing.TB, number string) exchange {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", number+"-*.http"))
	if len(files) == 0 {
		files, err = filepath.Glob(filepath.Join("..", "testdata", number+"-*.http"))
	}
	if err != nil || len(files) != 1 {
		t.Fatalf("recording %s: found %v, %v", number, files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	request, answer, _ := bytes.Cut(raw, []byte("\n\n"))
	line, _, _ := strings.Cut(string(request), "\n")
	head, body, _ := bytes.Cut(answer, []byte("\n\n"))
	var kept []string
	for h := range strings.SplitSeq(string(head), "\n") {
		if !strings.HasPrefix(h, "Content-Length:") && !strings.HasPrefix(h, "Transfer-Encoding:") {
			kept = append(kept, h)
		}
	}
	wire := strings.Join(kept, "\r\n") + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body)
	return exchange{strings.Fields(line)[2], []byte(wire), body}
}

// host answers requests by the end of their path: with a recording ("904"), or a status and a body. All else is a page
// that the controller lacks.
type host struct {
	t     testing.TB
	pages map[string]string

	mu      sync.Mutex
	asked   []string
	session string
}

func (h *host) RoundTrip(req *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	page := strings.SplitN(req.URL.EscapedPath(), "/1/", 2)[1]
	h.asked = append(h.asked, page)
	wire := record(h.t, "109").answer
	switch answer := h.pages[page]; {
	case answer == "":
	case !strings.ContainsAny(answer, "{ <"):
		wire = record(h.t, answer).answer
	default:
		status, body, _ := strings.Cut(answer, " ")
		kind := "application/json"
		if strings.HasPrefix(body, "<") {
			kind = "text/html"
		}
		wire = []byte("HTTP/1.1 " + status + " X\r\nContent-Type: " + kind + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(wire)), req)
	if err == nil && h.session != "" {
		resp.Header.Set("X-Jenkins-Session", h.session)
	}
	return resp, err
}

// reading returns a Reader of a controller with these pages.
func reading(t testing.TB, pages map[string]string) (*Reader, *host) {
	h := &host{t: t, pages: pages}
	return &Reader{Client: &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci"}, HTTP: &http.Client{Transport: h}}}, h
}

func someRun(status jenkins.Status) jenkins.Run {
	return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Pipeline: true, Status: status}
}

// outline draws stages and steps as text.
func outline(t *Tree) string {
	var b strings.Builder
	steps := func(indent string, steps []Step) {
		for _, p := range steps {
			b.WriteString(indent + "- " + p.ID + " " + p.Name + " " + string(p.State) + "\n")
		}
	}
	var walk func([]Stage, string)
	walk = func(stages []Stage, indent string) {
		for i := range stages {
			s := &stages[i]
			b.WriteString(indent + s.ID + " " + s.Name + " " + string(s.State))
			if s.Kind != Plain {
				b.WriteString(" " + string(s.Kind))
			}
			if s.Cut {
				b.WriteString(" cut")
			}
			b.WriteString("\n")
			steps(indent+"  ", s.Steps)
			walk(s.Children, indent+"  ")
		}
	}
	walk(t.Stages, "")
	steps("", t.Steps)
	return b.String()
}
