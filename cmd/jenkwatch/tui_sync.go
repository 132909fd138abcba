package main

import (
	"context"
	"net"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui"
)

// listener receives pushes for the terminal UI, where --listen asks for it; else it is nil.
func (a *app) listener(ctx context.Context, out *sending, cs []*controller) (*ear, error) {
	if a.listenOn == "" {
		return nil, nil //nolint:nilnil // see above
	}
	if host, _, err := net.SplitHostPort(a.listenOn); err == nil && !isLoopback(host) {
		return nil, usage("`jenkwatch listen --addr "+a.listenOn+" --token env:NAME` receives from other machines",
			"--listen %s: the screen only listens on the loopback interface", a.listenOn)
	}
	box, err := out.open(ctx)
	if err != nil {
		return nil, err
	}
	return (&listenOptions{addr: a.listenOn}).ear(ctx, box, newClaims(cs))
}

// tellScreen has the screen hear every push: the run and its environment at once, and the controller is asked about it.
func (e *ear) tellScreen(ctx context.Context, f *feed, watchers []*jenkins.Watcher, tell func(any)) error {
	return e.each(ctx, func(h heardPush) error {
		h.keep(ctx)
		f.heard(h)
		tell(heardOf(h))
		for _, w := range watchers {
			switch {
			case h.on == nil || w.Client != h.on.client:
			case h.run.Number > 0:
				w.Told(h.run.Job, h.run.Number)
			default:
				w.Heard("", 0)
			}
		}
		return nil
	}, func() error { return nil })
}

// offerSync lets the screen start and stop sync. Where pushes are received, too, the plugin is at work: only what it does
// not push is announced.
func (a *app) offerSync(ctx context.Context, g *errgroup.Group, opts *tui.Options, out *sending, f *feed, cs []*controller,
	tell func(any)) {
	if a.flags.readOnly || len(opts.Endpoints) == 0 {
		return
	}
	opts.SyncTo = "an endpoint"
	if name, err := a.endpointName(""); err == nil {
		opts.SyncTo = name
	}
	var running sync.WaitGroup
	opts.Sync = func(stop context.Context) error {
		running.Add(1)
		defer running.Done()
		r, err := a.syncRules(&syncOptions{gap: opts.Listening})
		if err != nil {
			return err
		}
		box, err := out.open(stop)
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
		return f.sync(both, cs, box, r, func(n announcement) {
			if !n.ByPlugin {
				tell(tui.Announced{Ref: n.Ref, Status: n.Status})
			}
		})
	}
	g.Go(func() error { // the database is closed when all of it has ended
		<-ctx.Done()
		running.Wait()
		return nil
	})
}
