package notify

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
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
				return o.WriteJSON(a.Out, jsonview.NewDeliveriesJSON(list))
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

func outboxShow(a *cli.App) *cobra.Command {
	var o output.Format
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a delivery: what was sent, every attempt and its answer",
		Long: "Show a delivery: what was sent, every attempt and its answer. Most values of the payload are hidden:\n" +
			"they are not kept after delivery.",
		Args:              help.Args(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Deliveries(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			box, err := a.Outbox(cmd.Context())
			if err != nil {
				return err
			}
			d, err := box.Get(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			attempts, err := box.Attempts(cmd.Context(), d.ID)
			if err != nil {
				return err
			}
			request, err := box.Sent(cmd.Context(), d.ID)
			if err != nil {
				return err
			}
			if o.JSON {
				return o.WriteJSON(a.Out, jsonview.NewShownJSON(d, request, attempts))
			}
			width, _ := a.OnTerminal()
			return writeShown(a.Out, d, request, attempts, width)
		},
	}
	o.AddFlags(cmd)
	return cmd
}

// writeShown returns a delivery for programs, a word and its values a line, or for a person (width > 0).
func writeShown(w io.Writer, d sender.Delivery, r sender.Request, attempts []sender.Attempt, width int) error {
	person := width > 0
	t := &output.Table{}
	if person {
		t.Columns = make([]output.Column, 2)
	}
	t.Add("id", d.ID)
	t.Add("state", string(d.State))
	t.Add("request", r.Method+" "+r.URL)
	t.Add("endpoint", d.Endpoint)
	t.Add("status", d.Status)
	if d.Job != "" {
		t.Add("build", fmt.Sprintf("%s#%d", d.Job, d.Number))
	}
	t.Add("size", strconv.FormatInt(d.Size, 10))
	t.Add("created_at", output.Clock(d.CreatedAt, person))
	if !d.NextAttemptAt.IsZero() {
		t.Add("next_attempt_at", output.Clock(d.NextAttemptAt, person))
	}
	for _, h := range r.Headers {
		t.Add("header", h.Name+": "+h.Value)
	}
	if !person {
		t.Add("body", string(r.Body))
	}
	if person {
		t.Rows = slices.DeleteFunc(t.Rows, func(row []string) bool { return row[1] == "" })
		if err := t.Write(w, width); err != nil {
			return err
		}
		if body := clean.Text(string(r.Body)); body != "" {
			if _, err := fmt.Fprintf(w, "\n%s\n", ansi.Hardwrap(body, width, true)); err != nil {
				return err
			}
		}
		return writeAttempts(w, attempts, width)
	}
	for _, at := range attempts {
		t.Add("attempt", strconv.Itoa(at.N), output.Clock(at.StartedAt, false), strconv.Itoa(at.HTTPStatus),
			at.Duration.Round(time.Millisecond).String(), attemptResult(at), at.Answer)
	}
	return t.Write(w, 0)
}

// writeAttempts shows a person each attempt with the whole of what came back.
func writeAttempts(w io.Writer, attempts []sender.Attempt, width int) error {
	var b strings.Builder
	for _, at := range attempts {
		fmt.Fprintf(&b, "\nattempt %d  %s", at.N, output.Clock(at.StartedAt, true))
		if at.HTTPStatus > 0 {
			fmt.Fprintf(&b, "  HTTP %d", at.HTTPStatus)
		}
		fmt.Fprintf(&b, "  %s\n", at.Duration.Round(time.Millisecond))
		texts := []string{attemptResult(at)}
		for _, h := range at.AnswerHeaders {
			texts = append(texts, h.Name+": "+h.Value)
		}
		for _, text := range append(texts, at.Answer) {
			if text = clean.Line(text); text != "" {
				b.WriteString(output.Wrap(text, width, "  ") + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func attemptResult(at sender.Attempt) string { return cmp.Or(at.Error, "delivered") }

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
		return o.WriteJSON(a.Out, jsonview.NewDeliveriesJSON(list))
	}
	width, _ := a.OnTerminal()
	return deliveryTable(list, width > 0).Write(a.Out, width)
}

func outboxFlush(a *cli.App) *cobra.Command {
	var o output.Format
	var watch bool
	cmd := &cobra.Command{
		Use:   "flush",
		Short: "Deliver everything that is due, then exit",
		Long: "Deliver everything that is due and print a line for each delivery that ended. With --watch it keeps running and\n" +
			"delivers whatever this user's other jenkwatch processes accept.",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			return flush(cmd.Context(), a, &o, watch)
		},
	}
	cmd.Flags().BoolVar(&watch, "watch", false, "keep running and deliver what is accepted")
	o.AddFlags(cmd)
	return cmd
}

func flush(ctx context.Context, a *cli.App, o *output.Format, watch bool) error {
	if a.Flags.ReadOnly {
		return exit.ReadOnly("deliver")
	}
	box, err := a.Outbox(ctx)
	if err != nil {
		return err
	}
	var dead []sender.Delivery
	var printErr error
	relay := a.Relay(box)
	relay.OnDelivery = func(d sender.Delivery) {
		if !d.State.Ended() {
			return
		}
		if d.State == sender.Dead {
			dead = append(dead, d)
		}
		if err := printEnded(a, o, d); printErr == nil {
			printErr = err
		}
	}
	if watch {
		// A signal is how a service ends.
		if err := relay.Run(ctx); err != nil {
			return err
		}
		return printErr
	}
	if err := relay.Flush(ctx); err != nil {
		return err
	}
	if printErr != nil {
		return printErr
	}
	if len(dead) > 0 {
		return deliver.Outcome(dead[0])
	}
	return deliver.Unfinished(ctx, box)
}

func printEnded(a *cli.App, o *output.Format, d sender.Delivery) error {
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewDeliveryJSON(d))
	}
	width, tty := a.OnTerminal()
	t := deliveryTable([]sender.Delivery{d}, tty)
	for i := range t.Columns {
		t.Columns[i].Title = "" // a line a delivery, as they end
	}
	return t.Write(a.Out, width)
}

// printDelivery prints what `send` prints: the id, or the record as JSON.
func printDelivery(a *cli.App, o *output.Format, d sender.Delivery) error {
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewSentJSON(d))
	}
	_, err := fmt.Fprintln(a.Out, d.ID)
	return err
}
