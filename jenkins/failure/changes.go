package failure

import (
	"context"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/changes"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// Commit is a change that a build was the first to contain.
type Commit = changes.Commit

// changes finds the last good build before the card's, and what changed since.
func (r *Reader) changes(ctx context.Context, c *Card) error {
	since, err := changes.SinceGood(ctx, r.Client, c.Run.Ref)
	if err != nil {
		return err
	}
	c.Commits, c.Range = since.Commits, since.Range()
	if since.Good == 0 {
		return nil
	}
	good := jenkins.Ref{Controller: c.Run.Controller, Job: c.Run.Job, Number: since.Good}
	c.Good = &jenkins.Run{Ref: good, Status: jenkins.Success, Pipeline: c.Run.Pipeline}
	a, err := r.Env.Env(ctx, *c.Good) // it knows the build, too
	if err != nil {
		return err
	}
	c.Good = &a.Run
	b, err := r.Env.Env(ctx, c.Run)
	if err != nil {
		return err
	}
	for _, d := range env.Diff(a, b).Deltas {
		if d.Differs() {
			c.Changed = append(c.Changed, d)
		}
	}
	return nil
}
