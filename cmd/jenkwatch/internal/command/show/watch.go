package show

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/follow"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// WatchCommand returns `jenkwatch watch`.
func WatchCommand(a *cli.App) *cobra.Command {
	var o output.Format
	var log bool
	cmd := &cobra.Command{
		Use:   "watch [BUILD|JOB]",
		Short: "Watch a build until it ends: stages and steps as they go, then why it failed",
		Long: "Watch a build until it has ended: its stages and steps drawn in place on a terminal, a line for each change in a\n" +
			"pipe. Of JOB alone it watches the build that runs, else the next one; JOB#12 may not have started yet. Without an\n" +
			"argument it is your own build that runs. It ends with why the build failed, and with the result as the exit code:\n" +
			"0 SUCCESS, 10 UNSTABLE, 11 FAILURE, 12 NOT_BUILT, 13 ABORTED. Outages and restarts of Jenkins in between are waited\n" +
			"for; it gives up when it is refused (401, 403, 404) for half a minute.",
		Example: "  jenkwatch watch\n" +
			"  git push && jenkwatch watch shop/checkout/main && deploy\n" +
			"  jenkwatch watch shop/cart/main#1203 --log > build.log\n" +
			"  jenkwatch watch shop/cart/main --json --jq 'select(.event == \"stage\") | .stage.path | join(\"/\")'",
		Args:              help.Args(cobra.MaximumNArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			return watchBuild(cmd.Context(), a, &o, strings.Join(args, ""), log)
		},
	}
	cmd.Flags().BoolVar(&log, "log", false, "print its console meanwhile; in a pipe, the changes then go to stderr")
	o.AddFlags(cmd)
	return cmd
}

func watchBuild(ctx context.Context, a *cli.App, o *output.Format, arg string, log bool) error {
	b, err := toWatch(ctx, a, arg)
	if err != nil {
		return err
	}
	if b.FromCopy {
		return exit.Usage("`jenkwatch status` shows what is left of it", "there is nothing to watch: Jenkins no longer has %s #%d",
			jenkins.DisplayName(b.Run.Job), b.Run.Number)
	}
	f := follow.Follower{On: b.On, Printer: watchPrinter(a, o, log), Log: log}
	if _, live := f.Printer.(*follow.Live); live {
		loud := follow.Quiet(a.In)
		defer loud()
		defer context.AfterFunc(ctx, loud)() // a second signal ends the program at once
	}
	last, err := f.Run(ctx, b.Run)
	if err != nil {
		return err
	}
	return exit.Result(last.Run.Status)
}

// watchPrinter shows the build in place on a terminal, else a line or an object for each change.
func watchPrinter(a *cli.App, o *output.Format, log bool) follow.Printer {
	tty, _ := a.Out.(*os.File)
	_, onTerminal := a.OnTerminal()
	switch {
	case o.JSON:
		return &follow.Events{Write: func(v any) error { return o.WriteEvent(a.Out, v) }, Err: a.ErrOut, Own: a.SecretPatterns()}
	case onTerminal && os.Getenv("TERM") != "dumb":
		return follow.NewLive(tty, a.ErrOut)
	}
	return &follow.Lines{Out: a.Out, Err: a.ErrOut, WithLog: log}
}

// toWatch finds the build that is meant and waits until it has started.
func toWatch(ctx context.Context, a *cli.App, arg string) (find.Build, error) {
	w := find.NewWaiter(a)
	if arg != "" {
		return find.Upcoming(ctx, a, w, arg)
	}
	cfg, err := a.Config()
	if err != nil {
		return find.Build{}, err
	}
	mine, err := find.Mine(ctx, a, w, cfg.Me)
	if err != nil {
		return find.Build{}, err
	}
	b := mine[0]
	if len(mine) > 1 {
		if b, err = chooseBuild(ctx, a, mine); err != nil {
			return b, err
		}
	}
	return find.Numbered(ctx, a, w, b)
}

// chooseBuild asks which of several builds is meant; without a terminal it takes the first and says so.
func chooseBuild(ctx context.Context, a *cli.App, list []find.Build) (find.Build, error) {
	name := func(b find.Build) string {
		return strings.TrimSpace(clean.ScreenLine(jenkins.DisplayName(b.Run.Job)) + " " + output.Number(b.Run))
	}
	if !a.AsksTerminal() || output.TerminalWidth(a.ErrOut) == 0 {
		output.Note(a.ErrOut, "jenkwatch: %d of your builds run or wait: watching the latest, %s; name another as JOB#N", len(list), name(list[0]))
		return list[0], nil
	}
	t := &output.Table{Columns: []output.Column{{Right: true}, {Least: 20}, {Status: true}, {Right: true}, {Least: 12, Prose: true, Drop: 1}}}
	for i, b := range list {
		t.Add(strconv.Itoa(i+1), name(b), string(b.Run.Status), jenkins.Span(b.Run.Elapsed(time.Now())), output.ShortStage(b.Run))
	}
	if err := t.Write(a.ErrOut, output.TerminalWidth(a.ErrOut)); err != nil {
		return find.Build{}, err
	}
	for {
		fmt.Fprint(a.ErrOut, "Which one? [1] ")
		answer, err := config.Await(ctx, func() (string, error) { return bufio.NewReader(a.In).ReadString('\n') })
		if err != nil {
			return find.Build{}, err
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			return list[0], nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(list) {
			return list[n-1], nil
		}
		output.Note(a.ErrOut, "a number from 1 to %d, or return for the first", len(list))
	}
}
