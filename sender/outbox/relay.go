package outbox

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Relay delivers what is in the outbox. Any number of them, in any number of processes, share the work.
type Relay struct {
	Outbox *Outbox
	// Workers is how many requests are under way to one endpoint at most; default 8. An endpoint that hangs holds up
	// no other.
	Workers int
	// Lease is how long a claim is good for; default 30 s. It is renewed while sending, and what a killed process held can be
	// claimed again when it ends.
	Lease time.Duration
	// Grace is how long attempts that are under way may take after Run's context is done; default 2 s. Then they are cut
	// off and can be claimed again at once.
	Grace time.Duration
	// Only limits the relay to deliveries with these ids and, because they must go first, others of the same builds.
	Only []string
	// OnDelivery is called with every change that this relay makes, after it is on disk, one at a time. It must be quick.
	OnDelivery func(sender.Delivery)
	// OnError is called with errors of the store that may pass (locked, full); the relay goes on trying.
	OnError func(error)
	// Retention is what is pruned when the relay has nothing else to do, a few times a day.
	Retention Retention
	// Transport replaces the real one, in tests.
	Transport http.RoundTripper
}

// Run delivers until ctx is done, then lets attempts that are under way end. It returns nil then, and an error when the
// store cannot be used at all. While there is nothing to do it looks once a second whether another process wrote something.
func (r *Relay) Run(ctx context.Context) error { return r.run(ctx, false) }

// Flush delivers all that is due, and returns when nothing is due any more: what waits for a later attempt or for
// another process stays.
func (r *Relay) Flush(ctx context.Context) error { return r.run(ctx, true) }

var errCutOff = errors.New("the relay has ended")

func (r *Relay) workers() int         { return cmp.Or(r.Workers, 8) }
func (r *Relay) lease() time.Duration { return cmp.Or(r.Lease, 30*time.Second) }
func (r *Relay) grace() time.Duration { return cmp.Or(r.Grace, 2*time.Second) }

const longSleep = 1000 * time.Hour // a timer that is not meant to fire

// lookEvery is how often a relay looks for what other processes wrote, and whether the clock was set.
const lookEvery = time.Second

func (r *Relay) run(ctx context.Context, flush bool) error {
	s := newSession(r)
	defer s.close()
	// Attempts outlive ctx by the grace period.
	sendCtx, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(errCutOff)
	done := ctx.Done()
	for {
		added := r.Outbox.adds.wait()
		next, err := s.turn(sendCtx)
		if err != nil {
			if !mayPass(err) {
				return err
			}
			s.report(err)
			next = r.Outbox.now().Add(min(5*time.Second, 100*time.Millisecond<<min(s.trouble, 6)))
			s.trouble++
		} else if s.trouble = 0; s.idle() {
			if s.removed {
				next = s.scrub(sendCtx, next, s.ending || flush)
			}
			if s.ending || flush && !s.dueNow(next) {
				return nil
			}
			s.prune(ctx)
		}
		if s.ending {
			if s.trouble > 3 {
				return nil
			}
			added = nil // nothing is claimed any more
		}
		s.wait(next, added, done)
		if done != nil && ctx.Err() != nil {
			done, s.ending = nil, true
			defer time.AfterFunc(r.grace(), func() { cut(errCutOff) }).Stop()
		}
	}
}

// wait returns when there may be something to do.
func (s *session) wait(next time.Time, added, done <-chan struct{}) {
	s.timer.Reset(s.sleep(next))
	for {
		select {
		case res := <-s.came:
			s.collect(res)
			return
		case <-s.look.C:
			if s.lookAround() {
				return
			}
		case <-s.renew.C:
			s.renewLeases()
		case <-added:
			return
		case <-s.timer.C:
			return
		case <-done:
			return
		}
	}
}

// lookAround reports whether the clock was set, or the machine suspended, or something happened to the database.
func (s *session) lookAround() bool {
	if s.watchdog.clockWasSet(s.Outbox.now()) {
		s.mended = false
		return true
	}
	if s.peers.wrote() {
		s.Outbox.news.send()
		return true
	}
	return s.Outbox.checkFile() != nil
}

func (r *Relay) report(err error) {
	if r.OnError != nil {
		r.OnError(err)
	}
}

// mayPass reports whether it makes sense to go on after this store error.
func mayPass(err error) bool {
	return sender.IsKind(err, sender.StoreLocked) || sender.IsKind(err, sender.StoreFull) || sender.IsKind(err, sender.StoreFailed)
}
