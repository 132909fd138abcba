package act

import (
	"context"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// jobFound is a job that a person named, with the parameters that it defines.
type jobFound struct {
	on         *cli.Controller
	name       string
	parameters []action.Parameter
}

func findJob(ctx context.Context, a *cli.App, arg string, parameters bool) (jobFound, error) {
	return find.On(ctx, a, arg, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (jobFound, error) {
		job, err := c.Client.Job(ctx, spec.Job)
		if err == nil && job.Folder {
			err = find.NotAJob(c, spec.Job)
		}
		found := jobFound{on: c, name: job.Name}
		if err == nil && parameters {
			found.parameters, err = action.Parameters(ctx, c.Client, job.Name)
		}
		return found, err
	})
}
