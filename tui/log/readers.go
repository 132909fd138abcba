package log

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// reader reads one log: a run's, a step's, or those of all steps of a stage. See the methods of [console.Client].
type reader interface {
	LogSize(ctx context.Context, ref jenkins.Ref) (console.Chunk, error)
	LogTail(ctx context.Context, ref jenkins.Ref, max int) (console.Chunk, error)
	LogBefore(ctx context.Context, ref jenkins.Ref, end int64, max int) (console.Chunk, error)
	Log(ctx context.Context, ref jenkins.Ref, start int64, max int) (console.Chunk, error)
}

// asker returns what reads the logs of a controller, nil where there is no such controller.
type asker struct {
	run   func(controller string) reader
	node  func(controller, id string) reader
	stage func(ctx context.Context, run jenkins.Run, id string) (stages.Stage, error)
	still func(ctx context.Context, run jenkins.Run) error // see [jenkins.Client.StillIs]; nil where nobody can be asked
}

func askerOf(sh *kit.Shared) asker {
	return asker{
		run: func(controller string) reader {
			if c := sh.ConsoleOf(controller); c != nil {
				return c
			}
			return nil
		},
		node: func(controller, id string) reader {
			if c := sh.ConsoleOf(controller); c != nil {
				return c.Node(id)
			}
			return nil
		},
		stage: func(ctx context.Context, run jenkins.Run, id string) (stages.Stage, error) {
			tree, err := sh.StagesOf(run.Controller).Whole(ctx, run)
			if s := tree.Find(id); s != nil && err == nil {
				return *s, nil
			}
			return stages.Stage{ID: id}, err
		},
		still: func(ctx context.Context, run jenkins.Run) error {
			if c := sh.Client(run.Controller); c != nil {
				return c.StillIs(ctx, run)
			}
			return nil
		},
	}
}

// part is a part of a run that has a log of its own: a step, or a stage with all of its steps.
type part struct {
	title  string
	step   string       // its ID, empty for a stage
	stage  stages.Stage // or the one of the step
	failed bool
	notRun string // why it never ran, if it did not
	error  string // what it failed with, as far as that is known
}

// neverRan reports whether it is a stage that did not run, and will not.
func (p *part) neverRan(run *jenkins.Run) bool {
	return p.step == "" && p.stage.State.NeverRan(run.Status.Ended())
}

// notBegun reports whether it is a stage that may still begin.
func (p *part) notBegun(run *jenkins.Run) bool {
	return p.step == "" && p.stage.State.NotBegun(run.Status.Ended())
}

// partOf returns the part that a message names, nil for the whole run.
func partOf(msg kit.OpenLogMsg) *part {
	switch {
	case msg.Step != nil:
		return &part{title: msg.Title, step: msg.Step.ID, stage: msg.Stage, failed: msg.Step.State == stages.Failure,
			error: cmp.Or(msg.Failed, msg.Step.Error)}
	case msg.Stage.ID != "":
		return &part{title: msg.Title, stage: msg.Stage, failed: msg.Stage.State == stages.Failure, notRun: msg.NotRun}
	}
	return nil
}

// log returns what reads the log of a run, or of a part of it; nil for what has none.
func (a asker) log(run jenkins.Run, p *part) reader {
	log := a.read(run, p)
	if log == nil || a.still == nil {
		return log
	}
	return &sureLog{reader: log, ended: run.Status.Ended(), still: func(ctx context.Context) error { return a.still(ctx, run) }}
}

func (a asker) read(run jenkins.Run, p *part) reader {
	if run.Number == 0 || a.run(run.Controller) == nil {
		return nil
	}
	switch {
	case p == nil:
		return a.run(run.Controller)
	case p.step != "":
		return a.node(run.Controller, p.step)
	}
	return &stageLog{
		node:  func(id string) reader { return a.node(run.Controller, id) },
		stage: func(ctx context.Context) (stages.Stage, error) { return a.stage(ctx, run, p.stage.ID) },
		ended: run.Status.Ended(),
	}
}

// stageLog reads the logs of a stage's steps as one, in the order in which the steps began. It goes as far as the first
// step that still runs, so that what was read stays where it is: branches that run beside each other follow one another.
type stageLog struct {
	node  func(id string) reader
	stage func(ctx context.Context) (stages.Stage, error)
	ended bool // the run has ended: there are no further steps

	mu    sync.Mutex
	steps []stepLog
	asked bool         // for the steps
	state stages.State // of the stage, as last answered
}

// stepLog is what is known of the log of one step.
type stepLog struct {
	id    string
	log   reader
	begin int64 // where its log begins in the stage's
	size  int64
	done  bool // the log does not grow any more
}

