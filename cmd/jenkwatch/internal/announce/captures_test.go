package announce

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
)

// captured is what the real plugin pushed about one build, without the messages of its own steps.
type captured struct {
	job    string
	number int
	pushes []sender.Push
}

func (c *captured) result() string { return c.pushes[len(c.pushes)-1].Status }

// readCaptures reads the recorded pushes, build by build.
func readCaptures(t *testing.T) []*captured {
	t.Helper()
	files, err := filepath.Glob("../../../../sender/testdata/captures/*.http")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	var builds []*captured
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(raw), "\r\n\r\n")
		line := strings.Fields(head)
		_, query, _ := strings.Cut(line[1], "?")
		p, err := sender.DecodePush(line[0], query, []byte(body))
		if err != nil {
			t.Fatal(file, err)
		}
		if p.Body != nil {
			continue
		}
		i := slices.IndexFunc(builds, func(c *captured) bool { return c.job == p.Job && c.number == p.Number })
		if i < 0 {
			i, builds = len(builds), append(builds, &captured{job: p.Job, number: p.Number})
		}
		builds[i].pushes = append(builds[i].pushes, p)
	}
	return builds
}

// notOurs are what the controller exposes to nobody but the run, and what the one agent's own settings added. The password
// parameter is named, its value never given.
var notOurs = []string{"HOME", "HUDSON_HOME", "HUDSON_SERVER_COOKIE", "JENKINS_HOME", "JENKINS_SERVER_COOKIE", "LANG", "PATH",
	"AGENT_ZONE", "USER", "SECRET_PW"}

// TestSyncSaysWhatThePluginSaid plays every recorded build again and compares what sync sends with what the plugin sent:
// the same statuses in the same order, and in each the same variables with the same values.
func TestSyncSaysWhatThePluginSaid(t *testing.T) {
	t.Parallel()
	for _, c := range readCaptures(t) {
		synctest.Test(t, func(t *testing.T) {
			w := newSyncWorld(t)
			w.SetRootURL("http://127.0.0.1:8090/")
			job := w.addCaptured(c)
			for range c.number - 1 {
				w.StartAt(job, time.Now().Add(-time.Hour), nil)
			}
			w.live(t, Rules{}, false, func() {
				time.Sleep(10 * time.Second)
				w.Start(job, nil)
				time.Sleep(5 * time.Minute)
			})
			var want []string
			for _, p := range c.pushes {
				want = append(want, fmt.Sprintf("%s#%d %s", c.job, c.number, p.Status))
			}
			sent := w.ledger.log
			if c.job == "free-fail" && c.number == 10 {
				sent = sent[len(sent)-1:] // the plugin lost the first two
			}
			if !slices.Equal(sent, want) {
				t.Errorf("sent %v, the plugin sent %v", sent, want)
				return
			}
			for i, key := range want {
				sameVariables(t, key, w.ledger.vars[key], c.pushes[i])
			}
		})
	}
}

// addCaptured adds the job of a recorded build: whatever variable Jenkins does not set was a parameter.
func (w *syncWorld) addCaptured(c *captured) *jenkinstest.Job {
	first := c.pushes[0]
	script := jenkinstest.Script{Takes: time.Minute, Result: c.result(),
		Stages: []jenkinstest.Stage{{Name: "Build", Takes: time.Minute}}}
	j := jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script { return script }}
	for _, v := range first.Variables {
		switch {
		case v.Name == "SECRET_PW":
			j.Params = append(j.Params, jenkinstest.Param{Type: "Password", Name: v.Name, Value: v.Value})
		case slices.Contains(notOurs, v.Name) || setByJenkins(v.Name):
		default:
			j.Params = append(j.Params, jenkinstest.Param{Name: v.Name, Value: v.Value})
		}
	}
	if !strings.Contains(c.job, "free") {
		return w.AddPipeline(c.job, j)
	}
	return w.AddFreestyle(c.job, j)
}

