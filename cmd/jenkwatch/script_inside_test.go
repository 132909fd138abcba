package main

import (
	"fmt"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// addInside adds jobs whose builds have something inside: inside/main has a good build and one that fails, with tests, commits,
// artifacts and a build that it starts; the 140th step of 150 fails in inside/many.
func addInside(c *jenkinstest.Controller) {
	past := time.Now().Add(-time.Hour)
	down := c.AddFreestyle("inside/down", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Takes: time.Second, Result: "UNSTABLE"}
	}})
	j := c.AddPipeline("inside/main", jenkinstest.Job{Git: "https://git.example.com/inside.git", Script: inside})
	for i, who := range []string{"ann", "tom"} {
		at := past.Add(time.Duration(i-2) * time.Hour)
		b := c.StartAt(j, at, []jenkinstest.Cause{{User: who}})
		c.StartAt(down, at.Add(time.Second), []jenkinstest.Cause{{Upstream: b}})
	}
	c.StartAt(c.AddPipeline("inside/many", jenkinstest.Job{Script: manySteps}), past, []jenkinstest.Cause{{User: "ann"}})
}

func inside(b *jenkinstest.Build) jenkinstest.Script {
	fails := b.Number() == 2
	price := jenkinstest.Test{Class: "shop.Cart", Name: "rounds half cents", Takes: 250 * time.Millisecond}
	test := jenkinstest.Stage{Name: "e2e", Takes: 10 * time.Second, Steps: []jenkinstest.Step{{Name: "npm ci", Log: []string{"+ npm ci"}},
		{Name: "npm test", Log: []string{"+ npm test", "ok 1"}}}}
	s := jenkinstest.Script{Artifacts: []jenkinstest.Artifact{{Path: "dist/app.tgz", Size: 200_000}, {Path: "reports/price list.txt", Content: "A 1\n"}}}
	if fails {
		price.Result, price.Message, price.Trace = "FAILURE", "expected 0.90 but was 0.91", "AssertionError: expected 0.90\n    at cart.test.ts:88"
		test.Result = "FAILURE"
		test.Steps[1] = jenkinstest.Step{Name: "npm test", Result: "FAILURE", Error: "script returned exit code 1",
			Log: []string{"+ npm test", "\x1b[31mError: expected 0.90\x1b[0m", "    at cart.test.ts:88"}}
		s.Commits = []jenkinstest.Commit{{Author: "tom", Message: "Round to whole cents\n\nBooks know no half cents."}}
	}
	s.Suites = []jenkinstest.Suite{{Name: "cart", Stage: "e2e", Tests: []jenkinstest.Test{{Class: "shop.Cart", Name: "total"}, price}}}
	s.Stages = []jenkinstest.Stage{
		{Name: "Deploy", Takes: 5 * time.Second, Steps: []jenkinstest.Step{{Name: "Building inside » down", Starts: "inside/down"}}},
		{Name: "Test", Branches: []jenkinstest.Stage{test, {Name: "lint", Takes: 2 * time.Second, Log: []string{"lint is fine"}}}},
	}
	return s
}

func manySteps(*jenkinstest.Build) jenkinstest.Script {
	stage := jenkinstest.Stage{Name: "Many", Takes: 15 * time.Second, Result: "FAILURE"}
	for i := 1; i <= 140; i++ {
		stage.Steps = append(stage.Steps, jenkinstest.Step{Name: fmt.Sprintf("step %d", i), Log: []string{fmt.Sprintf("this is step %d", i)}})
	}
	broken := &stage.Steps[139]
	broken.Result, broken.Error, broken.Log = "FAILURE", "script returned exit code 1", []string{"+ ./step-140", "Error: the 140th broke"}
	return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Before", Takes: time.Second}, stage}}
}
