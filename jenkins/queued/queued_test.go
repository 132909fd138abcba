package queued

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func client(rt http.RoundTripper) *jenkins.Client {
	return &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: rt}}
}

func item155(id int64, job string) jenkins.Run {
	return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, QueueID: id}, Status: jenkins.Queued}
}

// TestTheFourReasons are those of a real queue (991, 993, 993b, 993c, 994).
func TestTheFourReasons(t *testing.T) {
	t.Parallel()
	offline := strings.Replace(string(recorded.Read(t, "993c").Body), `"name":"on-built-in"`, `"labelExpression":"built-in"`, 1)
	now := time.UnixMilli(1795998197660)
	for _, c := range []struct {
		name     string
		rt       recorded.Func
		run      jenkins.Run
		kind     Kind
		text     string
		requests int64
	}{
		{"quiet period", pages(t, "991", ""), item155(159, "depth/down"), Quiet, "quiet period until " + now.Local().Format("15:04:05"), 1},
		{"blocked", pages(t, "991", ""), item155(158, "depth/blocked"), Blocked, "blocked by #1, which still runs", 1},
		{"no such label", pages(t, "991", "", "993"), item155(155, "depth/labelled"), NoLabel, `no node has the label "gpu&&linux"`, 2},
		{"a pipeline that waits for a node", pages(t, "991", "", "993"),
			jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "depth/node-label", Number: 1}, Status: jenkins.Running}, NoLabel, `no node has the label "gpu&&linux"`, 2},
		{"offline", pages(t, "", offline, "993b", "994"), item155(173, "depth/on-built-in"), Offline, `every node of the label "built-in" is offline: built-in since ` +
			time.UnixMilli(1795998242846).Local().Format("15:04:05") + " (disk swap)", 3},
	} {
		ctx, asked := jenkins.CountRequests(t.Context())
		r, err := Why(ctx, client(c.rt), c.run)
		if err != nil || r.Kind != c.kind || r.Text(now) != c.text || asked.Load() != c.requests || r.Why == "" || r.Since.IsZero() {
			t.Errorf("%s: %+v, %q, %v, %d requests", c.name, r, r.Text(now), err, asked.Load())
		}
	}
}

// pages answers the queue from a recording or a text, and the rest from recordings.
func pages(t *testing.T, queue, text string, others ...string) recorded.Func {
	if queue != "" {
		text = string(recorded.Read(t, queue).Body)
	}
	return func(req *http.Request) *http.Response {
		if req.URL.Path == "/queue/api/json" {
			return recorded.JSON(req, text)
		}
		for _, number := range others {
			x := recorded.Read(t, number)
			if at, _, _ := strings.Cut(x.Target, "?"); strings.ReplaceAll(at, "%20", "") == req.URL.EscapedPath() {
				return x.Response(req)
			}
		}
		t.Errorf("not recorded: %s", req.URL)
		return recorded.JSON(req, "{}")
	}
}

func TestOneThatHasLeft(t *testing.T) {
	t.Parallel()
	if _, err := Why(t.Context(), client(pages(t, "991", "")), item155(1, "a")); !errors.Is(err, ErrGone) {
		t.Error(err)
	}
}

func TestLabelsInJenkinsWords(t *testing.T) {
	t.Parallel()
	for why, want := range map[string]string{
		"‘Jenkins’ doesn’t have label ‘gpu&&linux’":                          "gpu&&linux",
		"Waiting for next available executor on ‘linux’":                     "linux",
		"‘agent-1’ is offline":                                               "agent-1",
		"All nodes of label ‘gpu’ are offline":                               "gpu",
		"There are no nodes with the label ‘gpu’":                            "gpu",
		"‘agent-1’ is reserved for jobs with matching label expression":      "",
		"Waiting for next available executor":                                "",
		"‘Jenkins’ doesn’t have label ‘a’; ‘agent-1’ doesn’t have label ‘a’": "a",
	} {
		if got := (&item{Why: why}).label(); got != want {
			t.Errorf("%s: %q", why, got)
		}
	}
}

func TestHowManyWaitAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := jenkinstest.New(jenkinstest.Options{Nodes: []*jenkinstest.Node{{Executors: 4}, {Name: "gpu-1", Executors: 1, Labels: []string{"gpu-1", "gpu"}}}})
		train := sim.AddFreestyle("train", jenkinstest.Job{Label: "gpu", Concurrent: true, Script: func(*jenkinstest.Build) jenkinstest.Script {
			return jenkinstest.Script{Node: "gpu-1", Takes: time.Minute}
		}})
		for _, user := range []string{"ann", "bob", "cy"} {
			sim.Enqueue(train, 0, []jenkinstest.Cause{{User: user}})
			time.Sleep(time.Second)
		}
		c := client(sim.Transport())
		waiting, err := c.Queue(t.Context())
		if err != nil || len(waiting) != 2 {
			t.Fatalf("%+v, %v", waiting, err)
		}
		r, err := Why(t.Context(), c, waiting[1])
		if err != nil || r.Kind != Busy || r.Busy != 1 || r.Total != 1 || r.Ahead != 1 || r.Label != "gpu" {
			t.Errorf("%+v, %v", r, err)
		}
		if got := r.Text(time.Now()); got != `the one executor of the label "gpu" is busy, 1 wait ahead` {
			t.Error(got)
		}
	})
}

func FuzzReason(f *testing.F) {
	for _, number := range []string{"991", "993c", "707", "714"} {
		f.Add(recorded.Read(f, number).Body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var queue struct{ Items []item }
		if json.Unmarshal(body, &queue) != nil {
			return
		}
		for i := range queue.Items {
			r := queue.Items[i].reason(jenkins.Run{})
			if text := r.Text(time.UnixMilli(0)); strings.ContainsFunc(text, clean.IsJunk) || text == "" {
				t.Errorf("%q", text)
			}
		}
	})
}
