package jenkinstest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func replayHistory(s *story) {
	addMultibranch(s.c)
	s.run("demo-pipeline", time.Minute)
	s.run("demo-pipeline", time.Minute)
	s.run("hello-free", time.Minute)
	for _, name := range []string{"free-fail", "free-unstable", "team-a/svc-one", "pipe-notbuilt"} {
		s.run(name, time.Minute)
	}
	s.replayAll("823", "824")
	for _, name := range []string{"team-a/back end/api pipeline", "team-a/back end/ünïcode"} {
		s.run(name, time.Minute)
	}
	for _, name := range []string{"multi/main", "multi/feature%2Flogin-form", "multi/feature%2Flogin-form"} {
		b := s.run(name, time.Second)
		s.c.Proceed(b)
		time.Sleep(time.Minute)
	}
	s.run("hello-free", 0)
	s.run("multi/feature%2Flogin-form", 0)
	s.run("demo-pipeline", time.Second)
	s.replay("812")
}

// replayInputs has runs that wait, on the controller alone, beside an idle agent.
func replayInputs(s *story) {
	s.c.AddPipeline("zz-verify/p-agent", Job{Script: func(*Build) Script { return Script{NoNode: true, Stages: []Stage{{Takes: time.Hour}}} }})
	s.run("zz-verify/p-agent", 0)
	s.run("pipe-input", time.Second)
	s.run("pipe-input", time.Second)
	s.replay("822")
}

// replayBig has more work than executors, and a long console.
func replayBig(s *story) {
	s.c = New(Options{Users: recordedUsers, Nodes: []*Node{{Executors: 5}}})
	free := Job{Script: func(b *Build) Script { return Script{Takes: time.Minute} }}
	pipe := Job{Script: func(b *Build) Script { return Script{Takes: time.Minute} }}
	waiting := Job{Script: func(b *Build) Script { return Script{Label: "one-more"} }}
	for i := range 3 {
		j := s.c.AddFreestyle(fmt.Sprintf("data-build-%04d", i), free)
		s.c.Finish(s.c.Start(j, byAdmin), []string{"SUCCESS", "FAILURE", "ABORTED"}[i])
		s.c.AddPipeline(fmt.Sprintf("mobile-nightly-%04d", i), pipe)
		s.c.AddPipeline(fmt.Sprintf("web-release-%04d", i), waiting)
	}
	s.c.AddFreestyle("big-log", Job{Script: func(*Build) Script { return Script{Takes: time.Second, LogSize: 31_600_000} }})
	s.run("big-log", time.Minute)
	s.replayAll("604", "605", "606")
	for i := range 3 {
		s.run(fmt.Sprintf("mobile-nightly-%04d", i), 2*time.Minute)
	}
	s.run("web-release-0000", 3*time.Second)
	s.replay("602")
	for _, n := range []string{"data-build-0000", "data-build-0001", "mobile-nightly-0000", "mobile-nightly-0001"} {
		s.run(n, 0)
	}
	time.Sleep(100 * time.Millisecond)
	s.replay("601")
	time.Sleep(time.Hour)
	s.c.AddFolder("team", Job{})
	for i := range 3 {
		s.run(fmt.Sprintf("web-release-%04d", i), 0)
	}
	s.run("data-build-0002", time.Second)
	s.replay("603")
}

func TestEventsAreSentAsRecorded(t *testing.T) {
	t.Parallel()
	rec := recordings(t)
	synctest.Test(t, func(t *testing.T) {
		s := &story{t: t, c: recordedModel(Options{SSE: true}), all: rec, replayed: map[string]bool{}}
		_, _ = s.replay("401", anonymousButSeen)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://jenkins"+rec["403"].target, nil)
		if err != nil {
			t.Fatal(err)
		}
		as(recordedAdmin)(req)
		resp, err := s.c.Transport().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		for _, d := range headerDiff(rec["403"].header, resp.Header) {
			t.Error(d)
		}
		read := make(chan string)
		go func() {
			b, _ := io.ReadAll(resp.Body) // ends with the connection
			read <- string(b)
		}()
		s.replay("402", rawBody(`{"dispatcherId": "rig-1", "subscribe": [{"jenkins_channel": "job"}], "unsubscribe": []}`, "application/json"))
		s.ask(http.MethodPost, "/job/pipe-nonode/build", false)
		s.ask(http.MethodPost, "/job/free-fail/build", false)
		time.Sleep(5 * time.Second)
		resp.Body.Close()
		got := events(<-read)
		want := events(string(rec["403"].body))
		for key, line := range want {
			if got[key] == "" {
				t.Errorf("no %s", key)
				continue
			}
			for _, d := range shapeDiff([]byte(line), []byte(got[key]), false) {
				t.Errorf("%s: %s", key, d)
			}
		}
	})
}

func anonymousButSeen(*http.Request) {}

// events returns the events of a stream by their kind and job.
func events(stream string) map[string]string {
	all := map[string]string{}
	for block := range strings.SplitSeq(stream, "\n\n") {
		kind, data, ok := strings.Cut(strings.TrimPrefix(block, "event: "), "\ndata: ")
		if !ok {
			continue
		}
		var event struct {
			Event string `json:"jenkins_event"`
		}
		if json.Unmarshal([]byte(data), &event) == nil {
			kind += " " + event.Event
		}
		if strings.Contains(data, `"pipe-nonode"`) {
			kind += " of the pipeline"
		}
		all[kind] = data
	}
	return all
}
