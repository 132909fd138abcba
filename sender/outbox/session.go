package outbox

import (
	"context"
	"crypto/rand"
	"database/sql"
	randv2 "math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/sender"
)

// session is one Run of a relay. Its goroutine owns every field that is not said to be shared.
type session struct {
	*Relay
	owner    string
	inflight map[int64]*record // claimed, and not yet recorded
	came     chan result       // shared: from the workers
	closed   chan struct{}     // shared: closed when results are no longer received
	results  []result          // came back, and are to be recorded
	lanes    map[string]*lane
	skip     map[string]time.Time // ids given ad hoc whose references have no value here, and until when
	pool     transports           // shared
	peers    peers
	watchdog watchdog
	mended   bool        // due times, since the clock was last set
	ending   bool        // nothing is claimed any more
	trouble  int         // of the store, in a row
	timer    *time.Timer // for what is due next
	renew    *time.Ticker
	look     *time.Ticker
	pruned   time.Time
	removed  bool // payloads, and the write-ahead log may still hold them
	scrubbed time.Time
	working  sync.WaitGroup
}

// result is what became of a claimed record.
type result struct {
	*record
	sender.Outcome
	summary  requestSummary
	sent     bool  // false: given back as it was
	miss     error // its references have no value in this process
	retry    sender.Retry
	next     time.Time // decided once, before it is written
	state    sender.State
	recorded bool // it was still this relay's claim
	began    time.Time
	panicked *panics.Recovered
}

func newSession(r *Relay) *session {
	s := &session{Relay: r, owner: rand.Text(), inflight: map[int64]*record{}, came: make(chan result), closed: make(chan struct{}),
		lanes: map[string]*lane{}, skip: map[string]time.Time{}, pruned: time.Now(), peers: newPeers(r.Outbox.DB),
		timer: time.NewTimer(longSleep), renew: time.NewTicker(r.lease() / 3), look: time.NewTicker(lookEvery)}
	s.watchdog.clockWasSet(r.Outbox.now())
	return s
}

// close waits for the workers, whose context is done, and gives back what is still claimed: another relay need not wait for
// the end of its lease.
func (s *session) close() {
	close(s.closed)
	s.timer.Stop()
	s.renew.Stop()
	s.look.Stop()
	s.peers.close()
	s.working.Wait()
	s.pool.closeIdle()
	s.release()
}

func (s *session) idle() bool { return len(s.inflight) == 0 && len(s.results) == 0 }

func (s *session) dueNow(next time.Time) bool { return !next.IsZero() && !next.After(s.Outbox.now()) }

func (s *session) sleep(next time.Time) time.Duration {
	if next.IsZero() {
		return longSleep
	}
	return min(max(0, next.Sub(s.Outbox.now())), longSleep)
}

// turn records what came back and claims what is due, in one transaction, and returns when the next is due (zero: not known).
func (s *session) turn(ctx context.Context) (time.Time, error) {
	claim := !s.ending
	for i := range s.results {
		s.decide(&s.results[i])
	}
	var claimed []*record
	sendCtx := ctx
	ctx = context.WithoutCancel(ctx) // what was answered is recorded even when ctx is done
	if err := s.Outbox.checkFile(); err != nil {
		return time.Time{}, err
	}
	if !s.mended {
		if err := s.Outbox.mendDueTimes(ctx); err != nil {
			return time.Time{}, err
		}
		s.mended = true
	}
	if len(s.results) > 0 || claim && s.anyDue(ctx) {
		err := s.Outbox.commit(ctx, "work on the outbox", func(tx *sql.Tx) error {
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
		next = s.Outbox.now().Add(20 * time.Millisecond) // another relay was quicker: never spin
	}
	return next, err
}

// settle forgets what has been recorded, and reports it to OnDelivery.
func (s *session) settle() {
	if len(s.results) == 0 {
		return
	}
	for _, res := range s.results {
		delete(s.inflight, res.seq)
		s.learn(s.lane(res.lane), res)
		s.removed = s.removed || res.state == sender.Delivered
		if s.OnDelivery != nil && res.recorded {
			s.OnDelivery(res.Delivery)
		}
	}
	s.results = s.results[:0]
	s.Outbox.news.send()
}

// learn updates what is known of the endpoint.
func (s *session) learn(l *lane, res result) {
	now := time.Now()
	switch {
	case res.unanswered():
		l.away = true
	case res.Delivered && l.back(now):
		l.away, l.woke = false, now
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
	case res.RetryAfter > 0:
		l.paused = now.Add(min(res.RetryAfter, sender.MaxRetryAfter))
	case res.Outcome.Status == http.StatusUnauthorized || res.Outcome.Status == http.StatusForbidden:
		l.resolving.Lock()
		l.cached = nil // perhaps a secret has been changed
		l.resolving.Unlock()
	default:
		l.misses = 0
	}
}

// decide sets what a result means for its delivery. It does so once, so that writing the result can be repeated.
func (s *session) decide(res *result) {
	if res.state != "" {
		return
	}
	now := s.Outbox.now()
	res.HTTPStatus, res.Delivery.Duration, res.LastError = res.Outcome.Status, res.Outcome.Duration, res.Reason
	tries := res.Attempts - res.base
	if !res.sent {
		res.Attempts--
	}
	switch {
	case res.miss != nil:
		res.state, res.next = res.before, now
		res.LastError = res.miss.Error()
		if _, again := res.retry.NextRetryAt(now, res.since, 0, 0, 0); !again {
			res.state = sender.Dead
		}
	case !res.sent:
		res.state, res.next = res.before, now
	case res.Delivered:
		res.state = sender.Delivered
	case !res.Passes:
		res.state = sender.Dead
	default:
		next, again := res.retry.NextRetryAt(now, res.since, tries, res.RetryAfter, randv2.Float64())
		if res.state, res.next = sender.Retrying, next; !again {
			res.state = sender.Dead
			res.LastError += "; it has used up its attempts or its time"
		}
	}
	res.State = res.state
	if res.NextAttemptAt = res.next; res.state.Ended() {
		res.EndedAt = now
		res.HasPayload = res.state == sender.Dead
	}
}
