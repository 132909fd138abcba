package show

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// StatusCommand returns `jenkwatch status`.
func StatusCommand(a *cli.App) *cobra.Command {
	var o output.Format
	var wait bool
	cmd := &cobra.Command{
		Use:   "status BUILD",
		Short: "Show the status of a build: stages, the running or failed step, parameters, causes",
		Long: "Show the status of a build. BUILD is JOB, JOB#12, JOB#last, JOB#lastSuccessful, JOB#lastFailed or a URL.\n" +
			"With --wait it returns when the build has ended, one that is still queued too, with its result as the exit code:\n" +
			"0 SUCCESS, 10 UNSTABLE, 11 FAILURE, 12 NOT_BUILT, 13 ABORTED. Outages and restarts of Jenkins are waited for, at the\n" +
			"start, too: a refused connection, a timeout, 429 or 5xx. It ends at once if its first question meets a name that is\n" +
			"not known, a bad certificate or a login, and gives up after half a minute of refusals (401, 403, 404).",
		Example: "  jenkwatch status shop/checkout/main\n" +
			"  jenkwatch status shop/checkout/main#412 --wait && deploy\n" +
			"  jenkwatch status shop/cart/main --json --jq '.stages[] | select(.status == \"FAILURE\") | .name'",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			return showStatus(cmd.Context(), a, &o, args[0], wait)
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "return when the build has ended, with its result as exit code")
	o.AddFlags(cmd)
	return cmd
}

func showStatus(ctx context.Context, a *cli.App, o *output.Format, arg string, wait bool) error {
	lookUp := find.OneOrCopy
	if wait {
		lookUp = find.UntilEnded
	}
	b, err := lookUp(ctx, a, arg)
	if err != nil {
		return err
	}
	s := jsonview.StatusView{Run: b.Run, FromCopy: b.FromCopy, Own: a.SecretPatterns()}
	if b.Run.Pipeline && !b.FromCopy {
		addPlaces(ctx, b.On, &s.Run)
		addStages(ctx, a, b, &s)
	}
	if s.Run.Waits() {
		if r, err := queued.Why(ctx, b.On.Client, s.Run); err == nil { // else Jenkins' own words have to do
			s.Waits = &r
		}
	}
	width, tty := a.OnTerminal()
	switch {
	case o.JSON:
		err = o.WriteJSON(a.Out, jsonview.NewStatus(&s, time.Now()))
	case tty:
		err = writeStatus(a.Out, &s, width)
	default:
		err = writeStatusLines(a.Out, &s)
	}
	if b.FromCopy && !o.JSON {
		output.Note(a.ErrOut, copyNote)
	}
	if err == nil && wait {
		err = exit.Result(b.Run.Status)
	}
	return err
}

// copyNote is said of a build of which only a copy is left.
const copyNote = "From the local copy: Jenkins does not have this build any more."

// addPlaces adds what a running pipeline's own answer does not tell: the nodes that it holds, in which stages, and what
// another part of it waits for. Who may not see them sees the rest.
func addPlaces(ctx context.Context, c *cli.Controller, run *jenkins.Run) {
	if run.Status.Ended() {
		return
	}
	o := runsOptions{status: []string{string(jenkins.Running), string(jenkins.Paused), string(jenkins.Queued)}}
	runs, _ := o.ask(ctx, c)
	if i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return jenkins.SameBuild(&r, run) }); i >= 0 {
		run.Nodes, run.NodeLabels, run.Stages, run.Why = runs[i].Nodes, runs[i].NodeLabels, runs[i].Stages, runs[i].Why
	}
}

// addStages adds the stages, and of the one that matters most the step that does. A controller without the plugins that
// list them still has a status to show.
func addStages(ctx context.Context, a *cli.App, b find.Build, s *jsonview.StatusView) {
	tree, err := b.On.Stages.Tree(ctx, b.Run)
	if err != nil && ctx.Err() == nil {
		output.Note(a.ErrOut, "jenkwatch: no stages: %s", err)
	}
	if err == nil {
		_ = b.On.Stages.Steps(ctx, b.Run, &tree) // without them the stages are still worth showing
	}
	s.Tree = tree
	s.Stage, s.Step = tree.Current(b.Run.Status)
	if s.Step == nil && s.Stage != nil && s.Stage.Cut {
		output.Note(a.ErrOut, "The step is not known: Jenkins lists only the first %d steps of %s.", len(s.Stage.Steps), s.Stage.Name)
	}
}

