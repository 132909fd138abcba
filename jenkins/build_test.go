package jenkins

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestBuildReadsEveryOutcome(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]struct {
		job      string
		build    int
		status   Status
		pipeline bool
		took     time.Duration
		node     string
	}{
		"029": {"hello-free", 1, Success, false, 20422 * time.Millisecond, "built-in"},
		"018": {"hello-free", 1, Running, false, 0, "built-in"},
		"203": {"scripted", 1, Success, true, 2367 * time.Millisecond, ""},
		"204": {"pipe-unstable", 1, Unstable, true, 0, ""},
		"205": {"pipe-failure", 1, Failure, true, 0, ""},
		"207": {"pipe-nonode", 1, Success, true, 0, ""},
		"105": {"demo-pipeline", 2, Running, true, 0, ""},
		"111": {"demo-pipeline", 2, Success, true, 9979 * time.Millisecond, ""},
		"216": {"pipe-aborted", 1, Aborted, true, 1574 * time.Millisecond, ""},
		"219": {"free-sleep-long", 1, Aborted, false, 1036 * time.Millisecond, "built-in"},
		"227": {"pipe-input", 1, Running, true, 0, ""},
		"244": {"pipe-nolabel", 1, Running, true, 0, ""},
		"803": {"multi/feature%2Flogin-form", 1, Success, true, 4324 * time.Millisecond, ""},
	} {
		c, p := against(t, number)
		r, err := c.Build(t.Context(), BuildSpec{Job: want.job, Number: want.build})
		if err != nil {
			t.Errorf("recording %s: %v", number, err)
			continue
		}
		if r.Ref != (Ref{Controller: "ci", Job: want.job, Number: want.build}) || r.Status != want.status ||
			r.Pipeline != want.pipeline || want.took != 0 && r.Duration != want.took || strings.Join(r.Nodes, ",") != want.node {
			t.Errorf("recording %s: got %+v", number, r)
		}
		if r.StartedAt.IsZero() || len(r.Causes) != 1 || r.URL != "http://127.0.0.1:8090/"+Path(want.job)+strconv.Itoa(want.build)+"/" {
			t.Errorf("recording %s: got %+v", number, r)
		}
		if !r.Status.Ended() && r.Duration != 0 {
			t.Errorf("recording %s: a duration of %v before the end", number, r.Duration)
		}
		if len(p.Requested()) != 1 {
			t.Errorf("asked %v", p.Requested())
		}
	}
}

func TestPermalinkIsAskedForByItsName(t *testing.T) {
	t.Parallel()
	c, p := against(t, "826", "827", "717")
	r, err := c.Build(t.Context(), BuildSpec{Job: "agent-free", Permalink: "last"})
	if err != nil || r.Number != 3 || strings.Join(r.Nodes, ",") != "agent one" || r.URL != "http://127.0.0.1:8090/job/agent-free/3/" {
		t.Errorf("got %+v, %v", r, err)
	}
	if r, err := c.Build(t.Context(), BuildSpec{Job: "agent-pipe"}); err != nil || r.Number != 3 || !r.Pipeline {
		t.Errorf("got %+v, %v", r, err)
	}
	if r, err := c.Build(t.Context(), BuildSpec{Job: "demo-pipeline", Permalink: "lastSuccessful"}); err != nil || r.Number != 2 {
		t.Errorf("got %+v, %v", r, err)
	}
	if !strings.HasPrefix(p.Requested()[2], "GET /job/demo-pipeline/lastSuccessfulBuild/api/json?tree=number,") {
		t.Errorf("asked %v", p.Requested())
	}
}

func TestBuildThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	c, _ := against(t, "012")
	_, err := c.Build(t.Context(), BuildSpec{Job: "hello-free", Number: 999})
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Kind != NotFound || !strings.HasPrefix(e.Error(), "ask Jenkins for hello-free#999: ") || !strings.Contains(e.Hint(), "name") {
		t.Errorf("got %v", err)
	}
}

