package main

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
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// check refuses flags that do not go together.
func (o *logOptions) check(stepGiven bool) error {
	switch {
	case stepGiven && o.step < 1:
		return exit.Usage("the first step is 1", "--step %d is none", o.step)
	case o.failed && (o.stage != "" || o.step > 0):
		return exit.Usage("leave one of them out", "--failed chooses the stage and the step")
	case o.failed && o.follow:
		return exit.Usage("leave out -f", "--failed is for a build that has ended")
	case o.follow && o.tail >= 0 && o.parts():
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
}

// logParts writes the lines that are wanted.
func (a *app) logParts(ctx context.Context, o *logOptions, b find.Build, waiter *jenkins.Waiter, w io.Writer, flush func() error) error {
	lines, err := a.chosenLines(ctx, o, b, waiter)
	if err != nil {
		return err
	}
	if o.errors {
		lines = errorLines(lines, !o.JSON)
	}
	if o.tail >= 0 {
		lines = lastOf(lines, o.tail)
	}
	some := false
	for l, err := range lines {
		if err != nil {
			return err
		}
		some = true
		if o.JSON {
			err = o.WriteJSON(w, jsonview.NewLogLineJSON(ansi.Strip(l.text), l.stage, l.step, l.node, l.at))
		} else {
			_, err = io.WriteString(w, l.text+"\n")
		}
		if err == nil && o.follow {
			err = flush()
		}
		if err != nil {
			return err
		}
	}
	if !some && o.errors {
		output.Note(a.ErrOut, "jenkwatch: no line says that it is an error")
	}
	return ctx.Err()
}

// chosenLines finds the lines that the flags choose.
func (a *app) chosenLines(ctx context.Context, o *logOptions, b find.Build, waiter *jenkins.Waiter) (iter.Seq2[logLine, error], error) {
	if !b.Run.Pipeline && (o.stage != "" || o.step > 0) {
		return nil, exit.Usage("leave out --stage and --step", "%s is no pipeline, and has no stages", clean.Line(jenkins.DisplayName(b.Run.Job)))
	}
	if o.failed {
		return a.failedLines(ctx, b)
	}
	if o.stage == "" && o.step == 0 {
		if b.Run.Pipeline && !o.follow {
			return described(b.On.Console.Lines(ctx, b.Run.Ref), nil), nil
		}
		return consoleLines(a.pieces(ctx, b, b.On.Console, o.follow, waiter), logLine{}), nil
	}
	tree, err := b.On.Stages.Whole(ctx, b.Run)
	if err != nil && !errors.Is(err, stages.ErrNoSteps) && len(tree.Stages) == 0 {
		return nil, err
	}
	var part *stages.Stage
	if o.stage != "" {
		if part, err = partOf(&tree, o.stage); err != nil {
			return nil, err
		}
	}
	var steps []placedStep
	var cut bool
	if part != nil || o.stage == "" {
		steps, cut = stepsOf(&tree, part)
	}
	if o.step > 0 {
		if o.step > len(steps) && cut {
			return nil, exit.Failure(tree.Missing(), "step %d is not known: %s lists only the first steps of a stage", o.step, tree.StepSource)
		}
		if o.step > len(steps) {
			return nil, &exit.Error{Err: fmt.Errorf("there is no step %d", o.step), Fix: "there are " + output.Plural(len(steps), "step"), Code: exit.CodeNotFound}
		}
		return a.stepLines(ctx, b, steps[o.step-1], o.follow, waiter), nil
	}
	if o.follow {
		return a.followStage(ctx, b, o.stage, waiter), nil
	}
	if cut || len(steps) == 0 { // the console itself tells what is of the stage
		return described(b.On.Console.Lines(ctx, b.Run.Ref), func(l *console.Line) bool { return isIn(l, part, o.stage) }), nil
	}
	return func(yield func(logLine, error) bool) {
		for _, p := range steps {
			for l, err := range a.stepLines(ctx, b, p, false, waiter) {
				if !yield(l, err) || err != nil {
					return
				}
			}
		}
	}, nil
}

// placedStep is a step with the names of the stages around it.
type placedStep struct {
	stages.Step
	stage []string
}

// stepsOf returns the steps of a stage and of those in it, or of the whole tree, in the order of the tree: branches come one
// after the other. cut reports that some are not listed.
func stepsOf(t *stages.Tree, part *stages.Stage) (steps []placedStep, cut bool) {
	var within func(list []stages.Stage, above []string, inside bool)
	within = func(list []stages.Stage, above []string, inside bool) {
		for i := range list {
			s := &list[i]
			path := append(slices.Clip(above), s.Name)
			chosen := inside || s == part
			if chosen {
				cut = cut || s.Cut
				for _, p := range s.Steps {
					steps = append(steps, placedStep{p, path})
				}
			}
			within(s.Children, path, chosen)
		}
	}
	if part == nil {
		for _, p := range t.Steps {
			steps = append(steps, placedStep{Step: p})
		}
	}
	within(t.Stages, nil, part == nil)
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
			if !yield(logLine{l.Text, l.Stage, l.Step, l.Node, l.Time}, err) || err != nil {
				return
			}
		}
	}
}

