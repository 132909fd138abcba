// Package screen runs the terminal UI: it connects the tui package to the watchers, the outbox, the pushes and sync.
package screen

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
	"github.com/sourcegraph/conc/panics"
	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/carry"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/rules"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/service"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// screen is the terminal UI and the loops behind it.
type screen struct {
	*cli.App
	controllers []*cli.Controller
	watchers    []*watch.Watcher
	deliveries  *deliver.Background
	pushes      *service.PushListener // nil: none are received now
	messages    *inbox
	feed        *feed
	sync        *syncer
	doing       *doing        // changes Jenkins
	rules       *rules.Engine // nil: the config has none
}

// Run runs the terminal UI over these controllers until the user leaves or ctx ends.
func Run(ctx context.Context, a *cli.App, cs []*cli.Controller, args []string) error {
	cfg, err := a.Config()
	if err != nil {
		return err
	}
	s := &screen{App: a, controllers: cs, messages: newInbox(), sync: newSyncer()}
	for _, c := range cs {
		s.watchers = append(s.watchers, c.NewWatcher(false))
	}
	s.feed = newFeed(func(snap watch.Snapshot) { s.messages.put(snap) })
	s.feed.contradicted = func(h tui.PushReceived) { s.messages.put(h) }
	s.deliveries = deliver.NewBackground(a)
	s.deliveries.OnDelivery = func(d sender.Delivery) { s.messages.put(d) }
	s.deliveries.OnChange = func() { s.messages.put(sent.OutboxChanged{}) }
	s.deliveries.OnError = func(err error) { s.messages.put(sent.StoreTrouble{Err: err}) } // stderr is under the screen
	opts, err := s.options(ctx, cfg, args)
	if err != nil {
		return err
	}
	if err := s.listen(ctx); err != nil {
		return err
	}
	opts.Listening = s.ListenOn != ""
	return s.run(ctx, opts)
}

// run starts the loops and the program, and waits for them to end.
func (s *screen) run(ctx context.Context, opts kit.Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g, loops := errgroup.WithContext(ctx)
	opts.Context = loops
	s.startLoops(loops, g, cancel)
	s.offerSync(loops, g, &opts)
	// 40 frames a second draw the first one in time and cost little while nobody types (see docs/benchmarks.md).
	program := tea.NewProgram(tui.New(opts), tea.WithFPS(40), tea.WithoutSignalHandler(), tea.WithInput(s.In), tea.WithOutput(s.Out))
	g.Go(guarded(cancel, func() error {
		s.messages.run(loops, func(msg any) { program.Send(msg) })
		return nil
	}))
	// A signal, or a loop that panicked, ends the program in its own way, so that the terminal is restored; if it does
	// not leave in time it is killed, which restores the terminal as well.
	stop := context.AfterFunc(ctx, func() {
		program.Quit()
		time.AfterFunc(2*time.Second, program.Kill)
	})
	defer stop()
	_, err := program.Run()
	cause := context.Cause(ctx)
	if cause == nil && s.doing != nil {
		s.doing.Wait(ctx, s.ErrOut)
	}
	cancel(nil)
	ended := make(chan struct{})
	var werr error
	go func() {
		defer close(ended)
		werr = g.Wait()
	}()
	if p, ok := errors.AsType[*panicked](cause); ok {
		fmt.Fprintf(s.ErrOut, "%v\n\n%s\n", p.Value, p.Stack)
		select {
		case <-ended: // the relay has given back what it had claimed
		case <-time.After(3 * time.Second): // what panicked may hold locks that others wait for
		}
		return cause
	}
	<-ended
	if err == nil && !errors.Is(werr, context.Canceled) {
		err = werr
	}
	if cause != nil {
		return cause
	}
	s.sayUndelivered()
	return screenError(err)
}

// startLoops starts what feeds the screen. The first requests leave now; their answers wait for the program.
func (s *screen) startLoops(ctx context.Context, g *errgroup.Group, cancel context.CancelCauseFunc) {
	loop := func(do func() error) { g.Go(guarded(cancel, do)) }
	if s.rules = s.newRules(); s.rules != nil {
		s.rules.Start(ctx)
		loop(func() error { <-ctx.Done(); s.rules.Stop(); return nil })
	}
	for _, w := range s.watchers {
		loop(func() error {
			for snap := range w.Snapshots(ctx) {
				s.sync.observe(snap)
				if s.rules != nil {
					s.rules.Observe(snap)
				}
				s.feed.snapshot(snap)
			}
			return nil
		})
	}
	if s.ListenOn != "" {
		guard := func(do func() error) func() error { return guarded(cancel, do) }
		loop(func() error { s.receive(ctx, guard); return nil })
	}
	if !s.Flags.ReadOnly {
		loop(func() error { s.deliveries.Run(ctx); return nil })
	}
	loop(func() error { s.deliveries.Watch(ctx); return nil })
	loop(func() error {
		s.untilTerminalGone(ctx, func() { cancel(exit.Signal{Signal: syscall.SIGHUP}) })
		return nil
	})
}

