package jenkins

import (
	_ "embed"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// The answers in this file are made up from the Java source of what exports them, named at each.

// oddRunning is computer/api/json with everything odd that Computer, Executor, Run, PlaceholderTask and their actions can
// export: an executable that we may not see is null (Executor.getCurrentExecutableForApi), an action that exports nothing is
// {}, a numberless placeholder (its run cannot be loaded), an agent that is gone, parameters of all kinds, causes without
// text, a display name and a description that somebody wrote, an estimate of -1, no start yet, a matrix without axes, and a
// promotion, whose URL lies below the build that it promotes and which is no build of that job.
//
//go:embed testdata/odd-running.json
var oddRunning string

func TestOddAnswersAboutRunningBuilds(t *testing.T) {
	t.Parallel()
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		if got := req.Header.Get("Accept-Language"); got != "en" { // "Integrierter Knoten" is what Jenkins says else
			t.Errorf("asked for the language %q", got)
		}
		if !strings.Contains(req.URL.RawQuery, "number") { // a partial poll
			return recorded.JSON(req, regexp.MustCompile(`"number":-?\d+,`).ReplaceAllString(oddRunning, ""))
		}
		return recorded.JSON(req, oddRunning)
	}))
	runs, nodes, err := c.Running(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(nodes) != 2 || nodes[0].Name != "built-in" || nodes[1].Name != "linux #1" || !nodes[1].Offline || nodes[1].Busy != 7 || nodes[0].Executors != 3 {
		t.Errorf("nodes %+v", nodes)
	}
	var names []string
	for _, r := range runs {
		names = append(names, r.Job+"|"+r.DisplayName+"|"+string(r.Status)+"|"+strings.Join(r.Nodes, ",")+"|"+strings.Join(r.Stages, ",")+"|"+r.URL)
	}
	want := []string{
		"team/web/feature%2Fx|v2 (main)|PAUSED|linux #1|Ship (all)|http://ci.example/jenkins/job/team/job/web/job/feature%252Fx/4/",
		"classless|#2|RUNNING|linux #1||http://ci.example/jenkins/job/classless/2/",
		"matrix|#7|RUNNING|built-in||http://ci.example/jenkins/job/matrix/7/",
		"matrix/jdk=17,os=linux|#7|RUNNING|linux #1||http://ci.example/jenkins/job/matrix/jdk=17,os=linux/7/",
		"mvn|#8|RUNNING|linux #1||http://ci.example/jenkins/job/mvn/8/",
		"one/default|#7|RUNNING|linux #1||http://ci.example/jenkins/job/one/default/7/",
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Fatal(d)
	}
	partial, _, err := c.Partial(t.Context(), false)
	if got, want := builds(partial), builds(runs); err != nil || !slices.Equal(got, want) {
		t.Errorf("a partial poll returns %q, want %q: %v", got, want, err)
	}
	run := runs[0]
	if run.Progress != -1 || run.Estimated != 0 || !run.StartedAt.IsZero() || run.Elapsed(time.Now()) != 0 {
		t.Errorf("progress %d, estimate %v, started %v", run.Progress, run.Estimated, run.StartedAt)
	}
	parameters := []Parameter{{Name: "S", ValueHidden: true}, {Name: "T", Value: "one\ntwo"}, {Name: "B", Value: "false"}, {Name: "N", Value: "12.50"},
		{Name: "L", ValueHidden: true}, {Name: "M", ValueHidden: true}, {Name: "F", ValueHidden: true}, {Name: "R", ValueHidden: true},
		{Name: "C", Value: "deploy-key"}, {Name: "P", Secret: true}, {Name: "P2", Secret: true}}
	if d := cmp.Diff(parameters, run.Parameters); d != "" {
		t.Error(d)
	}
	causes := []Cause{{Text: "Branch indexing"}, {Text: "Replayed #3"}, {Text: "Started by user <b>A</b>"},
		{Text: `Started by upstream project "up" build number 9`, UpstreamJob: "up", UpstreamBuild: 9}}
	if d := cmp.Diff(causes, run.Causes); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]string{"A": "1", "NULL": ""}, run.Environment); d != "" {
		t.Error(d)
	}
	if len(run.Inputs) != 2 || run.Inputs[0].OK != "Los" || run.Inputs[1].Submitter != "a, b" || len(run.Inputs[0].Parameters) != 2 ||
		run.Inputs[0].Parameters[0].Default != "a" {
		t.Errorf("inputs %+v", run.Inputs)
	}
}

