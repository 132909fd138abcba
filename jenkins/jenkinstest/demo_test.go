package jenkinstest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// ask decodes an answer to admin, and fails the test when there is none.
func ask(t *testing.T, c *Controller, uri string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://jenkins"+uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	as(c.Users[0])(req)
	resp, err := c.Transport().RoundTrip(req)
	if err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", uri, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
}

type computers struct {
	Computer []struct {
		OneOffExecutors, Executors []struct {
			Progress          int
			CurrentExecutable *struct {
				URL, FullDisplayName         string
				Timestamp, EstimatedDuration int64
				Actions                      []struct{ WaitingForInput bool }
			}
		}
	}
}

const computerTree = "/computer/api/json?tree=computer[oneOffExecutors[progress,currentExecutable[url,fullDisplayName,timestamp," +
	"estimatedDuration,actions[waitingForInput]]],executors[progress,currentExecutable[url,fullDisplayName,timestamp,estimatedDuration," +
	"actions[waitingForInput]]]]"

func TestDemoShowsEveryStateForHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := Demo()
		for range 60 {
			running, paused, late := shown(t, c)
			var q struct {
				Items []struct {
					Task struct {
						Class string `json:"_class"`
					}
				}
			}
			ask(t, c, "/queue/api/json?tree=items[task[name]]", &q)
			jobs := 0 // the others are node blocks of pipelines that run
			for _, it := range q.Items {
				if it.Task.Class == "hudson.model.FreeStyleProject" {
					jobs++
				}
			}
			if running < 6 || running > 20 || paused < 1 || late < 1 || jobs < 2 || len(q.Items) > 6 {
				t.Errorf("at %v: %d running, %d waiting for input, %d late, %d queued", time.Now(), running, paused, late, jobs)
			}
			for _, n := range c.nodes {
				if len(n.slots) > n.Executors {
					t.Errorf("at %v: %d builds on the %d executors of %s", time.Now(), len(n.slots), n.Executors, n.shown())
				}
			}
			time.Sleep(293 * time.Second) // the bubble's clock: nobody waits
		}
		time.Sleep(1000 * time.Hour)
		if running, paused, _ := shown(t, c); running < 6 || paused < 1 {
			t.Errorf("after weeks: %d running, %d waiting for input", running, paused)
		}
	})
}

// shown counts what the computer tree shows.
func shown(t *testing.T, c *Controller) (running, paused, late int) {
	t.Helper()
	var cs computers
	ask(t, c, computerTree, &cs)
	seen := map[string]bool{}
	for _, n := range cs.Computer {
		for _, e := range append(n.OneOffExecutors, n.Executors...) {
			x := e.CurrentExecutable
			if x == nil || seen[x.URL] {
				continue
			}
			seen[x.URL] = true
			if age := time.Since(time.UnixMilli(x.Timestamp)); x.EstimatedDuration > 0 && age.Milliseconds() > x.EstimatedDuration {
				late++
			}
			for _, a := range x.Actions {
				if a.WaitingForInput {
					paused++
				}
			}
		}
	}
	return len(seen), paused, late
}

func TestDemoHasAFailureWhoseLogSaysWhy(t *testing.T) {
	t.Parallel()
	c := Demo()
	var b struct{ Result string }
	ask(t, c, "/job/shop/job/cart/job/main/lastBuild/api/json?tree=result", &b)
	log := string(body(t, c, "/job/shop/job/cart/job/main/lastBuild/consoleText"))
	if b.Result != "FAILURE" || !strings.HasSuffix(log, "Finished: FAILURE\n") || !strings.Contains(log, "ERROR: script returned exit code 1") {
		t.Errorf("shop/cart/main is %s, its log ends %q", b.Result, log[max(0, len(log)-400):])
	}
}
