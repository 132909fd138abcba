package act

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/perform"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// CancelCommand returns `jenkwatch cancel`.
func CancelCommand(a *cli.App) *cobra.Command {
	var o perform.Options
	cmd := &cobra.Command{
		Use:   "cancel ITEM",
		Short: "Take an item out of the queue",
		Long: "Take an item out of the queue. ITEM is its number, as `build` prints it and `runs --status QUEUED` lists it, or the job of\n" +
			"the only item of that job. A pipeline's item that waits for a node aborts its build.",
		Example:           "  jenkwatch cancel 4711\n  jenkwatch cancel 'mobile/ios app'",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Queue(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(a, cmd, args); err != nil {
				return err
			}
			item, c, err := findItem(cmd.Context(), a, args[0])
			if err != nil {
				return err
			}
			_, err = perform.Do(cmd.Context(), a, c, action.CancelQueued(item), &o)
			return err
		},
	}
	o.AddFlags(cmd)
	return cmd
}

// findItem finds the queue item that a person named by its number or its job, on whichever controller has it.
func findItem(ctx context.Context, a *cli.App, arg string) (jenkins.Run, *cli.Controller, error) {
	cs, err := a.Controllers(ctx)
	if err != nil {
		return jenkins.Run{}, nil, err
	}
	id, _ := strconv.ParseInt(arg, 10, 64)
	type queued struct {
		run jenkins.Run
		on  *cli.Controller
	}
	lists, err := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) (found []queued, err error) {
		queue, err := c.Client.Queue(ctx)
		for _, r := range queue {
			if r.QueueID == id || r.Job == arg && !r.PartOf {
				found = append(found, queued{r, c})
			}
		}
		return found, err
	})
	var all []queued
	for _, list := range lists {
		all = append(all, list...)
	}
	switch {
	case len(all) == 1:
		return all[0].run, all[0].on, nil
	case len(all) > 1:
		var items []string
		for _, q := range all {
			items = append(items, fmt.Sprintf("%d on %s", q.run.QueueID, clean.Line(q.on.Name)))
		}
		return jenkins.Run{}, nil, exit.Usage("name one by its number, and its controller with --controller: "+strings.Join(items, ", "),
			"%q may be %d queue items", clean.Line(arg), len(all))
	case err != nil:
		return jenkins.Run{}, nil, err
	}
	return jenkins.Run{}, nil, &exit.Error{Err: fmt.Errorf("there is no queue item %q: it has left the queue, or you may not see it", clean.Line(arg)),
		Fix: "`jenkwatch runs --status QUEUED` lists what waits, with the numbers", Code: exit.CodeNotFound}
}
