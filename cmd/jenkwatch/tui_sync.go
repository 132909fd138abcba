package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// listener receives pushes for the terminal UI, where --listen asks for it; else it is nil.
func (a *app) listener(ctx context.Context, out *sending, cs []*cli.Controller) (*ear, error) {
	if a.ListenOn == "" {
		return nil, nil //nolint:nilnil // see above
	}
	if host, _, err := net.SplitHostPort(a.ListenOn); err == nil && !isLoopback(host) {
		return nil, exit.Usage("`jenkwatch listen --addr "+a.ListenOn+" --token env:NAME` receives from other machines",
			"--listen %s: the screen only listens on the loopback interface", a.ListenOn)
	}
	box, err := out.open(ctx)
	if err != nil {
		return nil, err
	}
	return (&listenOptions{addr: a.ListenOn}).ear(ctx, box, claims.New(cs, a.SecretPatterns()))
}

// tellScreen has the screen hear every push: the run and its environment at once, and the controller is asked about it.
func (e *ear) tellScreen(ctx context.Context, f *feed, watchers []*watch.Watcher, tell func(any)) error {
	return e.each(ctx, func(h claims.Checked) error {
		h.Keep(ctx)
		f.heard(h)
		tell(heardOf(h))
		for _, w := range watchers {
			switch {
			case h.On == nil || w.Client != h.On.Client:
			case h.Run.Number > 0:
				w.NotifyKnown(h.Run.Job, h.Run.Number)
			default:
				w.NotifyBuild("", 0)
			}
		}
		return nil
	}, func() error { return nil })
}

// screenSync announces builds on the snapshots that the screen's watchers bring, while it is on.
type screenSync struct {
	mu         sync.Mutex
	last       map[string]watch.Snapshot      // of each controller
	announcers map[string]*announce.Announcer // while it is on
}

func newScreenSync() *screenSync {
	return &screenSync{last: map[string]watch.Snapshot{}, announcers: map[string]*announce.Announcer{}}
}

// observe takes in what a controller says.
func (s *screenSync) observe(snap watch.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[snap.Controller] = snap
	if a := s.announcers[snap.Controller]; a != nil {
		a.Observe(snap)
	}
}

// count returns how many notifications are sent at once when it begins now.
func (s *screenSync) count(ctx context.Context, all []announce.Options) (n int, err error) {
	for _, o := range all {
		s.mu.Lock()
		runs := s.last[o.Controller].Runs
		s.mu.Unlock()
		of, err := o.Immediate(ctx, runs)
		if err != nil {
			return 0, err
		}
		n += of
	}
	return n, nil
}

// run announces builds until ctx is done, beginning with those that run.
func (s *screenSync) run(ctx context.Context, all []announce.Options) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, o := range all {
		a := announce.New(o)
		if err := a.Start(ctx); err != nil {
			return err
		}
		defer func() {
			s.mu.Lock()
			delete(s.announcers, o.Controller)
			s.mu.Unlock()
			cancel()
			err = errors.Join(err, a.Stop())
		}()
		s.mu.Lock()
		s.announcers[o.Controller] = a
		if snap, ok := s.last[o.Controller]; ok {
			a.Observe(snap)
		}
		s.mu.Unlock()
	}
	<-ctx.Done()
	return nil
}

// offerSync lets the screen start and stop sync. Where pushes are received, too, the plugin is at work: only what it does
// not push is announced.
func (a *app) offerSync(ctx context.Context, g *errgroup.Group, opts *kit.Options, out *sending, s *screenSync,
	cs []*cli.Controller, tell func(any)) {
	if a.Flags.ReadOnly || len(opts.Endpoints) == 0 {
		return
	}
	opts.SyncTo = "an endpoint"
	if name, err := a.endpointName(""); err == nil {
		opts.SyncTo = name
	}
	options := func(ctx context.Context) ([]announce.Options, error) {
		r, err := a.syncRules(&syncOptions{gap: opts.Listening})
		if err != nil {
			return nil, err
		}
		r.FromNow = true
		box, err := out.open(ctx)
		if err != nil {
			return nil, err
		}
		all := make([]announce.Options, len(cs))
		for i, c := range cs {
			all[i] = announcerOptions(c, box, r, cs, slog.New(slog.DiscardHandler)) // stderr is under the screen
			all[i].OnAnnounced = func(n announce.Announcement) {
				if !n.ByPlugin {
					tell(tui.Announced{Ref: n.Ref, Status: n.Status})
				}
			}
		}
		return all, nil
	}
	opts.SyncCount = func(ctx context.Context) (int, error) {
		all, err := options(ctx)
		if err != nil {
			return 0, err
		}
		return s.count(ctx, all)
	}
	var running sync.WaitGroup
	opts.Sync = func(stop context.Context) error {
		running.Add(1)
		defer running.Done()
		all, err := options(stop)
		if err != nil {
			return err
		}
		release, err := a.alone(cs)
		if err != nil {
			return err
		}
		defer release()
		both, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(stop, cancel)()
		return s.run(both, all)
	}
	g.Go(func() error { // the database is closed when all of it has ended
		<-ctx.Done()
		running.Wait()
		return nil
	})
}
