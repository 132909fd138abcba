package jenkins

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestRunningFoldsNodeBlocksIntoTheirPipeline(t *testing.T) {
	t.Parallel()
	c, p := against(t, "825")
	runs, nodes, err := c.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Requested()) != 1 {
		t.Errorf("asked %d times: %v", len(p.Requested()), p.Requested())
	}
	admin := []Cause{{Text: "Started by user admin", UserID: "admin"}}
	want := []Run{
		{
			Ref: Ref{Controller: "ci", Job: "agent-free", Number: 3}, URL: "http://127.0.0.1:8090/job/agent-free/3/",
			DisplayName: "#3", Status: Running, Nodes: []string{"agent one"},
			NodeLabels: []string{"big", "linux", "docker", "agent one"}, Executor: 1,
			StartedAt: time.UnixMilli(1795471774521), Estimated: 8785 * time.Millisecond, Progress: 58, Causes: admin,
		},
		{
			Ref: Ref{Controller: "ci", Job: "agent-pipe", Number: 3}, URL: "http://127.0.0.1:8090/job/agent-pipe/3/",
			DisplayName: "#3", Status: Running, Stages: []string{"on agent"}, Nodes: []string{"agent one"},
			NodeLabels: []string{"big", "linux", "docker", "agent one"}, Executor: 0, Pipeline: true,
			StartedAt: time.UnixMilli(1795471774548), Estimated: 111720 * time.Millisecond, Progress: 4, Causes: admin,
		},
	}
	if len(runs) != 5 {
		t.Fatalf("got %d runs, want 5: %+v", len(runs), runs)
	}
	if d := cmp.Diff(want, runs[3:], anyClock); d != "" {
		t.Error(d)
	}
	paused := runs[0]
	if paused.Status != Paused || paused.Job != "pipe-input" || paused.Number != 3 || paused.Progress != -1 {
		t.Errorf("the first run is %+v", paused)
	}
	ask := []Input{{ID: "Ship", Message: "Ship it?", OK: "Ship", Parameters: []ParameterDefinition{
		{Name: "VERSION", Type: "StringParameterDefinition", Description: "v", Default: "1.0"},
		{Name: "NOW", Type: "BooleanParameterDefinition", Default: "true"},
	}}}
	if d := cmp.Diff(ask, paused.Inputs); d != "" {
		t.Error(d)
	}
	wantNodes := []Node{
		{Name: "built-in", Labels: []string{"built-in"}, Executors: 4},
		{Name: "agent one", Labels: []string{"big", "linux", "docker", "agent one"}, Executors: 2, Busy: 2},
	}
	if d := cmp.Diff(wantNodes, nodes); d != "" {
		t.Error(d)
	}
}

func TestRunningReadsParametersOfEveryKind(t *testing.T) {
	t.Parallel()
	c, _ := against(t, "810")
	runs, _, err := c.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byJob := map[string]Run{}
	for _, r := range runs {
		byJob[r.Job] = r
	}
	if len(runs) != 6 {
		t.Errorf("got %d runs, want 6", len(runs))
	}
	free := byJob["hello-free"]
	want := []Parameter{
		{Name: "NAME", Value: "z"}, {Name: "DRY_RUN", Value: "true"}, {Name: "LEVEL", Value: "low"},
		{Name: "SECRET_PW", Secret: true}, {Name: "NOTES", Value: "line one\nline two = \"q\""},
	}
	if d := cmp.Diff(want, free.Parameters); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]string{"FOO": "bar"}, byJob["scripted"].Environment); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"two"}, byJob["scripted"].Stages); d != "" {
		t.Error(d)
	}
}

func TestRunningShowsEveryRunOfABusyControllerOnce(t *testing.T) {
	t.Parallel()
	c, _ := against(t, "601")
	runs, nodes, err := c.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, m := range regexp.MustCompile(`/job/([^/]+)/(\d+)/`).FindAllStringSubmatch(string(recorded.Read(t, "601").Body), -1) {
		want[m[1]+"#"+m[2]] = true
	}
	got := map[string]bool{}
	for _, r := range runs {
		got[BuildSpec{Job: r.Job, Number: r.Number}.String()] = true
	}
	if d := cmp.Diff(want, got); d != "" || len(runs) != len(got) {
		t.Errorf("%d runs: %s", len(runs), d)
	}
	if want := []Node{{Name: "built-in", Executors: 30, Busy: 29}}; !cmp.Equal(want, nodes) {
		t.Errorf("nodes %+v", nodes)
	}
	if !slices.IsSortedFunc(runs, func(a, b Run) int { return a.StartedAt.Compare(b.StartedAt) }) {
		t.Error("not oldest first")
	}
}

// executing returns a computer tree with these executors and one-off executors on an agent.
func executing(executors, oneOff string) recorded.Func {
	return func(req *http.Request) *http.Response {
		return recorded.JSON(req, `{"computer":[{"_class":"hudson.slaves.SlaveComputer","displayName":"agent","executors":[`+executors+
			`],"oneOffExecutors":[`+oneOff+`]}]}`)
	}
}

