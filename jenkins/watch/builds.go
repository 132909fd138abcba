package watch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// maxSingle is how many builds are asked for one by one in a poll. When more are wanted at once, one tree is asked
// for instead; what that does not name (it has the last build of each job only) is asked for in the polls after.
const maxSingle = 3

// manySingle is how many builds may be asked for one by one in a minute before trees are asked for instead.
const manySingle = 9

// buildPoll is whether there is room to ask for builds one by one.
type buildPoll struct {
	starved bool // the cap left no room for what else is to be asked
	crowded bool // so many builds end that trees of all jobs are asked for instead
	asked   rate // those that were asked for one by one
}

// askBuilds asks for the builds whose end is not known, for the jobs whose queue items vanished, and for builds that were
// jumped over: as many as one poll may. It is false when the watch is over.
func (l *loop) askBuilds(ctx context.Context) bool {
	now := time.Now()
	due, suspectJobs := l.state.due(now), slices.Sorted(maps.Keys(l.state.suspectJobs))
	fresh := slices.DeleteFunc(slices.Clone(due), func(ref jenkins.Ref) bool { return l.state.pending[ref].alone })
	l.builds.crowded = l.builds.crowded && now.Sub(l.jobs.asked) < window
	wanted := len(fresh) + len(suspectJobs)
	if (wanted > maxSingle || wanted > 0 && l.builds.asked.used(now) >= manySingle) && l.jobs.works() {
		l.jobs.wanted, l.builds.crowded = true, true
		l.state.waitForJobs(fresh, latest(now, l.jobs.asked.Add(l.jobs.spacing())).Add(jobsWait))
		due, suspectJobs = l.state.due(now), nil
	}
	return l.askEach(ctx, l.questions(due, suspectJobs))
}

// questions returns what to ask for the builds that are due, the last builds of suspect jobs, and the gaps.
func (l *loop) questions(due []jenkins.Ref, suspectJobs []string) (questions []func(context.Context)) {
	for _, refs := range l.state.byPage(due) {
		if len(refs) > 1 {
			questions = append(questions, func(ctx context.Context) { l.askHistory(ctx, refs[0].Job, refs) })
		} else {
			questions = append(questions, func(ctx context.Context) { l.askBuild(ctx, refs[0]) })
		}
	}
	for _, name := range suspectJobs {
		questions = append(questions, func(ctx context.Context) { l.askLast(ctx, name) })
	}
	for _, name := range slices.Sorted(maps.Keys(l.state.gaps)) {
		questions = append(questions, func(ctx context.Context) { l.askHistory(ctx, name, nil) })
	}
	return questions
}

// askEach asks as many of the questions as one poll may. It is false when the watch is over.
func (l *loop) askEach(ctx context.Context, questions []func(context.Context)) bool {
	for i, ask := range questions[:min(len(questions), maxSingle)] {
		if i > 0 && l.rate.used(time.Now()) >= l.quietMinute()+maxSingle {
			return true // the minute was busy: the others in the next poll
		}
		if !l.hasRoom() {
			l.builds.starved = true
			return true
		}
		l.builds.asked.note(time.Now(), 1)
		ask(ctx)
		if ctx.Err() != nil || !l.show(time.Now()) {
			return false
		}
	}
	return true
}

// askBuild asks for a build that left the executors, or of which somebody spoke.
func (l *loop) askBuild(ctx context.Context, ref jenkins.Ref) {
	run, err := l.build(ctx, jenkins.BuildSpec{Job: ref.Job, Number: ref.Number})
	switch now := time.Now(); {
	case err == nil && run.Ref == ref:
		l.state.addBuild(run, now)
	case jenkins.IsKind(err, jenkins.NotFound):
		delete(l.state.pending, ref) // Jenkins no longer has it
	default:
		l.state.postpone(ref, nil, now)
	}
}

// askLast asks for the last build of a job that lost a queue item. Without an answer the next tree of all jobs shows it.
func (l *loop) askLast(ctx context.Context, name string) {
	delete(l.state.suspectJobs, name)
	run, err := l.build(ctx, jenkins.BuildSpec{Job: name, Permalink: "last"})
	switch {
	case err == nil:
		l.state.addBuild(run, time.Now())
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

// askHistory asks for a page of a job's history: for builds that were jumped over, and for several that are pending.
func (l *loop) askHistory(ctx context.Context, name string, pending []jenkins.Ref) {
	from, n := l.state.historyPage(name, pending)
	var runs []jenkins.Run
	err := l.question(ctx, func(ctx context.Context) (err error) {
		runs, err = l.ask.History(ctx, name, from, n)
		return err
	})
	now, g := time.Now(), l.state.gaps[name]
	if err == nil {
		l.state.addHistory(name, pending, runs, n, now)
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

// addBuild enters the answer to a question for one build.
func (s *state) addBuild(run jenkins.Run, now time.Time) {
	if s.recreated(&run) {
		s.recreate(&run, &run)
	}
	s.noteNumbers([]*jenkins.Run{&run})
	switch {
	case s.recent.has(run.Ref):
	case run.Status.Ended():
		s.addEnded([]*jenkins.Run{&run})
	default:
		if _, runs := s.present[run.Ref]; !runs {
			s.addPending(run, true, now)
			s.postpone(run.Ref, &run, now)
		}
	}
}

// postpone notes that a question for a build brought no end: it still runs, or there was no answer. It is asked again,
// less and less often, and given up at last.
func (s *state) postpone(ref jenkins.Ref, run *jenkins.Run, now time.Time) {
	d := s.pending[ref]
	if d == nil {
		return
	}
	if run != nil {
		d.run, d.shown = enriched(*run, &d.run), true
	}
	d.tries++
	d.next = now.Add(min(time.Minute, time.Second<<d.tries))
	if d.tries >= maxTries {
		j := s.jobs[ref.Job]
		j.zombie = ref.Number
		s.jobs[ref.Job] = j
		delete(s.pending, ref)
	}
}

// waitForJobs puts off the questions for builds that a tree of all jobs is about to name.
func (s *state) waitForJobs(refs []jenkins.Ref, until time.Time) {
	for _, ref := range refs {
		s.pending[ref].next = until
	}
}

// due returns the builds to be asked for now, those that wait longest first.
func (s *state) due(now time.Time) []jenkins.Ref {
	var refs []jenkins.Ref
	for ref, d := range s.pending {
		if !d.next.After(now) {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, func(x, y jenkins.Ref) int {
		return cmp.Or(s.pending[x].next.Compare(s.pending[y].next), cmp.Compare(x.Job, y.Job), cmp.Compare(x.Number, y.Number))
	})
	return refs
}
