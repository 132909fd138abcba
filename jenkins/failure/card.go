// Package failure answers why a build failed: which stage and step, with which error, which tests, and what changed since
// the last good build before it.
package failure

import (
	"context"
	"errors"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// Card is what is known of why a build failed. A part that Jenkins does not offer is left out.
type Card struct {
	Run jenkins.Run

	Stage  []string      // names from the outermost stage to the one that failed
	Step   string        // what the failing step is or was given; empty if it is not known
	StepID string        // its flow node
	Cut    bool          // the step is not known because the source lists only the first steps of the stage
	Source stages.Source // of stage and step

	Error Block
	Tests *Tests // nil where there is no test report

	Good    *jenkins.Run // the last successful build before this one; nil: none, or it is not known
	Commits []Commit     // since Good, newest first; without Good, of the builds that are known before this one
	Range   string       // which builds Commits are of, see [changes.Since.Range]
	Changed []env.Delta  // variables that differ from Good's and mean something
}

// Block is the first error of a log and the lines around it.
type Block struct {
	Lines []string
	First int    // index in Lines of the error; 0 where no line says that it is one
	Found bool   // a line says that it is an error
	From  string // where they come from: "log of the step", "console", "message of the step"
}

// FromMessage is where the lines of a [Block] come from if the step printed nothing of it.
const FromMessage = "message of the step"

// Reader asks one controller.
type Reader struct {
	Client  *jenkins.Client
	Stages  *stages.Reader
	Console *console.Client
	Env     *env.Client
}

// ErrNotFailed is the error for a build that runs or went well.
var ErrNotFailed = errors.New("the build did not fail")

// Card asks why a finished build failed. Only that the build did not fail, and that the controller cannot be asked, are
// errors: what it does not offer is missing from the card.
func (r *Reader) Card(ctx context.Context, run jenkins.Run) (Card, error) {
	return r.CardOf(ctx, run, nil)
}

// CardOf is Card for a build whose stages and steps have been asked for already; nil asks for them.
func (r *Reader) CardOf(ctx context.Context, run jenkins.Run, tree *stages.Tree) (Card, error) {
	c := Card{Run: run}
	if !run.Status.Ended() || run.Status == jenkins.Success {
		return c, ErrNotFailed
	}
	// The parts fill different fields, and ask at the same time.
	var parts errgroup.Group
	parts.Go(func() error { return passing(r.place(ctx, &c, tree)) })
	parts.Go(func() error { return passing(r.tests(ctx, &c)) })
	parts.Go(func() error { return passing(r.changes(ctx, &c)) })
	if err := parts.Wait(); err != nil {
		return c, err
	}
	if !c.Error.Found && c.Tests != nil && c.Tests.Failed > 0 { // they are why: the end of a log would only be noise
		c.Error = Block{}
	}
	c.Error.leaveOut(run.Interrupted)
	return c, ctx.Err()
}

// leaveOut removes the lines that are said elsewhere, of a block without an error.
func (b *Block) leaveOut(said []string) {
	if b.Found {
		return
	}
	b.Lines = slices.DeleteFunc(b.Lines, func(l string) bool { return slices.Contains(said, strings.TrimSpace(l)) })
	if len(b.Lines) == 0 {
		*b = Block{}
	}
}

// passing returns the errors that say more of the controller than of one page.
func passing(err error) error {
	e, ok := errors.AsType[*jenkins.Error](err)
	if !ok || e.Kind != jenkins.Unreachable && e.Kind != jenkins.NotAllowed && e.Kind != jenkins.Starting {
		return nil
	}
	return err
}

// place finds the stage, the step and its error.
func (r *Reader) place(ctx context.Context, c *Card, tree *stages.Tree) error {
	if tree == nil {
		whole, err := r.Stages.Whole(ctx, c.Run)
		if err != nil && len(whole.Stages) == 0 && passing(err) != nil {
			return err
		}
		tree = &whole
	}
	if f, ok := tree.Failed(c.Run.Status); ok {
		c.Cut, c.Source = f.Cut, tree.Source
		for _, s := range f.Path {
			c.Stage = append(c.Stage, s.Name)
		}
		if f.Step != nil {
			c.Step, c.StepID = f.Step.Name, f.Step.ID
			c.Error = r.stepError(ctx, c.Run, tree, f.Step)
		} else if s := f.Stage(); s != nil && s.Error != "" {
			c.Error = Block{Lines: messageLines(s.Error), Found: true, From: "message of the stage"}
		}
	}
	if len(c.Error.Lines) > 0 {
		return nil
	}
	var err error
	if c.Error, err = r.ending(ctx, c.Run); err == nil && len(c.Error.Lines) == 0 {
		c.Error, err = r.logError(ctx, r.Console, c.Run.Ref, "console")
	}
	return err
}

const (
	endOfPipeline = "[Pipeline] End of Pipeline"
	longestEnding = 32 << 10
)

// ending is what a pipeline printed at its end: the message of what ended it, or an exception with its stack. That a command failed
// says less than what the command printed.
func (r *Reader) ending(ctx context.Context, run jenkins.Run) (Block, error) {
	if !run.Pipeline || run.Status != jenkins.Failure {
		return Block{}, nil
	}
	chunk, err := r.Console.LogTail(ctx, run.Ref, longestEnding)
	if err != nil {
		return Block{}, err
	}
	said := lastWords(string(clean.Log(chunk.Text)))
	return Block{Lines: said, Found: len(said) > 0, From: "end of the console"}, nil
}

// lastWords returns the error at the end of a pipeline's console, from its first line on: before it others report that the build is over.
func lastWords(log string) []string {
	_, said, _ := strings.Cut(log, endOfPipeline+"\n")
	var end blockReader
	end.add([]byte(said))
	lines, at := end.result()
	if at < 0 || strings.HasPrefix(lines[at], "ERROR: script returned exit code") {
		return nil
	}
	return lines[at:]
}

// stepError is the error of a step: from its own log, else the message that it failed with, behind the last lines of the log.
func (r *Reader) stepError(ctx context.Context, run jenkins.Run, tree *stages.Tree, step *stages.Step) Block {
	var log Block
	if !step.Exception {
		log, _ = r.logError(ctx, r.Console.Node(step.ID), run.Ref, "log of the step")
		if log.Found {
			return log
		}
	}
	message := step.Error
	if message == "" {
		message, _ = r.Stages.Exception(ctx, run, tree, step.ID)
	}
	said := messageLines(message)
	switch {
	case len(log.Lines) == 0:
		return Block{Lines: said, Found: true, From: FromMessage}
	case len(said) == 0 || strings.HasPrefix(said[0], "script returned exit code"):
		return log
	}
	return Block{Lines: append(log.Lines, said[:min(len(said), mostLines-len(log.Lines))]...), First: len(log.Lines), Found: true,
		From: "log and message of the step"}
}

// messageLines are the first lines of a message. Of a stack only the frames in the pipeline's own script are worth a line.
func messageLines(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return stackFrame().MatchString(l) && !scriptFrame().MatchString(l) })
	lines = lines[:min(len(lines), mostLines)]
	for i := range lines {
		lines[i] = strings.TrimRight(clean.Line(lines[i]), " ")
	}
	return slices.Clip(lines)
}

var (
	stackFrame  = lazy.Regexp(`^\s+(?:at )?\S.*\(.*\)$`) // recording 903b
	scriptFrame = lazy.Regexp(`\((?:WorkflowScript|[^()]*\.groovy):\d+\)$`)
)
