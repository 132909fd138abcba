package act

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// DescribeCommand returns `jenkwatch describe`.
func DescribeCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:               "describe BUILD TEXT",
		Short:             "Set the description of a build",
		Long:              "Set the description of a build. TEXT replaces what is there; - reads it from standard input, and '' removes it.",
		Example:           "  jenkwatch describe shop/cart/main#1203 'flaky: see OPS-12'",
		Args:              help.Args(cobra.ExactArgs(2)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := args[1]
			if text == "-" {
				b, err := perform.Text(cmd.Context(), a, "-")
				if err != nil {
					return exit.Failure("send the text to standard input", "read the description: %w", err)
				}
				text = strings.TrimSuffix(b, "\n")
			}
			return changeBuild(cmd, a, &o, args, func(r jenkins.Run) action.Action { return action.DescribeBuild(r, text) })
		},
	}
	o.AddFlags(cmd)
	return cmd
}
