package notify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// OutboxCommand returns `jenkwatch outbox`.
func OutboxCommand(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "List and manage deliveries",
		Long:  "List and manage deliveries. Deliveries are named by the id that `send` prints.",
		Example: "  jenkwatch outbox list --state dead\n" +
			"  jenkwatch outbox retry --all && jenkwatch outbox flush",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(outboxList(a), outboxShow(a), outboxRetry(a), outboxDrop(a), outboxFlush(a))
	return cmd
}

var states = []string{string(sender.Queued), string(sender.Delivering), string(sender.Retrying), string(sender.Delivered),
	string(sender.Dead), string(sender.Dropped)}

func outboxList(a *cli.App) *cobra.Command {
	var o output.Format
	var f outbox.Filter
	var chosen []string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List deliveries, newest first",
		Long: "List deliveries, newest first. Piped, the columns are: id, state, endpoint, status, build, attempts, HTTP status,\n" +
			"accepted, next attempt, last error.",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, s := range chosen {
				if s = strings.ToLower(s); !slices.Contains(states, s) {
					return exit.Usage("one of "+strings.Join(states, ", "), "there is no state %q", s)
				}
				f.States = append(f.States, sender.State(strings.ToLower(s)))
			}
			if err := cli.CheckLimit(f.Limit); err != nil {
				return err
			}
			if f.Limit == 0 {
				f.Limit = math.MaxInt32
			}
			if err := o.Prepare(); err != nil {
				return err
			}
			box, err := a.Outbox(cmd.Context())
			if err != nil {
				return err
			}
			list, err := box.List(cmd.Context(), f)
			if err != nil {
				return err
			}
			if o.JSON {
				return o.WriteJSON(a.Out, jsonview.NewDeliveries(list))
			}
			a.SayEmpty(len(list), "No deliveries.")
			width, _ := a.OnTerminal()
			return deliveryTable(list, width > 0).Write(a.Out, width)
		},
	}
	cmd.Flags().StringSliceVar(&chosen, "state", nil, "only this STATE: "+strings.Join(states, ", "))
	cmd.Flags().StringVar(&f.Endpoint, "endpoint", "", "only to this endpoint")
	cmd.Flags().StringVar(&f.Job, "job", "", "only about builds of this JOB")
	cmd.Flags().IntVar(&f.Limit, "limit", 100, "at most N deliveries (0: all)")
	o.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("job", complete.JobFlag(a))
	_ = cmd.RegisterFlagCompletionFunc("state", cobra.FixedCompletions(states, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func deliveryTable(list []sender.Delivery, person bool) *output.Table {
	t := &output.Table{Columns: []output.Column{
		{Title: "ID"}, {Title: "STATE", Status: true}, {Title: "ENDPOINT", Least: 8, Yields: 2, Drop: 2}, {Title: "STATUS", Drop: 3, Status: true},
		{Title: "BUILD", Least: 14, Likes: 32}, {Title: "TRIES", Right: true, Drop: 5}, {Title: "HTTP", Drop: 6},
		{Title: "ACCEPTED", Right: true, Drop: 4}, {Title: "NEXT", Right: true, Drop: 7},
		{Title: "ERROR", Least: 12, Likes: 24, Yields: 1, Prose: true, Drop: 1},
	}}
	when := func(t time.Time) string { return output.Clock(t, false) }
	if now := time.Now(); person {
		when = func(t time.Time) string { return output.Ago(t, now) }
	}
	for _, d := range list {
		build, http, trouble := d.Job, "", d.LastError
		if d.Number > 0 {
			build = fmt.Sprintf("%s#%d", d.Job, d.Number)
		}
		if d.HTTPStatus > 0 {
			http = strconv.Itoa(d.HTTPStatus)
		}
		t.Add(d.ID, string(d.State), d.Endpoint, d.Status, build, strconv.Itoa(d.Attempts), http, when(d.CreatedAt),
			when(d.NextAttemptAt), trouble)
	}
	return t
}

func outboxRetry(a *cli.App) *cobra.Command {
	var o output.Format
	var all bool
	cmd := &cobra.Command{
		Use:               "retry ID | --all",
		Short:             "Send a dead or waiting delivery again",
		Args:              help.Args(cobra.MaximumNArgs(1)),
		ValidArgsFunction: complete.Deliveries(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) == 1) {
				return exit.Usage("usage: jenkwatch outbox retry ID | --all", "name one delivery, or all")
			}
			return change(cmd.Context(), a, &o, "retry a delivery", func(box *outbox.Outbox) ([]sender.Delivery, error) {
				if !all {
					d, err := box.Retry(cmd.Context(), args[0])
					return []sender.Delivery{d}, err
				}
				n, err := box.RetryAll(cmd.Context())
				if err != nil || n == 0 {
					return nil, err
				}
				list, err := box.List(cmd.Context(), outbox.Filter{States: []sender.State{sender.Queued}, Limit: n})
				return list, err
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every delivery that is dead or waits for its next attempt")
	o.AddFlags(cmd)
	return cmd
}

func outboxDrop(a *cli.App) *cobra.Command {
	var o output.Format
	cmd := &cobra.Command{
		Use:               "drop ID",
		Short:             "Give up a delivery and remove its payload",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Deliveries(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			return change(cmd.Context(), a, &o, "drop a delivery", func(box *outbox.Outbox) ([]sender.Delivery, error) {
				d, err := box.Drop(cmd.Context(), args[0])
				return []sender.Delivery{d}, err
			})
		},
	}
	o.AddFlags(cmd)
	return cmd
}

// change does something to deliveries and prints what became of them.
func change(ctx context.Context, a *cli.App, o *output.Format, op string, do func(*outbox.Outbox) ([]sender.Delivery, error)) error {
	if a.Flags.ReadOnly {
		return exit.ReadOnly(op)
	}
	if err := o.Prepare(); err != nil {
		return err
	}
	box, err := a.Outbox(ctx)
	if err != nil {
		return err
	}
	list, err := do(box)
	if err != nil {
		return err
	}
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewDeliveries(list))
	}
	width, _ := a.OnTerminal()
	return deliveryTable(list, width > 0).Write(a.Out, width)
}

// printDelivery prints what `send` prints: the id, or the record as JSON.
func printDelivery(a *cli.App, o *output.Format, d sender.Delivery) error {
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewSent(d))
	}
	_, err := fmt.Fprintln(a.Out, d.ID)
	return err
}
