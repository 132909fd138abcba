package changes

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

func client(rt http.RoundTripper) *jenkins.Client {
	return &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: rt}}
}

func TestCommitsOfABuild(t *testing.T) {
	t.Parallel()
	commits, err := Of(t.Context(), client(recorded.Play(t, "996")), jenkins.Ref{Controller: "ci", Job: "depth/git-pipe", Number: 2})
	if err != nil || len(commits) != 2 {
		t.Fatalf("%+v, %v", commits, err)
	}
	k := commits[1] // the older one
	if k.Author != "alice.example" || k.Email != "alice.example@example.org" || k.Title != "Break it" || k.Number != 2 ||
		k.Message != "Break it\n\nA body of two\nlines, ünï & <b>" || k.At.Unix() != 1795998058 {
		t.Errorf("%+v", k)
	}
}

// TestAFreestyleBuildHasOneChangeSet has it under another name than a pipeline.
func TestAFreestyleBuildHasOneChangeSet(t *testing.T) {
	t.Parallel()
	c := client(recorded.Pages{"/job/a/3/api/json": `{"changeSet":{"items":[{"commitId":"1","msg":"One","authorEmail":"ann@example.com"},{"commitId":"2","msg":"Two"}]}}`})
	commits, err := Of(t.Context(), c, jenkins.Ref{Job: "a", Number: 3})
	if err != nil || len(commits) != 2 || commits[0].ID != "2" || commits[1].Author != "ann" {
		t.Errorf("%+v, %v", commits, err)
	}
}

func TestSinceTheLastGoodBuildBeforeIt(t *testing.T) {
	t.Parallel()
	var second build
	if err := json.Unmarshal(recorded.Read(t, "996").Body, &second); err != nil {
		t.Fatal(err)
	}
	good, later, third := build{Number: 1, Result: "SUCCESS"}, build{Number: 4, Result: "SUCCESS"}, build{Number: 3, Result: "FAILURE"}
	for _, c := range []struct {
		builds        []build
		number        int
		good, commits int
	}{
		{[]build{later, third, second, good}, 3, 1, 2},
		{[]build{third, second}, 3, 0, 0}, // without a good build only its own are surely since then
		{[]build{third, second}, 2, 0, 2},
		{nil, 2, 0, 0},
	} {
		s := since(c.builds, c.number)
		if s.Good != c.good || len(s.Commits) != c.commits || s.Cut {
			t.Errorf("#%d: %+v", c.number, s)
		}
	}
}

func TestAnOldBuildIsFoundBehindManyNewer(t *testing.T) {
	t.Parallel()
	rt := recorded.Func(func(req *http.Request) *http.Response {
		var from, to int
		if _, err := fmt.Sscanf(req.URL.Query().Get("tree")[strings.LastIndex(req.URL.Query().Get("tree"), "{"):], "{%d,%d}", &from, &to); err != nil {
			t.Error(err)
		}
		var list []string
		for n := 200 - from; n > 200-to && n > 0; n-- {
			result := "FAILURE"
			if n == 88 {
				result = "SUCCESS"
			}
			list = append(list, fmt.Sprintf(`{"number":%d,"result":%q,"changeSets":[{"items":[{"commitId":"c%d"}]}]}`, n, result, n))
		}
		return recorded.JSON(req, `{"allBuilds":[`+strings.Join(list, ",")+`]}`)
	})
	ctx, asked := jenkins.CountRequests(t.Context())
	s, err := SinceGood(ctx, client(rt), jenkins.Ref{Job: "a", Number: 90})
	if err != nil || s.Good != 88 || len(s.Commits) != 2 || s.Commits[0].ID != "c90" || s.Cut || asked.Load() != 2 {
		t.Errorf("%+v, %v, %d requests", s, err, asked.Load())
	}
	if s, err = SinceGood(ctx, client(rt), jenkins.Ref{Job: "a", Number: 199}); err != nil || s.Good != 0 || !s.Cut || len(s.Commits) != 1 {
		t.Errorf("none among the last: %+v, %v", s, err)
	}
}

func TestLinksOfABuildStep(t *testing.T) {
	t.Parallel()
	for number, want := range map[string][]string{"929": {"depth/down#4"}, "929b": {"depth/down-pipe#0"}} {
		var got []string
		for _, p := range linked(string(recorded.Read(t, number).Body), link()) {
			got = append(got, fmt.Sprintf("%s#%d", p.Job, p.Number))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", number, got)
		}
	}
}

func FuzzLinks(f *testing.F) {
	f.Add(string(recorded.Read(f, "929").Body))
	f.Add("Starting building: <a href='javascript:x'>\nStarting building: <a href=\"/job/a&#39;b/1/\"")
	f.Fuzz(func(t *testing.T, page string) {
		for _, p := range linked(page, link()) {
			if p.Job == "" || p.Number < 0 {
				t.Errorf("%+v", p)
			}
		}
	})
}

func FuzzCommits(f *testing.F) {
	f.Add(recorded.Read(f, "996").Body)
	f.Fuzz(func(t *testing.T, body []byte) {
		var b build
		if json.Unmarshal(body, &b) != nil {
			return
		}
		for _, k := range b.commits() {
			for _, s := range []string{k.ID, k.Author, k.Email, k.Title} {
				if strings.ContainsFunc(s, clean.IsJunk) {
					t.Errorf("%q", s)
				}
			}
			if k.Message != clean.Text(k.Message) {
				t.Errorf("%q", k.Message)
			}
		}
	})
}

