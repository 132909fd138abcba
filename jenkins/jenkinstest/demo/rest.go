package demo

import (
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

func (d *demo) rest() {
	c := d.c
	c.AddPipeline("release/ship-it", Job{
		Params: []Param{{Name: "VERSION", Value: "2.13.0", Description: "to ship"}}, Script: ship,
		Every: 5 * time.Minute, First: 5 * time.Minute, Causes: []Cause{{User: "mira"}},
	})
	c.AddPipeline("infra/nightly images", Job{Description: "Base images, rebuilt every night", Script: func(b *Build) Script {
		outlives := 0
		images := Stage{Name: "Images", Takes: 41 * time.Minute, Log: jenkinstest.Lines(240, "#%d [linux/amd64] RUN apt-get install")}
		if b.Number() >= 902 { // these hang, and are late until their time is up
			images.Takes, images.Result = 6*time.Hour, "ABORTED"
			outlives = 1
			images.Log = append(jenkinstest.Lines(720, "#%d [linux/amd64] RUN apt-get install"), "Cancelling nested steps due to timeout")
		}
		return Script{Node: "agent-9", Outlives: outlives, Stages: []Stage{images, {Name: "Push", Takes: time.Minute}}}
	}, Every: time.Hour, First: time.Hour})
	c.AddMultibranch("lib/parser", Job{})
	c.AddPipeline("lib/parser/main", Job{Git: "https://git.example.com/lib/parser.git", Script: func(b *Build) Script {
		test := Stage{Name: "Test", Takes: time.Minute, Log: jenkinstest.Lines(40, "ok %d - parse")}
		if b.Number()%2 != 0 {
			test.Result, test.Log = "UNSTABLE", append(test.Log, "not ok 41 - utf-16 surrogates # flaky")
		}
		return Script{Branch: "main", Stages: []Stage{{Name: "Build", Takes: 47 * time.Second, Log: jenkinstest.Lines(20, "CC src/unit%d.o")}, test}}
	}, Every: 150 * time.Second, First: 2 * time.Minute, Causes: []Cause{{Push: "ana"}}})
	c.AddFreestyle("docs/site", Job{Script: func(b *Build) Script {
		return Script{Takes: time.Second, Result: "NOT_BUILT", Log: []string{"nothing has changed"}}
	}, Every: 13 * time.Minute, First: 5 * time.Minute})
	c.AddFreestyle("tools/bench", Job{Script: func(b *Build) Script {
		if b.Number()%2 == 0 {
			return Script{Takes: 40 * time.Second, Node: "agent-7", Log: jenkinstest.Lines(30, "BenchmarkRead-%d  100  11.3 ns/op")}
		}
		return Script{Takes: 31 * time.Second, Node: "agent-7", Result: "ABORTED", Log: append(jenkinstest.Lines(20, "BenchmarkRead-%d  100  11.3 ns/op"), "Aborted by tom")}
	}, Every: 8 * time.Minute, First: 70 * time.Second})
	c.AddFreestyle("hello-free", Job{Description: "Says hello", Params: []Param{
		{Name: "NAME", Value: "wörld & co"},
		{Type: "Boolean", Name: "DRY_RUN", Value: "true", Description: "dry"},
		{Type: "Choice", Name: "LEVEL", Value: "low", Description: "lvl", Choices: []string{"low", "mid", "high"}},
		{Type: "Password", Name: "SECRET_PW", Value: "s3cret-of-the-demo", Description: "pw"},
		{Type: "Text", Name: "NOTES", Value: "line one\nline two = \"q\"", Description: "notes"},
	}, Script: func(b *Build) Script {
		return Script{Takes: 20 * time.Second, Log: slices.Concat([]string{"[hello-free] $ /bin/sh -xe /tmp/jenkins9561152571284101929.sh",
			"+ echo hello " + b.Param("NAME")}, b.Listing(""), jenkinstest.Lines(20, "line %d"))}
	}, Every: 100 * time.Second, First: 50 * time.Second, Causes: []Cause{{User: "admin"}}})
	c.AddFreestyle("mobile/ios app", Job{Label: "macos", Script: func(*Build) Script { return Script{Takes: time.Minute} },
		Every: 20 * time.Minute, First: 20 * time.Minute})
	c.AddFreestyle("lib/firmware", Job{Label: "riscv", Script: func(*Build) Script { return Script{Takes: time.Minute} },
		Every: 20 * time.Minute, First: 20 * time.Minute})
	odd := func(b *Build) Script {
		s := Script{Takes: 50 * time.Second, Log: jenkinstest.Lines(10, "batch %d of 10")}
		if b.Number()%3 == 0 {
			s.Result = "FAILURE"
			s.Log = append(s.Log, "Traceback (most recent call last):", `  File "sample.py", line 12, in <module>`,
				"ConnectionRefusedError: [Errno 111] Connection refused", "Build step 'Execute shell' marked build as failure")
		}
		return s
	}
	c.AddFreestyle("data/50% sample #1?", Job{Script: odd, Every: 4 * time.Minute, First: 30 * time.Second})
	c.AddFreestyle("data/größe & maß", Job{Script: odd, Every: 5 * time.Minute, First: 20 * time.Second})
	c.AddFreestyle("data/old import", Job{Disabled: true, Script: odd})
	c.AddFreestyle("data/big log", Job{Script: func(*Build) Script { return Script{Takes: 20 * time.Second, LogSize: 31_600_000} },
		Every: 24 * time.Hour, First: 2 * time.Hour})
	c.AddPipeline("ml/train model", Job{Script: func(b *Build) Script {
		return Script{Node: "agent-9", Env: []string{"SEED=42"}, Stages: []Stage{{Name: "Train", Takes: 25 * time.Minute, Log: jenkinstest.Lines(500, "epoch %d/500")}}}
	}, Every: 26 * time.Minute, First: 10 * time.Second})
	c.AddFreestyle("deploy/preview", Job{Description: "Shows a build to the shop's people", Script: func(*Build) Script {
		return Script{Takes: 20 * time.Second, Log: []string{"+ ./preview.sh", "https://preview.example.com/cart is up"}}
	}})
	c.AddFreestyle("deploy/service", Job{Description: "Puts a version of a service somewhere", Params: []Param{
		{Name: "VERSION", Value: "2.13.0", Description: "to deploy"},
		{Type: "Choice", Name: "REGION", Value: "eu", Description: "where", Choices: []string{"eu", "us", "ap"}},
		{Type: "Boolean", Name: "DRY_RUN", Value: "true", Description: "only say what would be done"},
		{Type: "Text", Name: "NOTES", Value: "nothing special", Description: "for the change log"},
		{Type: "Password", Name: "API_KEY", Value: "sk-demo-1d77aa09c3", Description: "of the deploy service"},
		{Type: "Run", Name: "FROM", Job: "shop/checkout/main", Description: "the build that made it"},
		{Type: "File", Name: "values.yaml", Description: "instead of the chart's own"},
		{Type: "Git", Name: "CHART", Value: "main", Description: "branch of the chart"},
	}, Script: func(b *Build) Script {
		return Script{Takes: 30 * time.Second, Log: append([]string{"+ ./deploy.sh " + b.Param("VERSION") + " " + b.Param("REGION")}, jenkinstest.Lines(20, "pod %d of 20 is ready")...)}
	}})
	load := func(takes time.Duration) func(*Build) Script {
		return func(*Build) Script {
			return Script{Node: "bench-1", Takes: takes, Log: jenkinstest.Lines(200, "minute %d: 512 requests a second, p99 41 ms")}
		}
	}
	c.AddFreestyle("perf/soak test", Job{Label: "bench", Script: load(3 * time.Hour), Every: 200 * time.Minute, First: 3 * time.Hour})
	c.AddFreestyle("perf/load test", Job{Label: "bench", Script: load(6 * time.Minute), Every: time.Hour, First: time.Hour})
	c.AddFreestyle("vault/rotate keys", Job{Hidden: true, Script: odd})
}

func ship(b *Build) Script {
	return Script{NoNode: true, Env: []string{"RELEASE=" + b.Param("VERSION")}, Stages: []Stage{
		{Name: "Prepare", Node: "agent-7", Takes: 25 * time.Second, Log: []string{"+ ./prepare.sh " + b.Param("VERSION"), "changelog: 14 entries"}},
		{Name: "Gate", Input: &Input{ID: "ship", Message: "Ship " + b.Param("VERSION") + " to production?", OK: "Ship it", Submitter: "mira,admin",
			Params: []Param{{Name: "TICKET", Value: "", Description: "change ticket"}, {Type: "Boolean", Name: "NOTIFY", Value: "true", Description: "tell everybody"}}}},
		{Name: "Ship", Node: "agent-9", Takes: 40 * time.Second, Log: []string{"+ ./ship.sh", "rolling out", "done"}},
	}}
}
