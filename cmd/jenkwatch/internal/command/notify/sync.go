package notify

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/service"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// syncOptions are the flags of `jenkwatch sync`.
type syncOptions struct {
	output.Format
	jobs      []string
	exclude   []string
	since     string
	replay    bool
	dryRun    bool
	gap       bool
	running   string
	endpoints []string
	once      bool
	metrics   string

	from time.Time // since, read
}

// SyncCommand returns `jenkwatch sync`.
func SyncCommand(a *cli.App) *cobra.Command {
	var o syncOptions
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Announce builds to an endpoint, as the plugin does but without it",
		Long: "Watch the controllers and send START, RUNNING and the result of every build, each with its env, in the wire format\n" +
			"of the plugin and in order. What was announced is remembered: after a crash, a restart or hours without the\n" +
			"controller exactly what is missing is sent. The first time it starts with the running builds, or with what --since\n" +
			"says. A line is printed for each status that was accepted: time, status, controller, build, endpoints.\n" +
			"docs/service.md runs it as a service.",
		Example: "  jenkwatch sync\n" +
			"  jenkwatch sync --job 'shop/*' --exclude 'shop/experiments/*' --endpoint default\n" +
			"  jenkwatch sync --since 2h --dry-run --once\n" +
			"  jenkwatch sync --since 2h --replay --once\n" +
			"  jenkwatch sync --gap --metrics 127.0.0.1:9102",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(time.Now()); err != nil {
				return err
			}
			return runSync(cmd.Context(), a, &o)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.jobs, "job", nil, "only jobs that match this GLOB")
	f.StringSliceVar(&o.exclude, "exclude", nil, "skip jobs that match this GLOB")
	f.StringVar(&o.since, "since", "", "announce builds that began since this TIME and were not announced yet: 2h, 2026-01-31 or 2026-01-31T15:04:05Z")
	f.BoolVar(&o.replay, "replay", false, "with --since: announce builds again even if they were announced")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would be sent, and send nothing")
	f.BoolVar(&o.gap, "gap", false, "alongside the plugin: send only what `jenkwatch listen` did not receive from it within 60 s")
	f.StringVar(&o.running, "running", "", "with \"all\": announce RUNNING for pipelines too")
	f.StringSliceVar(&o.endpoints, "endpoint", nil, "the configured endpoint NAME (default: the only one, or \"default\")")
	f.BoolVar(&o.once, "once", false, "announce and deliver what is missing, then exit")
	f.StringVar(&o.metrics, "metrics", "", "serve /ready and /metrics on this loopback HOST:PORT")
	o.AddFlags(cmd)
	for _, name := range []string{"job", "exclude"} {
		_ = cmd.RegisterFlagCompletionFunc(name, complete.JobFlag(a))
	}
	_ = cmd.RegisterFlagCompletionFunc("endpoint", complete.Endpoints(a))
	_ = cmd.RegisterFlagCompletionFunc("running", cobra.FixedCompletions([]string{"all"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o *syncOptions) check(now time.Time) error {
	if o.running != "" && o.running != "all" {
		return exit.Usage("use --running all, or leave it out", "--running %q is unknown", o.running)
	}
	if o.since != "" {
		var err error
		if o.from, err = parseSince(o.since, now); err != nil {
			return err
		}
	}
	switch {
	case o.replay && o.since == "":
		return exit.Usage("say since when: --since 2h --replay", "--replay needs --since")
	case !o.replay && o.since != "" && now.Sub(o.from) > outbox.LedgerAge:
		return exit.Usage("give a later time, or --replay to announce again whatever began since then",
			"--since %s: what was announced is remembered for %d days only", o.since, outbox.LedgerAge/(24*time.Hour))
	}
	if err := service.CheckMetrics(o.metrics); err != nil {
		return err
	}
	return o.Prepare()
}

// parseSince reads a time: how long ago, or a date, or a date and time.
func parseSince(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, exit.Usage("write 90m, 2h, 2026-01-31 or 2026-01-31T15:04:05Z", "--since %q is not a time", text)
}

// selection returns what the flags ask for.
func (o *syncOptions) selection() *service.Selection {
	return &service.Selection{Jobs: o.jobs, Exclude: o.exclude, Since: o.from, Replay: o.replay, Gap: o.gap,
		RunningToo: o.running == "all", Endpoints: o.endpoints,
		ReplayName: fmt.Sprintf("%q %q %q %q %q", o.since, o.jobs, o.exclude, o.running, o.endpoints)}
}

func runSync(ctx context.Context, a *cli.App, o *syncOptions) error {
	if a.Flags.ReadOnly && !o.dryRun {
		return exit.ReadOnly("announce builds")
	}
	r, err := o.selection().Rules(a)
	if err != nil {
		return err
	}
	cs, err := a.Controllers(ctx)
	if err != nil {
		return err
	}
	box, err := a.Outbox(ctx)
	if err != nil {
		return err
	}
	if !o.dryRun {
		release, err := service.Lock(a, cs)
		if err != nil {
			return err
		}
		defer release()
	}
	s := &service.Sync{Log: service.NewLog(a.ErrOut, o.JSON), Outbox: box, Once: o.once,
		OnAnnounced: func(n announce.Announcement) error { return printAnnouncement(a, o, n) }}
	for _, c := range cs {
		an := service.AnnouncerOptions(c, box, r, cs, s.Log)
		if o.dryRun {
			an.Ledger = &announce.DryLedger{Ledger: &outbox.Ledger{Outbox: box}}
		}
		s.Add(an, c.NewWatcher(true))
	}
	if !o.dryRun {
		s.Relay = a.Relay(box)
		s.Rules = service.NewRules(a, cs, s.Log, func(context.Context) (*outbox.Outbox, error) { return box, nil })
	}
	if s.Metrics, err = service.OpenMetrics(ctx, o.metrics); err != nil {
		return err
	}
	return s.Run(ctx)
}

func printAnnouncement(a *cli.App, o *syncOptions, n announce.Announcement) error {
	now := time.Now()
	if o.JSON {
		return o.WriteEvent(a.Out, jsonview.Announced{At: jsonview.Time(now), Controller: n.Ref.Controller, Job: n.Ref.Job,
			Number: n.Ref.Number, Status: n.Status, Endpoints: n.Endpoints, DryRun: o.dryRun})
	}
	_, person := a.OnTerminal()
	t := &output.Table{}
	t.Add(output.Clock(now, person), n.Status, n.Ref.Controller, fmt.Sprintf("%s#%d", n.Ref.Job, n.Ref.Number),
		cmp.Or(strings.Join(n.Endpoints, ","), "-"))
	return t.Write(a.Out, 0)
}
