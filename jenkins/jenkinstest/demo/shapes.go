package demo

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// AddShapes adds pipelines of shapes that the demo has no room for, each with a build that has ended: a matrix, and parallel
// branches of which one fails and so ends the others.
func AddShapes(c *Controller) {
	cell := func(name string) Stage {
		return Stage{Name: name, Stages: []Stage{{Name: "cell", Takes: 20 * time.Second, Log: []string{"+ ./cell.sh"}}}}
	}
	matrix := Script{Stages: []Stage{{Name: "Matrix", Branches: []Stage{
		cell("Matrix - OS = 'linux', DB = 'pg'"), cell("Matrix - OS = 'windows', DB = 'pg'"), cell("Matrix - OS = 'linux', DB = 'my'"),
	}}}}
	failFast := Script{Stages: []Stage{
		{Name: "Checks", FailFast: true, Branches: []Stage{
			{Name: "slow", Takes: 2 * time.Minute, Log: jenkinstest.Lines(120, "case %d")},
			{Name: "lint", Takes: 15 * time.Second, Result: "FAILURE", Log: []string{"+ ./lint.sh", "src/main.c:12: error: unused variable"}},
			{Name: "quick", Takes: 5 * time.Second, Log: []string{"ok"}},
		}},
		{Name: "Publish", Takes: time.Minute},
	}}
	for name, s := range map[string]Script{"shapes/matrix": matrix, "shapes/fail fast": failFast} {
		c.EndedAt(c.AddPipeline(name, Job{Script: func(*Build) Script { return s }}), time.Now().Add(-time.Minute), []Cause{{User: "admin"}})
	}
}