// stepsOf returns the steps of a stage and of the stages in it in the order in which they began.
func stepsOf(s stages.Stage) []stepLog {
	var out []stepLog
	for i := range s.Steps {
		out = append(out, stepLog{id: s.Steps[i].ID})
	}
	for i := range s.Children {
		out = append(out, stepsOf(s.Children[i])...)
	}
	slices.SortStableFunc(out, func(a, b stepLog) int {
		x, _ := strconv.Atoi(a.id)
		y, _ := strconv.Atoi(b.id)
		return cmp.Compare(x, y)
	})
	return out
}

// stepsAtOnce is how many steps are asked for their sizes at a time.
const stepsAtOnce = 4

// look asks for what can have changed: further steps, and how long their logs are. It returns the steps with a log up to
// the first that still runs, and whether that, or the stage, goes on.
func (l *stageLog) look(ctx context.Context, ref jenkins.Ref) (steps []stepLog, more bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	more = !l.ended // until the stage is asked
	if !l.asked || !l.ended && !slices.ContainsFunc(l.steps, func(s stepLog) bool { return !s.done }) {
		s, err := l.stage(ctx)
		if err != nil {
			return nil, false, err
		}
		l.asked = true
		l.state = s.State
		more = !l.ended && !s.State.NeverRan(false) && (!s.State.Ended() || s.State == stages.NotBuilt)
		for _, step := range stepsOf(s) {
			if !slices.ContainsFunc(l.steps, func(x stepLog) bool { return x.id == step.id }) {
				step.log = l.node(step.id)
				l.steps = append(l.steps, step)
			}
		}
	}
	group, asking := errgroup.WithContext(ctx)
	group.SetLimit(stepsAtOnce)
	for i := range l.steps {
		if s := &l.steps[i]; !s.done {
			group.Go(func() error { return s.look(asking, ref) })
		}
	}
	if err := group.Wait(); err != nil {
		return nil, false, err
	}
	at := int64(0)
	for i := range l.steps {
		l.steps[i].begin = at
		at += l.steps[i].size
		if !l.steps[i].done {
			return slices.Clone(l.steps[:i+1]), true, nil
		}
	}
	return slices.Clone(l.steps), more, nil
}

// stageState is how the stage stood when it was last asked for, empty before.
func (l *stageLog) stageState() stages.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// look asks how long the step's log is. A step without one is not there.
func (s *stepLog) look(ctx context.Context, ref jenkins.Ref) error {
	c, err := s.log.LogSize(ctx, ref)
	if err != nil && !kit.IsGone(err) {
		return err
	}
	s.size, s.done = c.Size, !c.More
	return nil
}

func (l *stageLog) LogSize(ctx context.Context, ref jenkins.Ref) (console.Chunk, error) {
	steps, more, err := l.look(ctx, ref)
	size := sizeOf(steps)
	return console.Chunk{Ref: ref, Start: size, Next: size, Size: size, More: more}, err
}

func sizeOf(steps []stepLog) int64 {
	if len(steps) == 0 {
		return 0
	}
	last := steps[len(steps)-1]
	return last.begin + last.size
}

func (l *stageLog) LogTail(ctx context.Context, ref jenkins.Ref, max int) (console.Chunk, error) {
	c, err := l.LogSize(ctx, ref)
	if err != nil || c.Size == 0 {
		return c, err
	}
	return l.LogBefore(ctx, ref, c.Size, max)
}

// LogBefore returns the end of the step's log that ends at end, or is cut there.
func (l *stageLog) LogBefore(ctx context.Context, ref jenkins.Ref, end int64, max int) (console.Chunk, error) {
	return l.in(ctx, ref, func(s stepLog) bool { return s.begin < end && end <= s.begin+s.size }, func(s stepLog) (console.Chunk, error) {
		return s.log.LogBefore(ctx, ref, end-s.begin, max)
	})
}

func (l *stageLog) Log(ctx context.Context, ref jenkins.Ref, start int64, max int) (console.Chunk, error) {
	return l.in(ctx, ref, func(s stepLog) bool { return s.begin <= start && start < s.begin+s.size }, func(s stepLog) (console.Chunk, error) {
		return s.log.Log(ctx, ref, start-s.begin, max)
	})
}

// in reads a part of the log of the first step that holds is true of, and returns it as a part of the stage's.
func (l *stageLog) in(ctx context.Context, ref jenkins.Ref, holds func(stepLog) bool, read func(stepLog) (console.Chunk, error)) (console.Chunk, error) {
	steps, more, err := l.look(ctx, ref)
	if err != nil {
		return console.Chunk{}, err
	}
	size := sizeOf(steps)
	i := slices.IndexFunc(steps, holds)
	if i < 0 {
		return console.Chunk{Ref: ref, Start: size, Next: size, Size: size, More: more}, nil
	}
	s := steps[i]
	c, err := read(s)
	if s.done && c.Next >= s.size && len(c.Text) > 0 && c.Text[len(c.Text)-1] != '\n' {
		c.Text = append(c.Text, '\n') // what follows is another step's
	}
	c.Start, c.Next, c.Size, c.More = c.Start+s.begin, c.Next+s.begin, size, more
	return c, err
}
