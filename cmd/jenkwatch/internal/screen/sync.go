package screen

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/service"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// listen receives pushes for the terminal UI, where --listen asks for it; else it returns nil.
func (s *screen) listen(ctx context.Context) (*service.PushListener, error) {
	if s.ListenOn == "" {
		return nil, nil //nolint:nilnil // see above
	}
	if host, _, err := net.SplitHostPort(s.ListenOn); err == nil && !service.IsLoopback(host) {
		return nil, exit.Usage("`jenkwatch listen --addr "+s.ListenOn+" --token env:NAME` receives from other machines",
			"--listen %s: the screen only listens on the loopback interface", s.ListenOn)
	}
	box, err := s.deliveries.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	o := service.ListenOptions{Addr: s.ListenOn}
	return o.Listen(ctx, box, claims.New(s.controllers, s.SecretPatterns()))
}

// showPushes shows the run and the environment of every push at once, and has the controller asked about it.
func (s *screen) showPushes(ctx context.Context) error {
	return s.pushes.Each(ctx, func(h claims.Checked) error {
		h.Keep(ctx)
		s.feed.push(h)
		s.messages.put(tui.PushReceived{Ref: h.Run.Ref, Status: h.Status, Job: h.Job, Number: h.Number, Body: h.Body, Contradicts: h.Contradicts})
		for _, w := range s.watchers {
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

// syncer announces builds on the snapshots that the screen's watchers bring, while it is on.
type syncer struct {
	mu         sync.Mutex
	last       map[string]watch.Snapshot      // of each controller
	announcers map[string]*announce.Announcer // while it is on
}

func newSyncer() *syncer {
	return &syncer{last: map[string]watch.Snapshot{}, announcers: map[string]*announce.Announcer{}}
}

// observe takes in what a controller says.
func (s *syncer) observe(snap watch.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[snap.Controller] = snap
	if a := s.announcers[snap.Controller]; a != nil {
		a.Observe(snap)
	}
}

// count returns how many notifications are sent at once when it begins now.
func (s *syncer) count(ctx context.Context, all []announce.Options) (n int, err error) {
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
func (s *syncer) run(ctx context.Context, all []announce.Options) (err error) {
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
func (s *screen) offerSync(ctx context.Context, g *errgroup.Group, opts *kit.Options) {
	if s.Flags.ReadOnly || len(opts.Endpoints) == 0 {
		return
	}
	opts.SyncTo = "an endpoint"
	if name, err := s.EndpointName(""); err == nil {
		opts.SyncTo = name
	}
	options := func(ctx context.Context) ([]announce.Options, error) {
		r, err := (&service.Selection{Gap: opts.Listening}).Rules(s.App)
		if err != nil {
			return nil, err
		}
		r.FromNow = true
		box, err := s.deliveries.Outbox(ctx)
		if err != nil {
			return nil, err
		}
		all := make([]announce.Options, len(s.controllers))
		for i, c := range s.controllers {
			all[i] = service.AnnouncerOptions(c, box, r, s.controllers, slog.New(slog.DiscardHandler)) // stderr is under the screen
			all[i].OnAnnounced = func(n announce.Announcement) {
				if !n.ByPlugin {
					s.messages.put(tui.Announced{Ref: n.Ref, Status: n.Status})
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
		return s.sync.count(ctx, all)
	}
	var running sync.WaitGroup
	opts.Sync = func(stop context.Context) error {
		running.Add(1)
		defer running.Done()
		all, err := options(stop)
		if err != nil {
			return err
		}
		release, err := service.Lock(s.App, s.controllers)
		if err != nil {
			return err
		}
		defer release()
		both, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(stop, cancel)()
		return s.sync.run(both, all)
	}
	g.Go(func() error { // the database is closed when all of it has ended
		<-ctx.Done()
		running.Wait()
		return nil
	})
}
