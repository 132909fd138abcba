package show

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

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
	"github.com/jenkwatch/jenkwatch/jenkins/testreport"
)

type testsOptions struct {
	output.Format
	failed, history bool
	filter, name    string
}

// pastBuilds is how many builds the history of a test covers, each of which takes a request.
const pastBuilds = 10

// TestsCommand returns `jenkwatch tests`.
func TestsCommand(a *cli.App) *cobra.Command {
	var o testsOptions
	cmd := &cobra.Command{
		Use:   "tests BUILD",
		Short: "List the tests of a build, or show one",
		Long: "List the tests of a build: failing ones first, new ones before those that failed already. With --name one test is shown\n" +
			"with message, stack trace and output, and with --history how it did in the last ten builds.\n" +
			"Piped, the columns are: status, build since which it fails, test, milliseconds, stage, message.",
		Example: "  jenkwatch tests shop/cart/main#lastFailed --failed\n" +
			"  jenkwatch tests shop/cart/main --filter 'voucher cents'\n" +
			"  jenkwatch tests shop/cart/main#1203 --name 'rounds half cents' --history\n" +
			"  jenkwatch tests shop/cart/main --jq '.cases[] | select(.new) | .name'",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			if o.history && o.name == "" {
				return exit.Usage("choose it with --name TEST", "--history is of one test")
			}
			return listTests(cmd.Context(), a, &o, args[0])
		},
	}
	cmd.Flags().BoolVar(&o.failed, "failed", false, "only failing tests")
	cmd.Flags().StringVar(&o.filter, "filter", "", "only tests whose class, name, suite or stage have all words of TEXT")
	cmd.Flags().StringVar(&o.name, "name", "", "show one TEST: its full name, or words that only it has")
	cmd.Flags().BoolVar(&o.history, "history", false, "with --name: how it did in the last ten builds")
	o.AddFlags(cmd)
	return cmd
}

func listTests(ctx context.Context, a *cli.App, o *testsOptions, arg string) error {
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	report, err := testreport.Read(ctx, b.On.Client, b.Run.Ref)
	if jenkins.IsKind(err, jenkins.NotFound) {
		return &exit.Error{Err: fmt.Errorf("%s has no test results", b.Run.Title()),
			Fix: "the step junit publishes them, when it has run", Code: exit.CodeNotFound}
	}
	if err != nil {
		return err
	}
	if o.name != "" {
		return showTest(ctx, a, o, b, &report)
	}
	chosen := report.Filter(o.filter, o.failed)
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewTests(b.Run, &report, chosen))
	}
	width, tty := a.OnTerminal()
	if tty {
		_, err = fmt.Fprintf(a.Out, "%d failed, %d of them new, %d passed, %d skipped\n", report.Failed, report.New, report.Passed, report.Skipped)
		if err != nil {
			return err
		}
	}
	return testsTable(&report, chosen, width).Write(a.Out, width)
}

func testsTable(r *testreport.Report, chosen []int, width int) *output.Table {
	t := &output.Table{Columns: []output.Column{{Title: "STATUS"}, {Title: "SINCE", Right: true}, {Title: "TEST", Least: 24},
		{Title: "TIME", Right: true, Drop: 2}, {Title: "STAGE", Least: 8, Drop: 3}, {Title: "MESSAGE", Least: 16, Prose: true, Yields: 1, Drop: 1}}}
	for _, i := range chosen {
		k := &r.Cases[i]
		since, took := "", fmt.Sprint(k.Duration.Milliseconds())
		switch {
		case k.New:
			since = "new"
		case k.Since > 0:
			since = fmt.Sprintf("#%d", k.Since)
		}
		if width > 0 {
			took = testTime(k.Duration)
		} else if k.Since > 0 {
			since = fmt.Sprintf("#%d", k.Since)
		}
		t.Add(string(k.Status), since, k.FullName(), took, strings.Join(k.Stage, " > "), k.Message)
	}
	return t
}

// testTime is how long a test took: most take less than a second.
func testTime(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return jenkins.Span(d)
}

// pick finds the test that a name means: its full name, its name, or words that only it has. Of several that have the words, it is the
// one that fails.
func pick(r *testreport.Report, name string) (*testreport.Case, error) {
	for i := range r.Cases {
		if k := &r.Cases[i]; k.FullName() == name || k.Name == name {
			return k, nil
		}
	}
	found := r.Filter(name, false)
	if failing := r.Filter(name, true); len(failing) == 1 {
		found = failing
	}
	switch len(found) {
	case 0:
		return nil, &exit.Error{Err: fmt.Errorf("no test has %q in its name", clean.Line(name)), Fix: "without --name all are listed", Code: exit.CodeNotFound}
	case 1:
		return &r.Cases[found[0]], nil
	}
	var names []string
	for _, i := range found[:min(3, len(found))] {
		names = append(names, fmt.Sprintf("%q", r.Cases[i].FullName()))
	}
	return nil, exit.Usage("such as "+strings.Join(names, ", "), "%d tests have %q in their names", len(found), clean.Line(name))
}

func showTest(ctx context.Context, a *cli.App, o *testsOptions, b find.Build, r *testreport.Report) error {
	k, err := pick(r, o.name)
	if err != nil {
		return err
	}
	details, err := k.Read(ctx, b.On.Client, b.Run.Ref)
	if err != nil {
		return err
	}
	var past []testreport.Past
	if o.history {
		if past, err = k.History(ctx, b.On.Client, b.Run, pastBuilds); err != nil {
			return err
		}
	}
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewOneTest(b.Run, k, details, past))
	}
	width, _ := a.OnTerminal()
	return writeTest(a.Out, k, details, past, width)
}

func writeTest(w io.Writer, k *testreport.Case, d testreport.Details, past []testreport.Past, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", k.Status, k.FullName())
	if k.New {
		b.WriteString(" (new)")
	} else if k.Since > 0 {
		fmt.Fprintf(&b, " (since #%d)", k.Since)
	}
	if len(k.Stage) > 0 {
		b.WriteString("\nin " + strings.Join(k.Stage, " > "))
	}
	b.WriteString("\n")
	for _, part := range []struct{ title, text string }{{"Message", d.Message}, {"Stack trace", d.Stack}, {"Output", d.Stdout}, {"Error output", d.Stderr}} {
		if part.text != "" {
			b.WriteString("\n" + part.title + "\n" + part.text + "\n")
		}
	}
	if len(past) > 0 {
		b.WriteString("\nHistory\n")
		t := &output.Table{Columns: []output.Column{{Title: "BUILD", Right: true}, {Title: "TEST"}, {Title: "RESULT", Drop: 2}, {Title: "STARTED", Drop: 3},
			{Title: "TIME", Right: true, Drop: 4}, {Title: "MESSAGE", Least: 12, Prose: true, Yields: 1, Drop: 1}}}
		for _, p := range past {
			status, took := string(p.Status), testTime(p.Duration)
			switch {
			case p.Status == "":
				status, took = "-", ""
			case p.New:
				status += " (new)"
			}
			t.Add(output.Number(p.Run), status, string(p.Run.Status), output.Clock(p.Run.StartedAt, width > 0), took, p.Message)
		}
		if err := t.Write(&b, width); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, clean.Text(b.String()))
	return err
}
