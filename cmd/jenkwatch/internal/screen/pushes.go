package screen

import (
	"context"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/service"
	"github.com/jenkwatch/jenkwatch/tui"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// listen opens the listener for pushes that --listen asks for, if it does. A store that gives trouble is no reason not to
// start: receive tries again.
func (s *screen) listen(ctx context.Context) error {
	if s.ListenOn == "" {
		return nil
	}
	if host, _, err := net.SplitHostPort(s.ListenOn); err == nil && !service.IsLoopback(host) {
		return exit.Usage("`jenkwatch listen --addr "+s.ListenOn+" --token env:NAME` receives from other machines",
			"--listen %s: the screen only listens on the loopback interface", s.ListenOn)
	}
	if _, err := s.deliveries.Outbox(ctx); err != nil {
		return nil //nolint:nilerr // receive tries again, and says what is wrong
	}
	var err error
	s.pushes, err = s.openPushes(ctx)
	return err
}

func (s *screen) openPushes(ctx context.Context) (*service.PushListener, error) {
	box, err := s.deliveries.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	o := service.ListenOptions{Addr: s.ListenOn}
	pushes, err := o.Listen(ctx, box, claims.New(s.controllers, s.SecretPatterns()))
	if err == nil {
		pushes.Claims.Listed = s.feed.listed
	}
	return pushes, err
}

const (
	minReopenPause = time.Second // after pushes could not be received
	maxReopenPause = 30 * time.Second
)

// receive takes pushes until ctx ends. Trouble is said once, and the listener is opened again.
func (s *screen) receive(ctx context.Context, guard func(func() error) func() error) {
	said := ""
	for pause := minReopenPause; ; pause = min(2*pause, maxReopenPause) {
		var err error
		if s.pushes == nil {
			s.pushes, err = s.openPushes(ctx)
		}
		if err == nil {
			err = s.takePushes(ctx, s.pushes, guard)
			s.pushes = nil
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil && err.Error() != said {
			said = err.Error()
			s.messages.put(kit.NoteMsg{Err: err})
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// takePushes serves and shows pushes until ctx ends or the listener fails.
func (s *screen) takePushes(ctx context.Context, pushes *service.PushListener, guard func(func() error) func() error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(guard(func() error { return pushes.Serve(ctx) }))
	g.Go(guard(func() error { return s.showPushes(ctx, pushes) }))
	return g.Wait()
}

// showPushes shows the run and the environment of every push at once, and has the controller asked about it.
func (s *screen) showPushes(ctx context.Context, pushes *service.PushListener) error {
	return pushes.Each(ctx, func(h claims.Checked) error {
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
