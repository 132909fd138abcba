package buildlog

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// stageInterval is how often a stage that is followed is asked for its next steps.
const stageInterval = 2 * time.Second

// prefix names the branch of a line where branches come mixed.
func (l *logLine) prefix() string {
	if l.beside == "" {
		return ""
	}
	return "[" + l.beside + "] "
}

// followStage goes on with the steps of a stage, or of the run, until it has ended. The lines of branches that run side by side come as
// they arrive, each with the name of its branch; steps that have ended before come one after the other.
func (a printer) followStage(ctx context.Context, b find.Build, name string, waiter *jenkins.Waiter) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		r := stepReaders{printer: a, begun: map[string]bool{}, last: map[string]chan struct{}{}, lines: make(chan arrival)}
		defer r.wait.Wait()
		defer cancel()
		for {
			tree, err := a.askStages(ctx, &b, waiter)
			var part *stages.Stage
			if err == nil && name != "" {
				part, err = partOf(&tree, name)
			}
			if err != nil {
				yield(logLine{}, err)
				return
			}
			var steps []placedStep
			if part != nil || name == "" {
				steps, _ = stepsOf(&tree, part)
			}
			news, on := r.read(ctx, b, steps, yield)
			ended := b.Run.Status.Ended() || part != nil && part.State.Ended()
			if !on || ended && !news && r.running == 0 || ctx.Err() != nil {
				return
			}
			if (!news || r.running > 0) && !r.pass(ctx, yield) {
				return
			}
		}
	}
}

// askStages asks for a build and its stages and steps.
func (a printer) askStages(ctx context.Context, b *find.Build, waiter *jenkins.Waiter) (stages.Tree, error) {
	return find.Retry(ctx, waiter, func(ctx context.Context) (stages.Tree, error) {
		run, err := b.On.Client.Build(ctx, jenkins.BuildSpec{Job: b.Run.Job, Number: b.Run.Number})
		if err != nil {
			return stages.Tree{}, err
		}
		if !jenkins.SameBuild(&b.Run, &run) {
			return stages.Tree{}, fmt.Errorf("%s: %w", run.Title(), jenkins.ErrOtherBuild)
		}
		b.Run = run
		return b.On.Stages.Whole(ctx, run)
	})
}

// stepReaders read the logs of steps that run at the same time: of each branch one after the other.
type stepReaders struct {
	printer
	begun   map[string]bool          // by flow node
	last    map[string]chan struct{} // of each branch, closed when its latest step has been read
	lines   chan arrival
	running int
	wait    sync.WaitGroup
}

// arrival is a line of a step, or that its log has ended.
type arrival struct {
	line  logLine
	err   error
	ended bool
}

// read begins to read the steps that were not yet: those that have ended at once, unless one before them in their branch is
// still being read. It reports whether there were any, and whether to go on.
func (r *stepReaders) read(ctx context.Context, b find.Build, steps []placedStep, yield func(logLine, error) bool) (news, on bool) {
	for _, p := range steps {
		if r.begun[p.ID] {
			continue
		}
		r.begun[p.ID], news = true, true
		// Its own, since readers wait at the same time; that Jenkins is away is said by who asks for the stages.
		lines := r.stepLines(ctx, b, p, true, &jenkins.Waiter{})
		before := r.last[p.branch]
		if p.State.Ended() && isClosed(before) {
			for l, err := range lines {
				l.beside = p.branch
				if !yield(l, err) || err != nil {
					return true, false
				}
			}
			continue
		}
		done := make(chan struct{})
		r.last[p.branch] = done
		r.running++
		r.wait.Go(func() {
			defer close(done)
			if before != nil {
				<-before
			}
			for l, err := range lines {
				l.beside = p.branch
				if !r.send(ctx, arrival{line: l, err: err}) {
					return
				}
			}
			r.send(ctx, arrival{ended: true})
		})
	}
	return news, true
}

func (r *stepReaders) send(ctx context.Context, a arrival) bool {
	select {
	case r.lines <- a:
		return true
	case <-ctx.Done():
		return false
	}
}

// isClosed reports whether a step was read to its end; there may be none.
func isClosed(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return done == nil
	}
}

// pass passes lines on until it is time to ask for the stages again, and reports whether to go on.
func (r *stepReaders) pass(ctx context.Context, yield func(logLine, error) bool) bool {
	again := time.After(stageInterval)
	for {
		select {
		case a := <-r.lines:
			switch {
			case a.ended:
				if r.running--; r.running == 0 {
					return true
				}
			case !yield(a.line, a.err) || a.err != nil:
				return false
			}
		case <-again:
			return true
		case <-ctx.Done():
			return false
		}
	}
}
