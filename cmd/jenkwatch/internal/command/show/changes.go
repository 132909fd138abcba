package show

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/changes"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// ChangesCommand returns `jenkwatch changes`.
func ChangesCommand(a *cli.App) *cobra.Command {
	var o output.Format
	var sinceGood bool
	cmd := &cobra.Command{
		Use:   "changes BUILD",
		Short: "Show a build's commits, and what it started",
		Long: "Show the commits that a build is the first to contain, or with --since-good all since the last successful build before\n" +
			"it; the chain of builds that it comes from, and the builds that it started, with their states.",
		Example: "  jenkwatch changes shop/cart/main#lastFailed --since-good\n" +
			"  jenkwatch changes shop/cart/main --jq '.commits[].author'",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			return listChanges(cmd.Context(), a, &o, args[0], sinceGood)
		},
	}
	cmd.Flags().BoolVar(&sinceGood, "since-good", false, "all commits since the last successful build before it")
	o.AddFlags(cmd)
	return cmd
}

func listChanges(ctx context.Context, a *cli.App, o *output.Format, arg string, sinceGood bool) error {
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	var since changes.Since
	if sinceGood {
		since, err = changes.SinceGood(ctx, b.On.Client, b.Run.Ref)
	} else {
		since.Commits, err = changes.Of(ctx, b.On.Client, b.Run.Ref)
	}
	if err != nil {
		return err
	}
	up, err := changes.Upstream(ctx, b.On.Client, b.Run)
	if err != nil {
		return err
	}
	var tree *stages.Tree
	if b.Run.Pipeline { // without its steps nothing is known of what it started
		if whole, err := b.On.Stages.Whole(ctx, b.Run); err == nil || len(whole.Stages)+len(whole.Steps) > 0 {
			tree = &whole
		}
	}
	down, err := changes.Downstream(ctx, b.On.Client, b.Run, tree)
	if err != nil {
		return err
	}
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewChangesJSON(b.Run, since, up, down))
	}
	if width, tty := a.OnTerminal(); tty {
		return writeChanges(a.Out, &b.Run, since, sinceGood, up, down, width)
	}
	return writeChangeLines(a.Out, since, up, down)
}

// writeChanges is for a person.
func writeChanges(w io.Writer, run *jenkins.Run, since changes.Since, sinceGood bool, up []jenkins.Run, down []changes.Started, width int) error {
	var b strings.Builder
	switch {
	case sinceGood && since.Good > 0:
		fmt.Fprintf(&b, "%s since #%d, the last good build before it\n", output.Plural(len(since.Commits), "commit"), since.Good)
	case sinceGood && since.Cut:
		b.WriteString("No good build among the last 50: the commits of this one alone\n")
	case sinceGood:
		b.WriteString("No good build before it: the commits of this one alone\n")
	case len(since.Commits) == 0:
		b.WriteString("No commits\n")
	}
	for _, k := range since.Commits {
		fmt.Fprintf(&b, "\n%s\n", output.Wrap(clean.ScreenLine(fmt.Sprintf("%.9s %s  %s, in #%d", k.ID, k.Author, output.Clock(k.At, true), k.Number)), width, ""))
		for line := range strings.Lines(k.Message + "\n") {
			b.WriteString(strings.TrimRight("    "+clean.ScreenLine(line), " ") + "\n")
		}
	}
	if len(up)+len(down) > 0 {
		b.WriteString("\nBuilds\n")
		depth := 0
		row := func(r jenkins.Run) {
			text := strings.TrimRight(fmt.Sprintf("%s %s", jenkins.DisplayName(r.Job), output.Number(r)), " ")
			fmt.Fprintf(&b, "  %s%-9s %s\n", strings.Repeat("  ", depth), r.Status, clean.ScreenLine(text))
		}
		for i := range up {
			row(up[len(up)-1-i])
			depth++
		}
		row(*run)
		depth++
		for _, d := range down {
			row(d.Run)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeChangeLines is for programs: a word, then values, separated by tabs.
func writeChangeLines(w io.Writer, since changes.Since, up []jenkins.Run, down []changes.Started) error {
	t := &output.Table{}
	if since.Good > 0 {
		t.Add("last_good", fmt.Sprint(since.Good))
	}
	for _, k := range since.Commits {
		t.Add("commit", k.ID, k.Author, fmt.Sprint(k.Number), k.Title)
	}
	for _, r := range up {
		t.Add("upstream", r.Job, fmt.Sprint(r.Number), string(r.Status))
	}
	for _, d := range down {
		t.Add("downstream", d.Run.Job, fmt.Sprint(d.Run.Number), string(d.Run.Status))
	}
	return t.Write(w, 0)
}
