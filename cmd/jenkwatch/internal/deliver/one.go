package deliver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// One runs a relay for this delivery alone until it has ended or the time is over.
func One(ctx context.Context, box *outbox.Outbox, d sender.Delivery, wait time.Duration) (sender.Delivery, error) {
	return one(ctx, &outbox.Relay{Outbox: box, Only: []string{d.ID}}, d, wait)
}

// longestGrace is how much of the time an attempt has to itself: none begins later.
const longestGrace = 2 * time.Second

func one(ctx context.Context, relay *outbox.Relay, d sender.Delivery, wait time.Duration) (sender.Delivery, error) {
	box := relay.Outbox
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	relay.Grace = min(longestGrace, wait/2) // a part of the time that was given, not an addition to it
	beginning, cancelRelay := context.WithTimeout(waiting, wait-relay.Grace)
	defer cancelRelay()
	done := make(chan error, 1)
	go func() { done <- relay.Run(beginning) }()
	d, err := box.Wait(waiting, d.ID)
	cancel()
	if rerr := <-done; rerr != nil {
		return d, rerr
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return d, err
	}
	// The relay may have brought an answer home while it ended.
	if now, err := box.Get(context.WithoutCancel(ctx), d.ID); err == nil {
		d = now
	}
	return d, nil
}

// Outcome returns what became of a delivery, as an exit code with its two lines; nil when it was delivered.
func Outcome(d sender.Delivery) error {
	what := fmt.Sprintf("notification %s to %s", d.ID, d.Endpoint)
	why := d.LastError
	if why == "" {
		why = "it has not been tried yet"
	}
	switch {
	case d.State == sender.Delivered:
		return nil
	case d.State == sender.Dead && (d.HTTPStatus == 401 || d.HTTPStatus == 403):
		return &exit.Error{Err: fmt.Errorf("%s is dead: %s", what, why),
			Fix: "correct the endpoint's credentials, then `jenkwatch outbox retry " + d.ID + "`", Code: exit.CodeNotAllowed}
	case d.State == sender.Dead:
		return &exit.Error{Err: fmt.Errorf("%s is dead: %s", what, why),
			Fix: "`jenkwatch outbox show " + d.ID + "` shows the answer; `jenkwatch outbox retry " + d.ID + "` sends it again", Code: exit.CodeFailed}
	case d.State == sender.Dropped:
		return &exit.Error{Err: fmt.Errorf("%s was dropped", what), Fix: "", Code: exit.CodeFailed}
	}
	return &exit.Error{Err: fmt.Errorf("%s is still queued: %s", what, why),
		Fix: "it stays in the outbox; `jenkwatch outbox flush --watch` or the screen delivers it", Code: exit.CodeUnreachable}
}

// Unfinished returns the error of a program that ends although something still waits in the outbox.
func Unfinished(ctx context.Context, box *outbox.Outbox) error {
	left, err := box.List(ctx, outbox.Filter{States: []sender.State{sender.Queued, sender.Retrying}, Limit: 1})
	if err == nil && len(left) > 0 {
		err = Outcome(left[0])
	}
	return err
}
