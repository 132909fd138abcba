package jenkinstest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// never lists the recordings that the simulated controller does not reproduce, each with its reason.
var never = map[string]string{
	"242":  "without tree= Jenkins leaves out what the tasks of nodes are called",
	"933b": "credentials are not simulated",
	"940":  "a web page; TestScriptIsReadFromTheReplayPage has its text areas",
	"942b": "a build's actions in another order, by a later workflow-cps",
	"951b": "the same",
	"960":  "a build of another story; TestWhoAbortedABuildIsTold reads it from both",
	"968":  "the input of a build with the actions of other plugins",
	"970":  "the same",
	"401":  "replayed by TestEventsAreSentAsRecorded",
	"402":  "replayed by TestEventsAreSentAsRecorded",
	"403":  "replayed by TestEventsAreSentAsRecorded",
}

// TestSimulatedControllerAnswersAsRecorded replays the recordings again, in their order, to a controller with the same jobs
// in the same state, and compares status, headers, keys, types and classes of every answer.
func TestSimulatedControllerAnswersAsRecorded(t *testing.T) {
	t.Parallel()
	all, replayed := recordings(t), map[string]bool{}
	for _, part := range []struct {
		name   string
		o      Options
		replay func(s *story)
	}{
		{"freestyle", Options{}, replayFreestyle},
		{"pipeline", Options{}, replayPipeline},
		{"outcomes", Options{}, replayOutcomes},
		{"input and queue", Options{}, replayInputAndQueue},
		{"rights", Options{}, replayRights},
		{"odd requests", Options{}, replayOddRequests},
		{"start-up", Options{}, replayStartUp},
		{"EnvInject", Options{EnvInject: true}, replayEnvInject},
		{"odd cases", Options{}, replayOddCases},
		{"multibranch", Options{}, replayMultibranch},
		{"all at once", Options{}, replayAllAtOnce},
		{"agent", Options{Nodes: twoNodes()}, replayAgent},
		{"inputs", Options{Nodes: twoNodes()}, replayInputs},
		{"history", Options{}, replayHistory},
		{"big", Options{}, replayBig},
		{"depth", Options{}, replayDepth},
		{"acting", Options{}, replayActing},
	} {
		t.Run(part.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				part.replay(&story{t: t, c: recordedModel(part.o), all: all, replayed: replayed})
			})
		})
	}
	for _, number := range slices.Sorted(maps.Keys(all)) {
		if reason, excepted := never[number]; !replayed[number] && !excepted {
			t.Errorf("%s is neither replayed nor excepted", all[number].file)
		} else if replayed[number] && excepted {
			t.Errorf("%s is replayed, but excepted: %s", all[number].file, reason)
		}
	}
}

func twoNodes() []*Node {
	return []*Node{{Executors: 4}, {Name: "agent one", Executors: 2, Labels: []string{"big", "linux", "docker", "agent one"}}}
}

func (s *story) replayAll(numbers ...string) {
	s.t.Helper()
	for _, n := range numbers {
		s.replay(n)
	}
}

// run builds a job until it ends or waits.
func (s *story) run(name string, takes time.Duration, params ...Param) *Build {
	s.t.Helper()
	j := s.c.Job(name)
	if j == nil {
		s.t.Fatalf("no job %s", name)
	}
	b := s.c.Start(j, byAdmin, params...)
	time.Sleep(takes)
	return b
}

func replayFreestyle(s *story) {
	s.replayAll("001", "002", "003", "004", "005")
	s.replay("006", anonymous)
	s.replay("007")
	s.replay("009", anonymous)
	s.replay("010", as(User{Name: "admin", Token: "not-a-token"}))
	s.replayAll("011", "012", "013", "014")
	s.replay("015", form("NAME", "Zoë + 100% & more", "LEVEL", "mid", "SECRET_PW", "given-pw"))
	time.Sleep(10 * time.Millisecond)
	s.replay("016")
	time.Sleep(time.Second)
	s.replayAll("017", "018", "019", "020", "021", "022", "023", "024", "025", "026", "027", "028")
	time.Sleep(20 * time.Second)
	h, _ := s.replay("032")
	s.replay("034", startBefore(h, 267))
	s.replayAll("029", "030", "031", "033", "035")
}