// stepLines are the lines of one step's own log. Of one that printed nothing and failed they are what it failed with.
func (a *app) stepLines(ctx context.Context, b find.Build, p placedStep, follow bool, waiter *jenkins.Waiter) iter.Seq2[logLine, error] {
	what := logLine{stage: p.stage, step: p.Name, node: p.ID}
	return func(yield func(logLine, error) bool) {
		some := false
		if !p.Exception {
			for l, err := range consoleLines(a.pieces(ctx, b, b.On.Console.Node(p.ID), follow, waiter), what) {
				if jenkins.IsKind(err, jenkins.NotFound) {
					break // it has no log
				}
				some = true
				if !yield(l, err) || err != nil {
					return
				}
			}
		}
		if some || p.State != stages.Failure {
			return
		}
		for line := range strings.Lines(clean.Text(p.Error)) {
			what.text = strings.TrimRight(line, "\n")
			if !yield(what, nil) {
				return
			}
		}
	}
}

// failedLines are the log of the step that made a build fail, else of the stage, else of the build.
func (a *app) failedLines(ctx context.Context, b find.Build) (iter.Seq2[logLine, error], error) {
	if !b.Run.Status.Ended() || b.Run.Status == jenkins.Success {
		return nil, exit.Failure("JOB#lastFailed names the last build that did", "%s #%d did not fail: it is %s",
			clean.Line(jenkins.DisplayName(b.Run.Job)), b.Run.Number, b.Run.Status)
	}
	whole := consoleLines(a.pieces(ctx, b, b.On.Console, false, nil), logLine{})
	if !b.Run.Pipeline {
		return whole, nil
	}
	tree, err := b.On.Stages.Whole(ctx, b.Run)
	if err != nil && len(tree.Stages) == 0 {
		return whole, nil //nolint:nilerr // without stages the console is what there is
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
	if p.Error == "" {
		p.Error, _ = b.On.Stages.Exception(ctx, b.Run, &tree, p.ID)
	}
	return a.stepLines(ctx, b, p, false, nil), nil
}

// stageInterval is how often a stage that is followed is asked for its next step.
const stageInterval = 2 * time.Second

// followStage goes on with the steps of a stage, or of the run, until it has ended. A step that is followed holds up those beside it.
func (a *app) followStage(ctx context.Context, b find.Build, name string, waiter *jenkins.Waiter) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		done := map[string]bool{}
		for {
			tree, err := find.Retry(ctx, waiter, func(ctx context.Context) (stages.Tree, error) {
				run, err := b.On.Client.Build(ctx, jenkins.BuildSpec{Job: b.Run.Job, Number: b.Run.Number})
				if err != nil {
					return stages.Tree{}, err
				}
				if !jenkins.SameBuild(&b.Run, &run) {
					return stages.Tree{}, fmt.Errorf("%s #%d: %w", clean.Line(jenkins.DisplayName(run.Job)), run.Number, jenkins.ErrOtherBuild)
				}
				b.Run = run
				return b.On.Stages.Whole(ctx, run)
			})
			var part *stages.Stage
			if err == nil && name != "" {
				part, err = partOf(&tree, name)
			}
			if err != nil {
				yield(logLine{}, err)
				return
			}
			news := false
			var steps []placedStep
			if part != nil || name == "" {
				steps, _ = stepsOf(&tree, part)
			}
			for _, p := range steps {
				if done[p.ID] {
					continue
				}
				done[p.ID], news = true, true
				for l, err := range a.stepLines(ctx, b, p, true, waiter) {
					if !yield(l, err) || err != nil {
						return
					}
				}
			}
			ended := b.Run.Status.Ended() || part != nil && part.State.Ended()
			if ended && !news || ctx.Err() != nil {
				return
			}
			if !news {
				select {
				case <-ctx.Done():
				case <-time.After(stageInterval):
				}
			}
		}
	}
}

