package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/carry"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// open is `jenkwatch [BUILD|JOB|URL]`: the terminal UI, or where there is no terminal what it would show first.
func (a *app) open(ctx context.Context, args []string) error {
	if _, tty := a.OnTerminal(); !tty {
		if a.ListenOn != "" {
			return exit.Usage("`jenkwatch listen` prints pushes where there is no terminal", "--listen is for the screen, and this is no terminal")
		}
		if len(args) > 0 {
			return a.status(ctx, &output.Format{}, args[0], false)
		}
		return a.runs(ctx, &runsOptions{})
	}
	var build string
	if len(args) > 0 {
		build = args[0]
	}
	cs, err := a.ControllersFor(ctx, build)
	if err != nil {
		return err
	}
	return a.screen(ctx, cs, args)
}

// screen runs the terminal UI over these controllers until the user leaves or ctx ends.
func (a *app) screen(ctx context.Context, cs []*cli.Controller, args []string) error {
	cfg, err := a.Config()
	if err != nil {
		return err
	}
	watchers := make([]*watch.Watcher, len(cs))
	for i, c := range cs {
		watchers[i] = newWatcher(c, false)
	}
	opts, err := a.screenOptions(ctx, cfg, cs, watchers, args)
	if err != nil {
		return err
	}
	out := newSending(a)
	opts.Endpoints, opts.Outbox, opts.Variables = cfg.Endpoints, out.open, carry.Env
	hears, err := a.listener(ctx, out, cs)
	if err != nil {
		return err
	}
	opts.Listening = hears != nil

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g, loops := errgroup.WithContext(ctx)
	opts.Context = loops
	messages := newInbox()
	tell := messages.put
	news := newFeed(func(s watch.Snapshot) { tell(s) })
	news.doubt = func(h tui.Heard) { tell(h) }
	syncs := newScreenSync()
	if hears != nil {
		hears.claims.Listed = news.listed
	}
	// The first question leaves now; its answer waits for the program that draws it.
	for _, w := range watchers {
		g.Go(guarded(cancel, func() error {
			for s := range w.Snapshots(loops) {
				syncs.observe(s)
				news.snapshot(s)
			}
			return nil
		}))
	}
	if hears != nil {
		g.Go(guarded(cancel, func() error { return serveUntil(loops, hears.listener, hears.receiver) }))
		g.Go(guarded(cancel, func() error { return hears.tellScreen(loops, news, watchers, tell) }))
	}
	a.offerSync(loops, g, &opts, out, syncs, cs, tell)
	if !a.Flags.ReadOnly {
		g.Go(guarded(cancel, func() error { return out.deliver(loops, tell) }))
	}
	g.Go(guarded(cancel, func() error { return out.watch(loops, tell) }))
	g.Go(func() error {
		a.untilTerminalGone(loops, func() { cancel(exit.Signal{Signal: syscall.SIGHUP}) })
		return nil
	})
	// 40 frames a second draw the first one in time and cost little while nobody types (see docs/benchmarks.md).
	program := tea.NewProgram(tui.New(opts), tea.WithFPS(40), tea.WithoutSignalHandler(), tea.WithInput(a.In), tea.WithOutput(a.Out))
	g.Go(guarded(cancel, func() error {
		messages.run(loops, func(msg any) { program.Send(msg) })
		return nil
	}))
	// A signal, or a loop that broke, takes the program down by its own road, so that the terminal is restored; if it
	// does not leave in time it is killed, which restores the terminal as well.
	stop := context.AfterFunc(ctx, func() {
		program.Quit()
		time.AfterFunc(2*time.Second, program.Kill)
	})
	defer stop()
	_, err = program.Run()
	cause := context.Cause(ctx)
	cancel(nil)
	ended := make(chan error, 1)
	go func() { ended <- g.Wait() }()
	if p, ok := errors.AsType[*panicked](cause); ok {
		fmt.Fprintf(a.ErrOut, "%s\n", p.Stack)
		select {
		case <-ended: // the relay has given back what it had claimed
		case <-time.After(3 * time.Second): // what broke may hold locks that others wait for
		}
		return cause
	}
	if werr := <-ended; err == nil && !errors.Is(werr, context.Canceled) {
		err = werr
	}
	if cause != nil {
		return cause
	}
	return screenError(err)
}

