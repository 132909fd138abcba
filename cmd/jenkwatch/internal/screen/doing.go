package screen

import (
	"context"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// answerFor is how long the end of the program waits for the answer to a change that was asked for.
const answerFor = 10 * time.Second

// mostDoing is more changes than can be under way at once.
const mostDoing = 1 << 20

// doing does what changes Jenkins and knows what of it is under way.
type doing struct {
	do      func(context.Context, *jenkins.Client, action.Action) (action.Result, error)
	running *semaphore.Weighted
}

func newDoing(do func(context.Context, *jenkins.Client, action.Action) (action.Result, error)) *doing {
	return &doing{do, semaphore.NewWeighted(mostDoing)}
}

// Do does an action.
func (d *doing) Do(ctx context.Context, c *jenkins.Client, a action.Action) (action.Result, error) {
	if err := d.running.Acquire(ctx, 1); err != nil {
		return action.Result{}, err
	}
	defer d.running.Release(1)
	return d.do(ctx, c, a)
}

// Wait returns when the answers to all that was asked for have come and were written down, or ctx ended, or it took too long.
func (d *doing) Wait(ctx context.Context, w io.Writer) {
	if d.running.TryAcquire(mostDoing) {
		return
	}
	fmt.Fprintln(w, "Waiting for Jenkins to answer what was asked for last; ctrl+c does not wait.")
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	if d.running.Acquire(ctx, mostDoing) != nil {
		fmt.Fprintln(w, "No answer came: it may have been done. jenkwatch history --mine lists it as asked.")
	}
}
