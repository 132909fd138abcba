package outbox

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/sender"
)

// lane is an endpoint as this session sees it.
type lane struct {
	working int       // attempts under way
	paused  time.Time // no claims until then: Retry-After, or its references have no value here
	misses  int       // of resolving, in a row
	away    bool      // an attempt got no answer, or none was made yet
	woke    time.Time // when what waited for it was last brought forward

	resolving sync.Mutex // guards the rest, which its workers share
	cached    *sender.Resolved
	miss      error
	at        time.Time // of either
}

func (s *session) lane(name string) *lane {
	l := s.lanes[name]
	if l == nil {
		l = &lane{away: true}
		s.lanes[name] = l
	}
	return l
}

// room returns how many more records may be claimed for a lane.
func (s *session) room(l *lane) int { return s.workers() - l.working }

// begin sends a record in a goroutine of its own.
func (s *session) begin(ctx context.Context, r *record) {
	s.inflight[r.seq] = r
	l := s.lane(r.lane)
	l.working++
	if s.OnDelivery != nil {
		s.OnDelivery(r.Delivery)
	}
	s.working.Go(func() {
		var res result
		if p := panics.Try(func() { res = s.attempt(ctx, l, r) }); p != nil {
			res = result{record: r, panicked: p}
		}
		select {
		case s.came <- res:
		case <-s.closed:
		}
	})
}

// collect takes what the workers have finished. What panicked in a worker panics here.
func (s *session) collect(res result) {
	for {
		if res.panicked != nil {
			panic(res.panicked)
		}
		s.results = append(s.results, res)
		s.lane(res.lane).working--
		select {
		case res = <-s.came:
		default:
			return
		}
	}
}

// attempt sends a record, unless the claim has run out meanwhile: the machine may have been suspended.
func (s *session) attempt(ctx context.Context, l *lane, r *record) result {
	res := result{record: r, began: time.Now()}
	e, err := s.resolve(ctx, l, r)
	if err != nil {
		res.miss = err
		if e != nil {
			res.retry = e.Retry
		}
		return res
	}
	res.retry = e.Retry
	rt := s.Transport
	if rt == nil {
		if rt, err = s.pool.get(ctx, e, s.workers()); err != nil {
			res.miss = err
			return res
		}
	}
	if s.Outbox.now().UnixMilli() >= r.lease.Load() {
		return res
	}
	res.sent = true
	res.Outcome = e.Exchange(ctx, rt, sender.Message{ID: r.ID, Method: r.Delivery.Method, ContentType: r.ContentType, Payload: r.Payload,
		Secrets: r.Secrets})
	res.summary = summarize(e, r)
	return res
}

const (
	resolvedFor = time.Minute // how long the values of references are kept in memory
	missedFor   = time.Second // how long a reference without a value is not asked again: all that is claimed meets it at once
)

func (s *session) resolve(ctx context.Context, l *lane, r *record) (*sender.Resolved, error) {
	if r.AdHoc {
		e, err := sender.DecodeEndpoint(cmp.Or(r.adhoc, "{}"))
		if err != nil {
			return nil, err
		}
		resolved, err := e.Resolve(ctx)
		if err != nil {
			resolved = &sender.Resolved{Endpoint: e} // for its retry rules
		}
		return resolved, err
	}
	l.resolving.Lock()
	defer l.resolving.Unlock()
	switch age := time.Since(l.at); {
	case l.miss != nil && age < missedFor:
		return l.cached, l.miss
	case l.miss == nil && l.cached != nil && age < resolvedFor:
		return l.cached, nil
	}
	l.cached = nil
	e, err := s.Outbox.endpoint(r.lane)
	if err == nil {
		if l.cached, err = e.Resolve(ctx); err != nil {
			l.cached = &sender.Resolved{Endpoint: e}
		}
	}
	l.miss, l.at = err, time.Now()
	return l.cached, l.miss
}
