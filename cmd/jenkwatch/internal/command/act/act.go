// Package act has the commands that change Jenkins.
package act

import (
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// changeBuild runs a command that changes one build.
func changeBuild(cmd *cobra.Command, a *cli.App, o *perform.Options, args []string, of func(jenkins.Run) action.Action) error {
	if err := o.Prepare(a, cmd, args); err != nil {
		return err
	}
	b, err := find.One(cmd.Context(), a, args[0])
	if err != nil {
		return err
	}
	_, err = perform.Do(cmd.Context(), a, b.On, of(b.Run), o)
	return err
}
