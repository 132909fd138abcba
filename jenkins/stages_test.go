package jenkins

import (
	_ "embed"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func pipeline(job string, number int) Run {
	return Run{Ref: Ref{Controller: "ci", Job: job, Number: number}, Pipeline: true}
}

func TestStagesShowParallelBranchesAsATree(t *testing.T) {
	t.Parallel()
	c, _ := against(t, "223")
	got, err := c.Stages(t.Context(), pipeline("pipe-parallel", 1))
	if err != nil {
		t.Fatal(err)
	}
	want := []Stage{
		{ID: "6", Name: "Checkout", Status: StageSuccess, StartedAt: time.UnixMilli(1795467602752), Duration: 16 * time.Millisecond, Node: "built-in"},
		{ID: "11", Name: "Fan", Status: StageRunning, StartedAt: time.UnixMilli(1795467602785), Node: "built-in", Children: []Stage{
			{ID: "15", Name: "unit", Status: StageRunning, StartedAt: time.UnixMilli(1795467602809), Node: "built-in", Parallel: true},
			{ID: "16", Name: "lint", Status: StageSuccess, StartedAt: time.UnixMilli(1795467602811), Duration: 1261 * time.Millisecond, Node: "built-in", Parallel: true},
			{ID: "17", Name: "e2e", Status: StageRunning, StartedAt: time.UnixMilli(1795467602813), Node: "built-in", Parallel: true},
		}},
	}
	if d := cmp.Diff(want, got.Stages); d != "" || got.Source != FromGraphView {
		t.Errorf("from %s: %s", got.Source, d)
	}
}

// notFound answers 404 below a build that exists, except for the recordings it holds.
type notFound struct{ playback }

func (n *notFound) RoundTrip(req *http.Request) (*http.Response, error) {
	for _, r := range n.held {
		if pathOf(r.target) == req.URL.EscapedPath() {
			return n.playback.RoundTrip(req)
		}
	}
	n.seen = append(n.seen, req.Method+" "+req.URL.RequestURI())
	return record(n.t, "109").response(req), nil
}

func TestStagesFallBackAndRememberWhatIsMissing(t *testing.T) {
	t.Parallel()
	for number, want := range map[string][]Stage{
		"106": {
			{ID: "8", Name: "Prepare", Status: StageSuccess, StartedAt: time.UnixMilli(1795467520537), Duration: 322 * time.Millisecond},
			{ID: "14", Name: "Build", Status: StageRunning, StartedAt: time.UnixMilli(1795467520879)},
		},
		"228": {{ID: "4", Name: "Gate", Status: StagePaused, StartedAt: time.UnixMilli(1795467608712), Paused: 1542 * time.Millisecond}},
		"217": {{ID: "6", Name: "A", Status: StageAborted, StartedAt: time.UnixMilli(1795467599497), Duration: 1442 * time.Millisecond}},
		"245": {},
	} {
		n := &notFound{playback{t: t, held: []recording{record(t, number)}}}
		job := strings.Split(n.held[0].target, "/")[2]
		c := reading(n)
		c.URL.Path = ""
		for range 2 {
			got, err := c.Stages(t.Context(), pipeline(job, must(strconv.Atoi(strings.Split(n.held[0].target, "/")[3]))))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got.Stages); d != "" || got.Source != FromWFAPI {
				t.Errorf("recording %s, from %s: %s", number, got.Source, d)
			}
		}
		if len(n.seen) != len(stagePages)+1 {
			t.Errorf("a page that is missing was asked for again: %v", n.seen)
		}
	}
}

func TestStagesOfAControllerWithoutASourceAreThoseOfTheRefresh(t *testing.T) {
	t.Parallel()
	n := &notFound{playback{t: t}}
	run := pipeline("a", 1)
	run.Stages = []string{"Build", "lint"}
	c := reading(n)
	for range 2 {
		got, err := c.Stages(t.Context(), run)
		want := Stages{Ref: run.Ref, Source: FromRefresh,
			Stages: []Stage{{Name: "Build", Status: StageRunning}, {Name: "lint", Status: StageRunning}}}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
	}
	if len(n.seen) != len(stagePages) {
		t.Errorf("asked again: %v", n.seen)
	}
}

