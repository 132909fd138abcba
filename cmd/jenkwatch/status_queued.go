package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// queuedFor is the oldest queue item that may become the build that spec names; false when none can.
func queuedFor(ctx context.Context, c *controller, spec jenkins.BuildSpec) (jenkins.Run, bool) {
	if spec.Permalink != "" && spec.Permalink != "last" {
		return jenkins.Run{}, false
	}
	queue, err := c.client.Queue(ctx)
	if err != nil {
		return jenkins.Run{}, false
	}
	for _, r := range queue {
		if strings.EqualFold(r.Job, spec.Job) && !r.PartOf {
			return r, true
		}
	}
	return jenkins.Run{}, false
}

// untilStarted waits for a build that was not found because it is still queued. notFound is the error where none is.
func (a *app) untilStarted(ctx context.Context, arg string, notFound error) (found, error) {
	cs, err := a.controllersFor(ctx, arg)
	if err != nil {
		return found{}, err
	}
	cs, specs, err := buildOwners(ctx, cs, arg)
	if err != nil {
		return found{}, err
	}
	for _, c := range cs {
		if item, ok := queuedFor(ctx, c, specs[c]); ok {
			run, err := a.untilNumbered(ctx, c, specs[c], item, notFound)
			return found{c, run}, err
		}
	}
	return found{}, notFound
}

// untilNumbered waits until the queue item, or one that follows it, has become the build that spec names.
func (a *app) untilNumbered(ctx context.Context, c *controller, spec jenkins.BuildSpec, item jenkins.Run, notFound error) (jenkins.Run, error) {
	for {
		note(a.errOut, "jenkwatch: %s waits in the queue: %s; waiting for it to start", spec.Job, cmp.Or(item.Why, "no reason told"))
		became, err := a.untilLeft(ctx, c, item.QueueID)
		if err != nil {
			return jenkins.Run{}, err
		}
		if became.Number > 0 && (spec.Number == 0 || spec.Number == became.Number) {
			return c.client.Build(ctx, jenkins.BuildSpec{Job: spec.Job, Number: became.Number})
		}
		next, ok := queuedFor(ctx, c, spec)
		switch {
		case ok && became.Number <= spec.Number:
			item = next
		case became.Cancelled:
			return jenkins.Run{}, &problem{fmt.Errorf("the queued build of %s was cancelled", spec.Job),
				"start another in Jenkins, then look again", exitNotFound}
		default:
			return jenkins.Run{}, notFound
		}
	}
}

// untilLeft asks for a queue item until it has become a build or was cancelled. A controller that is away for a while is
// waited for too.
func (a *app) untilLeft(ctx context.Context, c *controller, id int64) (jenkins.Waiting, error) {
	for away := false; ; {
		w, err := c.client.QueueItem(ctx, id)
		switch {
		case err == nil && (w.Number > 0 || w.Cancelled):
			return w, nil
		case err == nil:
			away = false
		case codeOf(err) != exitUnreachable:
			return w, err
		case !away:
			away = true
			note(a.errOut, "jenkwatch: %s; still waiting", err)
		}
		select {
		case <-ctx.Done():
			return w, ctx.Err()
		case <-time.After(waitPause):
		}
	}
}
