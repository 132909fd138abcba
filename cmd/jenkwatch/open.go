package main

import (
	"context"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/screen"
)

// open is `jenkwatch [BUILD|JOB|URL]`: the terminal UI, or where there is no terminal what it would show first.
func (a *app) open(ctx context.Context, args []string) error {
	if _, tty := a.OnTerminal(); !tty {
		if a.ListenOn != "" {
			return exit.Usage("`jenkwatch listen` prints pushes where there is no terminal", "--listen needs a terminal, for the screen")
		}
		if len(args) > 0 {
			return a.status(ctx, &output.Format{}, args[0], false)
		}
		return a.runs(ctx, &runsOptions{})
	}
	var build string
	if len(args) > 0 {
		build = args[0]
	}
	cs, err := a.ControllersFor(ctx, build)
	if err != nil {
		return err
	}
	return screen.Run(ctx, a.App, cs, args)
}
