package watch

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// maxSingle is how many builds are asked for one by one in a refresh. When more are wanted at once, one tree is asked
// for instead; what that does not tell (it names the last build of each job only) is asked for in the refreshes after.
const maxSingle = 3

// manySingle is how many builds may be asked for one by one in a minute before trees are asked for instead.
const manySingle = 9

// settle asks for the builds whose end is not known, for the jobs whose queue items vanished, and for builds that were
// jumped over: as many as one refresh may. It is false when the watch is over.
func (l *loop) settle(ctx context.Context) bool {
	now := time.Now()
	due, suspectJobs := l.state.due(now), slices.Sorted(maps.Keys(l.state.suspectJobs))
	fresh := slices.DeleteFunc(slices.Clone(due), func(ref jenkins.Ref) bool { return l.state.pending[ref].alone })
	l.crowded = l.crowded && now.Sub(l.tree.asked) < window
	wanted := len(fresh) + len(suspectJobs)
	if (wanted > maxSingle || wanted > 0 && l.singles.used(now) >= manySingle) && l.tree.works() {
		l.tree.want, l.crowded = true, true
		l.state.await(fresh, latest(now, l.tree.asked.Add(l.tree.spacing())).Add(treeWait))
		due, suspectJobs = l.state.due(now), nil
	}
	var chores []func(context.Context)
	for _, refs := range l.state.grouped(due) {
		if len(refs) > 1 {
			chores = append(chores, func(ctx context.Context) { l.askPage(ctx, refs[0].Job, refs) })
		} else {
			chores = append(chores, func(ctx context.Context) { l.askBuild(ctx, refs[0]) })
		}
	}
	for _, name := range suspectJobs {
		chores = append(chores, func(ctx context.Context) { l.askLast(ctx, name) })
	}
	for _, name := range slices.Sorted(maps.Keys(l.state.gaps)) {
		chores = append(chores, func(ctx context.Context) { l.askPage(ctx, name, nil) })
	}
	for i, chore := range chores[:min(len(chores), maxSingle)] {
		if i > 0 && l.rate.used(time.Now()) >= l.calm()+maxSingle {
			return true // the minute was busy: the others in the next refresh
		}
		if !l.spare() {
			l.starved = true
			return true
		}
		l.singles.note(time.Now(), 1)
		chore(ctx)
		if ctx.Err() != nil || !l.show(time.Now()) {
			return false
		}
	}
	return true
}

// askBuild asks for a build that left the executors, or of which somebody told.
func (l *loop) askBuild(ctx context.Context, ref jenkins.Ref) {
	run, err := l.build(ctx, jenkins.BuildSpec{Job: ref.Job, Number: ref.Number})
	switch now := time.Now(); {
	case err == nil && run.Ref == ref:
		l.state.built(run, now)
	case jenkins.IsKind(err, jenkins.NotFound):
		delete(l.state.pending, ref) // Jenkins does not have it any more
	default:
		l.state.postpone(ref, nil, now)
	}
}

// askLast asks for the last build of a job that lost a queue item. Without an answer the next tree will tell.
func (l *loop) askLast(ctx context.Context, name string) {
	delete(l.state.suspectJobs, name)
	run, err := l.build(ctx, jenkins.BuildSpec{Job: name, Permalink: "last"})
	switch {
	case err == nil:
		l.state.built(run, time.Now())
	case jenkins.IsKind(err, jenkins.NotFound):
		l.state.dropJob(name)
	}
}

func (l *loop) build(ctx context.Context, spec jenkins.BuildSpec) (run jenkins.Run, err error) {
	err = l.question(ctx, func(ctx context.Context) error {
		run, err = l.ask.Build(ctx, spec)
		return err
	})
	return run, err
}

// askPage asks for a page of a job's history: for builds that were jumped over, and for several that are pending.
func (l *loop) askPage(ctx context.Context, name string, pending []jenkins.Ref) {
	from, n := l.state.wanted(name, pending)
	var runs []jenkins.Run
	err := l.question(ctx, func(ctx context.Context) (err error) {
		runs, err = l.ask.History(ctx, name, from, n)
		return err
	})
	now, g := time.Now(), l.state.gaps[name]
	if err == nil {
		l.state.page(name, pending, runs, n, now)
		return
	}
	for _, ref := range pending {
		if jenkins.IsKind(err, jenkins.NotFound) {
			delete(l.state.pending, ref)
		} else {
			l.state.postpone(ref, nil, now)
		}
	}
	switch g.tries++; {
	case len(g.numbers) == 0:
	case jenkins.IsKind(err, jenkins.NotFound) || g.tries >= maxTries:
		delete(l.state.gaps, name)
	default:
		l.state.gaps[name] = g
	}
}
