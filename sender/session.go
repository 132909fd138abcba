package sender

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/jenkwatch/jenkwatch/internal/crew"
)

// session is one Run of a relay. Its goroutine owns every field that is not said to be shared.
type session struct {
	*Relay
	owner    string
	inflight map[int64]*record // claimed, and not yet recorded
	results  []result          // came back, and are to be recorded
	answers  answers           // shared: from the workers
	lanes    map[string]*lane
	skip     map[string]time.Time // ids given ad hoc whose references have no value here, and until when
	pool     transports           // shared
	bell     *bell
	version  *sql.Conn // for data_version, where there is no bell
	seen     int64
	pruned   time.Time
	removed  bool // payloads, and the write-ahead log may still hold them
	scrubbed time.Time
	shapes   shapes
	working  crew.Crew
}

// result is what became of a claimed record.
type result struct {
	*record
	outcome
	sent     bool  // false: given back as it was
	miss     error // its references have no value in this process
	retry    Retry
	next     time.Time // decided once, before it is written
	state    State
	recorded bool // this relay's word counted
	began    time.Time
}

func newSession(r *Relay) *session {
	s := &session{Relay: r, owner: newToken(), inflight: map[int64]*record{}, answers: answers{wake: make(chan struct{}, 1)},
		lanes: map[string]*lane{}, skip: map[string]time.Time{}, pruned: time.Now()}
	r.Outbox.openBells()
	if b, err := r.Outbox.bells.listen(); err == nil {
		s.bell, s.owner = b, b.token
		s.working.Go(b.run)
	}
	r.Outbox.ring() // what the dead held comes back
	return s
}

// close waits for the workers; those that are cut off end at once.
func (s *session) close() {
	s.giveBackUnsent()
	if s.bell != nil {
		s.bell.close(len(s.inflight) > 0)
	}
	s.working.Wait()
	s.pool.close()
}

// full tells whether no lane that is known could take more.
func (s *session) full() bool { return len(s.inflight) >= mostAhead*s.workers() }

func (s *session) dueNow(next time.Time) bool { return !next.IsZero() && !next.After(time.Now()) }

func (s *session) sleep(next time.Time) time.Duration {
	if next.IsZero() {
		return longSleep
	}
	return min(max(0, time.Until(next)), longSleep)
}

// turn records what came back and claims what is due, in one transaction, and says when the next is due (zero: nothing
// is known to become due).
func (s *session) turn(ctx context.Context, claim bool) (time.Time, error) {
	s.results = s.answers.take(s.results)
	for i := range s.results {
		s.decide(&s.results[i])
	}
	var claimed []*record
	sendCtx := ctx
	ctx = context.WithoutCancel(ctx) // what was answered is recorded, whoever ends
	if len(s.results) > 0 || claim && s.anyDue(ctx) {
		err := s.Outbox.commit(ctx, "work on the outbox", func(tx *transaction) error {
			claimed = nil
			if err := s.writeResults(ctx, tx); err != nil {
				return err
			}
			if !claim {
				return nil
			}
			var err error
			claimed, err = s.claim(ctx, tx)
			return err
		})
		if err != nil {
			return time.Time{}, err
		}
	}
	s.settle()
	for _, r := range claimed {
		s.begin(sendCtx, r)
	}
	if !claim {
		return time.Time{}, nil
	}
	next, err := s.nextDue(ctx)
	if len(claimed) == 0 && s.dueNow(next) {
		next = time.Now().Add(20 * time.Millisecond) // somebody else was quicker, or will be: never spin
	}
	return next, err
}

// settle lets go of what has been recorded and tells about it.
func (s *session) settle() {
	if len(s.results) == 0 {
		return
	}
	ring := false
	for _, res := range s.results {
		delete(s.inflight, res.seq)
		s.shapes.know(res.shape)
		l := s.lane(res.lane)
		l.claimed--
		l.bytes -= res.Size
		s.learn(l, res)
		ring = ring || !res.sent
		s.removed = s.removed || res.state == Delivered
		if s.OnDelivery != nil && res.recorded {
			s.OnDelivery(res.Delivery)
		}
	}
	s.results = s.results[:0]
	s.pool.rest()
	s.Outbox.news.send()
	if ring {
		s.Outbox.ring() // others may be able to do what we are not
	} else if !s.Outbox.bells.quiet() {
		s.Outbox.ring()
	}
}

// learn draws from a result what concerns its whole endpoint.
func (s *session) learn(l *lane, res result) {
	now := time.Now()
	if res.sent {
		if l.pace == 0 {
			l.pace = res.duration
		}
		l.pace = max(1, (7*l.pace+res.duration)/8)
		switch {
		case res.unanswered():
			l.away = true
		case res.delivered && l.back(now):
			l.away, l.woke = false, now
		}
	}
	switch {
	case res.miss != nil:
		l.misses++
		until := now.Add(min(time.Minute, 5*time.Second<<min(l.misses-1, 5)))
		if res.AdHoc {
			s.skip[res.ID] = until
		} else {
			l.paused = until
		}
	case !res.sent:
	case res.after > 0:
		l.paused = now.Add(min(res.after, maxRetryAfter))
	case res.status == http.StatusUnauthorized || res.status == http.StatusForbidden:
		l.resolving.Lock()
		l.cached = nil // perhaps a secret has been changed
		l.resolving.Unlock()
	default:
		l.misses = 0
	}
}

// decide says what a result means for its delivery. It is done once, so that writing it can be repeated.
func (s *session) decide(res *result) {
	if res.state != "" {
		return
	}
	now := time.Now()
	res.HTTPStatus, res.Duration, res.LastError = res.status, res.duration, res.reason
	tries := res.Attempts - res.base
	if !res.sent {
		res.Attempts--
	}
	switch {
	case res.miss != nil:
		res.state, res.next = res.before, now
		res.LastError = res.miss.Error()
		if _, again := res.retry.NextRetryAt(now, res.since, 0, 0, 0); !again {
			res.state = Dead
		}
	case !res.sent:
		res.state, res.next = res.before, now
	case res.delivered:
		res.state = Delivered
	case !res.passes:
		res.state = Dead
	default:
		next, again := res.retry.NextRetryAt(now, res.since, tries, res.after, rand.Float64())
		if res.state, res.next = Retrying, next; !again {
			res.state = Dead
			res.LastError += "; it has used up its attempts or its time"
		}
	}
	res.State = res.state
	if res.NextAttemptAt = res.next; res.state.Ended() {
		res.EndedAt = now
		res.HasPayload = res.state == Dead
	}
}
