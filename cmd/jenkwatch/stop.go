package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
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
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// stopOptions are the flags of `stop`.
type stopOptions struct {
	perform.Options
	terminate, kill bool
}

func (a *app) stopCommand() *cobra.Command {
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
		ValidArgsFunction: complete.Builds(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			return a.stop(cmd.Context(), args, &o)
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

// stop looks up all builds before it stops the first, so that a mistyped one stops none.
func (a *app) stop(ctx context.Context, args []string, o *stopOptions) error {
	var list []stopped
	for _, arg := range args {
		b, err := find.One(ctx, a.App, arg)
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
		if s.result, err = perform.Do(ctx, a.App, s.On, s.act, &o.Options); err != nil {
			errs = append(errs, err)
		} else {
			asked = append(asked, s)
		}
	}
	if o.Wait && !o.DryRun {
		for _, s := range asked {
			errs = append(errs, a.untilStopped(ctx, s, o))
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

// outlives is how long a build may go on before a stronger way to end it is named, as Jenkins' own pages have it.
const outlives = 15 * time.Second

func (a *app) untilStopped(ctx context.Context, s stopped, o *stopOptions) error {
	stronger := map[action.Kind]string{action.Stop: "--terminate", action.Terminate: "--kill"}[s.act.Kind]
	if stronger != "" && s.Run.Pipeline {
		spec := jenkins.BuildSpec{Job: s.Run.Job, Number: s.Run.Number}
		late := time.AfterFunc(outlives, func() {
			output.Note(a.ErrOut, "jenkwatch: %s still runs; `jenkwatch stop '%s' %s` is stronger", s.act.Target, spec, stronger)
		})
		defer late.Stop()
	}
	run, err := find.Ended(ctx, find.NewWaiter(a.App), s.On, s.Run)
	if err != nil {
		return err
	}
	if err := perform.Print(a.App, s.act, s.result, &run, &o.Options); err != nil {
		return err
	}
	return exit.Result(run.Status)
}

func (a *app) cancelCommand() *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:   "cancel ITEM",
		Short: "Take an item out of the queue",
		Long: "Take an item out of the queue. ITEM is its number, as `build` prints it and `runs --json` lists it as id, or the job of the\n" +
			"only item of that job. A pipeline's item that waits for a node aborts its build.",
		Example:           "  jenkwatch cancel 4711\n  jenkwatch cancel 'mobile/ios app'",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Queue(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			item, c, err := a.findItem(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			_, err = perform.Do(cmd.Context(), a.App, c, action.CancelQueued(item), &o)
			return err
		},
	}
	o.AddFlags(cmd)
	return cmd
}

// findItem finds the queue item that a person named by its number or its job, on whichever controller has it.
func (a *app) findItem(ctx context.Context, arg string) (jenkins.Run, *cli.Controller, error) {
	cs, err := a.Controllers(ctx)
	if err != nil {
		return jenkins.Run{}, nil, err
	}
	id, _ := strconv.ParseInt(arg, 10, 64)
	type queued struct {
		run jenkins.Run
		on  *cli.Controller
	}
	lists, err := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) (found []queued, err error) {
		queue, err := c.Client.Queue(ctx)
		for _, r := range queue {
			if r.QueueID == id || r.Job == arg && !r.PartOf {
				found = append(found, queued{r, c})
			}
		}
		return found, err
	})
	var all []queued
	for _, list := range lists {
		all = append(all, list...)
	}
	switch {
	case len(all) == 1:
		return all[0].run, all[0].on, nil
	case len(all) > 1:
		var items []string
		for _, q := range all {
			items = append(items, fmt.Sprintf("%d on %s", q.run.QueueID, clean.Line(q.on.Name)))
		}
		return jenkins.Run{}, nil, exit.Usage("name one by its number, and its controller with --controller: "+strings.Join(items, ", "),
			"%q may be %d queue items", clean.Line(arg), len(all))
	case err != nil:
		return jenkins.Run{}, nil, err
	}
	return jenkins.Run{}, nil, &exit.Error{Err: fmt.Errorf("there is no queue item %q: it has left the queue, or you may not see it", clean.Line(arg)),
		Fix: "`jenkwatch runs --status QUEUED` lists what waits", Code: exit.CodeNotFound}
}
