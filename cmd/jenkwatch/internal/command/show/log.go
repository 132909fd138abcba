package show

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/buildlog"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

// LogCommand returns `jenkwatch log`.
func LogCommand(a *cli.App) *cobra.Command {
	o := buildlog.Options{Tail: -1}
	cmd := &cobra.Command{
		Use:   "log BUILD",
		Short: "Print the console of a build, a stage or a step",
		Long: "Print the console of a build as text: line ends are LF, Jenkins' hidden notes and all escape sequences are\n" +
			"removed, and overwritten lines are as a terminal leaves them. Colors are kept on a terminal, unless NO_COLOR is\n" +
			"set, and with --color. With -f a queued build is waited for, and outages and restarts of Jenkins are, too:\n" +
			"see status.\n" +
			"--stage prints the log of a stage or of one branch: its name, or a path such as 'Test/e2e'. Parallel branches come\n" +
			"one after the other; with -f their lines come as they are printed, each behind the name of its branch.\n" +
			"--failed prints the log of the step that made the build fail, --errors only the lines of a log that are errors, and\n" +
			"those around. With --json each line is an object with its stage, its step and its time.",
		Example: "  jenkwatch log shop/checkout/main -f\n" +
			"  jenkwatch log shop/cart/main#lastFailed --tail 50\n" +
			"  jenkwatch log shop/cart/main --stage Test --step 2\n" +
			"  jenkwatch log shop/cart/main#lastFailed --failed --errors",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			if o.Tail < -1 {
				return exit.Usage("0 prints nothing of what is there already", "--tail %d is below zero", o.Tail)
			}
			if err := o.Check(cmd.Flags().Changed("step")); err != nil {
				return err
			}
			return printLog(cmd.Context(), a, args[0], &o)
		},
	}
	cmd.Flags().BoolVarP(&o.Follow, "follow", "f", false, "go on until the build, the stage or the step has ended")
	cmd.Flags().BoolVar(&o.Color, "color", false, "keep colors, whatever the output is and NO_COLOR says")
	cmd.Flags().IntVar(&o.Tail, "tail", -1, "only the last N lines")
	cmd.Flags().StringVar(&o.Stage, "stage", "", "only the stage or branch of this NAME, or path of names with slashes")
	cmd.Flags().IntVar(&o.Step, "step", 0, "only step N of the stage, or of the build; the first is 1")
	cmd.Flags().BoolVar(&o.Failed, "failed", false, "only the step that made the build fail")
	cmd.Flags().BoolVar(&o.Errors, "errors", false, "only lines that are errors, and those around")
	o.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("stage", complete.LogStages(a))
	return cmd
}

func printLog(ctx context.Context, a *cli.App, arg string, o *buildlog.Options) error {
	waiter := find.NewWaiter(a)
	b, err := findLog(ctx, a, waiter, arg, o.Follow)
	if err != nil {
		return err
	}
	return buildlog.Write(ctx, a, waiter, b, o)
}

// findLog finds the build whose console is meant; one that is to be followed may still be queued.
func findLog(ctx context.Context, a *cli.App, w *jenkins.Waiter, arg string, follow bool) (find.Build, error) {
	if !follow {
		return find.One(ctx, a, arg)
	}
	b, err := find.UntilFound(ctx, a, w, arg)
	if err == nil && b.FromCopy { // of which there is no console
		return find.One(ctx, a, arg)
	}
	return b, err
}
