package complete

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// Parameters completes the names of a job's parameters behind -p, and of a choice its values.
func Parameters(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		list, _ := ask(a, cmd, func(ctx context.Context, c *cli.Controller) (names []string) {
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
}

// Stages completes the stages from which a build can be restarted.
func Stages(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return askOf(a, cmd, args[0], func(ctx context.Context, c *cli.Controller, run jenkins.Run) []string {
			stages, _ := action.Restartable(ctx, c.Client, run)
			return stages
		})
	}
}

// Queue completes the numbers of queue items.
func Queue(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return ask(a, cmd, func(ctx context.Context, c *cli.Controller) (ids []string) {
			queue, _ := c.Client.Queue(ctx)
			for _, r := range queue {
				ids = append(ids, fmt.Sprintf("%d\t%s", r.QueueID, jenkins.DisplayName(r.Job)))
			}
			return ids
		})
	}
}

// Nodes completes the names of nodes.
func Nodes(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return ask(a, cmd, func(ctx context.Context, c *cli.Controller) (names []string) {
			_, nodes, _ := c.Client.Running(ctx)
			for _, n := range nodes {
				names = append(names, jenkins.Argument(n.Name))
			}
			return names
		})
	}
}

// LogStages completes the stages and branches of the build that was named.
func LogStages(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return askOf(a, cmd, args[0], func(ctx context.Context, c *cli.Controller, run jenkins.Run) []string {
			tree, _ := c.Stages.Tree(ctx, run)
			var names []string
			stages.Walk(tree.Stages, func(path []string, _ *stages.Stage) {
				if name := strings.Join(path, "/"); strings.HasPrefix(name, typed) {
					names = append(names, name)
				}
			})
			return names
		})
	}
}