// writeStatus returns the status for a person.
func writeStatus(w io.Writer, s *jsonview.StatusView, width int) error {
	r, paint := s.Run, output.NewPaint(w)
	jenkinsNow := time.Now().Add(r.Ahead) // by the clock that stages and steps go by
	var b strings.Builder
	text := func(s string) { b.WriteString(output.Wrap(clean.ScreenLine(s), width, "") + "\n") }
	line := func(format string, args ...any) {
		s := strings.TrimRight(clean.ScreenLine(fmt.Sprintf(format, args...)), " ")
		b.WriteString(ansi.Truncate(s, width, "…") + "\n")
	}
	name := clean.ScreenLine(jenkins.DisplayName(r.Job) + " " + cmp.Or(r.DisplayName, output.Number(r)))
	b.WriteString(output.Wrap(name+" "+paint.Status(string(r.Status)), width, "") + "\n")
	text(r.URL)
	text(timeText(s))
	switch {
	case s.Waits != nil:
		text("waits: " + s.Waits.Text(time.Now()))
	case r.Why != "":
		text("waits: " + r.Why)
	}
	for _, why := range r.Interrupted {
		text(why)
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
		for _, p := range jsonview.Parameters(r, s.Own) {
			line("  %s = %s", p.Name, p.Shown(false))
		}
	}
	if len(s.Tree.Stages) > 0 {
		b.WriteString("\nStages\n")
		t := &output.Table{Columns: []output.Column{{Status: true}, {Least: 16}, {Right: true}, {Least: 8, Drop: 1}}, Paint: paint}
		stages.Walk(s.Tree.Stages, func(path []string, s *stages.Stage) {
			took := ""
			if s.State.Began() && s.Timed() {
				took = jenkins.Span(s.Elapsed(jenkinsNow))
			}
			t.Add("  "+string(s.State), strings.Repeat("  ", len(path)-1)+s.Name, took, s.Node)
		})
		_ = t.Write(&b, width) // a strings.Builder takes all
	}
	if s.Step != nil {
		b.WriteString("\nStep\n")
		what, given := s.Step.Label()
		took := ""
		if s.Step.Timed() {
			took = jenkins.Span(s.Step.Elapsed(jenkinsNow))
		}
		line("  %-9s %s › %s  %s  %s", s.Step.State, jsonview.StageName(s.Stage), what, given, took)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// timeText returns how long a run takes and where.
func timeText(s *jsonview.StatusView) string {
	r, now := s.Run, time.Now()
	text := output.TimeText(&r, s.Tree.Waited(now.Add(r.Ahead)), now)
	switch {
	case r.Status.Ended():
		text = "took " + text + ", started " + output.Clock(r.StartedAt, true)
	case r.Estimated <= 0 && r.Status != jenkins.Paused:
		text = "for " + text
	}
	if n := output.Nodes(r); n != "" {
		text += " on " + n
	}
	if len(r.Stages) > 0 {
		text += " in " + strings.Join(r.Stages, ", ")
	}
	return text
}

// writeStatusLines returns the status for programs: a word, then values, separated by tabs.
func writeStatusLines(w io.Writer, s *jsonview.StatusView) error {
	r, t := s.Run, &output.Table{}
	jenkinsNow := time.Now().Add(r.Ahead)
	t.Add("controller", r.Controller)
	t.Add("job", r.Job)
	t.Add("number", fmt.Sprint(r.Number))
	t.Add("url", r.URL)
	t.Add("status", string(r.Status))
	t.Add("started_at", output.Clock(r.StartedAt, false))
	t.Add("duration_ms", fmt.Sprint(r.Elapsed(time.Now()).Milliseconds()))
	t.Add("paused_ms", fmt.Sprint(s.Tree.Waited(jenkinsNow).Milliseconds()))
	t.Add("node", output.Nodes(r))
	if r.Why != "" {
		t.Add("why", r.Why)
	}
	if s.Waits != nil {
		t.Add("waits", s.Waits.Text(time.Now()))
	}
	t.Add("description", r.Description)
	for _, why := range r.Interrupted {
		t.Add("interrupted", why)
	}
	for _, c := range r.Causes {
		t.Add("cause", c.Text)
	}
	for _, in := range r.Inputs {
		t.Add("input", in.ID, in.Message)
	}
	for _, p := range jsonview.Parameters(r, s.Own) {
		t.Add("parameter", p.Name, p.Shown(false))
	}
	stages.Walk(s.Tree.Stages, func(path []string, s *stages.Stage) {
		t.Add("stage", strings.Join(path, "/"), string(s.State), fmt.Sprint(s.Elapsed(jenkinsNow).Milliseconds()), s.Node)
	})
	if s.Step != nil {
		what, given := s.Step.Label()
		t.Add("step", jsonview.StageName(s.Stage), string(s.Step.State), fmt.Sprint(s.Step.Elapsed(jenkinsNow).Milliseconds()), what, given)
	}
	return t.Write(w, 0)
}