func onExecutor(n int, class, rest string) string {
	return fmt.Sprintf(`{"number":%d,"progress":5,"currentExecutable":{"_class":%q,%s}}`, n, class, rest)
}

const (
	workflow  = "org.jenkinsci.plugins.workflow.job.WorkflowRun"
	aPart     = "org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask$PlaceholderExecutable"
	freestyle = "hudson.model.FreeStyleBuild"
)

func TestRunningOf(t *testing.T) {
	t.Parallel()
	pipe := func(extra string) string {
		return onExecutor(-1, workflow, `"number":7,"url":"http://x/ci/job/a%20b/7/","fullDisplayName":"a b release (x)","displayName":"release (x)","building":true,"timestamp":5`+extra)
	}
	part := func(n int, name string) string {
		return onExecutor(n, aPart, `"number":7,"url":"http://x/ci/job/a%20b/7/","fullDisplayName":"`+name+`"`)
	}
	pipeline := Run{Ref: Ref{Controller: "ci", Job: "a b", Number: 7}, URL: "http://ci.example/jenkins/job/a%20b/7/", DisplayName: "release (x)",
		Status: Running, Executor: -1, StartedAt: time.UnixMilli(5), Progress: 5, Pipeline: true}
	with := func(r Run, change func(*Run)) []Run {
		change(&r)
		return []Run{r}
	}
	for name, tc := range map[string]struct {
		executors, oneOff string
		want              []Run
	}{
		"nothing":                  {`{"currentExecutable":null},{}`, "", nil},
		"a pipeline between nodes": {"", pipe(""), []Run{pipeline}},
		"a pipeline of which a step waits and a branch runs": {
			strings.Join([]string{part(2, "a b release (x) (lint (fast))"), part(0, "a b release (x) (unit)"), part(1, "a b release (x) (unit)")}, ","),
			pipe(`,"actions":[{"waitingForInput":true,"executions":[{"id":"Go","input":null},{"input":{"message":"line\n\u001b[2Jtwo"}}]}]`),
			with(pipeline, func(r *Run) {
				r.Status, r.Executor, r.Nodes, r.Stages = Paused, 2, []string{"agent"}, []string{"lint (fast)", "unit"}
				r.Inputs = []Input{{ID: "Go"}, {Message: "line\ntwo"}}
			})},
		"a part outside any stage": {part(0, "part of a b release (x)"), pipe(""), with(pipeline, func(r *Run) {
			r.Executor, r.Nodes = 0, []string{"agent"}
		})},
		"an input that was answered": {"", pipe(`,"actions":[{"waitingForInput":false,"executions":[{"id":"Go"}]}]`), []Run{pipeline}},
		"a pipeline that only tidies up": {"", onExecutor(-1, workflow,
			`"number":7,"url":"http://x/job/a/7/","building":false,"result":"SUCCESS"`), nil},
		"a part whose run is missing": {part(0, "a b #7 (unit)"), "", []Run{{Ref: Ref{Controller: "ci", Job: "a b", Number: 7},
			URL: "http://ci.example/jenkins/job/a%20b/7/", DisplayName: "#7", Status: Running, Executor: 0, Progress: 5, Pipeline: true,
			Nodes: []string{"agent"}, Stages: []string{"unit"}}}},
		"a task that is no build": {onExecutor(0, "some.Backup", `"url":"http://x/backup/1/","number":1`) + "," +
			onExecutor(1, "some.Task", `"displayName":"x"`), "", nil},
		"a matrix configuration": {onExecutor(3, "hudson.matrix.MatrixRun",
			`"number":2,"url":"http://x/job/m/OS=linux,V=1/2/","building":true,"displayName":"#2"`), "",
			[]Run{{Ref: Ref{Controller: "ci", Job: "m/OS=linux,V=1", Number: 2}, URL: "http://ci.example/jenkins/job/m/OS=linux,V=1/2/",
				DisplayName: "#2", Status: Running, Executor: 3, Progress: 5, Nodes: []string{"agent"}}}},
		"a result before the end": {onExecutor(3, freestyle, `"number":2,"url":"job/f/2/","building":true,"result":"FAILURE","builtOn":"agent"`), "",
			[]Run{{Ref: Ref{Controller: "ci", Job: "f", Number: 2}, URL: "http://ci.example/jenkins/job/f/2/",
				DisplayName: "#2", Status: Running, Executor: 3, Progress: 5, Nodes: []string{"agent"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := reading(executing(tc.executors, tc.oneOff)).Running(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestOddJobIsAskedForWhereTheRefreshSawIt(t *testing.T) {
	t.Parallel()
	var asked string
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		asked = req.URL.Path
		return executing(onExecutor(3, "hudson.matrix.MatrixRun", `"number":2,"url":"http://x/job/m/OS=linux,V=1/2/"`), "")(req)
	}))
	runs, _, err := c.Running(t.Context())
	if err != nil || len(runs) != 1 {
		t.Fatal(runs, err)
	}
	_, _ = c.Build(t.Context(), BuildSpec{Job: runs[0].Job, Number: 2})
	if asked != "/jenkins/job/m/OS=linux,V=1/2/api/json" {
		t.Errorf("asked for %s", asked)
	}
}

func TestQueueTellsPartsOfPipelinesFromBuildsToCome(t *testing.T) {
	t.Parallel()
	c, _ := against(t, "811")
	got, err := c.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Run{{
		Ref:         Ref{Controller: "ci", Job: "multi/feature%2Flogin-form", Number: 2, QueueID: 19},
		URL:         "http://127.0.0.1:8090/job/multi/job/feature%252Flogin-form/2/",
		DisplayName: "#2", Status: Queued, QueuedAt: time.UnixMilli(1795468640450), Executor: -1, Progress: -1,
		Pipeline: true, Why: "Waiting for next available executor", PartOf: true,
	}}
	if d := cmp.Diff(want, got, anyClock); d != "" {
		t.Error(d)
	}
}

func TestQueueReadsItemsOfEveryKind(t *testing.T) {
	t.Parallel()
	for number, want := range map[string][]Run{
		"022": nil,
		"242": {{Ref: Ref{Controller: "ci", Job: "queued-nolabel", QueueID: 39}, URL: "http://127.0.0.1:8090/job/queued-nolabel/",
			Why: "‘Jenkins’ doesn’t have label ‘no-such-label’", QueuedAt: time.UnixMilli(1795467615626), Stuck: true}},
		"707": {{Ref: Ref{Controller: "ci", Job: "hello-free", QueueID: 66}, URL: "http://127.0.0.1:8090/job/hello-free/",
			Why: "Build #2 is already in progress (ETA: 19 sec)", QueuedAt: time.UnixMilli(1795468040130), Parameters: []Parameter{
				{Name: "NAME", Value: "third"}, {Name: "DRY_RUN", Value: "true"}, {Name: "LEVEL", Value: "low"},
				{Name: "SECRET_PW", Secret: true}, {Name: "NOTES", Value: "line one\nline two = \"q\""}}}},
		"714": {{Ref: Ref{Controller: "ci", Job: "free-fail", QueueID: 67}, URL: "http://127.0.0.1:8090/job/free-fail/",
			Why: "In the quiet period. Expires in 2.9 sec", QueuedAt: time.UnixMilli(1795468041858)}},
	} {
		for i := range want {
			want[i].Status, want[i].Executor, want[i].Progress = Queued, -1, -1
			want[i].Causes = []Cause{{Text: "Started by user admin", UserID: "admin"}}
		}
		c, _ := against(t, number)
		got, err := c.Queue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), anyClock); d != "" {
			t.Errorf("recording %s: %s", number, d)
		}
	}
}

func TestRefreshTellsWhatGitCheckedOutIfThatIsWanted(t *testing.T) {
	t.Parallel()
	for _, wanted := range []bool{false, true} {
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			if got := strings.Count(req.URL.Query().Get("tree"), "lastBuiltRevision[SHA1,branch[name]],remoteUrls,_class"); got != map[bool]int{true: 2}[wanted] {
				t.Errorf("wanted %v: asked %d times in %s", wanted, got, req.URL)
			}
			return recorded.JSON(req, `{"computer":[{"oneOffExecutors":[{"currentExecutable":{"_class":"x.WorkflowRun","number":3,`+
				`"url":"http://x/job/a/3/","actions":[{"lastBuiltRevision":{"SHA1":"9f31c02","branch":[{"name":"main"}]}}]}}]}]}`)
		}))
		c.Revisions = wanted
		runs, _, err := c.Running(t.Context())
		if err != nil || len(runs) != 1 || runs[0].Revisions[0].Commit != "9f31c02" {
			t.Errorf("got %+v, %v", runs, err)
		}
	}
}

// A partial poll has no numbers of executors to tell the first node from the others by.
func TestPartialPollTellsAllNodesOfARun(t *testing.T) {
	t.Parallel()
	part := func(name string) string {
		return `{"displayName":"` + name + `","executors":[{"currentExecutable":{"_class":"` + aPart +
			`","url":"http://x/ci/job/a/7/","fullDisplayName":"a #7 (` + name + `)"}}],"oneOffExecutors":[]}`
	}
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		return recorded.JSON(req, `{"computer":[{"displayName":"built-in","executors":[],"oneOffExecutors":[{"currentExecutable":{"_class":"`+workflow+
			`","url":"http://x/ci/job/a/7/","fullDisplayName":"a #7","building":true}}]},`+part("agent-7")+","+part("agent-9")+`]}`)
	}))
	runs, _, err := c.Partial(t.Context(), true)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	if got := runs[0].Nodes; !slices.Equal(got, []string{"agent-7", "agent-9"}) {
		t.Errorf("the nodes are %q", got)
	}
}
