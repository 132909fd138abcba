package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

func (a *app) statusCommand() *cobra.Command {
	var o format
	var wait bool
	cmd := &cobra.Command{
		Use:   "status BUILD",
		Short: "Show how a build is doing: status, stages, the step that runs or broke, parameters, causes",
		Long: "Show how a build is doing. BUILD is JOB, JOB#12, JOB#last, JOB#lastSuccessful, JOB#lastFailed or a URL.\n" +
			"With --wait it returns when the build has ended, one that is still queued too, with its result as the exit code:\n" +
			"0 SUCCESS, 10 UNSTABLE, 11 FAILURE, 12 NOT_BUILT, 13 ABORTED. Outages and restarts of Jenkins in between are waited\n" +
			"for; it gives up when it is refused (401, 403, 404) for half a minute.",
		Example: "  jenkwatch status shop/checkout/main\n" +
			"  jenkwatch status shop/checkout/main#412 --wait && deploy\n" +
			"  jenkwatch status shop/cart/main --json --jq '.stages[] | select(.status == \"FAILURE\") | .name'",
		Args:              usageArgs(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeBuilds,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.prepare(); err != nil {
				return err
			}
			return a.status(cmd.Context(), &o, args[0], wait)
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "return when the build has ended, with its result as exit code")
	o.addFlags(cmd)
	return cmd
}

func (a *app) status(ctx context.Context, o *format, arg string, wait bool) error {
	find := a.findKept
	if wait {
		find = a.untilBuildEnded
	}
	b, kept, err := find(ctx, arg)
	if err != nil {
		return err
	}
	s := statusView{run: b.run, fromCopy: kept, own: a.secretPatterns()}
	if b.run.Pipeline && !kept {
		addPlaces(ctx, b.on, &s.run)
		a.addStages(ctx, b, &s)
	}
	width, tty := a.onTerminal()
	switch {
	case o.json:
		err = o.writeJSON(a.out, newStatusJSON(&s, time.Now()))
	case tty:
		err = writeStatus(a.out, &s, width)
	default:
		err = writeStatusLines(a.out, &s)
	}
	if kept && !o.json {
		note(a.errOut, keptNote)
	}
	if err == nil && wait {
		err = resultCode(b.run.Status)
	}
	return err
}

// statusView is what there is to say about a build.
type statusView struct {
	run      jenkins.Run
	stages   []stages.Stage
	stage    *stages.Stage // the one that runs, waits or broke, and its step that does; nil where all went well
	step     *stages.Step
	fromCopy bool
	own      []*regexp.Regexp // the user's patterns of what is a secret
}

// keptNote is said of a build of which only a copy is left.
const keptNote = "From the local copy: Jenkins does not have this build any more."

// findKept is findBuild, but a build that Jenkins has discarded may still be among the local copies.
func (a *app) findKept(ctx context.Context, arg string) (b found, kept bool, err error) {
	type answer struct {
		run  jenkins.Run
		kept bool
	}
	b, err = findOn(ctx, a, arg, func(ctx context.Context, c *controller, spec jenkins.BuildSpec) (answer, error) {
		run, err := c.client.Build(ctx, spec)
		if codeOf(err) == exitNotFound && spec.Number > 0 && c.env.Copies != nil {
			gone := jenkins.Run{Ref: jenkins.Ref{Controller: c.Name, Job: spec.Job, Number: spec.Number}}
			if e, kerr := c.env.Copies.Env(ctx, gone); kerr == nil {
				return answer{e.Run, true}, nil
			}
		}
		return answer{run, false}, err
	}, func(c *controller, told answer) found {
		kept = told.kept
		return found{c, told.run}
	})
	return b, kept, err
}

// addPlaces adds what a running pipeline's own answer does not tell: the nodes that it holds, in which stages, and what
// another part of it waits for. Who may not see them sees the rest.
func addPlaces(ctx context.Context, c *controller, run *jenkins.Run) {
	if run.Status.Ended() {
		return
	}
	o := runsOptions{status: []string{string(jenkins.Running), string(jenkins.Paused), string(jenkins.Queued)}}
	runs, _ := o.ask(ctx, c)
	if i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return r.Ref == run.Ref }); i >= 0 {
		run.Nodes, run.NodeLabels, run.Stages, run.Why = runs[i].Nodes, runs[i].NodeLabels, runs[i].Stages, runs[i].Why
	}
}

// addStages adds the stages, and of the one that matters most the step that does. A controller without the plugins that
// list them still has a status to show.
func (a *app) addStages(ctx context.Context, b found, s *statusView) {
	tree, err := b.on.stages.Tree(ctx, b.run)
	if err != nil && ctx.Err() == nil {
		note(a.errOut, "jenkwatch: no stages: %s", err)
	}
	if err == nil {
		_ = b.on.stages.Steps(ctx, b.run, &tree) // without them the stages are still worth showing
	}
	s.stages = tree.Stages
	s.stage, s.step = tree.Current(b.run.Status)
}

// resultCode is the result of a build as an exit code.
func resultCode(s jenkins.Status) error {
	switch s {
	case jenkins.Success:
		return nil
	case jenkins.Unstable:
		return exitCode(exitUnstable)
	case jenkins.Failure:
		return exitCode(exitFailure)
	case jenkins.NotBuilt:
		return exitCode(exitNotBuilt)
	case jenkins.Aborted:
		return exitCode(exitAborted)
	}
	return trouble("look at the build's console: `jenkwatch log`", "%w", errors.New("the build ended without a result"))
}

