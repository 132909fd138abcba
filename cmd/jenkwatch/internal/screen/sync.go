package screen

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/service"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/syncing"
)

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
	options := func(ctx context.Context, limit query.Query) ([]announce.Options, error) {
		r, err := (&service.Selection{Gap: opts.Listening}).Rules(s.App)
		if err != nil {
			return nil, err
		}
		r.FromNow = true
		if limit.String() != "" {
			r.WantsRun = s.limited(limit)
		}
		box, err := s.deliveries.Outbox(ctx)
		if err != nil {
			return nil, err
		}
		all := make([]announce.Options, len(s.controllers))
		for i, c := range s.controllers {
			all[i] = service.AnnouncerOptions(c, box, r, s.controllers, slog.New(slog.DiscardHandler)) // stderr is under the screen
			all[i].OnAnnounced = func(n announce.Announcement) {
				if !n.ByPlugin {
					s.messages.put(syncing.Announced{Ref: n.Ref, Status: n.Status})
				}
			}
		}
		return all, nil
	}
	opts.SyncCount = func(ctx context.Context, limit query.Query) (int, error) {
		all, err := options(ctx, limit)
		if err != nil {
			return 0, err
		}
		return s.sync.count(ctx, all)
	}
	var running sync.WaitGroup
	opts.Sync = func(stop context.Context, limit query.Query) error {
		running.Add(1)
		defer running.Done()
		all, err := options(stop, limit)
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

// limited returns which builds a query chooses.
func (s *screen) limited(limit query.Query) func(*jenkins.Run) bool {
	me := map[string][]string{}
	for _, c := range s.controllers {
		me[c.Name] = []string{c.User}
		if cfg, err := s.Config(); err == nil {
			me[c.Name] = append(me[c.Name], cfg.Me...)
		}
	}
	facts := query.Facts{Me: func(controller string) []string { return me[controller] }}
	return func(r *jenkins.Run) bool {
		return limit.Match(r, query.Searched(jenkins.DisplayName(r.Job)), &facts) != query.NotFound
	}
}
