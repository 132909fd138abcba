package buildlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// check refuses flags that do not go together.
func (o *Options) Check(stepGiven bool) error {
	switch {
	case stepGiven && o.Step < 1:
		return exit.Usage("the first step is 1", "--step %d is none", o.Step)
	case o.Failed && (o.Stage != "" || o.Step > 0):
		return exit.Usage("leave one of them out", "--failed chooses the stage and the step")
	case o.Failed && o.Follow:
		return exit.Usage("leave out -f", "--failed is for a build that has ended")
	case o.Follow && o.Tail >= 0 && o.parts():
		return exit.Usage("leave out --tail", "-f and --tail go together only for a whole console")
	}
	return nil
}

// logLine is a line of a log, with colours and without its end.
type logLine struct {
	text  string
	stage []string // from the outside in
	step  string
	node  string
	at    time.Time
	// beside is the branch that printed it, where those that run side by side come mixed.
	beside string
}

// logParts writes the lines that are wanted.
func (a printer) logParts(ctx context.Context, o *Options, b find.Build, waiter *jenkins.Waiter, w io.Writer, flush func() error) error {
	lines, err := a.chosenLines(ctx, o, b, waiter)
	if err != nil {
		return err
	}
	if o.Errors {
		lines = errorLines(lines, !o.JSON)
	}
	if o.Tail >= 0 {
		lines = lastOf(lines, o.Tail)
	}
	some := false
	for l, err := range lines {
		if err != nil {
			return err
		}
		some = true
		if o.JSON {
			err = o.WriteJSON(w, jsonview.NewLogLine(ansi.Strip(l.text), l.stage, l.step, l.node, l.at))
		} else {
			_, err = io.WriteString(w, l.prefix()+l.text+"\n")
		}
		if err == nil && o.Follow {
			err = flush()
		}
		if err != nil {
			return err
		}
	}
	switch {
	case some:
	case o.Errors:
		output.Note(a.ErrOut, "jenkwatch: no line says that it is an error")
	case o.Failed:
		output.Note(a.ErrOut, "jenkwatch: the step that failed has printed nothing: jenkwatch why says what ended the build")
	case o.Stage != "" || o.Step > 0:
		output.Note(a.ErrOut, "jenkwatch: it has printed nothing")
	}
	return ctx.Err()
}

// chosenLines finds the lines that the flags choose.
func (a printer) chosenLines(ctx context.Context, o *Options, b find.Build, waiter *jenkins.Waiter) (iter.Seq2[logLine, error], error) {
	if !b.Run.Pipeline && (o.Stage != "" || o.Step > 0) {
		return nil, exit.Usage("leave out --stage and --step", "%s is no pipeline, and has no stages", jenkins.DisplayName(b.Run.Job))
	}
	if o.Failed {
		return a.failedLines(ctx, b)
	}
	if o.Stage == "" && o.Step == 0 {
		if b.Run.Pipeline && !o.Follow {
			return described(b.On.Console.Lines(ctx, b.Run.Ref), nil), nil
		}
		return consoleLines(a.pieces(ctx, b, b.On.Console, o.Follow, waiter), logLine{}), nil
	}
	tree, err := b.On.Stages.Whole(ctx, b.Run)
	if err != nil && !errors.Is(err, stages.ErrNoSteps) && len(tree.Stages) == 0 {
		return nil, err
	}
	var part *stages.Stage
	if o.Stage != "" {
		if part, err = partOf(&tree, o.Stage); err != nil {
			return nil, err
		}
	}
	if part != nil && part.State.NeverRan(b.Run.Status.Ended()) {
		return nil, exit.Failure(tree.WhyNotRun(part.ID), "%s never ran", clean.Line(part.Name))
	}
	var steps []placedStep
	var cut bool
	if part != nil || o.Stage == "" {
		steps, cut = stepsOf(&tree, part)
	}
	if o.Step > 0 {
		if o.Step > len(steps) && cut {
			return nil, exit.Failure(tree.Missing(), "step %d is not known: %s lists only the first steps of a stage", o.Step, tree.StepSource)
		}
		if o.Step > len(steps) {
			return nil, &exit.Error{Err: fmt.Errorf("there is no step %d", o.Step), Fix: "there are " + output.Plural(len(steps), "step"), Code: exit.CodeNotFound}
		}
		return a.stepLines(ctx, b, a.withMessage(ctx, b, &tree, steps[o.Step-1]), o.Follow, waiter), nil
	}
	if o.Follow {
		return a.followStage(ctx, b, o.Stage, waiter), nil
	}
	if cut || len(steps) == 0 { // the console itself says which lines are of the stage
		return described(b.On.Console.Lines(ctx, b.Run.Ref), func(l *console.Line) bool { return isIn(l, part, o.Stage) }), nil
	}
	return func(yield func(logLine, error) bool) {
		for _, p := range steps {
			for l, err := range a.stepLines(ctx, b, a.withMessage(ctx, b, &tree, p), false, waiter) {
				if !yield(l, err) || err != nil {
					return
				}
			}
		}
	}, nil
}

// withMessage returns a step with what it failed with, which its own log does not say: that of an error step is empty.
func (a printer) withMessage(ctx context.Context, b find.Build, tree *stages.Tree, p placedStep) placedStep {
	if p.State == stages.Failure && p.Error == "" {
		p.Error, _ = b.On.Stages.Exception(ctx, b.Run, tree, p.ID)
	}
	return p
}

// placedStep is a step with the names of the stages around it.
type placedStep struct {
	stages.Step
	stage []string
	// branch is the names of the branches around it, of those inside the part that was chosen; empty outside of any.
	branch string
}

