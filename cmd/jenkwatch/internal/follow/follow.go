package follow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// pause is the time between two questions about the build: each is one for the build, and of a pipeline one or two for its
// stages and steps.
const pause = 3 * time.Second

// Printer shows a build as it goes on. Its methods are called one at a time.
type Printer interface {
	// Show is called with every answer, and with what changed since the one before.
	Show(s *State, changes []Event) error
	// Tick is called every second.
	Tick() error
	// Log is called with what the build printed: whole lines, with colors.
	Log(text []byte) error
	// Away says why Jenkins does not answer although it is still waited for, and with nil that it answers again.
	Away(err error)
	// Note says something beside the build, on one line.
	Note(text string)
	// Finish is called last, when the build has ended: with why it failed, as far as that is known, else nil.
	Finish(s *State, why *failure.Card) error
}

// Follower follows a build on one controller.
type Follower struct {
	On      *cli.Controller
	Printer Printer
	Log     bool // show what it prints, from its first line

	mu    sync.Mutex    // held around the printer
	shown chan struct{} // closed when the printer has shown the build
}

// Run follows a build that was found until it has ended, or ctx ends, and returns how it ended. What passes by itself is
// outlived.
func (f *Follower) Run(ctx context.Context, run jenkins.Run) (State, error) {
	last, err := f.run(ctx, run)
	if err != nil {
		return last, err
	}
	why, err := f.why(ctx, &last)
	if err != nil {
		return last, err
	}
	return last, f.Printer.Finish(&last, why)
}

// why asks why a build failed; nil if it did not.
func (f *Follower) why(ctx context.Context, s *State) (*failure.Card, error) {
	reader := failure.Reader{Client: f.On.Client, Stages: f.On.Stages, Console: f.On.Console, Env: f.On.Env}
	var card *failure.Card
	err := f.waiter().Until(ctx, pause, func(ctx context.Context) (bool, error) {
		c, err := reader.Card(ctx, s.Run)
		switch {
		case errors.Is(err, failure.ErrNotFailed):
			return true, nil
		case err == nil:
			card = &c
		}
		return true, err
	})
	if err != nil && ctx.Err() == nil {
		f.note(fmt.Sprintf("why it failed is not known: %s", err))
		err = nil
	}
	return card, err
}

func (f *Follower) run(ctx context.Context, run jenkins.Run) (State, error) {
	f.shown = make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beside, bctx := errgroup.WithContext(ctx)
	ticking, stopTicks := context.WithCancel(bctx)
	defer stopTicks()
	beside.Go(func() error { return f.tick(ticking) })
	if f.Log {
		beside.Go(func() error { return f.followLog(bctx, run) })
	}
	last, err := f.poll(bctx, run)
	stopTicks()
	if err != nil {
		cancel()
	}
	if berr := beside.Wait(); berr != nil && (err == nil || errors.Is(err, context.Canceled)) {
		err = berr
	}
	return last, err
}

// poll asks for the build until it has ended.
func (f *Follower) poll(ctx context.Context, run jenkins.Run) (last State, err error) {
	w := f.waiter()
	first := true
	err = w.Until(ctx, pause, func(ctx context.Context) (bool, error) {
		var prev *State
		if !first {
			prev = &last
		}
		next, err := f.ask(ctx, run, prev)
		if err != nil {
			return false, err
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		err = f.Printer.Show(&next, changesBetween(prev, &next))
		if first {
			close(f.shown)
		}
		first, last = false, next
		return next.Run.Status.Ended(), err
	})
	return last, err
}

// waiter returns how errors are treated from now on: the build was found, so that it is known to be there.
func (f *Follower) waiter() *jenkins.Waiter {
	w := &jenkins.Waiter{Say: func(err error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.Printer.Away(err)
	}}
	w.Succeeded()
	return w
}

// ask asks for the build, and of a pipeline for its stages. Without an answer for these, those known before stand.
func (f *Follower) ask(ctx context.Context, run jenkins.Run, prev *State) (State, error) {
	next, err := f.On.Client.Build(ctx, jenkins.BuildSpec{Job: run.Job, Number: run.Number})
	if err != nil {
		return State{}, err
	}
	if !jenkins.SameBuild(&run, &next) {
		return State{}, fmt.Errorf("%s: %w", run.Title(), jenkins.ErrOtherBuild)
	}
	s := State{Run: next, At: time.Now()}
	if !next.Pipeline {
		return s, nil
	}
	tree, err := f.On.Stages.Whole(ctx, next)
	switch {
	case ctx.Err() != nil:
		return s, ctx.Err()
	case err == nil || errors.Is(err, stages.ErrNoSteps) || len(tree.Stages) > 0:
		s.Tree = tree
	case prev != nil:
		s.Tree = prev.Tree
	}
	return s, nil
}

// tick has the printer draw its clocks anew.
func (f *Follower) tick(ctx context.Context) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			f.mu.Lock()
			err := f.Printer.Tick()
			f.mu.Unlock()
			if err != nil {
				return err
			}
		}
	}
}

// followLog shows what the build prints until its console ends. A console that cannot be read is no reason to follow the
// build no longer.
func (f *Follower) followLog(ctx context.Context, run jenkins.Run) error {
	select {
	case <-f.shown:
	case <-ctx.Done():
		return nil
	}
	waiter := &jenkins.Waiter{} // poll says that Jenkins is away
	waiter.Succeeded()
	var lines lineBuffer
	for chunk, err := range Sure(ctx, f.On.Client, run, f.On.Console.Follow(ctx, run.Ref, 0), waiter) {
		if err != nil {
			if ctx.Err() == nil {
				f.note(fmt.Sprintf("no more of the log: %s", err))
			}
			return nil // it was said
		}
		if err := f.print(lines.add(chunk.Text)); err != nil {
			return err
		}
	}
	return f.print(lines.rest())
}

func (f *Follower) note(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Printer.Note(text)
}

func (f *Follower) print(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Printer.Log(text)
}
