package jenkins

import (
	"context"
	"fmt"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Waiting is what became of a queue item.
type Waiting struct {
	Number    int    // of the build that it became; 0: none yet
	Cancelled bool   // somebody took it out of the queue
	Why       string // it waits
}

// QueueItem asks what became of a queue item. Jenkins tells it for some minutes after the item has left the queue.
func (c *Client) QueueItem(ctx context.Context, id int64) (Waiting, error) {
	var answer struct {
		Why        string
		Cancelled  bool
		Executable *struct{ Number int }
	}
	q := Question{Op: fmt.Sprintf("ask Jenkins for the queue item %d", id), Path: fmt.Sprintf("queue/item/%d/api/json", id),
		Tree: "why,cancelled,executable[number]", Limit: Mega}
	if err := c.Get(ctx, q, &answer); err != nil {
		return Waiting{}, err
	}
	w := Waiting{Cancelled: answer.Cancelled, Why: clean.Line(answer.Why)}
	if answer.Executable != nil {
		w.Number = answer.Executable.Number
	}
	return w, nil
}