// writeStatus is the status for a person.
func writeStatus(w io.Writer, s *statusView, width int) error {
	r := s.run
	var b strings.Builder
	text := func(s string) { b.WriteString(wrap(jenkins.ScreenLine(s), width, "") + "\n") }
	line := func(format string, args ...any) {
		s := strings.TrimRight(jenkins.ScreenLine(fmt.Sprintf(format, args...)), " ")
		b.WriteString(ansi.Truncate(s, width, "…") + "\n")
	}
	text(fmt.Sprintf("%s %s %s", jenkins.DisplayName(r.Job), cmp.Or(r.DisplayName, number(r)), r.Status))
	text(r.URL)
	text(timeText(r))
	if r.Why != "" {
		text("waits: " + r.Why)
	}
	for _, c := range r.Causes {
		text(c.Text)
	}
	if r.Description != "" {
		text(r.Description)
	}
	for _, in := range r.Inputs {
		text(fmt.Sprintf("waits for input %s: %s", in.ID, in.Message))
	}
	if len(r.Parameters) > 0 {
		b.WriteString("\nParameters\n")
		for _, p := range parameters(r, s.own) {
			line("  %s = %s", p.Name, p.Shown(false))
		}
	}
	if len(s.stages) > 0 {
		b.WriteString("\nStages\n")
		t := &table{columns: []column{{}, {least: 16}, {right: true}, {least: 8, drop: 1}}}
		eachStage(s.stages, nil, func(path []string, s stages.Stage) {
			t.add("  "+string(s.State), strings.Repeat("  ", len(path)-1)+s.Name, span(s.Elapsed(time.Now())), s.Node)
		})
		_ = t.write(&b, width) // a strings.Builder takes all
	}
	if s.step != nil {
		b.WriteString("\nStep\n")
		what, given := s.step.Label()
		line("  %-9s %s › %s  %s  %s", s.step.State, stageName(s.stage), what, given, span(s.step.Elapsed(time.Now())))
	}
	if s.step == nil && s.stage != nil && s.stage.Cut {
		b.WriteString("\nStep\n")
		line("  not known: Jenkins lists only the first %d steps of %s", len(s.stage.Steps), s.stage.Name)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// timeText is how long a run takes and where.
func timeText(r jenkins.Run) string {
	elapsed := span(r.Elapsed(time.Now()))
	var text string
	switch {
	case r.Status.Ended():
		text = "took " + elapsed + ", started " + clock(r.StartedAt, true)
	case r.Estimated > 0:
		text = fmt.Sprintf("%s of about %s", elapsed, span(r.Estimated))
	default:
		text = "for " + elapsed
	}
	if n := nodes(r); n != "" {
		text += " on " + n
	}
	if len(r.Stages) > 0 {
		text += " in " + strings.Join(r.Stages, ", ")
	}
	return text
}

// writeStatusLines is the status for programs: a word, then values, separated by tabs.
func writeStatusLines(w io.Writer, s *statusView) error {
	r, t := s.run, &table{}
	t.add("controller", r.Controller)
	t.add("job", r.Job)
	t.add("number", fmt.Sprint(r.Number))
	t.add("url", r.URL)
	t.add("status", string(r.Status))
	t.add("started_at", clock(r.StartedAt, false))
	t.add("duration_ms", fmt.Sprint(r.Elapsed(time.Now()).Milliseconds()))
	t.add("node", nodes(r))
	if r.Why != "" {
		t.add("why", r.Why)
	}
	t.add("description", r.Description)
	for _, c := range r.Causes {
		t.add("cause", c.Text)
	}
	for _, in := range r.Inputs {
		t.add("input", in.ID, in.Message)
	}
	for _, p := range parameters(r, s.own) {
		t.add("parameter", p.Name, p.Shown(false))
	}
	eachStage(s.stages, nil, func(path []string, s stages.Stage) {
		t.add("stage", strings.Join(path, "/"), string(s.State), fmt.Sprint(s.Elapsed(time.Now()).Milliseconds()), s.Node)
	})
	if s.step != nil {
		what, given := s.step.Label()
		t.add("step", stageName(s.stage), string(s.step.State), fmt.Sprint(s.step.Elapsed(time.Now()).Milliseconds()), what, given)
	}
	return t.write(w, 0)
}

// stageName is the name of the stage that a step is in, empty for one outside of any.
func stageName(s *stages.Stage) string {
	if s == nil {
		return ""
	}
	return s.Name
}

// eachStage visits the tree of stages from the top, with the names from the root to each.
func eachStage(list []stages.Stage, above []string, visit func(path []string, s stages.Stage)) {
	for _, s := range list {
		path := append(above[:len(above):len(above)], s.Name)
		visit(path, s)
		eachStage(s.Children, path, visit)
	}
}

// parameters are a run's parameters as variables, so that they are masked by the same rules.
func parameters(r jenkins.Run, own []*regexp.Regexp) []env.Variable {
	vars := make([]env.Variable, len(r.Parameters))
	for i, p := range r.Parameters {
		vars[i] = env.Variable{Name: p.Name, Value: p.Value, Source: env.Param, Known: !p.Secret && !p.Untold, Password: p.Secret}
	}
	env.MarkSecrets(vars, own...)
	return vars
}
