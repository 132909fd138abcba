package kit

import (
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// AskOutbox makes the command that asks the outbox, which is opened first: ask gets it, or why it cannot be had.
func (s *Shared) AskOutbox(ask func(context.Context, *outbox.Outbox, error) tea.Msg) tea.Cmd {
	open := s.Opts.Outbox
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(s.Context(), AskFor)
		defer cancel()
		box, err := open(ctx)
		return ask(ctx, box, err)
	}
}

// Previewer returns an outbox that only shows what would be sent: it has no database.
func Previewer(sh *Shared) *outbox.Outbox {
	return &outbox.Outbox{Endpoints: func(name string) (sender.Endpoint, error) {
		for _, e := range sh.Opts.Endpoints {
			if e.Name == name {
				return e, nil
			}
		}
		return sender.Endpoint{}, errors.New("not configured")
	}}
}

// DefaultEndpoint returns the index of the endpoint that is meant when none was chosen.
func DefaultEndpoint(sh *Shared) int {
	return max(0, slices.IndexFunc(sh.Opts.Endpoints, func(e sender.Endpoint) bool { return e.Name == "default" }))
}

// DeliveriesMsg is a page of the deliveries.
type DeliveriesMsg struct {
	List   []sender.Delivery
	Older  bool // they follow what is listed
	Counts map[sender.State]int
	Err    error
}
