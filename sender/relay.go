package sender

import (
	"cmp"
	"context"
	"net/http"
	"time"
)

// Relay delivers what is in the outbox. Any number of them, in any number of processes, share the work.
type Relay struct {
	Outbox *Outbox
	// Workers is how many requests are under way to one endpoint at most; default 8. An endpoint that hangs keeps only
	// its own waiting.
	Workers int
	// Lease is how long a claim is good for; default 30 s. It is renewed while sending, and what a crash held comes back
	// when it ends.
	Lease time.Duration
	// Grace is how long attempts that are under way may take when Run is told to end; default 2 s. Then they are cut off
	// and come back at once.
	Grace time.Duration
	// Only limits the relay to deliveries with these ids and, because they must go first, others of the same builds.
	Only []string
	// OnDelivery is told of every change that this relay makes, after it is on disk, one at a time. It must be quick.
	OnDelivery func(Delivery)
	// OnError is told when the store gives trouble that may pass (locked, full); the relay goes on trying.
	OnError func(error)
	// Retention is what is pruned when the relay has nothing else to do, some times a day.
	Retention Retention
	// Transport replaces the real one, in tests.
	Transport http.RoundTripper
}

// Run delivers until ctx is done, then lets attempts that are under way end. It returns nil then, and an error when the
// store cannot be used at all. While there is nothing to do it sleeps without waking up.
func (r *Relay) Run(ctx context.Context) error { return r.run(ctx, false) }

// Flush delivers all that is due, and returns when nothing is due any more: what waits for a later attempt or for
// another process stays.
func (r *Relay) Flush(ctx context.Context) error { return r.run(ctx, true) }

func (r *Relay) workers() int         { return cmp.Or(r.Workers, 8) }
func (r *Relay) lease() time.Duration { return cmp.Or(r.Lease, 30*time.Second) }
func (r *Relay) grace() time.Duration { return cmp.Or(r.Grace, 2*time.Second) }

const longSleep = 1000 * time.Hour // a timer that is not meant to fire

func (r *Relay) run(ctx context.Context, flush bool) error {
	s := newSession(r)
	defer s.close()
	// Attempts outlive ctx by the grace period.
	sendCtx, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()

	timer := time.NewTimer(longSleep)
	defer timer.Stop()
	renew := time.NewTicker(r.lease() / 3)
	renew.Stop()
	defer renew.Stop()
	poll, stopPoll := s.pollOtherProcesses()
	defer stopPoll()
	done := ctx.Done()
	ending, renewing, trouble := false, false, 0

	for {
		added := r.Outbox.adds.wait()
		next, err := s.turn(sendCtx, !ending)
		switch {
		case err == nil:
			trouble = 0
		case mayPass(err):
			if r.OnError != nil {
				r.OnError(err)
			}
			next = time.Now().Add(min(5*time.Second, 100*time.Millisecond<<min(trouble, 6)))
			trouble++
		default:
			return err
		}
		idle := len(s.inflight) == 0 && len(s.results) == 0
		if idle && trouble == 0 && s.removed {
			next = s.scrub(sendCtx, next, ending || flush)
		}
		if idle && (ending || flush && trouble == 0 && !s.dueNow(next)) || ending && trouble > 3 {
			return nil
		}
		if idle && trouble == 0 {
			s.prune(ctx)
		}
		if busy := len(s.inflight) > 0; busy != renewing {
			if renewing = busy; busy {
				renew.Reset(r.lease() / 3)
			} else {
				renew.Stop()
			}
		}
		timer.Reset(s.sleep(next))
		if ending || s.full() {
			added = nil // nothing can be claimed before an answer comes
		}
		select {
		case <-s.answers.wake:
			s.gather()
		case <-added:
		case <-s.rung():
			r.Outbox.news.send() // others in this process want to know too
		case <-poll:
			if !s.otherProcessWrote() {
				continue
			}
			r.Outbox.news.send()
		case <-renew.C:
			s.renewLeases()
		case <-timer.C:
		case <-s.working.Broke():
			s.working.Raise()
		case <-done:
			done, ending = nil, true
			defer time.AfterFunc(r.grace(), cut).Stop()
			s.giveBackUnsent()
		}
	}
}

// mayPass tells whether it makes sense to go on after this store error.
func mayPass(err error) bool {
	return IsKind(err, StoreLocked) || IsKind(err, StoreFull) || IsKind(err, StoreFailed)
}

// Wait waits until a delivery has ended, and gives it. When ctx ends first it gives the delivery as it stands, with
// ctx's error.
func (o *Outbox) Wait(ctx context.Context, id string) (Delivery, error) {
	tick := time.NewTicker(250 * time.Millisecond) // for results of other processes
	defer tick.Stop()
	for {
		news := o.news.wait()
		d, err := o.Get(context.WithoutCancel(ctx), id)
		if err != nil || d.State.Ended() {
			return d, err
		}
		select {
		case <-news:
		case <-tick.C:
		case <-ctx.Done():
			return d, ctx.Err()
		}
	}
}

// Changes yields whenever something in the outbox may have changed: through this process, or, while a relay runs here,
// through another one. The first comes at once. Many changes may be one.
func (o *Outbox) Changes(ctx context.Context) func(yield func(struct{}) bool) {
	return func(yield func(struct{}) bool) {
		for {
			news := o.news.wait()
			if !yield(struct{}{}) {
				return
			}
			select {
			case <-news:
			case <-ctx.Done():
				return
			}
		}
	}
}
