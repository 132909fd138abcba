package jenkinstest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// addDepth adds the jobs of the later recordings: what is inside of a run.
func addDepth(c *Controller) {
	add := func(name string, j Job, script func(b *Build) Script) {
		j.Script = script
		c.AddPipeline("depth/"+name, j)
	}
	add("tests", Job{}, testsScript)
	add("everything", Job{}, func(b *Build) Script {
		return Script{Env: []string{"A=1"}, Suites: testsScript(b).Suites, Stages: []Stage{
			{Name: "Ask", Input: &Input{ID: "go", Message: "Go?"}},
			{Name: "Unit", Takes: time.Second},
			{Name: "Downstream", Takes: 10 * time.Second, Steps: []Step{
				{Name: "Building depth » down", Starts: "depth/down"}, {Name: "Building depth » down-pipe", Starts: "depth/down-pipe", NoWait: true}}},
		}, Artifacts: []Artifact{{Path: "out/100%25.txt", Content: "p\n"}, {Path: "out/a#b.txt", Content: "h\n"},
			{Path: "out/app.bin", Content: "abcd"}, {Path: "out/deep/er/numbers.txt", Content: strings.Join(Lines(300, "%d\n"), "")},
			{Path: "out/sub dir/read me.txt", Content: "abc\n"}, {Path: "out/what?.txt", Content: "q\n"}, {Path: "out/ünïcode.log", Content: "u\n"}}}
	})
	who := []Param{{Name: "WHO", Value: "world"}}
	c.AddFreestyle("depth/down", Job{Params: who, Script: func(*Build) Script { return Script{Takes: time.Second} }})
	c.AddFreestyle("depth/free-tests", Job{Downstream: []string{"depth/down"}, Script: func(*Build) Script { return Script{Takes: time.Second} }})
	add("down-pipe", Job{Params: who}, func(*Build) Script { return Script{Stages: []Stage{{Name: "A", Takes: time.Second}}} })
	add("many-artifacts", Job{}, func(*Build) Script {
		var s Script
		for _, name := range slices.Sorted(slices.Values(Lines(131, "d/f%d.txt"))) {
			s.Artifacts = append(s.Artifacts, Artifact{Path: name, Content: "x\n"})
		}
		return s
	})
	add("git-pipe", Job{Git: "/srv/git/shop"}, func(b *Build) Script {
		return []Script{{Revision: "r1"},
			{Result: "FAILURE", Commits: []Commit{{Author: "alice.example", Message: "Break it\n\nA body of two\nlines, ünï & <b>", Paths: []string{"broken", "src.txt"}},
				{Author: "bob.builder", Message: "Rename things", Paths: []string{"README"}}}},
			{Commits: []Commit{{Author: "carol.coder", Message: "Mend it", Paths: []string{"broken"}}}},
		}[b.Number()-1]
	})
	c.AddFreestyle("depth/git-free", Job{Git: "/srv/git/shop"})
	c.AddFreestyle("depth/blocked", Job{Script: func(*Build) Script { return Script{Takes: time.Hour} }})
	c.AddFreestyle("depth/labelled", Job{Label: "gpu&&linux"})
	c.AddFreestyle("depth/on-built-in", Job{Label: "built-in"})
	add("node-label", Job{}, func(*Build) Script { return Script{Label: "gpu&&linux"} })
}

// testsScript returns what depth/tests does: a test breaks in the second build and is mended in the fourth, the fifth has thousands.
func testsScript(b *Build) Script {
	tests := []Test{
		{Class: "shop.Cart", Name: "total", Takes: 250 * time.Millisecond},
		{Class: "shop.Cart", Name: "discount", Takes: 250 * time.Millisecond},
		{Class: "shop.Cart", Name: "tax", Takes: 250 * time.Millisecond},
		{Class: "shop.Cart", Name: "adds / removes a b", Takes: 250 * time.Millisecond},
		{Name: "no class: 100%% #1?"},
	}
	name := "shop"
	switch b.Number() {
	case 2, 3:
		tests[1] = Test{Class: "shop.Cart", Name: "discount", Takes: 500 * time.Millisecond, Result: "FAILURE", Message: "expected 3 but was 4",
			Trace: "java.lang.AssertionError: expected 3 but was 4\n\tat shop.Cart.discount(Cart.java:42)", Output: "printed by discount"}
	case 4:
		tests[2] = Test{Class: "shop.Cart", Name: "tax", Result: "SKIPPED", Message: "not today"}
	case 5:
		name, tests = "many", nil
		for _, n := range Lines(3000, "case %d") {
			tests = append(tests, Test{Class: "shop.Cart", Name: n})
		}
		tests = append(tests, Test{Class: "shop.Cart", Name: "late", Result: "FAILURE"})
	}
	return Script{Result: map[bool]string{true: "UNSTABLE"}[b.Number()%5 > 1 && b.Number() != 4], Env: []string{"A=1"},
		Suites: []Suite{{Name: name, Stage: "java", Tests: tests}},
		Stages: []Stage{{Name: "Unit", Branches: []Stage{{Name: "java", Takes: time.Second}}}}}
}

