package jenkins

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRunningFoldsNodeBlocksIntoTheirPipeline(t *testing.T) {
	t.Parallel()
	c, p := against(t, "825")
	runs, nodes, err := c.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.seen) != 1 {
		t.Errorf("asked %d times: %v", len(p.seen), p.seen)
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
	if d := cmp.Diff(want, runs[3:]); d != "" {
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

func TestRunningShowsEveryRunOfABusyController(t *testing.T) {
	t.Parallel()
	c, _ := against(t, "601")
	runs, nodes, err := c.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(runs), len(nodes), nodes)
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
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLastBuildsReadsTwoThousandJobs(t *testing.T) {
	t.Parallel()
	c, p := against(t, "603")
	jobs, err := c.LastBuilds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(jobs), p.seen, jobs[0], *jobs[0].Last)
}

func TestBuildReadsABranchesBuild(t *testing.T) {
	t.Parallel()
	c, p := against(t, "803")
	r, err := c.Build(t.Context(), BuildSpec{Job: "multi/feature%2Flogin-form", Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v %s", r, p.seen)
}
