package act

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// inputOptions are the flags of `input`.
type inputOptions struct {
	perform.Options
	id             string
	proceed, abort bool
	given          []string
}

// prepare refuses flags that do not go together. To list the questions changes nothing.
func (o *inputOptions) prepare(a *cli.App, cmd *cobra.Command, args []string) error {
	if !o.proceed && !o.abort {
		return o.Format.Prepare()
	}
	return o.Prepare(a, cmd, args)
}

// InputCommand returns `jenkwatch input`.
func InputCommand(a *cli.App) *cobra.Command {
	var o inputOptions
	cmd := &cobra.Command{
		Use:   "input BUILD",
		Short: "List or answer the questions of a paused pipeline",
		Long: "List the open questions of a paused pipeline: who may answer, and with which parameters. With --proceed or --abort one of\n" +
			"them is answered, in the pipeline's own words. Parameters that are left out get Jenkins' defaults. Where\n" +
			"several are open, --id chooses one.",
		Example: "  jenkwatch input release/ship-it\n" +
			"  jenkwatch input release/ship-it#31 --proceed -p TICKET=OPS-12",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.prepare(a, cmd, args); err != nil {
				return err
			}
			if len(o.given) > 0 && !o.proceed {
				return exit.Usage("add --proceed, or leave out -p", "-p belongs to --proceed")
			}
			return answerInput(cmd.Context(), a, args[0], &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.id, "id", "", "the question with this ID, where several are open")
	f.BoolVar(&o.proceed, "proceed", false, "answer yes")
	f.BoolVar(&o.abort, "abort", false, "answer no")
	f.StringArrayVarP(&o.given, "parameter", "p", nil, "a parameter, as NAME=VALUE, NAME=@FILE or NAME=- (again for more)")
	cmd.MarkFlagsMutuallyExclusive("proceed", "abort")
	o.AddFlags(cmd)
	return cmd
}

func answerInput(ctx context.Context, a *cli.App, arg string, o *inputOptions) error {
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	open, err := action.Inputs(ctx, b.On.Client, b.Run)
	if err != nil {
		return err
	}
	all := idsOf(open)
	if o.id != "" { // Jenkins writes the first letter large
		open = slices.DeleteFunc(open, func(in action.Input) bool { return !strings.EqualFold(in.ID, o.id) })
	}
	what := action.Target{Job: b.Run.Job, Number: b.Run.Number}.String()
	if !o.proceed && !o.abort {
		return listInputs(a, open, what, o)
	}
	switch {
	case len(open) == 1:
	case len(open) > 1:
		return exit.Usage("choose one with --id: "+all, "%s waits for %d inputs", what, len(open))
	case all != "":
		return &exit.Error{Err: fmt.Errorf("%s waits for no input %q", what, clean.Line(o.id)), Fix: "it waits for " + all, Code: exit.CodeNotFound}
	default:
		return &exit.Error{Err: fmt.Errorf("%s waits for no such input: it is %s", what, b.Run.Status), Fix: "look at it again: " +
			b.On.Command("status", jenkins.BuildSpec{Job: b.Run.Job, Number: b.Run.Number}.String()), Code: exit.CodeNotFound}
	}
	act := action.AbortInput(b.Run, open[0])
	if o.proceed {
		values, err := perform.Values(ctx, a, o.given, open[0].Parameters)
		if err != nil {
			return err
		}
		if act, err = action.ProceedInput(b.Run, open[0], values); err != nil {
			return perform.UsageError(err)
		}
	}
	_, err = perform.Do(ctx, a, b.On, act, &o.Options)
	return err
}

// idsOf lists the IDs of inputs in one line.
func idsOf(open []action.Input) string {
	var ids []string
	for _, in := range open {
		ids = append(ids, clean.Line(in.ID))
	}
	return strings.Join(ids, ", ")
}

// listInputs prints the open questions of a build.
func listInputs(a *cli.App, open []action.Input, what string, o *inputOptions) error {
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewInputs(open))
	}
	width, tty := a.OnTerminal()
	if !tty {
		t := &output.Table{}
		for _, in := range open {
			t.Add("input", in.ID, in.Message, in.Yes(), in.No(), in.Submitter)
			for _, p := range in.Parameters {
				t.Add("parameter", in.ID, p.Name, string(p.Kind), p.Default, strings.Join(p.Choices, ","))
			}
		}
		return t.Write(a.Out, 0)
	}
	a.SayEmpty(len(open), what+" waits for no input.")
	var b strings.Builder
	for _, in := range open {
		fmt.Fprintf(&b, "%s: %s\n  [%s] or [%s], by %s\n", in.ID, in.Message, in.Yes(), in.No(), in.Who())
		for _, p := range in.Parameters {
			about := string(p.Kind)
			if len(p.Choices) > 0 {
				about = strings.Join(p.Choices, ", ")
			}
			fmt.Fprintf(&b, "  %s=%s  (%s) %s\n", p.Name, p.Default, about, clean.Line(p.Description))
		}
	}
	for line := range strings.Lines(clean.Text(b.String())) {
		if _, err := fmt.Fprintln(a.Out, ansi.Truncate(strings.TrimRight(line, " \n"), width, "…")); err != nil {
			return err
		}
	}
	return nil
}
