package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/command/show"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/screen"
)

// open is `jenkwatch [BUILD|JOB|URL]`: the terminal UI, or where there is no terminal what it would show first.
func open(ctx context.Context, a *cli.App, args []string) error {
	if _, tty := a.OnTerminal(); !tty {
		if a.ListenOn != "" {
			return exit.Usage("`jenkwatch listen` prints pushes where there is no terminal", "--listen needs a terminal, for the screen")
		}
		if len(args) > 0 {
			return runCommand(ctx, show.StatusCommand(a), args...)
		}
		return runCommand(ctx, show.RunsCommand(a))
	}
	var build string
	if len(args) > 0 {
		build = args[0]
	}
	cs, err := a.ControllersFor(ctx, build)
	if err != nil {
		return err
	}
	return screen.Run(ctx, a, cs, args)
}

// runCommand runs a command as if it had been typed.
func runCommand(ctx context.Context, cmd *cobra.Command, args ...string) error {
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(append([]string{}, args...)) // nil would be the program's own
	return cmd.ExecuteContext(ctx)
}
