package act

import (
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// DeleteCommand returns `jenkwatch delete`.
func DeleteCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:   "delete BUILD",
		Short: "Delete a build",
		Long: "Delete a build with its console, its artifacts and its test results, for good. On a terminal it is asked twice; a script\n" +
			"confirms it with --yes and the controller's name.",
		Example:           "  jenkwatch delete shop/cart/PR-88#6\n  jenkwatch delete shop/cart/PR-88#6 --yes ci",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			return changeBuild(cmd, a, &o, args, action.DeleteBuild)
		},
	}
	o.AddFlags(cmd)
	return cmd
}
