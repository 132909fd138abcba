package find

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

// queueItem returns the oldest queue item that may become the build that spec names; nil when none can.
func queueItem(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (*jenkins.Run, error) {
	if spec.Permalink != "" && spec.Permalink != "last" {
		return nil, nil
	}
	queue, err := c.Client.Queue(ctx)
	if err != nil {
		return nil, err
	}
	for i, r := range queue {
		if strings.EqualFold(r.Job, spec.Job) && !r.PartOf {
			return &queue[i], nil
		}
	}
	return nil, nil
}

// Waiting returns the queue item that may become the build that arg names. Where there is none the error is errNotQueued.
func Waiting(ctx context.Context, a *cli.App, arg string) (Build, error) {
	return On(ctx, a, arg, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (Build, error) {
		item, err := queueItem(ctx, c, spec)
		if err == nil && item == nil {
			err = errNotQueued
		}
		if err != nil {
			return Build{}, err
		}
		return Build{On: c, Run: *item}, nil
	})
}

// errNotQueued is the error where nothing in the queue may become the build that was named.
var errNotQueued = errors.New("it is not in the queue")

// untilStarted waits for a build that was not found because it is still queued. notFound is the error where none is.
func untilStarted(ctx context.Context, a *cli.App, w *jenkins.Waiter, arg string, notFound error) (Build, error) {
	cs, err := a.ControllersFor(ctx, arg)
	if err != nil {
		return Build{}, err
	}
	cs, specs, err := Owners(ctx, cs, arg)
	if err != nil {
		return Build{}, err
	}
	for _, c := range cs {
		item, err := Retry(ctx, w, func(ctx context.Context) (*jenkins.Run, error) { return queueItem(ctx, c, specs[c]) })
		if err != nil {
			return Build{}, err
		}
		if item != nil {
			run, err := untilNumbered(ctx, a, w, c, specs[c], item, notFound)
			return Build{On: c, Run: run}, err
		}
	}
	return Build{}, notFound
}

// untilNumbered waits until the queue item, or one that follows it, has become the build that spec names.
func untilNumbered(ctx context.Context, a *cli.App, w *jenkins.Waiter, c *cli.Controller, spec jenkins.BuildSpec, item *jenkins.Run,
	notFound error) (jenkins.Run, error) {
	for {
		output.Note(a.ErrOut, "jenkwatch: %s waits in the queue: %s; waiting for it to start", spec.Job, cmp.Or(item.Why, "no reason given"))
		became, err := untilLeft(ctx, w, c, spec, item.QueueID)
		if err != nil {
			return jenkins.Run{}, err
		}
		if became.Number > 0 && (spec.Number == 0 || spec.Number == became.Number) {
			return Retry(ctx, w, func(ctx context.Context) (jenkins.Run, error) {
				return c.Client.Build(ctx, jenkins.BuildSpec{Job: spec.Job, Number: became.Number})
			})
		}
		next, err := Retry(ctx, w, func(ctx context.Context) (*jenkins.Run, error) { return queueItem(ctx, c, spec) })
		switch {
		case err != nil:
			return jenkins.Run{}, err
		case next != nil && became.Number <= spec.Number:
			item = next
		case became.Cancelled:
			return jenkins.Run{}, &exit.Error{Err: fmt.Errorf("the queued build of %s was cancelled", spec.Job),
				Fix: "start another in Jenkins, then look again", Code: exit.CodeNotFound}
		default:
			return jenkins.Run{}, notFound
		}
	}
}

// untilLeft asks for a queue item until it has become a build or was cancelled.
func untilLeft(ctx context.Context, w *jenkins.Waiter, c *cli.Controller, spec jenkins.BuildSpec, id int64) (became jenkins.Waiting, err error) {
	err = w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		var err error
		became, err = c.Client.QueueItem(ctx, id)
		if exit.CodeOf(err) == exit.CodeNotFound { // Jenkins forgets an item some minutes after it left, and an outage may be longer
			if run, berr := c.Client.Build(ctx, spec); berr == nil {
				became, err = jenkins.Waiting{Number: run.Number}, nil
			}
		}
		return became.Number > 0 || became.Cancelled, err
	})
	return became, err
}
