package jenkins

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestLastBuildsReadsFoldersAndBranches(t *testing.T) {
	t.Parallel()
	c, p := against(t, "812")
	jobs, err := c.LastBuilds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]Job{}
	for _, j := range jobs {
		byName[j.Name] = j
	}
	for name, folder := range map[string]bool{"multi": true, "team-a": true, "team-a/back end": true, "demo-pipeline": false,
		"multi/feature%2Flogin-form": false, "multi/main": false, "team-a/back end/api pipeline": false, "team-a/back end/ünïcode": false} {
		if j, ok := byName[name]; !ok || j.Folder != folder {
			t.Errorf("%s: %v %+v", name, ok, j)
		}
	}
	if len(p.Requested()) != 1 {
		t.Errorf("asked %v", p.Requested())
	}
}

func TestLastBuildsOfABigControllerTakeOneRequest(t *testing.T) {
	t.Parallel()
	c, p := against(t, "603")
	jobs, err := c.LastBuilds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Count(string(recorded.Read(t, "603").Body), `"name":`); len(jobs) != want || len(p.Requested()) != 1 {
		t.Errorf("%d jobs of %d, asked %v", len(jobs), want, p.Requested())
	}
	last := Run{Ref: Ref{Controller: "ci", Job: "data-build-0054", Number: 5}, URL: "http://127.0.0.1:8090/job/data-build-0054/5/",
		DisplayName: "#5", Status: Aborted, Executor: -1, StartedAt: time.UnixMilli(1794446250881), Duration: 742638 * time.Millisecond,
		Progress: -1}
	want := Job{Name: "data-build-0054", Class: "hudson.model.FreeStyleProject", Color: "aborted", Last: &last}
	if d := cmp.Diff(want, jobs[3], anyClock); d != "" {
		t.Error(d)
	}
}

// deep answers a tree over jobs that lie so many folders deep, cut at the level that the tree names.
func deep(levels int, asked *[]int) recorded.Func {
	var job func(level, depth int, path string) string
	job = func(level, depth int, path string) string {
		path += fmt.Sprintf("job/l%d/", level)
		if level == levels {
			return fmt.Sprintf(`{"url":"http://x/%s","color":"blue"}`, path)
		}
		if depth == 1 {
			return fmt.Sprintf(`{"_class":"Folder","url":"http://x/%s"}`, path)
		}
		return fmt.Sprintf(`{"_class":"Folder","url":"http://x/%s","jobs":[%s]}`, path, job(level+1, depth-1, path))
	}
	return func(req *http.Request) *http.Response {
		depth := strings.Count(req.URL.Query().Get("tree"), "jobs[")
		*asked = append(*asked, depth)
		return recorded.JSON(req, `{"jobs":[`+job(1, depth, "")+`]}`)
	}
}

func TestDeepFoldersAreAskedForOnceMoreAndThenAtOnce(t *testing.T) {
	t.Parallel()
	var asked []int
	c := reading(deep(5, &asked))
	for range 2 {
		jobs, err := c.Jobs(t.Context())
		if err != nil || len(jobs) != 5 || jobs[4].Name != "l1/l2/l3/l4/l5" || jobs[4].Folder || !jobs[3].Folder {
			t.Errorf("got %+v, %v", jobs, err)
		}
	}
	if d := cmp.Diff([]int{3, 6, 6}, asked); d != "" {
		t.Error(d)
	}
}

func TestFoldersWithoutAnEndEnd(t *testing.T) {
	t.Parallel()
	var asked []int
	jobs, err := reading(deep(1000, &asked)).LastBuilds(t.Context())
	if err != nil || len(jobs) != lastDepth || len(asked) != 3 {
		t.Errorf("got %d jobs, %v, asked %v", len(jobs), err, asked)
	}
}

func TestJobWithoutBuildsIsNoFolder(t *testing.T) {
	t.Parallel()
	c := reading(recorded.Func(func(req *http.Request) *http.Response {
		return recorded.JSON(req, `{"jobs":[{"_class":"Job","url":"http://x/job/new/","lastBuild":null,"lastCompletedBuild":null},
			{"_class":"Folder","url":"http://x/job/team/","jobs":[{"_class":"Folder","url":"http://x/job/team/job/empty/"}]}]}`)
	}))
	jobs, err := c.LastBuilds(t.Context())
	got := map[string]bool{}
	for _, j := range jobs {
		got[j.Name] = j.Folder
	}
	if d := cmp.Diff(map[string]bool{"new": false, "team": true, "team/empty": true}, got); err != nil || d != "" {
		t.Error(err, d)
	}
}