func TestAFaultIsNotTakenForAControllerWithoutStages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		status, page := http.StatusInternalServerError, strings.Repeat("<p>Oops</p>", 500)
		c := reading(answering(func(*http.Request) *http.Response {
			w := httptest.NewRecorder()
			w.WriteHeader(status)
			w.WriteString(page)
			return w.Result()
		}))
		if _, err := c.Stages(t.Context(), pipeline("a", 1)); err == nil {
			t.Error("a controller that fails tells of no stages")
		}
		before := c.Requests()
		if _, err := c.Stages(t.Context(), pipeline("a", 1)); err == nil || c.Requests() != before {
			t.Errorf("%v, after %d more requests for pages that have just failed", err, c.Requests()-before)
		}
		time.Sleep(brokenFor)
		status, page = http.StatusNotFound, "gone for a moment"
		if got, err := c.Stages(t.Context(), pipeline("a", 1)); err != nil || got.Source != FromRefresh {
			t.Errorf("got %v, %v", got, err)
		}
		status, page = http.StatusOK, `{"stages":[{"name":"Build","status":"SUCCESS"}]}`
		time.Sleep(missingFor)
		if got, err := c.Stages(t.Context(), pipeline("a", 1)); err != nil || len(got.Stages) != 1 {
			t.Errorf("it is never asked again: %v, %v", got, err)
		}
	})
}

// newerStages is an answer as Pipeline Graph View 900 and later give it at stages/tree, made up from its
// Java source (PipelineStage, PipelineState, AbstractPipelineNode, PipelineJsonWriter): null values are left out, a branch
// that waits for an executor is queued and says what for, branches hold stages, and a second parallel step of a stage
// comes in a block of its own.
//
//go:embed testdata/odd-stages.json
var newerStages string

func TestStagesOfANewerGraphView(t *testing.T) {
	t.Parallel()
	c := reading(answering(func(req *http.Request) *http.Response {
		if strings.HasSuffix(req.URL.Path, "/a/1/stages/tree") {
			return canned(req, newerStages)
		}
		return record(t, "109").response(req)
	}))
	got, err := c.Stages(t.Context(), pipeline("a", 1))
	if err != nil {
		t.Fatal(err)
	}
	want := []Stage{
		{ID: "6", Name: "Build", Status: StageSuccess, StartedAt: time.UnixMilli(1795467602752), Duration: 900 * time.Millisecond, Node: "linux-1"},
		{ID: "11", Name: "Test", Status: StageRunning, StartedAt: time.UnixMilli(1795467602785), Children: []Stage{
			{ID: "15", Name: "linux", Status: StageRunning, StartedAt: time.UnixMilli(1795467602809), Node: "linux-1", Parallel: true, Children: []Stage{
				{ID: "20", Name: "unit", Status: StageSkipped},
			}},
			{ID: "16", Name: "arm", Status: StageQueued, StartedAt: time.UnixMilli(1795467602811), Parallel: true,
				Why: "There are no nodes with the label \u2018arm64\u2019"},
		}},
		{ID: "30", Name: "Deploy", Status: StageSkipped},
	}
	if d := cmp.Diff(want, got.Stages); d != "" {
		t.Error(d)
	}
}

func TestStagesOfADiscardedBuildAreNotFound(t *testing.T) {
	t.Parallel()
	asked := 0
	c := reading(answering(func(req *http.Request) *http.Response {
		asked++
		return record(t, "011").response(req)
	}))
	for range 2 {
		_, err := c.Stages(t.Context(), pipeline("no-such", 1))
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != NotFound {
			t.Errorf("got %v", err)
		}
	}
	if asked != 2*len(stagePages) {
		t.Errorf("asked %d times: one discarded build says nothing about the controller", asked)
	}
}

func TestAFreestyleRunHasNoStages(t *testing.T) {
	t.Parallel()
	c, p := against(t)
	got, err := c.Stages(t.Context(), Run{Ref: Ref{Job: "a", Number: 1}})
	if err != nil || got.Stages != nil || len(p.seen) != 0 {
		t.Errorf("got %v, %v after %v", got, err, p.seen)
	}
}
