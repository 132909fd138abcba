package watch

import (
	"context"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

const (
	fewRuns         = 8                // up to so many a full poll is hardly longer than a partial one
	inputsEvery     = 3                // partial polls: a fifth more bytes each time
	fullAfterMisses = 5                // polls
	fullEvery       = 20 * time.Second // then description, environment and the like are read again
)

// runningPoll is whether the running builds are asked for with all that there is to know of them, or in part.
type runningPoll struct {
	fullAt   time.Time // when the last full poll was answered
	fullNext bool      // the next poll must be full
	partials int
	misses   int // partial polls in a row that met a new build, then full ones made instead
}

// askRunning asks for the running builds: for all that there is to know of them if whole, now and then, or where they
// are few; else only for what changes all the time. When that shows that the rest is out of date, it is asked for at once.
func (l *loop) askRunning(ctx context.Context, whole bool) (runs []jenkins.Run, nodes []jenkins.Node, err error) {
	now, p := time.Now(), &l.running
	if whole || p.fullNext || p.misses >= 2 || l.failures > 0 || len(l.state.runs) <= fewRuns || now.Sub(p.fullAt) >= fullEvery {
		return l.askFull(ctx)
	}
	runs, nodes, complete, err := l.askPartial(ctx)
	if err != nil || complete {
		return runs, nodes, err
	}
	p.misses++
	if l.rate.left(time.Now()) == 0 {
		p.fullNext = true
		return l.state.runs, l.state.nodes, nil // what is new has to wait
	}
	l.asked = l.asked.Add(l.interval / 2) // it pays for the second question
	return l.askFull(ctx)
}

// askFull asks for all that there is to know of the running builds.
func (l *loop) askFull(ctx context.Context) (runs []jenkins.Run, nodes []jenkins.Node, err error) {
	err = l.question(ctx, func(ctx context.Context) (err error) {
		runs, nodes, err = l.ask.Running(ctx)
		return err
	})
	if p := &l.running; err == nil {
		if p.misses >= 2 { // where builds start all the time, partial polls are of no use for a while
			p.misses = (p.misses + 1) % (2 + fullAfterMisses)
		}
		p.fullNext, p.fullAt = false, time.Now()
		l.state.noteProgress(runs, p.fullAt)
	}
	return runs, nodes, err
}

// askPartial asks for what changes all the time. It is not complete when a build runs of which nothing is known.
func (l *loop) askPartial(ctx context.Context) (runs []jenkins.Run, nodes []jenkins.Node, complete bool, err error) {
	p := &l.running
	p.partials++
	inputs := p.partials%inputsEvery == 0
	err = l.question(ctx, func(ctx context.Context) (err error) {
		runs, nodes, err = l.ask.Partial(ctx, inputs)
		return err
	})
	if err != nil {
		return nil, nil, false, err
	}
	runs, nodes, shifted, complete := l.state.mergePartial(runs, nodes, inputs, time.Now())
	if complete {
		p.fullNext, p.misses = shifted, 0
	}
	return runs, nodes, complete, nil
}

// noteProgress records the progress that a full poll returned.
func (s *state) noteProgress(answer []jenkins.Run, now time.Time) {
	clear(s.reported)
	for i := range answer {
		s.reported[answer[i].Ref] = answer[i].Progress
	}
	s.reportedAt = now
}

// inputWait is how long a run has waited for input.
type inputWait struct {
	began time.Time     // StartedAt of the run: what the number meant before is another build
	since time.Time     // it was first seen Paused; zero: it is not
	total time.Duration // of the waits that are over
}

// noteInputWaits enters into runs how long each was seen to wait for input before.
func (s *state) noteInputWaits(runs []jenkins.Run, now time.Time) {
	var waits map[jenkins.Ref]inputWait
	for i := range runs {
		run := &runs[i]
		w, paused := s.inputWaits[run.Ref], run.Status == jenkins.Paused
		if !w.began.Equal(run.StartedAt) {
			w = inputWait{began: run.StartedAt}
		}
		switch {
		case paused && w.since.IsZero():
			w.since = now
		case !paused && !w.since.IsZero():
			w.total, w.since = w.total+now.Sub(w.since), time.Time{}
		}
		run.InputWait = w.total
		if w.total > 0 || paused {
			if waits == nil {
				waits = map[jenkins.Ref]inputWait{}
			}
			waits[run.Ref] = w
		}
	}
	s.inputWaits = waits
}

// mergePartial completes the answer to a partial poll by what is known from the last full one. complete is false when a
// build runs of which nothing is known. shifted reports whether a run took or left a node, or, where inputs were asked for,
// came to an input step or left one: the rest of it must be asked for.
func (s *state) mergePartial(partial []jenkins.Run, nodes []jenkins.Node, inputs bool, now time.Time) (runs []jenkins.Run, all []jenkins.Node, shifted, complete bool) {
	all = slices.Clone(s.nodes)
	for i := range all {
		if at := slices.IndexFunc(nodes, func(n jenkins.Node) bool { return n.Name == all[i].Name }); at >= 0 {
			all[i].Busy = nodes[at].Busy
		}
	}
	runs = make([]jenkins.Run, 0, len(partial))
	for i := range partial {
		if s.recreated(&partial[i]) {
			return nil, nil, false, false
		}
		if s.recent.has(partial[i].Ref) {
			continue
		}
		at, known := s.present[partial[i].Ref]
		if !known {
			return nil, nil, false, false
		}
		run := s.runs[at]
		run.Stages = partial[i].Stages
		// Only pipelines move. A matrix build holds no executor: it names its node itself, which a partial poll does not ask for.
		if run.Pipeline && !slices.Equal(run.Nodes, partial[i].Nodes) {
			shifted = true
			run.Nodes, run.NodeLabels, run.Executor = partial[i].Nodes, nil, -1
			if len(run.Nodes) > 0 {
				if n := slices.IndexFunc(all, func(n jenkins.Node) bool { return n.Name == run.Nodes[0] }); n >= 0 {
					run.NodeLabels = all[n].Labels
				}
			}
		}
		if inputs && run.Status != partial[i].Status && (run.Status == jenkins.Paused || partial[i].Status == jenkins.Paused) {
			shifted = true
			run.Status, run.Inputs = partial[i].Status, nil
		}
		run.Progress = s.progress(&run, now)
		runs = append(runs, run)
	}
	return runs, all, shifted, true
}

// progress returns a run's progress as Jenkins would compute it now.
func (s *state) progress(run *jenkins.Run, now time.Time) int {
	last, ok := s.reported[run.Ref]
	if !ok || last < 0 || run.Estimated <= 0 {
		return run.Progress
	}
	return min(max(last, 99), last+int(100*now.Sub(s.reportedAt)/run.Estimated))
}