func replayDepth(s *story) {
	addDepth(s.c)
	for range 5 {
		s.run("depth/tests", 10*time.Second)
	}
	s.replay("978")
	for _, n := range []string{"979", "979b", "981", "982", "982b", "983", "983b", "983c"} {
		s.same(n, "nodeId", "enclosingBlocks", "testActions", "properties", "duration")
	}
	s.run("depth/everything", 0)
	s.c.Proceed(s.run("depth/everything", 5*time.Second))
	time.Sleep(time.Minute)
	s.run("depth/many-artifacts", time.Second)
	s.same("985")
	s.same("985b")
	s.same("986")
	s.replayAll("987", "987b", "988", "988b", "988c", "988d", "990", "999")
	s.replay("995b")
	s.c.Delete(s.c.Job("depth/down").Build(1))
	replayChanges(s)
	s.run("depth/down", 10*time.Second)
	s.run("depth/free-tests", 10*time.Second)
	s.replayAll("978b", "995", "995c")
	replayWaiting(s)
}

func replayChanges(s *story) {
	for range 3 {
		s.run("depth/git-pipe", 10*time.Second)
	}
	s.same("996b", "commitId", "culprits")
	var culprits struct{ Culprits []struct{ FullName string } }
	ask(s.t, s.c, "/job/depth/job/git-pipe/3/api/json?tree=culprits[fullName]", &culprits)
	if got := fmt.Sprint(culprits.Culprits); got != "[{alice.example} {bob.builder} {carol.coder}]" {
		s.t.Errorf("culprits: %s", got)
	}
	s.replayAll("996", "996c")
	s.run("depth/git-free", time.Second)
	s.run("depth/git-free", time.Second)
	s.replay("998")
}

func replayWaiting(s *story) {
	s.run("depth/blocked", time.Second)
	s.run("depth/node-label", 10*time.Second)
	for _, name := range []string{"labelled", "blocked"} {
		s.c.Enqueue(s.c.Job("depth/"+name), 0, byAdmin)
	}
	s.c.Enqueue(s.c.Job("depth/down"), 100*time.Second, byAdmin)
	time.Sleep(2 * time.Second)
	s.replay("991")
	s.same("993", "tiedJobs", "actions", "loadStatistics")
	s.ask(http.MethodPost, "/computer/(built-in)/toggleOffline", false, form("offlineMessage", "disk swap"))
	s.replay("994")
	s.same("993b", "tiedJobs")
	time.Sleep(2 * time.Hour)
	for id := range int64(50) {
		s.ask(http.MethodPost, fmt.Sprintf("/queue/cancelItem?id=%d", id), false)
	}
	s.c.Finish(s.c.Job("depth/node-label").Build(1), "ABORTED")
	s.c.Enqueue(s.c.Job("depth/on-built-in"), 0, byAdmin)
	time.Sleep(time.Second)
	s.same("993c", "id", "inQueueSince", "buildableStartMilliseconds", "url")
}

// same asks as replay does, and compares all values but those of the keys that are named.
func (s *story) same(number string, but ...string) {
	s.t.Helper()
	_, got := s.replay(number)
	var want, have any
	if err := json.Unmarshal(s.all[number].body, &want); err != nil {
		s.t.Fatal(err)
	}
	if err := json.Unmarshal(got, &have); err != nil {
		s.t.Fatal(err)
	}
	if want, have = without(want, but), without(have, but); !reflect.DeepEqual(want, have) {
		s.t.Errorf("%s: got %v\nwant %v", number, have, want)
	}
}

