package find

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

// pause is the time between two polls of a build that is waited for.
const pause = 2 * time.Second

// NewWaiter returns how a command that waits treats errors. It says on stderr when it begins to wait and when it goes on.
func NewWaiter(a *cli.App) *jenkins.Waiter {
	return &jenkins.Waiter{Say: func(err error) {
		if err == nil {
			output.Note(a.ErrOut, "jenkwatch: Jenkins answers again")
			return
		}
		if e, ok := errors.AsType[*jenkins.Error](err); ok && errors.Is(err, syscall.ECONNREFUSED) && !e.ByProxy() {
			output.Note(a.ErrOut, "jenkwatch: %s refuses connections: waiting for it", e.Host())
			return
		}
		output.Note(a.ErrOut, "jenkwatch: %s; still waiting", err)
	}}
}

// Retry asks until there is an answer, or an error that lasts.
func Retry[T any](ctx context.Context, w *jenkins.Waiter, ask func(context.Context) (T, error)) (answer T, err error) {
	err = w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		var err error
		answer, err = ask(ctx)
		return true, err
	})
	return answer, err
}

// UntilFound is OneOrCopy for a command that waits, which waits for a queued build, too, and for a controller that does not
// answer yet.
func UntilFound(ctx context.Context, a *cli.App, w *jenkins.Waiter, arg string) (b Build, err error) {
	var result error
	err = w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		b, result = OneOrCopy(ctx, a, arg)
		if _, asked := errors.AsType[*jenkins.Error](result); asked && exit.CodeOf(result) != exit.CodeNotFound {
			return false, result
		}
		return true, nil
	})
	if err == nil && exit.CodeOf(result) == exit.CodeNotFound {
		b, result = untilStarted(ctx, a, w, arg, result)
	}
	if err == nil {
		err = result
	}
	return b, err
}

// UntilEnded is UntilFound that goes on until the build has ended.
func UntilEnded(ctx context.Context, a *cli.App, arg string) (Build, error) {
	w := NewWaiter(a)
	b, err := UntilFound(ctx, a, w, arg)
	if err != nil || b.FromCopy || b.Run.Status.Ended() {
		return b, err
	}
	spec := jenkins.BuildSpec{Job: b.Run.Job, Number: b.Run.Number}
	err = w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		next, err := b.On.Client.Build(ctx, spec)
		if err == nil {
			b.Run = next
		}
		return b.Run.Status.Ended(), err
	})
	return b, err
}
