package act

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// stopOptions are the flags of `stop`.
type stopOptions struct {
	perform.Options
	terminate, kill bool
}

// StopCommand returns `jenkwatch stop`.
func StopCommand(a *cli.App) *cobra.Command {
	var o stopOptions
	cmd := &cobra.Command{
		Use:   "stop BUILD...",
		Short: "Stop running builds",
		Long: "Stop running builds. A stop interrupts the steps that run; post conditions, catch and finally still run, and may take\n" +
			"their time. What outlives that for 15 seconds can be terminated (its steps fail at once, only finally runs), and then\n" +
			"killed (nothing more runs, and its processes may go on); both are for pipelines. Nothing is stopped while Jenkins has\n" +
			"only just restarted, which would kill it. With --wait it returns when the builds have ended, with the result of the\n" +
			"first as the exit code: 13 ABORTED is what is usual then.",
		Example: "  jenkwatch stop shop/checkout/main#412\n" +
			"  jenkwatch stop infra/images#902 infra/images#903 --wait\n" +
			"  jenkwatch stop infra/images#902 --terminate",
		Args:              help.Args(cobra.MinimumNArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(a, cmd, args); err != nil {
				return err
			}
			return stopBuilds(cmd.Context(), a, args, &o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.terminate, "terminate", false, "fail the steps of a pipeline at once; only finally still runs")
	f.BoolVar(&o.kill, "kill", false, "end a pipeline at once; nothing more of it runs")
	f.BoolVar(&o.Wait, "wait", false, "return when they have ended, with the result as exit code")
	cmd.MarkFlagsMutuallyExclusive("terminate", "kill")
	o.AddFlags(cmd)
	return cmd
}

// stopped is a build that is being stopped.
type stopped struct {
	find.Build
	act    action.Action
	result action.Result
}

// stopBuilds looks up all builds before it stops the first, so that a mistyped one stops none.
func stopBuilds(ctx context.Context, a *cli.App, args []string, o *stopOptions) error {
	var list []stopped
	for _, arg := range args {
		b, err := find.One(ctx, a, arg)
		if err != nil {
			return err
		}
		s := stopped{Build: b, act: action.StopBuild(b.Run)}
		switch {
		case o.kill:
			s.act = action.KillBuild(b.Run)
		case o.terminate:
			s.act = action.TerminateBuild(b.Run)
		}
		list = append(list, s)
	}
	var errs []error
	var asked []stopped
	for _, s := range list {
		var err error
		if s.result, err = perform.Do(ctx, a, s.On, s.act, &o.Options); err != nil {
			errs = append(errs, err)
		} else {
			asked = append(asked, s)
		}
	}
	if o.Wait && !o.DryRun {
		for _, s := range asked {
			errs = append(errs, untilStopped(ctx, a, s, o))
		}
	}
	return first(errs)
}

// first joins the errors that there are, or is the only one.
func first(errs []error) error {
	var some []error
	for _, err := range errs {
		if err != nil {
			some = append(some, err)
		}
	}
	if len(some) == 1 {
		return some[0]
	}
	return errors.Join(some...)
}

func untilStopped(ctx context.Context, a *cli.App, s stopped, o *stopOptions) error {
	stronger := map[action.Kind]string{action.Stop: "--terminate", action.Terminate: "--kill"}[s.act.Kind]
	if stronger != "" && s.Run.Pipeline {
		spec := jenkins.BuildSpec{Job: s.Run.Job, Number: s.Run.Number}.String()
		command := s.On.Command("stop", spec, stronger)
		late := time.AfterFunc(action.StrongerAfter, func() {
			output.Note(a.ErrOut, "jenkwatch: %s still runs; `%s` is stronger", s.act.Target, command)
		})
		defer late.Stop()
	}
	run, err := find.Ended(ctx, find.NewWaiter(a), s.On, s.Run)
	if errors.Is(err, context.Canceled) {
		output.Note(a.ErrOut, "jenkwatch: %s%s", s.result.Message, perform.Next(s.On, s.act, s.result, nil))
	}
	if err != nil {
		return err
	}
	if err := perform.PrintEnded(a, s.On, s.act, s.result, &run, &o.Options); err != nil {
		return err
	}
	return exit.Result(run.Status)
}
