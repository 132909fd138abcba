package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui"
)

// feed is what the screen is told: what the controllers say and, until they say it themselves, what was pushed. While
// sync is on it hears the controllers, too.
type feed struct {
	show func(jenkins.Snapshot)

	mu         sync.Mutex
	last       map[string]jenkins.Snapshot // of each controller, as it said
	told       map[jenkins.Ref]toldRun     // by pushes
	announcers map[string]*announcer       // while sync is on
}

// toldRun is a run as a push told it.
type toldRun struct {
	run jenkins.Run
	at  time.Time
}

// toldFor is how long a push counts more than what the controller answers: its answer may have been under way.
const toldFor = time.Second

func newFeed(show func(jenkins.Snapshot)) *feed {
	return &feed{show: show, last: map[string]jenkins.Snapshot{}, told: map[jenkins.Ref]toldRun{},
		announcers: map[string]*announcer{}}
}

// snapshot takes in what a controller says.
func (f *feed) snapshot(s jenkins.Snapshot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last[s.Controller] = s
	if a := f.announcers[s.Controller]; a != nil {
		a.observe(s)
	}
	f.tell(s)
}

// tell shows a snapshot with what was pushed since. It needs mu.
func (f *feed) tell(s jenkins.Snapshot) {
	for ref, t := range f.told {
		switch {
		case ref.Controller != s.Controller:
		case s.At.After(t.at.Add(toldFor)):
			delete(f.told, ref)
		default:
			s = s.With(t.run)
		}
	}
	f.show(s)
}

// heard takes in a push that the controller has confirmed.
func (f *feed) heard(h heardPush) {
	if h.run.Number == 0 {
		return
	}
	run := h.run
	if s := jenkins.Status(h.Status); s.Ended() && h.Body == nil && !run.Status.Ended() {
		run.Status, run.Duration = s, run.Elapsed(h.ReceivedAt) // the plugin pushes before Jenkins says so
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told[run.Ref] = toldRun{run, h.ReceivedAt}
	if s, ok := f.last[run.Controller]; ok {
		f.tell(s)
	}
}

// sync announces builds until ctx is done: what `jenkwatch sync` does, on the snapshots that the screen gets.
func (f *feed) sync(ctx context.Context, cs []*controller, box *sender.Outbox, r rules, tell func(announcement)) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, c := range cs {
		an := newAnnouncer(c, box, r, cs, slog.New(slog.DiscardHandler)) // stderr is under the screen
		an.tell = tell
		if err := an.start(ctx); err != nil {
			return err
		}
		defer func() {
			cancel()
			err = errors.Join(err, an.stop())
		}()
		f.mu.Lock()
		f.announcers[c.Name] = an
		if s, ok := f.last[c.Name]; ok {
			an.observe(s)
		}
		f.mu.Unlock()
		defer func() {
			f.mu.Lock()
			delete(f.announcers, c.Name)
			f.mu.Unlock()
		}()
	}
	<-ctx.Done()
	return nil
}

// heardOf is a push as the screen takes it.
func heardOf(h heardPush) tui.Heard {
	return tui.Heard{Ref: h.run.Ref, Status: h.Status, Job: h.Job, Number: h.Number, Body: h.Body, Contradicts: h.contradicts}
}
