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
	s, err := Of(t.Context(), client(recorded.Play(t, "996")), jenkins.Ref{Controller: "ci", Job: "depth/git-pipe", Number: 2})
	if err != nil || len(s.Commits) != 2 || s.Range() != "in this build" {
		t.Fatalf("%+v, %v", s, err)
	}
	k := s.Commits[1] // the older one
	if k.Author != "alice.example" || k.Email != "alice.example@example.org" || k.Title != "Break it" || k.Number != 2 ||
		k.Message != "Break it\n\nA body of two\nlines, ünï & <b>" || k.At.Unix() != 1795998058 {
		t.Errorf("%+v", k)
	}
}

// TestAFreestyleBuildHasOneChangeSet has it under another name than a pipeline.
func TestAFreestyleBuildHasOneChangeSet(t *testing.T) {
	t.Parallel()
	c := client(recorded.Pages{"/job/a/3/api/json": `{"changeSet":{"items":[{"commitId":"1","msg":"One","authorEmail":"ann@example.com"},{"commitId":"2","msg":"Two"}]}}`})
	s, err := Of(t.Context(), c, jenkins.Ref{Job: "a", Number: 3})
	if err != nil || len(s.Commits) != 2 || s.Commits[0].ID != "2" || s.Commits[0].Author != "" || s.Commits[1].Author != "ann" {
		t.Errorf("%+v, %v", s, err)
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
		builds  []build
		number  int
		limit   Limit
		commits int
		says    string
	}{
		{[]build{later, third, second, good}, 3, LastGood, 2, "since #1, the last good build before it"},
		{[]build{later, third, second}, 3, OldestKept, 2, "since #2, the oldest build kept: no good one is before it"},
		{[]build{third, second}, 2, OldestKept, 2, "in this build, the oldest kept"},
		{[]build{second, {Number: 1, Result: "FAILURE"}}, 2, FirstBuild, 2, "since #1, the first build: no good one is before it"},
		{nil, 2, OldestKept, 0, "in this build, the oldest kept"},
		{[]build{{Number: 1, Result: "FAILURE"}}, 1, FirstBuild, 0, "in this build, the first"},
	} {
		s := since(c.builds, c.number)
		if s.Limit != c.limit || len(s.Commits) != c.commits || s.Range() != c.says {
			t.Errorf("#%d: %+v, %q", c.number, s, s.Range())
		}
	}
}

// TestEveryRepositoryOfABuild has the commits of all, each once: one that is checked out twice has its commits twice.
func TestEveryRepositoryOfABuild(t *testing.T) {
	t.Parallel()
	var sets []string
	for n := range 20 {
		sets = append(sets, fmt.Sprintf(`{"items":[{"commitId":"a%d","msg":"A"},{"commitId":"b%d","msg":"B"},{"msg":"of no id"}]}`, n, n))
	}
	sets = append(sets, sets[0])
	c := client(recorded.Pages{"/job/a/api/json": `{"allBuilds":[{"number":7,"changeSets":[` + strings.Join(sets, ",") + `]},` +
		`{"number":6,"changeSets":[{"items":[{"commitId":"a1"}]}]},{"number":5,"result":"SUCCESS"}]}`})
	s, err := SinceGood(t.Context(), c, jenkins.Ref{Job: "a", Number: 7})
	if err != nil || s.Good != 5 {
		t.Fatalf("%+v, %v", s, err)
	}
	groups := s.ByBuild()
	if len(groups) != 2 || len(groups[0]) != 61 || groups[0][0].Title != "of no id" || groups[0][1].ID != "b0" || len(groups[1]) != 1 {
		t.Errorf("%+v", groups)
	}
}

// TestMessagesThatAreTooLongAreLeftOut has the first lines of them.
func TestMessagesThatAreTooLongAreLeftOut(t *testing.T) {
	t.Parallel()
	c := client(recorded.Func(func(req *http.Request) *http.Response {
		comment := ""
		if strings.Contains(req.URL.Query().Get("tree"), "comment") {
			comment = `"comment":"` + strings.Repeat("x", 17*jenkins.Mega) + `",`
		}
		return recorded.JSON(req, `{"allBuilds":[{"number":2,"changeSets":[{"items":[{`+comment+`"commitId":"a","msg":"A"}]}]}]}`)
	}))
	s, err := SinceGood(t.Context(), c, jenkins.Ref{Job: "a", Number: 2})
	if err != nil || len(s.Commits) != 1 || s.Commits[0].Message != "A" {
		t.Errorf("%d commits, %v", len(s.Commits), err)
	}
}

func TestAnOldBuildIsFoundBehindManyNewer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kept          func(number int) bool
		number        int
		limit         Limit
		good, commits int
		requests      int64
	}{
		"none deleted":             {nil, 90, LastGood, 88, 2, 2},
		"at a page's end":          {nil, 152, OldestRead, 0, 50, 2},
		"the newest":               {nil, 200, OldestRead, 0, 50, 1},
		"many newer ones deleted":  {func(n int) bool { return n <= 90 || n > 140 }, 90, LastGood, 88, 2, 5},
		"only some kept for ever":  {func(n int) bool { return n == 7 || n == 3 || n > 130 }, 7, OldestKept, 0, 2, 6},
		"the last good is deleted": {func(n int) bool { return n > 88 }, 90, OldestKept, 0, 2, 2},
	} {
		rt := recorded.Func(func(req *http.Request) *http.Response {
			var from, to int
			tree := req.URL.Query().Get("tree")
			if _, err := fmt.Sscanf(tree[strings.LastIndex(tree, "{"):], "{%d,%d}", &from, &to); err != nil {
				t.Error(err)
			}
			var list []string
			for n := 200; n > 0; n-- {
				if c.kept != nil && !c.kept(n) {
					continue
				}
				result := "FAILURE"
				if n == 88 {
					result = "SUCCESS"
				}
				list = append(list, fmt.Sprintf(`{"number":%d,"result":%q,"changeSets":[{"items":[{"commitId":"c%d"}]}]}`, n, result, n))
			}
			return recorded.JSON(req, `{"allBuilds":[`+strings.Join(list[min(from, len(list)):min(to, len(list))], ",")+`]}`)
		})
		ctx, asked := jenkins.CountRequests(t.Context())
		s, err := SinceGood(ctx, client(rt), jenkins.Ref{Job: "a", Number: c.number})
		if err != nil || s.Limit != c.limit || s.Good != c.good || len(s.Commits) != c.commits || s.Commits[0].Number != c.number ||
			asked.Load() > c.requests {
			t.Errorf("%s: %+v, %v, %d requests", name, s, err, asked.Load())
		}
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
