package main

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
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// serviceLog writes structured lines: text, or JSON where the output is JSON.
func serviceLog(w io.Writer, asJSON bool) *slog.Logger {
	if asJSON {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// part is one controller of a service.
type part struct {
	*announce.Announcer
	watcher *watch.Watcher

	failed chan error // why it could not be asked, for --once

	mu   sync.Mutex
	last watch.Snapshot
}

// service announces the builds of several controllers and delivers what was accepted.
type service struct {
	meters
	log     *slog.Logger
	box     *outbox.Outbox
	parts   []*part
	relay   *outbox.Relay // nil: nothing is delivered
	metrics net.Listener  // nil: none
	once    bool
	failed  []error // of controllers, with once
	notify  func(state string)
	cancel  context.CancelCauseFunc
}

// errDone ends a service that has done all it was asked for.
var errDone = errors.New("all is announced")

func (s *service) fail(err error) { s.cancel(err) }

// run runs until ctx is done. That a signal ends a service is how it ends well.
func (s *service) run(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	s.cancel = cancel
	for _, p := range s.parts {
		if err := p.Start(ctx); err != nil {
			return err
		}
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
	if s.relay != nil && !s.once {
		loop(func() error { return s.relay.Run(ctx) })
	}
	if s.metrics != nil {
		s.log.Info("metrics are served", "address", s.metrics.Addr().String())
		loop(func() error { return serveUntil(ctx, s.metrics, s) })
	}
	loop(func() error { return s.housekeeping(ctx) })
	s.log.Info("sync begins", "controllers", len(s.parts))
	s.notify("READY=1") // it works, also while a controller does not answer: /ready tells that
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
		s.log.Info("sync ends")
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		return err
	}
	return cmp.Or(err, cause)
}

// watch tells an announcer what its controller says.
func (s *service) watch(ctx context.Context, p *part) error {
	for snap := range p.watcher.Snapshots(ctx) {
		p.mu.Lock()
		failing, was := snap.Err != nil, p.last.Err != nil
		p.last = snap
		p.mu.Unlock()
		switch {
		case s.once && (failing || snap.RecentErr != nil && snap.RecentAt.IsZero()):
			err := cmp.Or(snap.Err, snap.RecentErr)
			if len(s.parts) > 1 {
				err = fmt.Errorf("controller %q: %w", p.Controller, err)
			}
			p.failed <- err
			return nil // the others can be asked
		case failing && !was:
			s.log.Warn("the controller does not answer; trying again", "controller", p.Controller, "error", snap.Err, "hint", exit.HintOf(snap.Err))
		case !failing && was:
			s.log.Info("the controller answers again", "controller", p.Controller)
		}
		p.Observe(snap)
	}
	return nil
}

// housekeeping logs when nothing is missing any more, ends a service that runs once, and prunes the ledger.
func (s *service) housekeeping(ctx context.Context) error {
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
		s.log.Info("all that was missing is announced")
	}
	if s.once {
		return errDone
	}
	daily := time.NewTicker(24 * time.Hour)
	defer daily.Stop()
	for {
		if s.relay != nil {
			if n, err := (&outbox.Ledger{Outbox: s.box}).Prune(ctx, 0); err != nil && ctx.Err() == nil {
				s.log.Warn("the ledger could not be pruned", "error", err)
			} else if n > 0 {
				s.log.Info("the ledger was pruned", "rows", n)
			}
		}
		select {
		case <-daily.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// unread are the errors of what could not be read of a controller, by name.
func unread(p *part) (errs []error) {
	left := p.Unread()
	for _, what := range slices.Sorted(maps.Keys(left)) {
		errs = append(errs, exit.Failure(cmp.Or(exit.HintOf(left[what]), "run it again: it was left for the next time"),
			"%s on %q was not announced: %w", what, p.Controller, left[what]))
	}
	return errs
}

// deliverAll delivers what is due, for --once.
func (s *service) deliverAll(ctx context.Context) error {
	if s.relay == nil {
		return nil
	}
	var dead *sender.Delivery
	s.relay.OnDelivery = func(d sender.Delivery) {
		s.delivered(d)
		if d.State == sender.Dead {
			dead = &d
		}
	}
	if err := s.relay.Flush(ctx); err != nil {
		return err
	}
	if dead != nil {
		return outcome(*dead)
	}
	return leftOver(ctx, s.box)
}
