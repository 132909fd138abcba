package jenkins

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Backoff returns how long to wait after the n-th failure in a row (from 1): doubling from first to most, the later half of
// it at random, so that many watchers do not come back at the same moment.
func Backoff(n int, first, most time.Duration) time.Duration {
	d := most
	if shift := n - 1; shift < 16 && first<<shift < most {
		d = first << shift
	}
	return d/2 + rand.N(d/2+1)
}

const (
	waiterFirst = time.Second      // the pause after the first failure
	waiterMost  = 10 * time.Second // and the longest that we choose ourselves
	lasting     = 30 * time.Second // a refusal that lasts longer is not part of a restart
)

// Waiter is how commands that wait treat errors: they outlive what may pass by itself, say once that they wait and once that
// they go on, and give up on a refusal that lasts. The zero value is ready for use; it is not safe for concurrent use.
type Waiter struct {
	// Say, when set, is called with the first error of an outage, and with nil once it is over.
	Say func(err error)

	answered bool // there was an answer: what is refused now was allowed before
	failures int  // in a row
	refused  time.Time
}

// Succeeded notes an answer.
func (w *Waiter) Succeeded() {
	if w.failures > 0 && w.Say != nil {
		w.Say(nil)
	}
	*w = Waiter{Say: w.Say, answered: true}
}

// Failed notes an error and returns how long to wait before the next question, or why to give up: the error is not an
// [*Error]; or it is the first answer of all, and of a kind that does not pass: a name that is not known, a certificate, a
// login, something else than Jenkins; or it is not Passing and has held for half a minute.
func (w *Waiter) Failed(err error) (time.Duration, error) {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return 0, err
	}
	switch {
	case !w.answered && w.failures == 0 && !e.MayComeUp():
		return 0, err
	case e.Passing():
		w.refused = time.Time{}
	case w.refused.IsZero():
		w.refused = time.Now()
	case time.Since(w.refused) >= lasting:
		return 0, fmt.Errorf("gave up after %s: %w", time.Since(w.refused).Round(time.Second), err)
	}
	w.failures++
	if w.failures == 1 && w.Say != nil {
		w.Say(err)
	}
	return max(Backoff(w.failures, waiterFirst, waiterMost), e.RetryAfter), nil
}

// Until asks again and again, at the given pace, until ask is done, ctx ends or Failed gives up.
func (w *Waiter) Until(ctx context.Context, every time.Duration, ask func(context.Context) (done bool, err error)) error {
	for {
		done, err := ask(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		pause := every
		if err == nil {
			if w.Succeeded(); done {
				return nil
			}
		} else if pause, err = w.Failed(err); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
