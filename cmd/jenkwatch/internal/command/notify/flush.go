package notify

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/sender"
)

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
		return o.WriteJSON(a.Out, jsonview.NewDelivery(d))
	}
	width, tty := a.OnTerminal()
	t := deliveryTable([]sender.Delivery{d}, tty)
	for i := range t.Columns {
		t.Columns[i].Title = "" // a line a delivery, as they end
	}
	return t.Write(a.Out, width)
}
