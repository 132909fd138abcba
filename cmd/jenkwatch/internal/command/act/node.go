package act

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// NodeCommand returns `jenkwatch node`.
func NodeCommand(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "node",
		Short: "Take a node offline, or bring it back online",
		Args:  help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return exit.Usage("see `jenkwatch node --help`", "node: offline or online?")
		},
	}
	cmd.AddCommand(nodeOfflineCommand(a), nodeOnlineCommand(a))
	return cmd
}

// nodeOfflineCommand returns `jenkwatch node offline`.
func nodeOfflineCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	var reason string
	cmd := &cobra.Command{
		Use:               "offline NAME --reason TEXT",
		Short:             "Take a node offline: it takes no new builds",
		Long:              "Take a node offline: it takes no new builds, and what runs there goes on. The reason is shown to everybody.",
		Example:           "  jenkwatch node offline agent-7 --reason 'disk is being replaced'",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Nodes(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return exit.Usage("say why with --reason TEXT: others have to know", "node offline: there is no reason")
			}
			return changeNode(cmd, a, &o, args, func(controller, node string) action.Action {
				return action.TakeNodeOffline(controller, node, reason)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for everybody to read: TEXT")
	o.AddFlags(cmd)
	return cmd
}

// nodeOnlineCommand returns `jenkwatch node online`.
func nodeOnlineCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:               "online NAME",
		Short:             "Bring a node back online",
		Long:              "Bring a node back online that was taken offline by hand. One that has lost its connection has to be connected again in Jenkins.",
		Example:           "  jenkwatch node online agent-7",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Nodes(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			return changeNode(cmd, a, &o, args, action.BringNodeOnline)
		},
	}
	o.AddFlags(cmd)
	return cmd
}

// changeNode runs a command that changes one node, on the only controller that has it.
func changeNode(cmd *cobra.Command, a *cli.App, o *perform.Options, args []string, of func(controller, node string) action.Action) error {
	if err := o.Prepare(a, cmd, args); err != nil {
		return err
	}
	ctx, name := cmd.Context(), args[0]
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
		_, err := perform.Do(ctx, a, on[0], of(on[0].Name, name), o)
		return err
	case len(on) > 1:
		return exit.Usage("choose one with --controller", "%d controllers have a node %q", len(on), clean.Line(name))
	case err != nil:
		return err
	}
	return &exit.Error{Err: fmt.Errorf("there is no node %q", clean.Line(name)), Fix: "there are " + strings.Join(known, ", "), Code: exit.CodeNotFound}
}