// startBefore asks for the last bytes of a console: the recorded position means nothing to a console of another size.
func startBefore(h http.Header, back int) detail {
	return func(r *http.Request) {
		n, _ := strconv.Atoi(h.Get("X-Text-Size"))
		r.URL.RawQuery = fmt.Sprintf("start=%d", n-back)
	}
}

func replayPipeline(s *story) {
	s.replay("101")
	s.run("demo-pipeline", 11*time.Second)
	s.replayAll("102", "103")
	s.c.world.LastItem = 9 // so many had been queued on the recorded controller
	s.ask(http.MethodPost, "/job/demo-pipeline/buildWithParameters", false,
		form("TARGET", "prod", "DEPLOY", "true", "REGION", "us", "API_KEY", "sekrit"))
	time.Sleep(time.Second)
	s.replay("104")
	time.Sleep(2 * time.Second)
	s.replayAll("105", "106", "107", "108", "109", "110")
	time.Sleep(8 * time.Second)
	s.replayAll("111", "113", "114", "117", "121", "125", "126", "128", "262")
}

func replayOutcomes(s *story) {
	for number, name := range map[string]string{
		"201": "free-fail", "202": "free-unstable", "203": "scripted", "204": "pipe-unstable", "205": "pipe-failure", "207": "pipe-nonode",
		"208": "pipe-notify-named", "209": "pipe-notify-forms", "210": "pipe-notify-step",
	} {
		s.run(name, 5*time.Second)
		s.replay(number)
	}
	s.run("team-a/back end/ünïcode", 5*time.Second)
	s.replayAll("211", "212", "214")
	s.run("pipe-aborted", time.Second)
	s.replay("215")
	s.replayAll("216", "217")
	s.run("free-sleep-long", time.Second)
	s.replayAll("218", "219", "220", "221")
	s.run("pipe-parallel", 2*time.Second)
	s.replayAll("222", "223", "224")
}

func replayInputAndQueue(s *story) {
	s.run("pipe-input", time.Second)
	s.replayAll("227", "228", "231", "232")
	s.ask(http.MethodPost, "/job/pipe-input/1/input/Ship/proceed", false, form("json", `{"parameter": [{"name": "VERSION", "value": "2.0"}, {"name": "NOW", "value": false}]}`))
	time.Sleep(time.Second)
	s.replay("235")
	time.Sleep(time.Second)
	s.replay("236")
	s.run("pipe-input", time.Second)
	s.replay("237", form("json", `{"parameter": [{"name": "VERSION", "value": "3.0"}, {"name": "NOW", "value": true}]}`))
	time.Sleep(time.Second)
	s.replay("238")
	s.replayAll("239", "240")
	s.c.world.LastItem = 38
	s.replay("241")
	s.run("pipe-nolabel", 5*time.Second)
	s.replayAll("244", "245", "246", "247", "248", "249", "250")
}

func replayRights(s *story) {
	s.run("hello-free", 30*time.Second)
	reader := as(recordedReader)
	for _, n := range []string{"252", "253", "254", "255"} {
		s.replay(n, reader)
	}
	s.replay("257", withPassword(recordedAdmin))
	h, answer := s.replay("258", withPassword(recordedAdmin))
	crumb, cookie := with("Jenkins-Crumb", crumbIn(s.t, answer)), with("Cookie", h.Get("Set-Cookie"))
	s.replay("259", withPassword(recordedAdmin), crumb, cookie)
	s.replay("260", withPassword(recordedAdmin), crumb)
	s.run("hello-free", time.Second)
	s.replay("710", reader)
	s.replay("821", reader, form("script", "println 1"))
}

func replayOddRequests(s *story) {
	s.run("free-fail", time.Second)
	s.c.NoGzip = true // as it was at the time
	s.replayAll("263", "264", "265", "266", "267", "268", "269")
}

func replayStartUp(s *story) {
	s.c.Fault(Starting)
	s.replay("301")
	s.c.Fault(Unauthorized)
	s.replay("302")
	s.c.Fault(Healthy)
	s.replayAll("303", "304")
	s.run("hello-free", 30*time.Second)
	h, _ := s.replay("305")
	s.replay("306", startBefore(h, 15))
}

