package sender

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// lane is an endpoint as this session sees it.
type lane struct {
	claimed int
	bytes   int64         // of the payloads that are claimed
	pace    time.Duration // how long an attempt takes here, smoothed; 0: not known yet
	paused  time.Time     // no claims until then: Retry-After, or its references have no value here
	misses  int           // of resolving, in a row
	away    bool          // an attempt got no answer, or nobody knows yet
	woke    time.Time     // when what waited for it was last brought forward

	mu      sync.Mutex // shared, below
	todo    []*record  // claimed, and not yet begun
	working int        // workers

	resolving sync.Mutex // shared, below
	cached    *resolved
	miss      error
	at        time.Time // of either
}

const (
	claimAhead = 100 * time.Millisecond // how much work is claimed before it can be begun
	mostAhead  = 256                    // records for one worker, however quick its endpoint is
	claimBytes = 8 << 20                // of payloads that are in memory for one lane, unless a single one is larger
)

func (s *session) lane(name string) *lane {
	l := s.lanes[name]
	if l == nil {
		l = &lane{away: true}
		s.lanes[name] = l
	}
	return l
}

// room is how many records more may be claimed for a lane. Claiming some ahead lets workers send while results are
// committed; a slow endpoint needs none of that, and what it has not begun is left to other processes.
func (s *session) room(l *lane) int {
	most := 2 * s.workers()
	if l.pace > 0 {
		most = s.workers() * int(min(mostAhead, 2+claimAhead/l.pace))
	}
	room := most - l.claimed
	if room < most/8 || l.bytes >= claimBytes {
		return 0 // claim many at once rather than one after the other
	}
	return room
}

// begin hands a record to the workers of its lane. There are none while there is nothing to do.
func (s *session) begin(ctx context.Context, r *record) {
	s.inflight[r.seq] = r
	l := s.lane(r.lane)
	l.claimed++
	l.bytes += r.Size
	if s.OnDelivery != nil {
		s.OnDelivery(r.Delivery)
	}
	l.mu.Lock()
	l.todo = append(l.todo, r)
	more := l.working < s.workers()
	if more {
		l.working++
	}
	l.mu.Unlock()
	if more {
		s.working.Go(func() {
			p := &patience{parent: ctx}
			defer p.close()
			for r := l.take(); r != nil; r = l.take() {
				s.answers.put(s.attempt(p, l, r))
			}
		})
	}
}

// take gives a worker what to do next. With nil it has ended.
func (l *lane) take() *record {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.todo) == 0 {
		l.todo = nil
		l.working--
		return nil
	}
	r := l.todo[0]
	l.todo[0] = nil
	l.todo = l.todo[1:]
	return r
}

// giveBackUnsent makes claimed records that no worker has begun come back as results.
func (s *session) giveBackUnsent() {
	for _, l := range s.lanes {
		l.mu.Lock()
		unsent := l.todo
		l.todo = nil
		l.mu.Unlock()
		for _, r := range unsent {
			s.answers.put(result{record: r})
		}
	}
}

// attempt sends a record, unless the claim has run out while it waited (a suspended machine, say).
func (s *session) attempt(p *patience, l *lane, r *record) result {
	res := result{record: r, began: time.Now()}
	e, err := s.resolve(p.parent, l, r)
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
		if rt, err = s.pool.get(e, s.workers()); err != nil {
			res.miss = err
			return res
		}
	}
	if time.Now().UnixMilli() >= r.lease.Load() {
		return res
	}
	res.sent = true
	res.outcome = exchange(p, rt, e, r, &s.shapes)
	return res
}

const (
	resolvedFor = time.Minute // how long the values of references are kept in memory
	missedFor   = time.Second // how long a reference without a value is not asked again: all that is claimed meets it at once
)

func (s *session) resolve(ctx context.Context, l *lane, r *record) (*resolved, error) {
	if r.AdHoc {
		e, err := loadEndpoint(cmp.Or(r.adhoc, "{}"))
		if err != nil {
			return nil, err
		}
		return e.resolve(ctx)
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
		if l.cached, err = e.resolve(ctx); err != nil {
			l.cached = &resolved{Endpoint: e}
		}
	}
	l.miss, l.at = err, time.Now()
	return l.cached, l.miss
}
