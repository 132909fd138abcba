package show

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
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
	var own, sinceGood bool
	cmd := &cobra.Command{
		Use:   "changes BUILD",
		Short: "Show a build's commits, and what it started",
		Long: "Show the commits that a build is the first to contain, and below them those of the builds before it, back to the last\n" +
			"successful one; the chain of builds that it comes from, and the builds that it started, with their states.",
		Example: "  jenkwatch changes shop/cart/main#lastFailed\n" +
			"  jenkwatch changes shop/cart/main --jq '.commits[].author'",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			return listChanges(cmd.Context(), a, &o, args[0], own)
		},
	}
	cmd.Flags().BoolVar(&own, "own", false, "only the commits of the build itself")
	cmd.Flags().BoolVar(&sinceGood, "since-good", false, "all commits since the last successful build before it; the default")
	cmd.MarkFlagsMutuallyExclusive("own", "since-good")
	o.AddFlags(cmd)
	return cmd
}

func listChanges(ctx context.Context, a *cli.App, o *output.Format, arg string, own bool) error {
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	what := changes.SinceGood
	if own {
		what = changes.Of
	}
	since, err := what(ctx, b.On.Client, b.Run.Ref)
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
		return o.WriteJSON(a.Out, jsonview.NewChanges(b.Run, since, up, down))
	}
	if width, tty := a.OnTerminal(); tty {
		return writeChanges(a.Out, &b.Run, &since, up, down, width)
	}
	return writeChangeLines(a.Out, &since, up, down)
}

// mostOfABuild is how many commits of each build are shown to a person; of them all there may be thousands.
const mostOfABuild = 50

// writeChanges is for a person.
func writeChanges(w io.Writer, run *jenkins.Run, since *changes.Since, up []jenkins.Run, down []changes.Started, width int) error {
	var b strings.Builder
	line := func(text string) { b.WriteString(output.Wrap(clean.ScreenLine(text), width, "") + "\n") }
	line(countCommits(since))
	for _, commits := range since.ByBuild() {
		fmt.Fprintf(&b, "\nIn #%d", commits[0].Number)
		if commits[0].Number == run.Number {
			b.WriteString(", this build")
		}
		b.WriteString(":\n")
		for i, k := range commits {
			if i == mostOfABuild {
				fmt.Fprintf(&b, "\n    and %d more; --json has them all\n", len(commits)-i)
				break
			}
			b.WriteString("\n")
			line(fmt.Sprintf("%.9s %s  %s", k.ID, cmp.Or(k.Author, "no author"), output.Clock(k.At, true)))
			for text := range strings.Lines(k.Message + "\n") {
				b.WriteString(strings.TrimRight("    "+clean.ScreenLine(text), " ") + "\n")
			}
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

// countCommits says how many commits there are, of the build itself and of those before it.
func countCommits(s *changes.Since) string {
	own := 0
	for _, k := range s.Commits {
		if k.Number == s.Number {
			own++
		}
	}
	switch more := len(s.Commits) - own; {
	case len(s.Commits) == 0:
		return "No commits " + s.Range()
	case s.Limit == changes.Own:
		return output.Plural(own, "commit") + " " + s.Range()
	case own > 0 && more > 0:
		return fmt.Sprintf("%s in this build, %d more %s", output.Plural(own, "commit"), more, s.Range())
	case more > 0:
		return fmt.Sprintf("No commits in this build, %s %s", output.Plural(more, "commit"), s.Range())
	}
	return output.Plural(own, "commit") + " " + s.Range()
}

// writeChangeLines is for programs: a word, then values, separated by tabs.
func writeChangeLines(w io.Writer, since *changes.Since, up []jenkins.Run, down []changes.Started) error {
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
