// Package act has the commands that change Jenkins.
package act

import (
	"context"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// changeBuild runs a command that changes one build.
func changeBuild(ctx context.Context, a *cli.App, o *perform.Options, arg string, of func(jenkins.Run) action.Action) error {
	if err := o.Prepare(); err != nil {
		return err
	}
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	_, err = perform.Do(ctx, a, b.On, of(b.Run), o)
	return err
}
