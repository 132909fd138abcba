package act

import (
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// RerunCommand returns `jenkwatch rerun`.
func RerunCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:   "rerun BUILD",
		Short: "Run a pipeline build again: the same script, commit and parameters",
		Long: "Run a pipeline build again, with the same script, commit and parameters. To build what is there today, use `build`; to\n" +
			"begin at a stage, `restart`; to change the script, `replay`. Jenkins does not allow it for builds with a password parameter.\n" + perform.ExitCodes,
		Example:           "  jenkwatch rerun shop/cart/main#lastFailed --wait",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(a, cmd, args); err != nil {
				return err
			}
			b, err := find.One(cmd.Context(), a, args[0])
			if err != nil {
				return err
			}
			act, err := action.RerunBuild(b.Run)
			if err != nil {
				return perform.Hint(b.On, err)
			}
			return perform.Start(cmd.Context(), a, b.On, act, &o)
		},
	}
	o.AddWaiting(cmd)
	return cmd
}
