package jenkinstest

import (
	"encoding/json"
	"fmt"
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

func TestDemoHasOneFailureInSight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := Demo()
		var failed []string
		for _, j := range c.Jobs() {
			if b := j.permalink("lastCompletedBuild"); b != nil && (b.result == "FAILURE" || b.result == "UNSTABLE") {
				failed = append(failed, j.FullName())
			}
		}
		if len(failed) != 1 || failed[0] != "shop/cart/main" {
			t.Errorf("failed: %q", failed)
		}
		time.Sleep(5 * time.Minute)
		if b := c.Job("shop/cart/main").permalink("lastBuild"); b.result != "FAILURE" {
			t.Errorf("five minutes later the failed build is not the last any more")
		}
	})
}

func TestDemoSaysWhyABuildFailed(t *testing.T) {
	t.Parallel()
	c := Demo()
	const run = "/job/shop/job/cart/job/main/lastBuild/"
	var b struct {
		Artifacts  []struct{ RelativePath string }
		ChangeSets []struct {
			Items []struct{ Author struct{ FullName string } }
		}
		Culprits      []struct{ FullName string }
		PreviousBuild struct{ Result string }
	}
	ask(t, c, run+"api/json?tree=artifacts[relativePath],changeSets[items[author[fullName]]],culprits[fullName],previousBuild[result],nextBuild[number]", &b)
	if got := fmt.Sprintf("%v %v %v", b.ChangeSets, b.Culprits, b.PreviousBuild); got != "[{[{{ana}} {{tom}}]}] [{ana} {jun} {tom}] {UNSTABLE}" || len(b.Artifacts) != 4 {
		t.Errorf("%s, %d artifacts", got, len(b.Artifacts))
	}
	var report struct {
		Suites []struct {
			Cases []struct {
				Name, Status     string
				Age, FailedSince int
			}
		}
	}
	ask(t, c, run+"testReport/api/json?tree=suites[cases[name,status,age,failedSince]]", &report)
	failing := ""
	for _, x := range report.Suites[0].Cases {
		if x.Age > 0 && x.FailedSince > 0 {
			failing += fmt.Sprintln(x.Name, x.Status, x.Age, x.FailedSince)
		}
	}
	if failing != "voucher › applies twice FAILED 2 1202\nvoucher › rounds half cents REGRESSION 1 1203\n" {
		t.Errorf("failing tests:\n%s", failing)
	}
	var steps struct {
		Data struct {
			Steps []struct{ ID, Name, State string }
		}
	}
	ask(t, c, run+"pipeline-overview/allSteps", &steps)
	for _, s := range steps.Data.Steps {
		if s.State == "failure" {
			log := string(body(t, c, run+"execution/node/"+s.ID+"/log/logText/progressiveText"))
			if s.Name != "npm test" || !strings.Contains(log, "Expected: "+green+"7.13") {
				t.Errorf("the step %s failed and says %s", s.Name, log)
			}
		}
	}
	if log := string(body(t, c, run+"consoleText")); !strings.HasSuffix(log, "ERROR: script returned exit code 1\nFinished: FAILURE\n") {
		t.Errorf("the console ends %q", log[max(0, len(log)-400):])
	}
	var preview struct {
		Actions []struct{ Causes []struct{ UpstreamBuild int } }
	}
	ask(t, c, "/job/deploy/job/preview/lastBuild/api/json?tree=actions[causes[upstreamBuild]]", &preview)
	if got := fmt.Sprint(preview.Actions); !strings.Contains(got, "1203") {
		t.Errorf("the preview was started by %s", got)
	}
}