func TestBuildTellsItsParametersAndWhatWasCheckedOut(t *testing.T) {
	t.Parallel()
	c, _ := against(t, "018", "803")
	r, err := c.Build(t.Context(), BuildSpec{Job: "hello-free", Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := []Parameter{{Name: "NAME", Value: "Zoë + 100% & more"}, {Name: "DRY_RUN", Value: "true"}, {Name: "LEVEL", Value: "mid"},
		{Name: "SECRET_PW", Secret: true}, {Name: "NOTES", Value: "line one\nline two = \"q\""}}
	if d := cmp.Diff(want, r.Parameters); d != "" {
		t.Error(d)
	}
	if r, err = c.Build(t.Context(), BuildSpec{Job: "multi/feature%2Flogin-form", Number: 1}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Revision{{Commit: "f829d9c61fd7b93834e48e34bc1f0fc2687daa41", Branches: []string{"feature/login-form"},
		Remotes: []string{"/srv/git/app"}}}, r.Revisions); d != "" {
		t.Error(d)
	}
}

// aJob answers for the history of a job with so many builds, as the range in the tree asks.
func aJob(t *testing.T, builds int, asked *[]string) recorded.Func {
	return func(req *http.Request) *http.Response {
		tree := req.URL.Query().Get("tree")
		*asked = append(*asked, req.URL.Path+" "+tree[strings.LastIndexByte(tree, '{'):])
		var from, to int
		if _, err := fmt.Sscanf(tree[strings.LastIndexByte(tree, '{'):], "{%d,%d}", &from, &to); err != nil {
			t.Error(err)
		}
		var all []string
		for i := from; i < min(to, builds); i++ {
			all = append(all, fmt.Sprintf(`{"_class":"hudson.model.FreeStyleBuild","number":%d,"result":"SUCCESS","building":false,`+
				`"timestamp":1,"duration":2,"displayName":null,"description":null,"builtOn":"","url":"http://x/job/a/1/","actions":[{},null]}`, builds-i))
		}
		return recorded.JSON(req, `{"allBuilds":[`+strings.Join(all, ",")+`]}`)
	}
}

func TestHistoryComesPageByPage(t *testing.T) {
	t.Parallel()
	var asked []string
	c := reading(aJob(t, 120, &asked))
	page, err := c.History(t.Context(), "team/a b", 50, 25)
	if err != nil || len(page) != 25 || page[0].Number != 70 || page[0].Status != Success || page[0].DisplayName != "#70" {
		t.Errorf("got %d builds from %+v, %v", len(page), page[0], err)
	}
	if page, err = c.History(t.Context(), "a", 115, 25); err != nil || len(page) != 5 {
		t.Errorf("got %d builds, %v", len(page), err)
	}
	if page, err = c.History(t.Context(), "a", -5, -5); err != nil || len(page) != 0 {
		t.Errorf("got %d builds, %v", len(page), err)
	}
	if asked[0] != "/jenkins/job/team/job/a b/api/json {50,75}" {
		t.Errorf("asked %v", asked)
	}
}

// TestJobIsCalledAsJenkinsSpellsIt: Jenkins finds a job without regard to case, and everything that is derived from its
// name would be wrong.
func TestJobIsCalledAsJenkinsSpellsIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ asked, shown, name, want string }{
		{"team/hello-free", "team » hello-free #1", "", "team/hello-free"},
		{"Team/Hello-Free", "team » hello-free #1", "team/hello-free", "team/hello-free"},
		{"team/hello-free", "Team » Hello-Free #1", "team/hello-free", "team/hello-free"}, // its display name
		{"multi/Feature%2Fx", "multi » feature/x #1", "multi/feature%2Fx", "multi/feature%2Fx"},
		{"team/hello-free", "Team » Say hello #1", "", "team/hello-free"},
	} {
		path := "/jenkins/" + Path(c.asked)
		pages := recorded.Pages{path + "1/api/json": `{"number":1,"url":"http://x` + path + `1/","displayName":"#1","fullDisplayName":"` + c.shown + `"}`}
		if c.name != "" {
			pages[path+"api/json"] = `{"fullName":"` + c.name + `"}`
		}
		client := reading(pages)
		run, err := client.Build(t.Context(), BuildSpec{Job: c.asked, Number: 1})
		if n := client.Requests(); err != nil || run.Job != c.want || n != int64(len(pages)) {
			t.Errorf("%s is called %q, %v, after %d requests", c.asked, run.Job, err, n)
		}
	}
}

func TestABuildKnowsThatItHasTests(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{"978": true, "029": false} {
		var b buildAnswer
		if err := json.Unmarshal(recorded.Read(t, number).Body, &b); err != nil {
			t.Fatal(err)
		}
		if r := b.run(&Client{}, Place{}); r.HasTests != want {
			t.Errorf("recording %s: %t", number, r.HasTests)
		}
	}
}