func TestUpAndDownTheDemo(t *testing.T) {
	t.Parallel()
	c := client(demo.New().Transport())
	run, err := c.Build(t.Context(), jenkins.BuildSpec{Job: "shop/cart/main", Permalink: "lastFailed"})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := (&stages.Reader{Client: c}).Whole(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	down, err := Downstream(t.Context(), c, run, &tree)
	if err != nil || len(down) != 1 || down[0].Run.Job != "deploy/preview" || down[0].Run.Number == 0 || !down[0].Run.Status.Ended() || down[0].Step == "" {
		t.Fatalf("%+v, %v", down, err)
	}
	up, err := Upstream(t.Context(), c, down[0].Run)
	if err != nil || len(up) == 0 || up[0].Ref != run.Ref {
		t.Errorf("%+v, %v", up, err)
	}
}

// TestWhatIsNotWaitedFor is looked for among the builds of the job that the step's log links.
func TestWhatIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "depth/everything", Number: 3}, Pipeline: true}
	tree := &stages.Tree{Steps: []stages.Step{{ID: "127", Name: "Building depth » down-pipe", State: stages.Success}, {ID: "5", Name: "make"}}}
	builds := `{"allBuilds":[{"number":8,"result":"SUCCESS","actions":[{"causes":[{"upstreamProject":"depth/everything","upstreamBuild":4}]}]},` +
		`{"number":7,"result":"FAILURE","actions":[{"causes":[{"upstreamProject":"depth/everything","upstreamBuild":3}]}]}]}`
	rt := recorded.Func(func(req *http.Request) *http.Response {
		if strings.Contains(req.URL.Path, "/node/127/") {
			return recorded.Read(t, "929b").Response(req)
		}
		return recorded.JSON(req, builds)
	})
	down, err := Downstream(t.Context(), client(rt), run, tree)
	if err != nil || len(down) != 1 || down[0].Run.Number != 7 || down[0].Run.Status != jenkins.Failure || down[0].Step != "127" {
		t.Errorf("%+v, %v", down, err)
	}
	builds = `{"allBuilds":[]}`
	tree.Steps[0].State = stages.Running
	if down, err = Downstream(t.Context(), client(rt), run, tree); err != nil || len(down) != 1 || down[0].Run.Job != "depth/down-pipe" ||
		down[0].Run.Number != 0 || down[0].Run.Status != jenkins.Queued {
		t.Errorf("not begun: %+v, %v", down, err)
	}
}

func TestJobsThatFollowAFreestyleJob(t *testing.T) {
	t.Parallel()
	c := client(recorded.Pages{
		"/job/a/api/json": `{"downstreamProjects":[{"url":"http://h/job/b/"},{"url":"http://h/job/hidden/"}]}`,
		"/job/b/api/json": `{"allBuilds":[{"number":4,"building":true,"actions":[{"causes":[{"upstreamProject":"a","upstreamBuild":2}]}]},{"number":3}]}`,
	})
	down, err := Downstream(t.Context(), c, jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 2}}, nil)
	if err != nil || len(down) != 1 || down[0].Run.Number != 4 || down[0].Run.Status != jenkins.Running {
		t.Errorf("%+v, %v", down, err)
	}
}

func TestAChainEndsWhereABuildIsGone(t *testing.T) {
	t.Parallel()
	c := client(recorded.Pages{"/job/b/2/api/json": `{"number":2,"result":"SUCCESS","actions":[{"causes":[{"upstreamProject":"a","upstreamBuild":9}]}]}`})
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "c", Number: 1}, Causes: []jenkins.Cause{{UpstreamJob: "c", UpstreamBuild: 1}, {UpstreamJob: "b", UpstreamBuild: 2}}}
	up, err := Upstream(t.Context(), c, run)
	if err != nil || len(up) != 2 || up[0].Job != "b" || up[0].Status != jenkins.Success || up[1].Job != "a" || up[1].Number != 9 || up[1].Status != "" {
		t.Errorf("%+v, %v", up, err)
	}
}

// TestNewerGraphViewNamesTheBuild asks for no log where the step itself says which build it started (source).
func TestNewerGraphViewNamesTheBuild(t *testing.T) {
	t.Parallel()
	c := client(recorded.Pages{
		"/job/a/1/stages/tree": `{"status":"ok","data":{"stages":[{"id":"4","name":"S","state":"success","type":"STAGE","startTimeMillis":1}]}}`,
		"/job/a/1/stages/allSteps": `{"status":"ok","data":{"steps":[{"id":"5","name":"Building b","state":"success","type":"STEP","stageId":"4",` +
			`"startTimeMillis":1,"buildStep":{"classicUrl":"job/b/7/"}}]}}`,
		"/job/b/7/api/json": `{"number":7,"result":"UNSTABLE"}`,
	})
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 1}, Pipeline: true, Status: jenkins.Success}
	tree, err := (&stages.Reader{Client: c}).Whole(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	down, err := Downstream(t.Context(), c, run, &tree)
	if err != nil || len(down) != 1 || down[0].Run.Job != "b" || down[0].Run.Number != 7 || down[0].Run.Status != jenkins.Unstable {
		t.Errorf("%+v, %v", down, err)
	}
}
