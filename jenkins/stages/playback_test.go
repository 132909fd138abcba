package stages

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

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
	resp := recorded.Read(h.t, "109").Response(req)
	switch answer := h.pages[page]; {
	case answer == "":
	case !strings.ContainsAny(answer, "{ <"):
		resp = recorded.Read(h.t, answer).Response(req)
	default:
		code, body, _ := strings.Cut(answer, " ")
		status, err := strconv.Atoi(code)
		if err != nil {
			h.t.Error(err)
		}
		resp = recorded.JSON(req, body)
		if resp.StatusCode = status; strings.HasPrefix(body, "<") {
			resp.Header.Set("Content-Type", "text/html")
		}
	}
	if h.session != "" {
		resp.Header.Set("X-Jenkins-Session", h.session)
	}
	return resp, nil
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