func setByJenkins(name string) bool {
	for _, prefix := range []string{"BUILD_", "JOB_", "RUN_", "NODE_", "JENKINS_", "HUDSON_", "WORKSPACE", "CLASSPATH", "CI", "EXECUTOR_NUMBER"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func sameVariables(t *testing.T, key string, sent []sender.Variable, p sender.Push) {
	t.Helper()
	pushed := map[string]string{}
	for _, v := range p.Variables {
		pushed[v.Name] = v.Value
	}
	for _, v := range sent {
		want, there := pushed[v.Name]
		delete(pushed, v.Name)
		onNode := slices.Contains([]string{"EXECUTOR_NUMBER", "NODE_NAME", "NODE_LABELS", "WORKSPACE", "WORKSPACE_TMP"}, v.Name)
		if !there || v.Value != want && !onNode {
			t.Errorf("%s: %s is %q, the plugin sent %q, %v", key, v.Name, v.Value, want, there)
		}
	}
	for name := range pushed {
		if !slices.Contains(notOurs, name) {
			t.Errorf("%s: the plugin sent %s", key, name)
		}
	}
}

// TestSyncSaysAllThatABuildCanEndWith holds the recordings to what the contract promises, so that one that is lost is missed.
func TestSyncSaysAllThatABuildCanEndWith(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range readCaptures(t) {
		kind := "pipeline "
		if strings.Contains(c.job, "free") {
			kind = "freestyle "
		}
		seen[kind+c.result()] = true
	}
	for _, want := range []string{"freestyle SUCCESS", "freestyle FAILURE", "freestyle UNSTABLE", "freestyle ABORTED", "pipeline SUCCESS",
		"pipeline FAILURE", "pipeline UNSTABLE", "pipeline ABORTED", "pipeline NOT_BUILT"} {
		if !seen[want] {
			t.Errorf("no recorded build is a %s", want)
		}
	}
}

// TestBuildWithoutAResultIsComplete was never seen of the plugin; it is what its sources say.
func TestBuildWithoutAResultIsComplete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		free, pipe := w.AddFreestyle("free", takes(time.Minute, jenkinstest.NoResult)), w.AddPipeline("pipe", takes(time.Minute, jenkinstest.NoResult))
		w.live(t, Rules{}, false, func() {
			time.Sleep(10 * time.Second)
			w.Start(free, nil)
			w.Start(pipe, nil)
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "free#1 START", "free#1 RUNNING", "free#1 COMPLETE", "pipe#1 START", "pipe#1 COMPLETE")
	})
}

// TestBranchIsNamedAsThePluginNamesIt follows the rules that were measured; no push of a branch was recorded.
func TestBranchIsNamedAsThePluginNamesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newSyncWorld(t)
		w.AddMultibranch("multi", jenkinstest.Job{})
		main, feature := w.AddPipeline("multi/main", takes(time.Minute, "UNSTABLE")), w.AddPipeline("multi/feature%2Flogin-form", takes(time.Minute, ""))
		w.live(t, Rules{}, false, func() {
			time.Sleep(10 * time.Second)
			w.Start(main, nil)
			w.Start(feature, nil)
			time.Sleep(5 * time.Minute)
		})
		w.sent(t, "multi/main#1 START", "multi/main#1 UNSTABLE", "multi/feature%2Flogin-form#1 START", "multi/feature%2Flogin-form#1 SUCCESS")
		for key, want := range map[string]string{
			"multi/main#1 START": "main", "multi/main#1 UNSTABLE": "main",
			"multi/feature%2Flogin-form#1 START": "feature/login-form", "multi/feature%2Flogin-form#1 SUCCESS": "feature/login-form",
		} {
			vars := map[string]string{}
			for _, v := range w.ledger.vars[key] {
				vars[v.Name] = v.Value
			}
			job, _, _ := strings.Cut(key, "#")
			if vars["BRANCH_NAME"] != want || vars["JOB_NAME"] != job ||
				vars["JOB_BASE_NAME"] != strings.TrimPrefix(job, "multi/") || vars["BUILD_TAG"] != "jenkins-"+strings.Replace(job, "/", "-", 1)+"-1" ||
				vars["BUILD_URL"] != "http://ci.example.com/job/multi/job/"+strings.ReplaceAll(strings.TrimPrefix(job, "multi/"), "%", "%25")+"/1/" {
				t.Errorf("%s: %v", key, vars)
			}
			if _, primary := vars["BRANCH_IS_PRIMARY"]; primary != (want == "main") {
				t.Errorf("%s: it is the primary branch: %v", key, primary)
			}
		}
	})
}