// sayUndelivered says what waits in the outbox when the screen has gone. The demo keeps nothing.
func (s *screen) sayUndelivered() {
	if s.StateDir != "" {
		return
	}
	switch n := s.deliveries.Waiting(); {
	case n == 1:
		output.Note(s.ErrOut, "1 notification waits in the outbox: `jenkwatch outbox flush` delivers it")
	case n > 1:
		output.Note(s.ErrOut, "%d notifications wait in the outbox: `jenkwatch outbox flush` delivers them", n)
	}
}

// untilTerminalGone calls gone when the terminal has gone away. One that vanishes with `docker exec` or `kubectl exec` sends
// no SIGHUP, and Bubble Tea goes on without input.
func (s *screen) untilTerminalGone(ctx context.Context, gone func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, ok := s.OnTerminal(); !ok {
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
type panicked struct{ *panics.Recovered }

func (p *panicked) Error() string { return fmt.Sprintf("a loop broke: %v", p.Value) }

// Hint says what a person can do about it.
func (p *panicked) Hint() string { return reportIt }

// guarded turns a panic of a loop into an error that ends the program, so that the terminal is restored before the
// stack is shown.
func guarded(cancel context.CancelCauseFunc, loop func() error) func() error {
	return func() (err error) {
		var c panics.Catcher
		c.Try(func() { err = loop() })
		if r := c.Recovered(); r != nil {
			for inner, ok := r.Value.(*panics.Recovered); ok; inner, ok = r.Value.(*panics.Recovered) {
				r = inner // where it panicked first
			}
			err = &panicked{r}
			cancel(err)
		}
		return err
	}
}

// options returns the config and the command line as the terminal UI takes them.
func (s *screen) options(ctx context.Context, cfg *config.Config, args []string) (kit.Options, error) {
	ui := cfg.UI
	if errs := Check(cfg); len(errs) > 0 {
		return kit.Options{}, &config.Mistakes{All: errs, Config: cfg}
	}
	opts := kit.Options{
		Keys: ui.Keys, ASCII: ui.ASCII || output.DumbTerminal(), NoColor: os.Getenv("NO_COLOR") != "", Mouse: !ui.NoMouse,
		Me: cfg.Me, Pinned: ui.Pinned, Columns: ui.Columns, ReadOnly: s.Flags.ReadOnly, Prefs: loadPrefs(s.App), SavePrefs: func(p kit.Prefs) error { return savePrefs(s.App, p) },
		PrefsFile: prefsPath(s.App), Commands: commandsOf(cfg), Theme: themeOf(cfg),
		Endpoints: cfg.Endpoints, Outbox: s.deliveries.Outbox, Variables: carry.Env,
	}
	history := s.Actions()
	history.OnError = func(err error) { s.messages.put(sent.StoreTrouble{Err: err}) }
	s.doing = newDoing(history.Do)
	opts.Do = s.doing.Do
	opts.Notify, opts.Tmux = notifyOptions(&cfg.Notify), askTmux
	for i, c := range s.controllers {
		c.Client.Revisions = slices.ContainsFunc(ui.Pinned, func(name string) bool {
			return strings.HasPrefix(strings.ToUpper(name), "GIT_")
		})
		opts.Controllers = append(opts.Controllers, kit.Controller{
			Name: c.Name, Host: c.Client.URL.Host, Client: c.Client, Watcher: s.watchers[i], Mark: c.Mark,
			Protected: c.Client.Protected,
		})
	}
	opts.Absent = func(ctx context.Context, t kit.Target, err error) error {
		if i := slices.IndexFunc(s.controllers, func(c *cli.Controller) bool { return c.Name == t.Controller }); i >= 0 {
			return find.Absent(ctx, s.controllers[i], t.BuildSpec, err)
		}
		return err
	}
	for _, f := range ui.Filters {
		q, err := query.Parse(f.Query())
		if err != nil { // the config was checked
			return kit.Options{}, err
		}
		opts.Tabs = append(opts.Tabs, kit.Filter{Name: f.Name, Query: q})
	}
	if len(args) > 0 {
		owners, specs, err := find.Owners(ctx, s.controllers, args[0])
		if err != nil {
			return kit.Options{}, err
		}
		for _, c := range owners {
			opts.Open = append(opts.Open, kit.Target{Controller: c.Name, BuildSpec: specs[c]})
		}
	}
	return opts, nil
}