// builds names runs, in the order of their names.
func builds(runs []Run) (names []string) {
	for i := range runs {
		names = append(names, BuildSpec{Job: runs[i].Job, Number: runs[i].Number}.String())
	}
	slices.Sort(names)
	return names
}

// oddQueue is queue/api/json as Queue.Item, its classes and the tasks export it: a scan of an organisation and of a multibranch
// project, a task of a plugin without URL, an item without a task that we may see, one without a reason, a pipeline's part,
// a matrix configuration, a promotion.
//
//go:embed testdata/odd-queue.json
var oddQueue string

func TestOddAnswersAboutTheQueue(t *testing.T) {
	t.Parallel()
	items, err := reading(recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, oddQueue) })).Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type item struct {
		job     string
		id      int64
		noBuild bool
		partOf  bool
	}
	var got []item
	for _, r := range items {
		got = append(got, item{r.Job, r.QueueID, r.NoBuild, r.PartOf})
	}
	want := []item{{"org", 1, true, false}, {"org/web", 2, true, false}, {"Nightly backup", 3, true, false}, {"a b", 5, false, false}, {"a/b", 6, false, true},
		{"matrix/jdk=17,os=linux", 8, false, false}, {"mvn/Stable", 9, true, false}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(item{})); d != "" {
		t.Error(d)
	}
}

// TestMatrixAndMavenPartsAreFoundByName asks for a matrix configuration and a Maven module that no answer has named yet, as
// `jenkwatch log 'matrix/jdk=17#7'` does.
func TestMatrixAndMavenPartsAreFoundByName(t *testing.T) {
	t.Parallel()
	for job, path := range map[string]string{
		"team/matrix/jdk=17,os=linux":  "job/team/job/matrix/jdk=17,os=linux/",
		"team/mvn/com.example$the app": "job/team/job/mvn/com.example$the%20app/",
		"team/one/default":             "job/team/job/one/default/",
		"team/deploy env=prod":         "job/team/job/deploy%20env=prod/", // a job that is only called so
	} {
		var asked []string
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			below := strings.TrimPrefix(req.URL.EscapedPath(), "/jenkins/")
			asked = append(asked, below)
			resp := recorded.JSON(req, `{"number":7,"building":true,"allBuilds":[{"number":7}]}`)
			if !strings.HasPrefix(below, path) {
				resp.StatusCode = http.StatusNotFound
			}
			return resp
		}))
		run, err := c.Build(t.Context(), BuildSpec{Job: job, Number: 7})
		if err != nil || run.Job != job || run.URL != "http://ci.example/jenkins/"+path+"7/" {
			t.Errorf("%s: %q at %s, %v", job, run.Job, run.URL, err)
		}
		before := len(asked)
		if runs, err := c.History(t.Context(), job, 0, 1); err != nil || len(runs) != 1 || len(asked) != before+1 {
			t.Errorf("%s: its history asked %q: %v", job, asked[before:], err)
		}
	}
}

// TestPastedURLOfAPartOfAJob is asked for at the address that was pasted.
func TestPastedURLOfAPartOfAJob(t *testing.T) {
	t.Parallel()
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		if want := "/jenkins/job/matrix/jdk=17/7/api/json"; req.URL.EscapedPath() != want {
			t.Errorf("asked %s, want %s", req.URL.EscapedPath(), want)
		}
		return recorded.JSON(req, `{"number":7,"building":true}`)
	}))
	spec, err := c.ParseBuildSpec("http://ci.example/jenkins/job/matrix/jdk=17/7/console")
	if err != nil || spec.Job != "matrix/jdk=17" {
		t.Fatalf("%+v, %v", spec, err)
	}
	if _, err := c.Build(t.Context(), spec); err != nil {
		t.Error(err)
	}
}

// TestLastCompletedBuildHasEnded has one without a result, as a plugin's build may be.
func TestLastCompletedBuildHasEnded(t *testing.T) {
	t.Parallel()
	jobs, err := reading(recorded.Func(func(req *http.Request) *http.Response {
		return recorded.JSON(req, `{"jobs":[{"url":"https://ci.corp/job/a/","lastBuild":{"number":3},"lastCompletedBuild":{"number":3,"result":null}}]}`)
	})).LastBuilds(t.Context())
	if err != nil || len(jobs) != 1 || jobs[0].Last.Status != Complete {
		t.Errorf("%+v, %v", jobs, err)
	}
}
