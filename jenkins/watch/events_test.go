package watch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestRecordedEventsNameTheirBuilds(t *testing.T) {
	t.Parallel()
	var names, named []string
	for event, err := range readEvents(bytes.NewReader(recorded.Read(t, "403").Body)) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, event.Type)
		if event.Type == "job" {
			n := readEvent(event.Data)
			named = append(named, fmt.Sprintf("%s#%d", n.job, n.number))
		}
	}
	if got := strings.Join(names[:4], " "); got != "open configure job job" {
		t.Errorf("the stream begins with %s", got)
	}
	want := "pipe-nonode#0 pipe-nonode#0 free-fail#0 free-fail#0 free-fail#0 free-fail#10 pipe-nonode#3 free-fail#10 " +
		"free-fail#0 pipe-nonode#3 pipe-nonode#0"
	if got := strings.Join(named, " "); got != want {
		t.Errorf("events tell of\n%s, want\n%s", got, want)
	}
}

func FuzzEventsNameBuildsWithTheirJobs(f *testing.F) {
	f.Add(`{"jenkins_event":"job_run_ended","jenkins_object_url":"job/a/1/"}`)
	f.Add(`{"jenkins_object_id":"-5","job_name":"x","jenkins_event":"job_run_started"}`)
	f.Fuzz(func(t *testing.T, data string) {
		if n := readEvent(data); n.number < 0 || n.number > 0 && n.job == "" {
			t.Errorf("%+v", n)
		}
	})
}

func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	lines := &repeater{line: "data: " + strings.Repeat("x", 1000) + "\n"}
	endless := io.MultiReader(strings.NewReader("event: job\n"), lines)
	for event, err := range readEvents(endless) {
		if err == nil {
			t.Fatalf("an event of %d bytes", len(event.Data))
		}
	}
	for _, err := range readEvents(&repeater{line: "x"}) {
		if err == nil {
			t.Fatal("a line without an end is an event")
		}
	}
}

type repeater struct{ line string }

func (r *repeater) Read(p []byte) (int, error) {
	n := 0
	for n+len(r.line) <= len(p) {
		n += copy(p[n:], r.line)
	}
	return n, nil
}

// gateway plays the sse-gateway plugin: sessions and answers as recorded, events as the test says.
type gateway struct {
	t       *testing.T
	missing bool
	crumb   bool // configure wants one

	mu       sync.Mutex
	asked    []string
	streams  []*io.PipeWriter
	listener string
}

func (g *gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, r.Method+" "+r.URL.Path)
	path := strings.TrimPrefix(r.URL.Path, "/jenkins/")
	session := recorded.Read(g.t, "401").Response(r).Cookies()[0].String()
	session, _, _ = strings.Cut(session, ";")
	user, token, _ := r.BasicAuth()
	switch {
	case g.missing:
		return recorded.Read(g.t, "011").Response(r), nil
	case user != "ci" || token != "secret":
		return recorded.Read(g.t, "010").Response(r), nil
	case path == "sse-gateway/connect":
		g.listener = r.URL.Query().Get("clientId")
		return recorded.Read(g.t, "401").Response(r), nil
	case r.Header.Get("Cookie") != session:
		g.t.Errorf("%s has the cookie %q, want %q", r.URL.Path, r.Header.Get("Cookie"), session)
	case path == "crumbIssuer/api/json":
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(
			`{"crumb":"c1","crumbRequestField":"Jenkins-Crumb"}`))}, nil
	case path == "sse-gateway/configure" && g.crumb && r.Header.Get("Jenkins-Crumb") != "c1":
		return recorded.Read(g.t, "009").Response(r), nil
	case path == "sse-gateway/configure":
		body, _ := io.ReadAll(r.Body)
		want := `{"dispatcherId":"` + g.listener + `","subscribe":[{"jenkins_channel":"job"}],"unsubscribe":[]}`
		if string(body) != want {
			g.t.Errorf("configured with %s, want %s", body, want)
		}
		return recorded.Read(g.t, "402").Response(r), nil
	case path == "sse-gateway/listen/"+g.listener:
		read, write := io.Pipe()
		g.streams = append(g.streams, write)
		go fmt.Fprint(write, "event: open\ndata: {}\n\n")
		context.AfterFunc(r.Context(), func() { write.CloseWithError(r.Context().Err()) })
		return &http.Response{StatusCode: 200, Body: read}, nil
	}
	g.t.Errorf("asked for %s", r.URL)
	return nil, io.ErrUnexpectedEOF
}

// tell sends an event on the newest stream.
func (g *gateway) tell(event, job string, number int) {
	g.mu.Lock()
	stream := g.streams[len(g.streams)-1]
	g.mu.Unlock()
	go fmt.Fprintf(stream, "event: job\ndata: {\"jenkins_event\":%q,\"jenkins_object_url\":\"job/%s/%d/\","+
		"\"jenkins_object_id\":\"%d\",\"job_name\":%q}\n\n", event, job, number, number, job)
}

