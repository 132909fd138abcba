package action

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
)

// inDemo runs a test against the demo, in a bubble.
func inDemo(t *testing.T, test func(t *testing.T, sim *jenkinstest.Controller, c *jenkins.Client)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := demo.New()
		test(t, sim, clientOf(t, sim, "admin", "admin-token"))
	})
}

func buildOf(t *testing.T, c *jenkins.Client, spec string) jenkins.Run {
	t.Helper()
	s, err := c.ParseBuildSpec(spec)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Build(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func do(t *testing.T, c *jenkins.Client, a Action, err error) Result {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Do(t.Context(), c, a)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func followed(t *testing.T, c *jenkins.Client, a Action, r Result) jenkins.Run {
	t.Helper()
	p, err := Follow(t.Context(), c, &jenkins.Waiter{}, a, r, nil)
	if err != nil || !p.Started {
		t.Fatalf("%+v %v", p, err)
	}
	return p.Run
}

func TestAParametrisedBuildIsStartedAndFollowed(t *testing.T) {
	inDemo(t, func(t *testing.T, sim *jenkinstest.Controller, c *jenkins.Client) {
		defs, err := Parameters(t.Context(), c, "deploy/service")
		if err != nil || len(defs) != 8 || defs[7].Kind != Other {
			t.Fatal(defs, err)
		}
		values := append(Defaults(defs), Value{Name: "API_KEY", Text: "hunter2"}, Value{Name: "FROM", Text: "409"},
			Value{Name: "values.yaml", File: &File{Name: "v.yaml", Content: []byte("a: 1\n")}})
		a, err := StartBuild("ci", "deploy/service", defs, values)
		run := followed(t, c, a, do(t, c, a, err))
		b := sim.Job("deploy/service")
		if run.Number != 1 || len(run.Parameters) != 8 || b == nil {
			t.Errorf("%+v", run)
		}
		running, _, err := c.Running(t.Context())
		listed := slices.IndexFunc(running, func(r jenkins.Run) bool { return r.Job == run.Job })
		if err != nil || listed < 0 {
			t.Fatal(running, err)
		}
		for _, r := range []jenkins.Run{run, running[listed]} {
			i := slices.IndexFunc(r.Parameters, func(p jenkins.Parameter) bool { return p.Name == "FROM" })
			if got, known := r.Parameters[i].Given(); !known || got != "shop/checkout/main#409" {
				t.Errorf("%+v", r.Parameters[i])
			}
		}
		a, err = StartBuild("ci", "deploy/service", defs, []Value{{Name: "FROM", Text: "shop/checkout/main#9999"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Do(t.Context(), c, a); err == nil || !strings.Contains(err.Error(), "there is no build shop/checkout/main#9999") {
			t.Error(err)
		}
		for _, r := range sim.Requests() {
			if strings.Contains(r.URI, "hunter2") {
				t.Error("a password is in a URL")
			}
		}
	})
}

func TestAFailedBuildIsRepeatedInEachWay(t *testing.T) {
	inDemo(t, func(t *testing.T, sim *jenkinstest.Controller, c *jenkins.Client) {
		red := buildOf(t, c, "shop/cart/main#lastFailed")
		stages, err := Restartable(t.Context(), c, red)
		if err != nil || len(stages) == 0 || stages[len(stages)-1] != "Test" {
			t.Fatal(stages, err)
		}
		restart := RestartBuild(red, "Test")
		again := followed(t, c, restart, do(t, c, restart, nil))
		if again.Number <= red.Number || !slices.ContainsFunc(again.Causes, func(c jenkins.Cause) bool { return strings.HasPrefix(c.Text, "Restarted from build") }) {
			t.Errorf("%+v", again)
		}
		rerun, err := RerunBuild(red)
		rerunOf := followed(t, c, rerun, do(t, c, rerun, err))
		script, err := ScriptOf(t.Context(), c, red)
		if err != nil || !strings.HasPrefix(script.Main, "pipeline {") {
			t.Fatal(script, err)
		}
		script.Main = strings.Replace(script.Main, "sh './test.sh'", "echo 'without the tests'", 1)
		if problems, err := CheckScript(t.Context(), c, red, script); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		replay, err := ReplayBuild(red, script)
		replayed := followed(t, c, replay, do(t, c, replay, err))
		if replayed.Number == rerunOf.Number || replayed.Number == again.Number {
			t.Errorf("%d, %d, %d", again.Number, rerunOf.Number, replayed.Number)
		}
		if got := recordedScript(t, c, replayed); got != script.Main {
			t.Errorf("%s", got)
		}
		script.Main += "}"
		if problems, err := CheckScript(t.Context(), c, red, script); err != nil || len(problems) != 1 {
			t.Error(problems, err)
		}
		if _, err := RerunBuild(buildOf(t, c, "shop/checkout/main#last")); err == nil || !strings.Contains(err.Error(), "password parameter, and it has API_KEY") {
			t.Error(err)
		}
		sim.NoGraphView = true // then there is only the replay page, which names no queue item
		r := do(t, c, rerun, nil)
		if r.QueueID != 0 || followed(t, c, rerun, r).Number <= replayed.Number {
			t.Error(r)
		}
	})
}

func recordedScript(t *testing.T, c *jenkins.Client, r jenkins.Run) string {
	t.Helper()
	s, err := ScriptOf(t.Context(), c, r)
	if err != nil {
		t.Fatal(err)
	}
	return s.Main
}

func TestAnInputIsAnswered(t *testing.T) {
	inDemo(t, func(t *testing.T, sim *jenkinstest.Controller, c *jenkins.Client) {
		r := buildOf(t, c, "release/ship-it#last")
		in, err := Inputs(t.Context(), c, r)
		if err != nil || len(in) != 1 || in[0].Yes() != "Ship it" {
			t.Fatal(in, err)
		}
		a, err := ProceedInput(r, in[0], []Value{{Name: "NOTIFY", Text: "false"}})
		if a.Question != `Answer "Ship 2.14.0-rc.3 to production?" of release/ship-it #31 with "Ship it" on ci?` {
			t.Error(a.Question)
		}
		if _, err := Do(t.Context(), clientOf(t, sim, "reader", "reader-token"), a); err == nil || !strings.Contains(err.Error(), "You need to be mira,admin") {
			t.Error(err)
		}
		do(t, c, a, err)
		if _, err := Do(t.Context(), c, a); !jenkins.IsKind(err, jenkins.NotFound) {
			t.Error(err)
		}
	})
}

func TestABuildThatOutlivesAStopIsTerminated(t *testing.T) {
	inDemo(t, func(t *testing.T, _ *jenkinstest.Controller, c *jenkins.Client) {
		r := buildOf(t, c, "infra/nightly images#last")
		do(t, c, StopBuild(r), nil)
		if r := buildOf(t, c, "infra/nightly images#last"); r.Status.Ended() {
			t.Fatal(r.Status)
		}
		do(t, c, TerminateBuild(r), nil)
		if r := buildOf(t, c, "infra/nightly images#last"); r.Status != jenkins.Aborted {
			t.Fatal(r.Status)
		}
	})
}

func TestSmallChangesAndTheirOpposite(t *testing.T) {
	inDemo(t, func(t *testing.T, sim *jenkinstest.Controller, c *jenkins.Client) {
		r := buildOf(t, c, "shop/web/main#last")
		if now, err := StateOf(t.Context(), c, r); err != nil || now.Kept {
			t.Error(now, err)
		}
		do(t, c, KeepBuild(r, true), nil)
		if now, err := StateOf(t.Context(), c, r); err != nil || !now.Kept {
			t.Error(now, err)
		}
		if r := do(t, c, KeepBuild(r, true), nil); !r.Already {
			t.Error(r)
		}
		ended := buildOf(t, c, "shop/cart/main#lastFailed")
		do(t, c, KeepBuild(ended, true), nil)
		if _, err := Do(t.Context(), c, DeleteBuild(ended)); err == nil || !strings.Contains(err.Error(), "kept forever") {
			t.Error(err)
		}
		do(t, c, KeepBuild(ended, false), nil)
		do(t, c, DescribeBuild(ended, "ours & theirs"), nil)
		if now, err := StateOf(t.Context(), c, ended); err != nil || now.Description != "ours & theirs" || now.Kept {
			t.Error(now, err)
		}
		another := ended
		another.StartedAt = ended.StartedAt.Add(-time.Hour)
		if _, err := StateOf(t.Context(), c, another); err == nil || !strings.Contains(err.Error(), "another one has its number") {
			t.Error(err)
		}
		do(t, c, DeleteBuild(ended), nil)
		if _, err := c.Build(t.Context(), jenkins.BuildSpec{Job: ended.Job, Number: ended.Number}); !jenkins.IsKind(err, jenkins.NotFound) {
			t.Error(err)
		}
		do(t, c, SetJobEnabled("ci", "tools/bench", false), nil)
		if off, err := JobDisabled(t.Context(), c, "tools/bench"); err != nil || !off {
			t.Error(off, err)
		}
		start, err := StartBuild("ci", "tools/bench", nil, nil)
		if _, err := Do(t.Context(), c, start); err == nil || !strings.Contains(err.Error(), "the job is disabled") {
			t.Error(err)
		}
		do(t, c, SetJobEnabled("ci", "tools/bench", true), nil)
		if off, err := JobDisabled(t.Context(), c, "tools/bench"); err != nil || off {
			t.Error(off, err)
		}
		run := followed(t, c, start, do(t, c, start, err))
		time.Sleep(time.Second)
		if run.Job != "tools/bench" {
			t.Error(run)
		}
		for _, a := range []Action{TakeNodeOffline("ci", "agent-7", "disk & fan"), TakeNodeOffline("ci", "agent-7", "x"), BringNodeOnline("ci", "agent-7")} {
			do(t, c, a, nil)
		}
		if r := do(t, c, BringNodeOnline("ci", "agent-7"), nil); !r.Already || r.Message != "node agent-7 on ci is online already" {
			t.Error(r)
		}
		if _, err := Do(t.Context(), c, BringNodeOnline("ci", "mac mini")); err == nil || !strings.Contains(err.Error(), "its agent is not connected") {
			t.Error(err)
		}
		queue, err := c.Queue(t.Context())
		if err != nil || len(queue) == 0 {
			t.Fatal(err)
		}
		do(t, c, CancelQueued(queue[0]), nil)
	})
}

func TestAReaderIsToldWhatIsMissing(t *testing.T) {
	inDemo(t, func(t *testing.T, sim *jenkinstest.Controller, _ *jenkins.Client) {
		c := clientOf(t, sim, "reader", "reader-token")
		running := buildOf(t, c, "infra/nightly images#last")
		red := buildOf(t, c, "shop/cart/main#lastFailed")
		start, _ := StartBuild("ci", "tools/bench", nil, nil)
		rerun, _ := RerunBuild(red)
		for _, a := range []Action{StopBuild(running), start, rerun, DescribeBuild(red, "x"), KeepBuild(red, true), DeleteBuild(red),
			SetJobEnabled("ci", "tools/bench", false), TakeNodeOffline("ci", "agent-7", "x")} {
			_, err := Do(t.Context(), c, a)
			if !jenkins.IsKind(err, jenkins.NotAllowed) || !strings.Contains(err.Error(), "user reader lacks the right "+a.Permission) {
				t.Errorf("%s: %v", a.Question, err)
			}
		}
		if _, err := ScriptOf(t.Context(), c, red); err == nil || !strings.Contains(err.Error(), "Run/Replay is missing") {
			t.Error(err)
		}
	})
}

func TestBehindAPathAndAnotherName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := demo.With(jenkinstest.Options{Prefix: "/jenkins", RootURL: "https://public.example.com/ci/"})
		c := clientOf(t, sim, "admin", "admin-token")
		c.URL.Path = "/jenkins"
		red := buildOf(t, c, "shop/cart/main#lastFailed")
		rerun, err := RerunBuild(red)
		followed(t, c, rerun, do(t, c, rerun, err))
		start, err := StartBuild("ci", "tools/bench", nil, nil)
		followed(t, c, start, do(t, c, start, err))
		for _, a := range []Action{StopBuild(buildOf(t, c, "release/ship-it#last")), DescribeBuild(red, "x"), SetJobEnabled("ci", "data/50% sample #1?", false),
			TakeNodeOffline("ci", "agent-7", "x"), DeleteBuild(red)} {
			do(t, c, a, nil)
		}
	})
}
