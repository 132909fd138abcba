package jenkins

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// maxAlone is how many builds are asked for one by one in a refresh. When more are wanted at once, one tree is asked
// for instead; what that does not tell (it names the last build of each job only) is asked for in the refreshes after.
const maxAlone = 3

// settle asks for the builds whose end is not known, for the jobs whose queue items vanished, and for builds that were
// jumped over: as many as one refresh may. It is false when the watch is over.
func (l *loop) settle(ctx context.Context) bool {
	now := time.Now()
	due, doubts := l.book.due(now), slices.Sorted(maps.Keys(l.book.doubts))
	if len(due)+len(doubts) > maxAlone && l.tree.may(now) && l.spare() {
		l.tree.want = true
		l.book.await(due, now.Add(treePatience))
		due, doubts = nil, nil
	}
	var chores []func(context.Context)
	for _, ref := range due {
		chores = append(chores, func(ctx context.Context) { l.askBuild(ctx, ref) })
	}
	for _, name := range doubts {
		chores = append(chores, func(ctx context.Context) { l.askLast(ctx, name) })
	}
	for _, name := range slices.Sorted(maps.Keys(l.book.gaps)) {
		chores = append(chores, func(ctx context.Context) { l.askPage(ctx, name) })
	}
	for _, chore := range chores[:min(len(chores), maxAlone)] {
		if !l.spare() {
			return true
		}
		chore(ctx)
		if ctx.Err() != nil || !l.show(time.Now()) {
			return false
		}
	}
	return true
}

// askBuild asks for a build that left the executors, or of which somebody told.
func (l *loop) askBuild(ctx context.Context, ref Ref) {
	run, err := l.build(ctx, BuildSpec{Job: ref.Job, Number: ref.Number})
	switch now := time.Now(); {
	case err == nil && run.Ref == ref:
		l.book.built(run, now)
	case isKind(err, NotFound):
		delete(l.book.owed, ref) // Jenkins does not have it any more
	default:
		l.book.postpone(ref, nil, now)
	}
}

// askLast asks for the last build of a job that lost a queue item. Without an answer the next tree will tell.
func (l *loop) askLast(ctx context.Context, name string) {
	delete(l.book.doubts, name)
	if run, err := l.build(ctx, BuildSpec{Job: name, Permalink: "last"}); err == nil {
		l.book.built(run, time.Now())
	}
}

func (l *loop) build(ctx context.Context, spec BuildSpec) (run Run, err error) {
	err = l.question(ctx, func(ctx context.Context) error {
		run, err = l.ask.Build(ctx, spec)
		return err
	})
	return run, err
}

// askPage asks for the next page of builds that were jumped over.
func (l *loop) askPage(ctx context.Context, name string) {
	g := l.book.gaps[name]
	var runs []Run
	err := l.question(ctx, func(ctx context.Context) (err error) {
		runs, err = l.ask.History(ctx, name, g.from, g.size())
		return err
	})
	switch {
	case err == nil:
		l.book.page(name, runs, time.Now())
	case isKind(err, NotFound) || g.tries+1 >= maxTries:
		delete(l.book.gaps, name)
	default:
		g.tries++
		l.book.gaps[name] = g
	}
}

func isKind(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}