// pieces reads a log, or follows it, and waits for what passes.
func (a *app) pieces(ctx context.Context, b find.Build, c *console.Client, follow bool, waiter *jenkins.Waiter) iter.Seq2[[]byte, error] {
	chunks := c.ReadLog(ctx, b.Run.Ref, 0)
	if follow {
		chunks = sure(ctx, b, c.Follow(ctx, b.Run.Ref, 0), waiter)
	}
	return func(yield func([]byte, error) bool) {
		for chunk, err := range chunks {
			if !yield(chunk.Text, err) || err != nil {
				return
			}
		}
	}
}

// consoleLines cuts a log into lines, each described as what is.
func consoleLines(pieces iter.Seq2[[]byte, error], what logLine) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		rest := ""
		line := func(text string) bool {
			l := what
			l.text = text
			if at, plain := console.CutTime(ansi.Strip(text)); !at.IsZero() {
				l.at, l.text = at, plain
			}
			return yield(l, nil)
		}
		for piece, err := range pieces {
			if err != nil {
				yield(what, err)
				return
			}
			all := strings.Split(rest+string(piece), "\n")
			rest = all[len(all)-1]
			for _, text := range all[:len(all)-1] {
				if !line(text) {
					return
				}
			}
		}
		if rest != "" {
			line(rest)
		}
	}
}

// errorLines keeps the lines that are errors, two before each and up to nine behind it, until two are empty. If apart is set, a line "--" is
// between those that do not follow each other.
func errorLines(lines iter.Seq2[logLine, error], apart bool) iter.Seq2[logLine, error] {
	const before, behind = 2, 9
	return func(yield func(logLine, error) bool) {
		var recent []logLine
		left, blank, any, gap := 0, false, false, false
		for l, err := range lines {
			if err != nil {
				yield(l, err)
				return
			}
			plain := ansi.Strip(l.text)
			if strings.HasPrefix(plain, "[Pipeline] ") {
				continue // they say what the pipeline does, not how it went
			}
			empty := strings.TrimSpace(plain) == ""
			switch isError := failure.IsError(l.text); {
			case isError:
				if any && gap && apart && !yield(logLine{text: "--"}, nil) {
					return
				}
				for _, r := range recent {
					if !yield(r, nil) {
						return
					}
				}
				recent, left, any = nil, behind, true
			case left > 0:
				if left--; empty && blank {
					left = 0
				}
			}
			if any && left > 0 {
				gap = false
				if !yield(l, nil) {
					return
				}
			} else {
				gap = true
				recent = append(recent[max(0, len(recent)-before+1):], l)
			}
			blank = empty
		}
	}
}

// lastOf keeps the last n lines.
func lastOf(lines iter.Seq2[logLine, error], n int) iter.Seq2[logLine, error] {
	return func(yield func(logLine, error) bool) {
		var last []logLine
		for l, err := range lines {
			if err != nil {
				yield(l, err)
				return
			}
			if last = append(last, l); len(last) > 2*n+1000 {
				last = slices.Clone(last[len(last)-n:])
			}
		}
		for _, l := range last[max(0, len(last)-n):] {
			if !yield(l, nil) {
				return
			}
		}
	}
}
