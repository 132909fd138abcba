package show

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
)

// WhyCommand returns `jenkwatch why`.
func WhyCommand(a *cli.App) *cobra.Command {
	var o output.Format
	limit := 40
	cmd := &cobra.Command{
		Use:   "why BUILD",
		Short: "Say why a build failed, or why it waits",
		Long: "Say why a build failed: the stage and step that failed, the first error of that step's own log, the failing tests,\n" +
			"new ones first, and what changed since the last good build before it: commits and environment. What Jenkins does\n" +
			"not offer is left out. Of a build that is queued, or that waits for a node, it says what for. BUILD is JOB, JOB#12,\n" +
			"JOB#last, JOB#lastFailed or a URL; JOB alone is its last build.",
		Example: "  jenkwatch why shop/cart/main#lastFailed\n" +
			"  jenkwatch why shop/cart/main#1203 --json --jq '.tests.cases[] | select(.new) | .name'\n" +
			"  jenkwatch why shop/cart/main#1203 | jenkwatch send --build shop/cart/main#1203 --body -",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Builds(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			if limit < 0 {
				return exit.Usage("0 prints all", "--max-lines %d is negative", limit)
			}
			return explain(cmd.Context(), a, &o, args[0], limit)
		},
	}
	cmd.Flags().IntVar(&limit, "max-lines", limit, "print at most N lines (0: all)")
	o.AddFlags(cmd)
	return cmd
}

func explain(ctx context.Context, a *cli.App, o *output.Format, arg string, limit int) error {
	b, err := find.One(ctx, a, arg)
	if exit.CodeOf(err) == exit.CodeNotFound {
		if waiting, werr := find.Waiting(ctx, a, arg); werr == nil {
			return explainWaiting(ctx, a, o, waiting)
		}
	}
	if err != nil {
		return err
	}
	reader := failure.Reader{Client: b.On.Client, Stages: b.On.Stages, Console: b.On.Console, Env: b.On.Env}
	card, err := reader.Card(ctx, b.Run)
	if errors.Is(err, failure.ErrNotFailed) {
		err := explainWaiting(ctx, a, o, b)
		if errors.Is(err, queued.ErrGone) {
			what := fmt.Sprintf("%s did not fail: it is %s", b.Run.Title(), b.Run.Status)
			return exit.Failure("JOB#lastFailed names the last build that did", "%s", what)
		}
		return err
	}
	if err != nil {
		return err
	}
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewWhy(&card))
	}
	_, err = fmt.Fprintln(a.Out, strings.Join(card.Lines(limit), "\n"))
	return err
}

// explainWaiting says why a run waits: a queue item, or a pipeline that runs and wants a node. For any other the error is
// [queued.ErrGone].
func explainWaiting(ctx context.Context, a *cli.App, o *output.Format, b find.Build) error {
	if b.Run.Status.Ended() {
		return queued.ErrGone
	}
	r, err := queued.Why(ctx, b.On.Client, b.Run)
	if err != nil {
		return err
	}
	now := time.Now()
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewWaiting(b.Run, &r, now))
	}
	name := strings.TrimRight(jenkins.DisplayName(b.Run.Job)+" "+output.Number(b.Run), " ")
	_, err = fmt.Fprintf(a.Out, "%s %s: %s\n", name, b.Run.Status, r.Text(now))
	return err
}