func replayEnvInject(s *story) {
	s.run("hello-free", time.Second)
	s.replayAll("501", "502")
	s.run("demo-pipeline", 11*time.Second)
	s.run("demo-pipeline", 3*time.Second)
	s.replay("504")
	time.Sleep(8 * time.Second)
	s.replay("506")
	time.Sleep(20 * time.Second)
	s.replayAll("507", "508")
	s.replay("510", as(recordedReader))
}

func replayOddCases(s *story) {
	s.run("free-unstable", time.Second)
	s.c.Job("free-unstable").Disabled = true
	s.replayAll("701", "702")
	s.run("hello-free", 21*time.Second)
	s.run("scripted", 5*time.Second)
	s.replay("703", form("LEVEL", "nope"))
	s.replay("704", form("X", "1"))
	s.c.world.LastItem = 64
	s.replay("705", form("NOSUCH", "1", "NAME", "second"))
	time.Sleep(time.Second)
	s.replay("706", form("NAME", "third"))
	time.Sleep(time.Second)
	s.replayAll("707", "708")
	s.replay("709", form("NAME", "third"))
	s.replay("711", as(recordedReader))
	s.run("free-fail", time.Second)
	s.replay("713")
	time.Sleep(100 * time.Millisecond)
	s.ask(http.MethodPost, "/queue/cancelItem?id=66", false)
	s.replay("714")
	s.replay("716", form("description", "set by rig"))
	s.run("demo-pipeline", 11*time.Second)
	s.replayAll("717", "718", "722", "723", "724", "725")
}

func replayMultibranch(s *story) {
	addMultibranch(s.c)
	for _, name := range []string{"multi/main", "multi/feature%2Flogin-form"} {
		b := s.c.Start(s.c.Job(name), []Cause{{Branch: true}})
		time.Sleep(time.Second)
		s.c.Proceed(b)
		time.Sleep(5 * time.Second)
	}
	s.replayAll("801", "802", "803", "804", "807")
}

func replayAllAtOnce(s *story) {
	addMultibranch(s.c)
	feature := s.c.Start(s.c.Job("multi/feature%2Flogin-form"), byAdmin)
	time.Sleep(time.Second)
	s.c.Proceed(feature)
	time.Sleep(time.Minute)
	s.run("demo-pipeline", 0)
	s.run("demo-pipeline", time.Minute)
	s.run("demo-pipeline", time.Minute, Param{Name: "DEPLOY", Value: "true"})
	s.run("pipe-parallel", time.Minute)
	s.run("scripted", time.Minute)
	s.run("hello-free", time.Minute)
	s.run("pipe-input", time.Second)
	s.run("scripted", 500*time.Millisecond)
	s.run("pipe-parallel", 0)
	s.run("hello-free", 0)
	s.run("multi/feature%2Flogin-form", time.Second)
	s.run("demo-pipeline", 200*time.Millisecond)
	s.replayAll("810", "811")
	s.replay("820", form("script", `def r = Jenkins.get().getItemByFullName("demo-pipeline").getBuildByNumber(2); println `+
		`groovy.json.JsonOutput.toJson(r.getEnvironment(hudson.model.TaskListener.NULL))`))
}

func replayAgent(s *story) {
	s.c.AddPipeline("agent-pipe", Job{Script: func(*Build) Script {
		return Script{NoNode: true, Stages: []Stage{{Name: "on agent", Node: "agent one", Takes: time.Minute}}}
	}})
	s.c.AddFreestyle("agent-free", Job{Script: func(*Build) Script { return Script{Node: "agent one", Takes: 8 * time.Second} }})
	s.run("agent-pipe", 2*time.Minute)
	s.run("agent-pipe", 2*time.Minute)
	s.run("agent-free", time.Minute)
	s.replayAll("826", "827", "828")
	s.run("pipe-input", 0)
	s.run("pipe-input", 0)
	s.run("agent-pipe", time.Second)
	s.run("agent-free", time.Second)
	s.replay("825")
}