// untilTerminalGone calls gone when the terminal has gone away. One that vanishes with `docker exec` or `kubectl exec` sends
// no SIGHUP, and Bubble Tea goes on without input.
func (a *app) untilTerminalGone(ctx context.Context, gone func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, ok := a.OnTerminal(); !ok {
				gone()
				return
			}
		}
	}
}

// screenError is why the screen ended. Bubble Tea has restored the terminal after a panic and printed its stack.
func screenError(err error) error {
	if errors.Is(err, tea.ErrProgramPanic) {
		return exit.Failure(reportIt, "the screen broke")
	}
	return err
}

const reportIt = "this is a fault of jenkwatch: please report it with the lines above"

// panicked is a panic that was caught so that the terminal could be restored first.
type panicked struct{ *crew.Panic }

func (p *panicked) Error() string { return fmt.Sprintf("a loop broke: %v", p.Value) }

// Hint says what a person can do about it.
func (p *panicked) Hint() string {
	return reportIt
}

// guarded turns a panic of a loop into an error that ends the program, so that the terminal is restored before the
// stack is shown.
func guarded(cancel context.CancelCauseFunc, loop func() error) func() error {
	return func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = &panicked{crew.Caught(p)}
				cancel(err)
			}
		}()
		return loop()
	}
}

// screenOptions are the config and the command line as the screen wants them.
func (a *app) screenOptions(ctx context.Context, cfg *config.Config, cs []*cli.Controller, watchers []*watch.Watcher, args []string) (kit.Options, error) {
	ui := cfg.UI
	if err := tui.CheckKeys(ui.Keys); err != nil {
		return kit.Options{}, exit.Usage(exit.HintOf(err), "%s: [ui.keys]: %w", cfg.Path, err)
	}
	opts := kit.Options{
		Keys: ui.Keys, ASCII: ui.ASCII || dumbTerminal(), NoColor: os.Getenv("NO_COLOR") != "", Mouse: !ui.NoMouse,
		Me: cfg.Me, Pinned: ui.Pinned, ReadOnly: a.Flags.ReadOnly, Prefs: a.loadPrefs(), SavePrefs: a.savePrefs,
	}
	for i, c := range cs {
		c.Client.Revisions = slices.ContainsFunc(ui.Pinned, func(name string) bool {
			return strings.HasPrefix(strings.ToUpper(name), "GIT_")
		})
		opts.Controllers = append(opts.Controllers, kit.Controller{
			Name: c.Name, Host: c.Client.URL.Host, Client: c.Client, Watcher: watchers[i], Mark: c.Mark,
		})
	}
	opts.Absent = func(ctx context.Context, t kit.Target, err error) error {
		if i := slices.IndexFunc(cs, func(c *cli.Controller) bool { return c.Name == t.Controller }); i >= 0 {
			return absent(ctx, cs[i], t.BuildSpec, err)
		}
		return err
	}
	for _, f := range ui.Filters {
		opts.Tabs = append(opts.Tabs, newFilter(f))
	}
	if len(args) > 0 {
		owners, specs, err := buildOwners(ctx, cs, args[0])
		if err != nil {
			return kit.Options{}, err
		}
		for _, c := range owners {
			opts.Open = append(opts.Open, kit.Target{Controller: c.Name, BuildSpec: specs[c]})
		}
	}
	return opts, nil
}

// newFilter is a filter of the config as the screen wants it.
func newFilter(f config.Filter) kit.Filter {
	out := kit.Filter{Name: f.Name, Job: f.Job, Text: f.Text, Mine: f.Mine, Controller: f.Controller}
	for _, s := range f.Status {
		out.Statuses = append(out.Statuses, jenkins.Status(s))
	}
	return out
}

// dumbTerminal reports whether the terminal or the locale says that it draws nothing beyond ASCII.
func dumbTerminal() bool {
	if term := os.Getenv("TERM"); term == "dumb" || term == "vt100" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return v == "C" || v == "POSIX"
		}
	}
	return false
}
