// Package complete completes what is typed on a command line: jobs, builds, stages, nodes, deliveries and names of the config.
package complete

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/artifacts"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// completionTime is how long a shell may wait for names; a controller that takes longer completes nothing.
const completionTime = 2 * time.Second

// Jobs completes the full names of jobs, folder by folder.
func Jobs(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 || strings.Contains(typed, "://") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return ask(a, cmd, func(ctx context.Context, c *cli.Controller) []string {
			jobs, _ := c.Client.Jobs(ctx)
			var names []string
			for _, j := range jobs {
				if name := jenkins.Argument(j.Name); !j.Folder && strings.HasPrefix(name, typed) {
					names = append(names, name)
				}
			}
			return names
		})
	}
}

// Builds completes jobs, and behind a # the builds of the job.
func Builds(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		at := strings.LastIndexByte(typed, '#')
		if at < 0 || len(args) > 0 {
			return Jobs(a)(cmd, args, typed)
		}
		job := jenkins.Argument(typed[:at])
		return ask(a, cmd, func(ctx context.Context, c *cli.Controller) []string {
			names := []string{job + "#last", job + "#lastSuccessful", job + "#lastFailed"}
			spec, err := c.Client.ParseBuildSpec(job + "#last")
			if err != nil {
				return nil
			}
			runs, err := c.Client.History(ctx, spec.Job, 0, 20)
			if err != nil {
				return nil
			}
			for _, r := range runs {
				names = append(names, job+"#"+strconv.Itoa(r.Number)+"\t"+string(r.Status))
			}
			return names
		})
	}
}

// Artifacts completes a build, behind it what to do, and behind download the paths of its artifacts.
func Artifacts(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return Builds(a)(cmd, args, typed)
		}
		if len(args) == 1 {
			return []cobra.Completion{"list", "download"}, cobra.ShellCompDirectiveNoFileComp
		}
		return askOf(a, cmd, args[0], func(ctx context.Context, c *cli.Controller, run jenkins.Run) []string {
			list, _ := artifacts.List(ctx, c.Client, run)
			var names []string
			for _, k := range list {
				if _, err := artifacts.FileName(k.Path); err == nil && strings.HasPrefix(k.Path, typed) {
					names = append(names, k.Path)
				}
			}
			return names
		})
	}
}

// ask collects completions from every controller. A shell has no place for an error.
func ask(a *cli.App, cmd *cobra.Command, names func(context.Context, *cli.Controller) []string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	cs, err := a.Controllers(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	lists, _ := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) ([]string, error) { return names(ctx, c), nil })
	var all []cobra.Completion
	for _, list := range lists {
		for _, name := range list {
			name, about, _ := strings.Cut(name, "\t")
			all = append(all, cobra.CompletionWithDesc(name, clean.Line(about)))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// askOf collects completions about a build from the controllers that have it.
func askOf(a *cli.App, cmd *cobra.Command, build string, names func(context.Context, *cli.Controller, jenkins.Run) []string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	return ask(a, cmd, func(ctx context.Context, c *cli.Controller) []string {
		spec, err := c.Client.ParseBuildSpec(build)
		if err != nil {
			return nil
		}
		run, err := c.Client.Build(ctx, spec)
		if err != nil {
			return nil
		}
		return names(ctx, c, run)
	})
}

// JobFlag is Jobs for a flag.
func JobFlag(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return Jobs(a)(cmd, nil, typed)
	}
}

// Deliveries completes the ids of deliveries, newest first, with what each is about.
func Deliveries(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 || !a.HasStore() {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		box, err := a.Outbox(cmd.Context())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		list, _ := box.List(cmd.Context(), outbox.Filter{})
		var ids []cobra.Completion
		for _, d := range list {
			if strings.HasPrefix(d.ID, strings.ToUpper(typed)) {
				ids = append(ids, cobra.CompletionWithDesc(d.ID, clean.Line(strings.TrimSpace(string(d.State)+" "+d.Status+" "+d.Job))))
			}
		}
		return ids, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// Controllers completes the names in the config.
func Controllers(a *cli.App) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		cfg, err := a.Config()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names := make([]cobra.Completion, len(cfg.Controllers))
		for i, c := range cfg.Controllers {
			names[i] = jenkins.Argument(c.Name)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// Endpoints completes the names of endpoints in the config.
func Endpoints(a *cli.App) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		cfg, err := a.Config()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names := make([]cobra.Completion, len(cfg.Endpoints))
		for i, e := range cfg.Endpoints {
			names[i] = jenkins.Argument(e.Name)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}
