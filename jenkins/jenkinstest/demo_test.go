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
	req.SetBasicAuth(Admin.Name, Admin.Token)
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

func TestDemoShowsEveryStateAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := Demo()
		for _, after := range []time.Duration{0, time.Hour, 100 * time.Hour} {
			time.Sleep(after) // the bubble's clock: nobody waits
			var cs computers
			ask(t, c, computerTree, &cs)
			running, paused, late := map[string]bool{}, 0, 0
			for _, n := range cs.Computer {
				for _, e := range append(n.Executors, n.OneOffExecutors...) {
					x := e.CurrentExecutable
					if x == nil || running[x.URL] && len(x.Actions) == 0 {
						continue
					}
					running[x.URL] = true
					if x.EstimatedDuration > 0 && time.Since(time.UnixMilli(x.Timestamp)).Milliseconds() > x.EstimatedDuration && e.Progress == 99 {
						late++
					}
					for _, a := range x.Actions {
						if a.WaitingForInput {
							paused++
						}
					}
				}
			}
			var q struct{ Items []struct{ Why string } }
			ask(t, c, "/queue/api/json?tree=items[why]", &q)
			if after == 0 && (len(running) < 6 || late == 0) || paused == 0 || len(q.Items) < 2 || len(running) < 3 {
				t.Errorf("after %v: %d running, %d waiting for input, %d late, %d queued", after, len(running), paused, late, len(q.Items))
			}
		}
	})
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
