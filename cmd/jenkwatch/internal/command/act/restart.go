package act

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// RestartCommand returns `jenkwatch restart`.
func RestartCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	var stage string
	cmd := &cobra.Command{
		Use:   "restart BUILD --stage NAME",
		Short: "Run a declarative pipeline build again from one of its stages",
		Long: "Run a declarative pipeline build again from one of its stages: those before it are skipped. Only a build that has ended\n" +
			"offers that, and only the stages at the top that it came to. Without --stage the stages are listed.\n" + perform.ExitCodes,
		Example:           "  jenkwatch restart shop/cart/main#lastFailed --stage Test --wait --log",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(a, cmd, args); err != nil {
				return err
			}
			return restartBuild(cmd.Context(), a, args[0], stage, &o)
		},
	}
	cmd.Flags().StringVar(&stage, "stage", "", "begin with the stage of this NAME")
	_ = cmd.RegisterFlagCompletionFunc("stage", complete.Stages(a))
	o.AddWaiting(cmd)
	return cmd
}

func restartBuild(ctx context.Context, a *cli.App, arg, stage string, o *perform.Options) error {
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	stages, err := action.Restartable(ctx, b.On.Client, b.Run)
	if err != nil {
		return err
	}
	what := action.Target{Job: b.Run.Job, Number: b.Run.Number}.String()
	switch {
	case len(stages) == 0:
		return exit.Failure("only declarative pipelines that have ended can be restarted; `jenkwatch rerun` runs one again from its beginning",
			"restart %s: Jenkins offers no stage to restart from", what)
	case stage == "":
		return exit.Usage("choose one with --stage: "+clean.Line(strings.Join(stages, ", ")), "restart %s: from which stage?", what)
	case !slices.Contains(stages, stage):
		return exit.Usage("it offers "+clean.Line(strings.Join(stages, ", ")), "restart %s: Jenkins does not offer the stage %q", what, clean.Line(stage))
	}
	return perform.Start(ctx, a, b.On, action.RestartBuild(b.Run, stage), o)
}
