package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
)

// syncOptions are the flags of `jenkwatch sync`.
type syncOptions struct {
	format
	jobs      []string
	exclude   []string
	since     string
	dryRun    bool
	gap       bool
	running   string
	endpoints []string
	once      bool
	metrics   string
}

func (a *app) syncCommand() *cobra.Command {
	var o syncOptions
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Announce builds to an endpoint: the plugin's work without the plugin",
		Long: "Watch the controllers and send START, RUNNING and the result of every build, each with its env, in the wire format\n" +
			"of the plugin and in order. What was announced is remembered: after a crash, a restart or hours without the\n" +
			"controller exactly what is missing is sent. The first time it begins with what runs now.",
		Example: "  jenkwatch sync\n" +
			"  jenkwatch sync --job 'shop/*' --exclude 'shop/experiments/*' --endpoint default\n" +
			"  jenkwatch sync --since 2h --dry-run --once\n" +
			"  jenkwatch sync --gap --metrics 127.0.0.1:9102",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(time.Now()); err != nil {
				return err
			}
			return a.sync(cmd.Context(), &o)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.jobs, "job", nil, "only jobs that match this GLOB")
	f.StringSliceVar(&o.exclude, "exclude", nil, "no jobs that match this GLOB")
	f.StringVar(&o.since, "since", "", "announce again what started since this TIME: 2h, 2026-01-31 or 2026-01-31T15:04:05Z")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would be sent, and send nothing")
	f.BoolVar(&o.gap, "gap", false, "beside the plugin: send only what `jenkwatch listen` did not receive from it")
	f.StringVar(&o.running, "running", "", "`all`: announce RUNNING for pipelines too")
	f.StringSliceVar(&o.endpoints, "endpoint", nil, "NAME of a configured endpoint (default: the only one, or \"default\")")
	f.BoolVar(&o.once, "once", false, "announce and deliver what is missing, then exit")
	f.StringVar(&o.metrics, "metrics", "", "serve /ready and /metrics on this loopback HOST:PORT")
	o.addFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("endpoint", a.completeEndpoints)
	_ = cmd.RegisterFlagCompletionFunc("running", cobra.FixedCompletions([]string{"all"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o *syncOptions) check(time.Time) error { return o.prepare() }

func (a *app) sync(ctx context.Context, o *syncOptions) error {
	if a.flags.readOnly && !o.dryRun {
		return errReadOnly("announce builds")
	}
	for i, name := range o.endpoints {
		if _, err := a.endpointNamed(name); err != nil {
			return usage("name an endpoint of the config", "--endpoint %q: %w", o.endpoints[i], err)
		}
	}
	if _, err := a.controllers(ctx); err != nil {
		return err
	}
	return trouble("use `jenkwatch send --build` until then", "sync cannot announce builds yet")
}