// stepsOf returns the steps of a stage and of those in it, or of the whole tree, in the order of the tree: branches come one
// after the other. cut reports that some are not listed.
func stepsOf(t *stages.Tree, part *stages.Stage) (steps []placedStep, cut bool) {
	var within func(list []stages.Stage, above []string, branch string, inside bool)
	within = func(list []stages.Stage, above []string, branch string, inside bool) {
		for i := range list {
			s := &list[i]
			path := append(slices.Clip(above), s.Name)
			chosen := inside || s == part
			branch := branch
			if inside && s.Kind == stages.Branch {
				branch = strings.TrimPrefix(branch+"/"+clean.Line(s.Name), "/")
			}
			if chosen {
				cut = cut || s.Cut
				for _, p := range s.Steps {
					steps = append(steps, placedStep{p, path, branch})
				}
			}
			within(s.Children, path, branch, chosen)
		}
	}
	if part == nil {
		for _, p := range t.Steps {
			steps = append(steps, placedStep{Step: p})
		}
	}
	within(t.Stages, nil, "", part == nil)
	return steps, cut
}

// partOf finds the stage of a name; nil where no stage is known by an id, so that the console has to tell.
func partOf(t *stages.Tree, name string) (*stages.Stage, error) {
	s, all := stages.Named(t.Stages, name)
	if s.ID != "" || len(all) == 0 {
		return t.Find(s.ID), nil
	}
	return nil, &exit.Error{Err: fmt.Errorf("the build has no stage %q", clean.Line(name)),
		Fix: clean.Line("one of " + strings.Join(all, ", ")), Code: exit.CodeNotFound}
}

// isIn reports whether a line is of a stage: by its flow node, or where the stages' source has other ids than the console, by name.
func isIn(l *console.Line, part *stages.Stage, name string) bool {
	if l.Pipeline {
		return false
	}
	if part != nil && part.ID != "" && (l.Node == part.ID || slices.Contains(l.In, part.ID)) {
		return true
	}
	wanted := strings.Split(strings.ToLower(name), "/")
	for i := range l.Stage {
		if i+len(wanted) <= len(l.Stage) && strings.ToLower(strings.Join(l.Stage[i:i+len(wanted)], "/")) == strings.Join(wanted, "/") {
			return true
		}
	}
	return false
}

// described turns the lines of a console, those that keep has stay, all if it is nil.
func described(lines iter.Seq2[console.Line, error], keep func(*console.Line) bool) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		for l, err := range lines {
			if err == nil && keep != nil && !keep(&l) {
				continue
			}
			if !yield(logLine{text: l.Text, stage: l.Stage, step: l.Step, node: l.Node, at: l.Time}, err) || err != nil {
				return
			}
		}
	}
}

// stepLines are the lines of one step's own log. Of one that failed they end with what it failed with, if that is more
// than the exit code of a script.
func (a printer) stepLines(ctx context.Context, b find.Build, p placedStep, follow bool, waiter *jenkins.Waiter) iter.Seq2[logLine, error] {
	what := logLine{stage: p.stage, step: p.Name, node: p.ID}
	return func(yield func(logLine, error) bool) {
		some, last := false, ""
		if !p.Exception {
			for l, err := range consoleLines(a.pieces(ctx, b, b.On.Console.Node(p.ID), follow, waiter), what) {
				if jenkins.IsKind(err, jenkins.NotFound) {
					break // it has no log
				}
				some, last = true, l.text
				if !yield(l, err) || err != nil {
					return
				}
			}
		}
		message := clean.Text(p.Error)
		if some { // "down #2 completed with status FAILURE" says more than the log
			message, _, _ = strings.Cut(message, "\n")
		}
		if p.State != stages.Failure || some && (strings.HasPrefix(message, "script returned exit code") || strings.Contains(last, message)) {
			return
		}
		for line := range strings.Lines(message) {
			what.text = strings.TrimRight(line, "\n")
			if !yield(what, nil) {
				return
			}
		}
	}
}

// failedLines are the log of the step that made a build fail, else of the stage, else of the build.
func (a printer) failedLines(ctx context.Context, b find.Build) (iter.Seq2[logLine, error], error) {
	if !b.Run.Status.Ended() || b.Run.Status == jenkins.Success {
		return nil, exit.Failure("JOB#lastFailed names the last build that did", "%s #%d did not fail: it is %s",
			jenkins.DisplayName(b.Run.Job), b.Run.Number, b.Run.Status)
	}
	whole := consoleLines(a.pieces(ctx, b, b.On.Console, false, nil), logLine{})
	if !b.Run.Pipeline {
		return whole, nil
	}
	tree, err := b.On.Stages.Whole(ctx, b.Run)
	if err != nil && len(tree.Stages) == 0 {
		return whole, nil // without stages the whole console is printed
	}
	f, ok := tree.Failed(b.Run.Status)
	switch {
	case ok && f.Cut:
		output.Note(a.ErrOut, "jenkwatch: the step that failed is not known, since %s lists only the first steps of a stage: this is the whole stage", tree.StepSource)
		part := f.Stage()
		return described(b.On.Console.Lines(ctx, b.Run.Ref), func(l *console.Line) bool { return isIn(l, part, part.Name) }), nil
	case !ok || f.Step == nil:
		return whole, nil
	}
	p := placedStep{Step: *f.Step}
	for _, s := range f.Path {
		p.stage = append(p.stage, s.Name)
	}
	return a.stepLines(ctx, b, a.withMessage(ctx, b, &tree, p), false, nil), nil
}
