// Package service is what `sync` and `listen` need to run as services: the listeners, metrics, locks and the loops of sync.
package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/rules"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// NewLog returns a log of structured lines: text, or JSON where the output is JSON.
func NewLog(w io.Writer, asJSON bool) *slog.Logger {
	if asJSON {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// Sync announces the builds of several controllers and delivers what was accepted.
type Sync struct {
	Log         *slog.Logger
	Outbox      *outbox.Outbox
	Relay       *outbox.Relay                     // nil: nothing is delivered
	Metrics     net.Listener                      // nil: none are served
	Once        bool                              // end when all that was missing is announced and delivered
	Rules       *rules.Engine                     // nil: none
	OnAnnounced func(announce.Announcement) error // of what was accepted, one at a time; an error ends the service

	meters
	parts  []*part
	failed []error // of controllers, with Once
	notify func(state string)
	cancel context.CancelCauseFunc
	mu     sync.Mutex // one OnAnnounced at a time
}

// part is one controller of a service.
type part struct {
	*announce.Announcer
	watcher *watch.Watcher

	failed chan error // why it could not be asked, for Once

	mu   sync.Mutex
	last watch.Snapshot
}

// onceTries is how often Once asks for what fails.
const onceTries = 3

// Add adds a controller. It sets the options that depend on the service.
func (s *Sync) Add(o announce.Options, w *watch.Watcher) {
	o.OnAnnounced = s.announced
	if s.Once {
		o.Tries = onceTries
	}
	s.parts = append(s.parts, &part{Announcer: announce.New(o), watcher: w, failed: make(chan error, 1)})
}

func (s *Sync) announced(n announce.Announcement) {
	s.count(n)
	if n.ByPlugin {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.OnAnnounced(n); err != nil {
		s.cancel(err)
	}
}

// errDone ends a service that has done all it was asked for.
var errDone = errors.New("everything is announced")

// Run runs until ctx is done. That a signal ends a service is how it ends well.
func (s *Sync) Run(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	s.cancel = cancel
	s.notify = Systemd()
	if s.Relay != nil {
		s.Relay.OnDelivery, s.Relay.OnError = s.Delivered, LogStoreErrors(s.Log)
	}
	for _, p := range s.parts {
		if err := p.Start(ctx); err != nil {
			return err
		}
	}
	if s.Rules != nil {
		s.Rules.Start(ctx)
		defer s.Rules.Stop()
	}
	g := &errgroup.Group{}
	loop := func(do func() error) {
		g.Go(func() error {
			err := do()
			if err != nil {
				cancel(err)
			}
			return err
		})
	}
	for _, p := range s.parts {
		loop(func() error { return s.watch(ctx, p) })
	}
	if s.Relay != nil && !s.Once {
		loop(func() error { return s.Relay.Run(ctx) })
	}
	if s.Metrics != nil {
		s.Log.Info("metrics are served", "address", s.Metrics.Addr().String())
		loop(func() error { return Serve(ctx, s.Metrics, s) })
	}
	loop(func() error { return s.housekeeping(ctx) })
	s.Log.Info("sync begins", "controllers", len(s.parts))
	s.notify("READY=1") // it works, also while a controller does not answer: /ready says that
	err := g.Wait()
	s.notify("STOPPING=1")
	for _, p := range s.parts {
		err = cmp.Or(err, p.Stop())
	}
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, errDone) && parent.Err() == nil:
		err := s.deliverAll(parent)
		if len(s.failed) == 0 {
			return err
		}
		return errors.Join(append(s.failed, err)...)
	case parent.Err() != nil:
		s.Log.Info("sync ends")
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		return err
	}
	return cmp.Or(err, cause)
}

// watch passes on what a controller says to its announcer.
func (s *Sync) watch(ctx context.Context, p *part) error {
	for snap := range p.watcher.Snapshots(ctx) {
		p.mu.Lock()
		failing, was := snap.Err != nil, p.last.Err != nil
		p.last = snap
		p.mu.Unlock()
		switch {
		case s.Once && (failing || snap.RecentErr != nil && snap.RecentAt.IsZero()):
			err := cmp.Or(snap.Err, snap.RecentErr)
			if len(s.parts) > 1 {
				err = fmt.Errorf("controller %q: %w", p.Controller, err)
			}
			p.failed <- err
			return nil // the others can be asked
		case failing && !was:
			s.Log.Warn("the controller does not answer; trying again", "controller", p.Controller, "error", snap.Err, "hint", exit.HintOf(snap.Err))
		case !failing && was:
			s.Log.Info("the controller answers again", "controller", p.Controller)
		}
		p.Observe(snap)
		if s.Rules != nil {
			s.Rules.Observe(snap)
		}
	}
	return nil
}

// housekeeping logs when nothing is missing any more, ends a service that runs once, and prunes the ledger.
func (s *Sync) housekeeping(ctx context.Context) error {
	for _, p := range s.parts {
		select {
		case <-p.Idle():
		case err := <-p.failed:
			s.failed = append(s.failed, err)
			continue
		case <-ctx.Done():
			return nil
		}
		if err := p.EndReplay(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		s.failed = append(s.failed, unread(p)...)
	}
	if len(s.failed) == 0 {
		s.Log.Info("all that was missing is announced")
	}
	if s.Once {
		return errDone
	}
	daily := time.NewTicker(24 * time.Hour)
	defer daily.Stop()
	for {
		if s.Relay != nil {
			if n, err := (&outbox.Ledger{Outbox: s.Outbox}).Prune(ctx, 0); err != nil && ctx.Err() == nil {
				s.Log.Warn("the ledger could not be pruned", "error", err)
			} else if n > 0 {
				s.Log.Info("the ledger was pruned", "rows", n)
			}
		}
		select {
		case <-daily.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// unread returns the errors of what could not be read of a controller, by name.
func unread(p *part) (errs []error) {
	left := p.Unread()
	for _, what := range slices.Sorted(maps.Keys(left)) {
		errs = append(errs, exit.Failure(cmp.Or(exit.HintOf(left[what]), "run it again to announce it"),
			"%s on %q was not announced: %w", what, p.Controller, left[what]))
	}
	return errs
}

// deliverAll delivers what is due, for --once.
func (s *Sync) deliverAll(ctx context.Context) error {
	if s.Relay == nil {
		return nil
	}
	var dead *sender.Delivery
	s.Relay.OnDelivery = func(d sender.Delivery) {
		s.Delivered(d)
		if d.State == sender.Dead {
			dead = &d
		}
	}
	if err := s.Relay.Flush(ctx); err != nil {
		return err
	}
	if dead != nil {
		return deliver.Outcome(*dead)
	}
	return deliver.Unfinished(ctx, s.Outbox)
}
