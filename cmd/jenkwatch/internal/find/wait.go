package find

import (
	"context"
	"errors"
	"io"
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
	return &jenkins.Waiter{Say: func(err error) { NoteAway(a.ErrOut, err) }}
}

// NoteAway says why Jenkins is waited for, and with nil that it answers again.
func NoteAway(w io.Writer, err error) {
	if err == nil {
		output.Note(w, "jenkwatch: Jenkins answers again")
		return
	}
	if e, ok := errors.AsType[*jenkins.Error](err); ok && errors.Is(err, syscall.ECONNREFUSED) && !e.ByProxy() {
		output.Note(w, "jenkwatch: %s refuses connections: waiting for it", e.Host())
		return
	}
	output.Note(w, "jenkwatch: %s; still waiting", err)
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
func UntilFound(ctx context.Context, a *cli.App, w *jenkins.Waiter, arg string) (Build, error) {
	b, err := untilAnswered(ctx, w, func(ctx context.Context) (Build, error) { return OneOrCopy(ctx, a, arg) })
	if exit.CodeOf(err) == exit.CodeNotFound {
		return untilStarted(ctx, a, w, arg, err)
	}
	return b, err
}

// untilAnswered asks until there is an answer, or an error that lasts; that there is no such thing is an answer.
func untilAnswered[T any](ctx context.Context, w *jenkins.Waiter, ask func(context.Context) (T, error)) (answer T, err error) {
	var result error
	err = w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		answer, result = ask(ctx)
		if _, asked := errors.AsType[*jenkins.Error](result); asked && exit.CodeOf(result) != exit.CodeNotFound {
			return false, result
		}
		return true, nil
	})
	if err == nil {
		err = result
	}
	return answer, err
}

// UntilEnded is UntilFound that goes on until the build has ended.
func UntilEnded(ctx context.Context, a *cli.App, arg string) (Build, error) {
	w := NewWaiter(a)
	b, err := UntilFound(ctx, a, w, arg)
	if err != nil || b.FromCopy || b.Run.Status.Ended() {
		return b, err
	}
	b.Run, err = Ended(ctx, w, b.On, b.Run)
	return b, err
}

// Ended waits until a build has ended, and returns it then.
func Ended(ctx context.Context, w *jenkins.Waiter, c *cli.Controller, run jenkins.Run) (jenkins.Run, error) {
	spec := jenkins.BuildSpec{Job: run.Job, Number: run.Number}
	err := w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		next, err := c.Client.Build(ctx, spec)
		if err == nil {
			run = next
		}
		return run.Status.Ended(), err
	})
	return run, err
}
