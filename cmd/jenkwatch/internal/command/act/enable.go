package act

import (
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// DisableCommand returns `jenkwatch disable`.
func DisableCommand(a *cli.App) *cobra.Command {
	return enabling(a, false, &cobra.Command{
		Use:     "disable JOB",
		Short:   "Disable a job: no builds of it are started",
		Long:    "Disable a job: neither people nor triggers start builds of it. Running builds go on. `enable` undoes it.",
		Example: "  jenkwatch disable infra/nightly",
	})
}

// EnableCommand returns `jenkwatch enable`.
func EnableCommand(a *cli.App) *cobra.Command {
	return enabling(a, true, &cobra.Command{
		Use:     "enable JOB",
		Short:   "Enable a job that was disabled",
		Long:    "Enable a job that was disabled: it can be built again.",
		Example: "  jenkwatch enable infra/nightly",
	})
}

// enabling has a command set whether a job can be built.
func enabling(a *cli.App, enabled bool, cmd *cobra.Command) *cobra.Command {
	var o perform.Options
	cmd.Args, cmd.ValidArgsFunction = help.Args(cobra.ExactArgs(1)), complete.Jobs(a)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.Prepare(a, cmd, args); err != nil {
			return err
		}
		job, err := findJob(cmd.Context(), a, args[0], false)
		if err != nil {
			return err
		}
		_, err = perform.Do(cmd.Context(), a, job.on, action.SetJobEnabled(job.on.Name, job.name, enabled), &o)
		return err
	}
	o.AddFlags(cmd)
	return cmd
}
