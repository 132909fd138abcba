package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// body returns what admin gets.
func body(t *testing.T, c *Controller, uri string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://jenkins"+uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(jenkinstest.Admin.Name, jenkinstest.Admin.Token)
	resp, err := c.Transport().RoundTrip(req)
	if err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", uri, resp.Status, err)
	}
	return b
}

func ask(t *testing.T, c *Controller, uri string, into any) {
	t.Helper()
	if err := json.Unmarshal(body(t, c, uri), into); err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
}

func clientOf(c *Controller) *jenkins.Client {
	return &jenkins.Client{Name: "demo", URL: &url.URL{Scheme: "http", Host: "jenkins", Path: "/"}, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
		HTTP: &http.Client{Transport: c.Transport()}}
}

func TestDemoShowsEveryStateForHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := clientOf(New())
		for range 60 {
			running, paused, late := shown(t, client)
			queue, err := client.Queue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			jobs := 0 // the others are node blocks of pipelines that run
			for _, r := range queue {
				if !r.PartOf {
					jobs++
				}
			}
			if running < 6 || running > 20 || paused < 1 || late < 1 || jobs < 2 || len(queue) > 6 {
				t.Errorf("at %v: %d running, %d waiting for input, %d late, %d queued", time.Now(), running, paused, late, jobs)
			}
			time.Sleep(293 * time.Second) // the bubble's clock: nobody waits
		}
		time.Sleep(1000 * time.Hour)
		if running, paused, _ := shown(t, client); running < 6 || paused < 1 {
			t.Errorf("after weeks: %d running, %d waiting for input", running, paused)
		}
	})
}

// shown counts what runs, and wants no node to run more than it has executors for.
func shown(t *testing.T, client *jenkins.Client) (running, paused, late int) {
	t.Helper()
	runs, nodes, err := client.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if r.Estimated > 0 && r.Elapsed(time.Now()) > r.Estimated {
			late++
		}
		if r.Status == jenkins.Paused {
			paused++
		}
	}
	for _, n := range nodes {
		if n.Busy > n.Executors {
			t.Errorf("at %v: %d builds on the %d executors of %s", time.Now(), n.Busy, n.Executors, n.Name)
		}
	}
	return len(runs), paused, late
}

func TestDemoHasOneFailureInSight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := clientOf(New())
		failed := func() (names []string) {
			jobs, err := client.LastRuns(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range jobs {
				for _, r := range []*jenkins.Run{j.Last, j.Ended} {
					if r != nil && (r.Status == jenkins.Failure || r.Status == jenkins.Unstable) {
						names = append(names, j.Name)
					}
				}
			}
			return names
		}
		if names := failed(); len(names) != 1 || names[0] != "shop/cart/main" {
			t.Errorf("failed: %q", names)
		}
		time.Sleep(5 * time.Minute)
		run, err := client.Build(t.Context(), jenkins.BuildSpec{Job: "shop/cart/main"})
		if err != nil || run.Status != jenkins.Failure {
			t.Errorf("five minutes later the last build is %+v, %v", run, err)
		}
	})
}

func TestDemoSaysWhyABuildFailed(t *testing.T) {
	t.Parallel()
	c := New()
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

// A pipeline whose node block waits has begun: no page may show a step, or a node, that it does not have yet.
func TestDemoWaitsForANodeOnEveryPage(t *testing.T) {
	t.Parallel()
	c := New()
	const run = "/job/shop/job/web/job/feature%252Flogin-form/9/"
	var tree struct {
		Data struct{ Stages []map[string]any }
	}
	ask(t, c, run+"pipeline-overview/tree", &tree)
	for i, want := range []string{"Lint success agent-7", "Build arm64 running <nil>"} {
		if st := tree.Data.Stages[i]; fmt.Sprint(st["name"], " ", st["state"], " ", st["agent"]) != want {
			t.Errorf("stage %d is %v, want %s", i, st, want)
		}
	}
	var steps struct {
		Data struct {
			Steps []struct{ Name, State string }
		}
	}
	if ask(t, c, run+"pipeline-overview/allSteps", &steps); fmt.Sprint(steps.Data.Steps) != "[{make success}]" {
		t.Errorf("steps: %v", steps.Data.Steps)
	}
	var wfapi struct {
		Stages []struct {
			Name, Status   string
			StageFlowNodes []struct{ Name string }
		}
	}
	if ask(t, c, run+"wfapi/describe?fullStages=true", &wfapi); fmt.Sprint(wfapi.Stages) !=
		"[{Lint SUCCESS [{Shell Script}]} {Build arm64 IN_PROGRESS []}]" {
		t.Errorf("wfapi: %v", wfapi.Stages)
	}
	var graph struct {
		Actions []struct {
			Nodes []struct {
				DisplayName string
				Running     bool
			}
		}
	}
	ask(t, c, run+"api/json?tree=actions[nodes[displayName,running]]", &graph)
	for _, a := range graph.Actions {
		if n := len(a.Nodes); n > 0 && fmt.Sprint(a.Nodes[n-2:]) != "[{Build arm64 true} {Allocate node : Start true}]" {
			t.Errorf("the flow graph ends with %v", a.Nodes[n-2:])
		}
	}
	var queue struct {
		Items []struct {
			Why   string
			Stuck bool
			Task  struct{ Name string }
		}
	}
	ask(t, c, "/queue/api/json?tree=items[why,stuck,task[name]]", &queue)
	if got := fmt.Sprint(queue.Items); !strings.Contains(got, "{‘Jenkins’ doesn’t have label ‘arm64’ true {part of shop » web » feature/login-form #9}}") {
		t.Errorf("queue: %s", got)
	}
}

// TestABuildThatRepeatsAnotherHasItsCommit: a restart, as a rerun, checks out what the other build had, and brings no commits.
func TestABuildThatRepeatsAnotherHasItsCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			"http://jenkins/job/shop/job/cart/job/main/1203/restart/restartPipeline?stageName=Test", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(jenkinstest.Admin.Name, jenkinstest.Admin.Token)
		resp, err := c.Transport().RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
		time.Sleep(10 * time.Second)
		type build struct {
			Actions []struct {
				LastBuiltRevision struct{ SHA1 string }
			}
			ChangeSets []struct{ Items []struct{ CommitID string } }
		}
		commit := func(number int) (sha1 string, changes int) {
			var b build
			ask(t, c, fmt.Sprintf("/job/shop/job/cart/job/main/%d/api/json?tree=actions[lastBuiltRevision[SHA1]],changeSets[items[commitId]]", number), &b)
			for _, a := range b.Actions {
				sha1 += a.LastBuiltRevision.SHA1
			}
			for _, s := range b.ChangeSets {
				changes += len(s.Items)
			}
			return sha1, changes
		}
		first, brought := commit(1203)
		if again, more := commit(1204); first == "" || again != first || brought == 0 || more != 0 {
			t.Errorf("#1203 has %s with %d commits, its restart %s with %d", first, brought, again, more)
		}
	})
}