func eventful(g *gateway, f *fakeAsker) *Watcher {
	u, _ := url.Parse("http://ci.example/jenkins")
	return &Watcher{Events: true, asker: f, Client: &jenkins.Client{Name: "ci", URL: u, User: "ci", Token: "secret",
		HTTP: &http.Client{Transport: g}}}
}

func TestEventsRefreshAtOnceAndSlowThePollingDown(t *testing.T) {
	t.Parallel()
	for _, crumb := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g, f := &gateway{t: t, crumb: crumb}, &fakeAsker{}
			f.add("busy", 1, 0, 0)
			f.add("quick", 3, 7500*time.Millisecond, 200*time.Millisecond)
			began := time.Now()
			time.AfterFunc(7800*time.Millisecond, func() { g.tell("job_run_ended", "quick", 3) })
			w := eventful(g, f)
			snaps := watched(t, w, 8*time.Second)
			if got := statusesOf(snaps, "quick", 3); got != "- SUCCESS" {
				t.Errorf("reported: %s", got)
			}
			if got := f.times("Running", began); fmt.Sprint(got) != "[0s 6s 7.85s]" {
				t.Errorf("refreshes left at %v", got)
			}
			if !snaps[len(snaps)-1].Events {
				t.Error("the snapshot does not say that events come")
			}
		})
	}
}

func TestControllerWithoutThePluginIsAskedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, f := &gateway{t: t, missing: true}, &fakeAsker{}
		f.add("busy", 1, 0, 0)
		began := time.Now()
		watched(t, eventful(g, f), time.Hour)
		if len(g.asked) != 1 {
			t.Errorf("it was asked for %v", g.asked)
		}
		if n := len(f.times("Running", began)); n < 1790 {
			t.Errorf("only %d refreshes in an hour", n)
		}
	})
}

func TestCutStreamIsOpenedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, f := &gateway{t: t}, &fakeAsker{}
		f.add("busy", 1, 0, 0)
		for i := range 5 {
			time.AfterFunc(time.Duration(i+1)*time.Minute, func() {
				g.mu.Lock()
				defer g.mu.Unlock()
				g.streams[len(g.streams)-1].Close()
			})
		}
		snaps := watched(t, eventful(g, f), 6*time.Minute)
		if len(g.streams) != 6 {
			t.Errorf("%d streams were opened, want 6", len(g.streams))
		}
		if !snaps[len(snaps)-1].Events {
			t.Error("events do not come any more")
		}
	})
}

func TestStreamThatFallsSilentIsNotTrusted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, f := &gateway{t: t}, &fakeAsker{}
		f.add("busy", 1, 0, 0)
		for i := range 20 { // builds come and go, without an event
			f.add("a", i+1, time.Duration(i)*20*time.Second+time.Second, 15*time.Second)
		}
		watched(t, eventful(g, f), 2*time.Minute)
		if len(g.streams) < 2 {
			t.Error("a dead stream is trusted forever")
		}
	})
}

func TestManyEventsDoNotFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, f := &gateway{t: t}, &fakeAsker{}
		f.add("busy", 1, 0, 0)
		for i := range 3000 {
			time.AfterFunc(time.Second+time.Duration(i)*20*time.Millisecond, func() { g.tell("job_run_queue_enter", "busy", 0) })
		}
		began := time.Now()
		watched(t, eventful(g, f), time.Minute)
		if n := len(f.questions(began)); n > 48 {
			t.Errorf("%d questions in a minute full of events", n)
		}
	})
}

// TestStreamThatLivedIsOpenedAgainAtOnce has a proxy end each stream after forty seconds, all day.
func TestStreamThatLivedIsOpenedAgainAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, f := &gateway{t: t}, &fakeAsker{}
		f.add("busy", 1, 0, 0)
		opened := 0
		for i := range 3600 {
			time.AfterFunc(time.Duration(i)*time.Second, func() {
				g.mu.Lock()
				defer g.mu.Unlock()
				if n := len(g.streams); n > opened {
					opened = n
					stream := g.streams[n-1]
					time.AfterFunc(40*time.Second, func() { stream.Close() })
				}
			})
		}
		watched(t, eventful(g, f), time.Hour)
		if len(g.streams) < 3600/43 {
			t.Errorf("only %d streams in an hour", len(g.streams))
		}
	})
}

func TestRefusedTokenIsTriedRarelyForEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, f := &gateway{t: t}, &fakeAsker{}
		f.add("busy", 1, 0, 0)
		w := eventful(g, f)
		w.Client.Token = "expired"
		watched(t, w, 14*time.Minute)
		if len(g.asked) != 3 {
			t.Errorf("asked %d times: %v", len(g.asked), g.asked)
		}
	})
}