// without leaves out the entries of a decoded answer with these keys.
func without(v any, keys []string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = without(v[i], keys)
		}
	case map[string]any:
		for key := range v {
			if slices.Contains(keys, key) {
				delete(v, key)
			} else {
				v[key] = without(v[key], keys)
			}
		}
	}
	return v
}

func TestFolderOfArtifactsIsZipped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := recordedModel(Options{})
		addDepth(c)
		c.Finish(c.Start(c.Job("depth/everything"), byAdmin), "SUCCESS")
		for address, want := range map[string][]string{
			"out/deep/*zip*/deep.zip": {"deep/er/numbers.txt"},
			"*zip*/archive.zip": {"archive/out/100%25.txt", "archive/out/a#b.txt", "archive/out/app.bin", "archive/out/deep/er/numbers.txt",
				"archive/out/sub dir/read me.txt", "archive/out/what?.txt", "archive/out/ünïcode.log"},
		} {
			b := (&story{t: t, c: c}).get("/job/depth/job/everything/1/artifact/" + address)
			z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, f := range z.File {
				names = append(names, f.Name)
			}
			if !slices.Equal(names, want) {
				t.Errorf("%s holds %q", address, names)
			}
		}
	})
}

func (s *story) get(target string) []byte {
	_, b := s.ask(http.MethodGet, target, false)
	return b
}

func TestBuildStepLinksWhatItStarted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &story{t: t, c: recordedModel(Options{})}
		addDepth(s.c)
		s.c.Proceed(s.run("depth/everything", time.Second))
		time.Sleep(time.Minute)
		var tree struct {
			Data struct{ Steps []struct{ ID, Name string } }
		}
		if err := json.Unmarshal(s.get("/job/depth/job/everything/1/pipeline-overview/allSteps"), &tree); err != nil {
			t.Fatal(err)
		}
		const link = "<a href='/job/depth/job/%s' class='jenkins-table__link model-link model-link--float'>depth » %s</a>"
		down, run := fmt.Sprintf(link, "down/", "down"), fmt.Sprintf(link, "down/1/", "down #1")
		want := map[string]string{
			"Building depth » down":      "Scheduling project: " + down + "\nStarting building: " + run + "\nBuild " + run + " completed: SUCCESS\n",
			"Building depth » down-pipe": "Scheduling project: " + fmt.Sprintf(link, "down-pipe/", "down-pipe") + "\n",
		}
		for _, step := range tree.Data.Steps {
			if text, ok := want[step.Name]; ok {
				got := s.get("/job/depth/job/everything/1/execution/node/" + step.ID + "/log/logText/progressiveHtml?start=0")
				if string(got) != text {
					t.Errorf("%s: %s", step.Name, got)
				}
				delete(want, step.Name)
			}
		}
		if len(want) > 0 {
			t.Errorf("no steps %v", want)
		}
	})
}

func TestBuildWaitsForAnExecutorOfItsLabel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Nodes: []*Node{{Executors: 4}, {Name: "gpu-1", Executors: 1, Labels: []string{"gpu-1", "gpu"}}}})
		train := c.AddFreestyle("train", Job{Label: "gpu", Concurrent: true, Script: func(*Build) Script { return Script{Node: "gpu-1", Takes: time.Minute} }})
		c.Enqueue(train, 0, byAdmin)
		time.Sleep(time.Second)
		c.Enqueue(train, 0, []Cause{{User: "reader"}})
		time.Sleep(time.Second)
		var q struct {
			Items []struct {
				Why   string
				Stuck bool
			}
		}
		ask(t, c, "/queue/api/json?tree=items[why,stuck]", &q)
		var l struct{ BusyExecutors, TotalExecutors int }
		ask(t, c, "/label/gpu/api/json?tree=busyExecutors,totalExecutors", &l)
		if len(q.Items) != 1 || q.Items[0].Why != "Waiting for next available executor" || q.Items[0].Stuck || l.BusyExecutors != 1 || l.TotalExecutors != 1 {
			t.Errorf("%+v, %+v", q, l)
		}
		time.Sleep(time.Minute)
		if ask(t, c, "/queue/api/json?tree=items[why]", &q); len(q.Items) != 0 {
			t.Errorf("a minute later: %+v", q)
		}
	})
}
