package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// ofBuild runs a command that changes one build.
func (a *app) ofBuild(ctx context.Context, o *perform.Options, arg string, of func(jenkins.Run) action.Action) error {
	if err := o.Prepare(); err != nil {
		return err
	}
	b, err := find.One(ctx, a.App, arg)
	if err != nil {
		return err
	}
	_, err = perform.Do(ctx, a.App, b.On, of(b.Run), o)
	return err
}

func (a *app) keepCommand() *cobra.Command {
	var o perform.Options
	var off bool
	cmd := &cobra.Command{
		Use:               "keep BUILD",
		Short:             "Keep a build forever, or let it be discarded again",
		Long:              "Keep a build forever: no rule of its job discards it. With --off it may be discarded again. One that is so already is left alone.",
		Example:           "  jenkwatch keep shop/checkout/main#412\n  jenkwatch keep shop/checkout/main#412 --off",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.ofBuild(cmd.Context(), &o, args[0], func(r jenkins.Run) action.Action { return action.KeepBuild(r, !off) })
		},
	}
	cmd.Flags().BoolVar(&off, "off", false, "let it be discarded again")
	o.AddFlags(cmd)
	return cmd
}

func (a *app) describeCommand() *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:               "describe BUILD TEXT",
		Short:             "Set the description of a build",
		Long:              "Set the description of a build. TEXT replaces what is there; - reads it from standard input, and '' removes it.",
		Example:           "  jenkwatch describe shop/cart/main#1203 'flaky: see OPS-12'",
		Args:              help.Args(cobra.ExactArgs(2)),
		ValidArgsFunction: complete.Builds(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := args[1]
			if text == "-" {
				b, err := perform.Text(cmd.Context(), a.App, "-")
				if err != nil {
					return exit.Failure("send the text to standard input", "read the description: %w", err)
				}
				text = strings.TrimSuffix(b, "\n")
			}
			return a.ofBuild(cmd.Context(), &o, args[0], func(r jenkins.Run) action.Action { return action.DescribeBuild(r, text) })
		},
	}
	o.AddFlags(cmd)
	return cmd
}

func (a *app) deleteCommand() *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:   "delete BUILD",
		Short: "Delete a build",
		Long: "Delete a build with its console, its artifacts and its test results, for good. On a terminal it is asked twice; a script\n" +
			"confirms it with --yes and the controller's name.",
		Example:           "  jenkwatch delete shop/cart/PR-88#6\n  jenkwatch delete shop/cart/PR-88#6 --yes ci",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.ofBuild(cmd.Context(), &o, args[0], action.DeleteBuild)
		},
	}
	o.AddFlags(cmd)
	return cmd
}

func (a *app) enableCommand(enabled bool) *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:     "disable JOB",
		Short:   "Disable a job: no builds of it are started",
		Long:    "Disable a job: neither people nor triggers start builds of it. Running builds go on. `enable` undoes it.",
		Example: "  jenkwatch disable infra/nightly",
	}
	if enabled {
		cmd = &cobra.Command{Use: "enable JOB", Short: "Enable a job that was disabled", Long: "Enable a job that was disabled: it can be built again.",
			Example: "  jenkwatch enable infra/nightly"}
	}
	cmd.Args, cmd.ValidArgsFunction = help.Args(cobra.ExactArgs(1)), complete.Jobs(a.App)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := o.Prepare(); err != nil {
			return err
		}
		job, err := a.findJob(cmd.Context(), args[0], false)
		if err != nil {
			return err
		}
		_, err = perform.Do(cmd.Context(), a.App, job.on, action.SetJobEnabled(job.on.Name, job.name, enabled), &o)
		return err
	}
	o.AddFlags(cmd)
	return cmd
}

func (a *app) nodeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "node",
		Short: "Take a node offline, or bring it back online",
		Args:  help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return exit.Usage("see `jenkwatch node --help`", "node: offline or online?")
		},
	}
	cmd.AddCommand(a.nodeOfflineCommand(), a.nodeOnlineCommand())
	return cmd
}

func (a *app) nodeOfflineCommand() *cobra.Command {
	var o perform.Options
	var reason string
	cmd := &cobra.Command{
		Use:               "offline NAME --reason TEXT",
		Short:             "Take a node offline: it takes no new builds",
		Long:              "Take a node offline: it takes no new builds, and what runs there goes on. The reason is shown to everybody.",
		Example:           "  jenkwatch node offline agent-7 --reason 'disk is being replaced'",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Nodes(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return exit.Usage("say why with --reason TEXT: others have to know", "node offline: there is no reason")
			}
			return a.ofNode(cmd.Context(), &o, args[0], func(controller, node string) action.Action {
				return action.TakeNodeOffline(controller, node, reason)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for everybody to read: TEXT")
	o.AddFlags(cmd)
	return cmd
}

func (a *app) nodeOnlineCommand() *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:               "online NAME",
		Short:             "Bring a node back online",
		Long:              "Bring a node back online that was taken offline by hand. One that has lost its connection has to be connected again in Jenkins.",
		Example:           "  jenkwatch node online agent-7",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Nodes(a.App),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.ofNode(cmd.Context(), &o, args[0], action.BringNodeOnline)
		},
	}
	o.AddFlags(cmd)
	return cmd
}

// ofNode runs a command that changes one node, on the only controller that has it.
func (a *app) ofNode(ctx context.Context, o *perform.Options, name string, of func(controller, node string) action.Action) error {
	if err := o.Prepare(); err != nil {
		return err
	}
	cs, err := a.Controllers(ctx)
	if err != nil {
		return err
	}
	type reply struct {
		on    *cli.Controller
		known []string
		has   bool
	}
	replies, err := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) (reply, error) {
		r := reply{on: c}
		_, nodes, err := c.Client.Running(ctx)
		for _, n := range nodes {
			r.known, r.has = append(r.known, clean.Line(n.Name)), r.has || n.Name == name
		}
		return r, err
	})
	var on []*cli.Controller
	var known []string
	for _, r := range replies {
		if known = append(known, r.known...); r.has {
			on = append(on, r.on)
		}
	}
	switch {
	case len(on) == 1:
		_, err := perform.Do(ctx, a.App, on[0], of(on[0].Name, name), o)
		return err
	case len(on) > 1:
		return exit.Usage("choose one with --controller", "%d controllers have a node %q", len(on), clean.Line(name))
	case err != nil:
		return err
	}
	return &exit.Error{Err: fmt.Errorf("there is no node %q", clean.Line(name)), Fix: "there are " + strings.Join(known, ", "), Code: exit.CodeNotFound}
}
