package main

import (
	"context"
	"errors"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

// waitPause is the time between two looks at a build that is waited for.
const waitPause = 2 * time.Second

// waiter is how a command that waits treats errors. It says on stderr when it begins to wait and when it goes on.
func (a *app) waiter() *jenkins.Waiter {
	return &jenkins.Waiter{Say: func(err error) {
		if err == nil {
			output.Note(a.ErrOut, "jenkwatch: Jenkins answers again")
			return
		}
		output.Note(a.ErrOut, "jenkwatch: %s; still waiting", err)
	}}
}

// outlive asks until there is an answer.
func outlive[T any](ctx context.Context, w *jenkins.Waiter, ask func(context.Context) (T, error)) (answer T, err error) {
	err = w.Until(ctx, waitPause, func(ctx context.Context) (bool, error) {
		var err error
		answer, err = ask(ctx)
		return true, err
	})
	return answer, err
}

// untilFound is findKept for a command that waits, which waits for a queued build, too. An answer that says "later" is
// waited for from the start; a controller that cannot be reached at all is not, since its address may be wrong.
func (a *app) untilFound(ctx context.Context, w *jenkins.Waiter, arg string) (b found, kept bool, err error) {
	var result error
	later := false
	err = w.Until(ctx, waitPause, func(ctx context.Context) (bool, error) {
		b, kept, result = a.findKept(ctx, arg)
		e, ok := errors.AsType[*jenkins.Error](result)
		later = later || ok && e.Passing() && e.Status >= 400
		if later && result != nil && exit.CodeOf(result) != exit.CodeNotFound {
			return false, result
		}
		return true, nil
	})
	if err == nil && exit.CodeOf(result) == exit.CodeNotFound {
		b, result = a.untilStarted(ctx, w, arg, result)
	}
	if err == nil {
		err = result
	}
	return b, kept, err
}

// untilBuildEnded is untilFound that goes on until the build has ended.
func (a *app) untilBuildEnded(ctx context.Context, arg string) (found, bool, error) {
	w := a.waiter()
	b, kept, err := a.untilFound(ctx, w, arg)
	if err == nil && !kept {
		b.run, err = untilEnded(ctx, w, b)
	}
	return b, kept, err
}

// untilEnded asks for a build until it has ended.
func untilEnded(ctx context.Context, w *jenkins.Waiter, b found) (jenkins.Run, error) {
	run, spec := b.run, jenkins.BuildSpec{Job: b.run.Job, Number: b.run.Number}
	if run.Status.Ended() {
		return run, nil
	}
	err := w.Until(ctx, waitPause, func(ctx context.Context) (bool, error) {
		next, err := b.on.Client.Build(ctx, spec)
		if err == nil {
			run = next
		}
		return run.Status.Ended(), err
	})
	return run, err
}
