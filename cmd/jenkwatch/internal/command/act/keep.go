package act

import (
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// KeepCommand returns `jenkwatch keep`.
func KeepCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	var off bool
	cmd := &cobra.Command{
		Use:               "keep BUILD",
		Short:             "Keep a build forever, or let it be discarded again",
		Long:              "Keep a build forever: no rule of its job discards it. With --off it may be discarded again. One that is so already is left alone.",
		Example:           "  jenkwatch keep shop/checkout/main#412\n  jenkwatch keep shop/checkout/main#412 --off",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			return changeBuild(cmd, a, &o, args, func(r jenkins.Run) action.Action { return action.KeepBuild(r, !off) })
		},
	}
	cmd.Flags().BoolVar(&off, "off", false, "let it be discarded again")
	o.AddFlags(cmd)
	return cmd
}
