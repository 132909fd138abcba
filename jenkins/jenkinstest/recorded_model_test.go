package jenkinstest

import "time"

// recordedUsers are those of the controller that was recorded.
var recordedUsers = []User{
	{Name: "admin", Token: "t0ken", Password: "admin-pass-1", Admin: true},
	{Name: "reader", Token: "reader-t0ken"},
}

var (
	recordedAdmin  = recordedUsers[0]
	recordedReader = recordedUsers[1]
)

var byAdmin = []Cause{{User: "admin"}}

func helloParams() []Param {
	return []Param{
		{Name: "NAME", Value: "wörld & co"},
		{Type: "Boolean", Name: "DRY_RUN", Value: "true", Description: "dry"},
		{Type: "Choice", Name: "LEVEL", Value: "low", Description: "lvl", Choices: []string{"low", "mid", "high"}},
		{Type: "Password", Name: "SECRET_PW", Value: "default-pw", Description: "pw"},
		{Type: "Text", Name: "NOTES", Value: "line one\nline two = \"q\"", Description: "notes"},
	}
}

// recordedModel returns the controller that was recorded, with jobs that have never been built.
func recordedModel(o Options) *Controller {
	o.RootURL, o.Users = "http://127.0.0.1:8090/", recordedUsers
	c := New(o)
	free := func(name string, takes time.Duration, result string) *Job {
		return c.AddFreestyle(name, Job{Script: func(*Build) Script { return Script{Takes: takes, Result: result, Log: Lines(5, "line %d")} }})
	}
	pipe := func(name string, s Script) *Job {
		return c.AddPipeline(name, Job{Script: func(*Build) Script { return s }})
	}
	c.AddFreestyle("hello-free", Job{Params: helloParams(), Script: func(b *Build) Script {
		return Script{Takes: 20422 * time.Millisecond, Log: append(b.Listing(""), Lines(20, "line %d")...)}
	}})
	free("free-fail", 90*time.Millisecond, "FAILURE")
	free("free-sleep-long", time.Hour, "")
	free("free-unstable", 90*time.Millisecond, "UNSTABLE")
	c.AddFreestyle("queued-nolabel", Job{Label: "no-such-label"})
	c.AddPipeline("demo-pipeline", Job{Params: []Param{
		{Name: "TARGET", Value: "staging", Description: "where"},
		{Type: "Boolean", Name: "DEPLOY", Value: "false", Description: "deploy?"},
		{Type: "Choice", Name: "REGION", Value: "eu", Description: "region", Choices: []string{"eu", "us", "ap"}},
		{Type: "Password", Name: "API_KEY", Value: "default-key", Description: "key"},
	}, Script: func(b *Build) Script {
		return Script{Stages: []Stage{
			{Name: "Prepare", Takes: 322 * time.Millisecond, Log: b.Listing("")},
			{Name: "Build", Takes: 4588 * time.Millisecond, Log: []string{"inner=42"}, Env: []string{"SET_BY_SCRIPT=assigned-at-runtime"}},
			{Name: "Test", Takes: 4380 * time.Millisecond, Log: Lines(4, "test %d")},
			{Name: "Deploy", Takes: 132 * time.Millisecond, Log: []string{"deployed"}, Skip: b.Param("DEPLOY") != "true"},
			{Name: "Declarative: Post Actions", Takes: 58 * time.Millisecond},
		}}
	}})
	pipe("pipe-aborted", Script{Stages: []Stage{{Name: "A", Takes: time.Hour}}})
	pipe("pipe-failure", Script{Stages: []Stage{{Name: "Break", Takes: 300 * time.Millisecond, Result: "FAILURE"}}})
	pipe("pipe-unstable", Script{Stages: []Stage{{Name: "Shake", Takes: 300 * time.Millisecond, Result: "UNSTABLE"}}})
	pipe("pipe-notbuilt", Script{Result: "NOT_BUILT", Stages: []Stage{{Name: "Skip", Takes: 100 * time.Millisecond}}})
	pipe("pipe-nonode", Script{NoNode: true, Stages: []Stage{{Name: "Sleep", Takes: 2 * time.Second}}})
	pipe("pipe-notify-named", Script{Result: "FAILURE", Stages: []Stage{{Name: "N", Takes: 100 * time.Millisecond}}})
	pipe("pipe-notify-forms", Script{Result: "FAILURE", Stages: []Stage{{Name: "N", Takes: 100 * time.Millisecond}}})
	pipe("pipe-notify-step", Script{Stages: []Stage{{Name: "N", Takes: 100 * time.Millisecond}}})
	pipe("pipe-longlog", Script{})
	pipe("pipe-nolabel", Script{Label: "missing-agent", Stages: []Stage{{Name: "Never"}}})
	pipe("scripted", Script{Env: []string{"FOO=bar"}, Stages: []Stage{
		{Name: "one", Takes: time.Second}, {Name: "two", Takes: 1300 * time.Millisecond}}})
	pipe("pipe-parallel", Script{Stages: []Stage{
		{Name: "Checkout", Takes: 24 * time.Millisecond},
		{Name: "Fan", Branches: []Stage{
			{Name: "unit", Takes: 3 * time.Second}, {Name: "lint", Takes: 1229 * time.Millisecond}, {Name: "e2e", Takes: 5 * time.Second},
		}},
	}})
	pipe("pipe-input", Script{NoNode: true, Stages: []Stage{
		{Name: "Gate", Input: &Input{ID: "ship", Message: "Ship it?", OK: "Ship", Params: []Param{
			{Name: "VERSION", Value: "1.0", Description: "v"}, {Type: "Boolean", Name: "NOW", Value: "true"}}}},
		{Name: "Plain", Input: &Input{ID: "sure", Message: "Sure?"}},
	}})
	pipe("team-a/back end/api pipeline", Script{Stages: []Stage{{Name: "A", Takes: time.Second}}})
	free("team-a/back end/ünïcode", time.Second, "")
	free("team-a/svc-one", time.Second, "")
	return c
}

// addMultibranch adds the project that was there for the later recordings.
func addMultibranch(c *Controller) {
	c.AddMultibranch("multi", Job{})
	script := func(b *Build) Script {
		return Script{NoNode: true, Branch: "feature/login-form", Stages: []Stage{
			{Name: "Build", Label: "built-in", Takes: time.Second}, {Name: "Test", Takes: 3 * time.Second}}}
	}
	c.AddPipeline("multi/feature%2Flogin-form", Job{Git: "/srv/git/app", Script: script})
	c.AddPipeline("multi/main", Job{Git: "/srv/git/app", Script: script})
}
