package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// completeParameters completes the names of a job's parameters behind -p, and of a choice its values.
func (a *app) completeParameters(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list, _ := a.ask(cmd, func(ctx context.Context, c *cli.Controller) (names []string) {
		spec, err := c.Client.ParseBuildSpec(args[0])
		if err != nil {
			return nil
		}
		parameters, err := action.Parameters(ctx, c.Client, spec.Job)
		if err != nil {
			return nil
		}
		for _, p := range parameters {
			if strings.HasPrefix(typed, p.Name+"=") {
				for _, choice := range p.Choices {
					names = append(names, p.Name+"="+choice)
				}
			}
			names = append(names, p.Name+"=\t"+p.Description)
		}
		return names
	})
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeStages completes the stages from which a build can be restarted.
func (a *app) completeStages(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.ask(cmd, func(ctx context.Context, c *cli.Controller) []string {
		spec, err := c.Client.ParseBuildSpec(args[0])
		if err != nil {
			return nil
		}
		run, err := c.Client.Build(ctx, spec)
		if err != nil {
			return nil
		}
		stages, _ := action.Restartable(ctx, c.Client, run)
		return stages
	})
}

// completeQueue completes the numbers of queue items.
func (a *app) completeQueue(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.ask(cmd, func(ctx context.Context, c *cli.Controller) (ids []string) {
		queue, _ := c.Client.Queue(ctx)
		for _, r := range queue {
			ids = append(ids, fmt.Sprintf("%d\t%s", r.QueueID, jenkins.DisplayName(r.Job)))
		}
		return ids
	})
}

// completeNodes completes the names of nodes.
func (a *app) completeNodes(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.ask(cmd, func(ctx context.Context, c *cli.Controller) (names []string) {
		_, nodes, _ := c.Client.Running(ctx)
		for _, n := range nodes {
			names = append(names, jenkins.Argument(n.Name))
		}
		return names
	})
}
