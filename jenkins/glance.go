package jenkins

import (
	"context"
	"slices"
	"time"
)

// glanceTree is the least that tells which builds run: the queue items that they once were. Packed, with its head, it has
// half the bytes of a pulse.
const glanceTree = "computer[executors[" + glanceBuild + "],oneOffExecutors[" + glanceBuild + "]]"

const glanceBuild = "currentExecutable[queueId]"

// Glance asks which builds run, and no more: the ids of the queue items that they were, in ascending order, and how many
// executors of each node work, in the order of the nodes.
func (c *Client) Glance(ctx context.Context) (items []int64, busy []int, err error) {
	q := question{op: "ask Jenkins which builds run", path: "computer/api/json", tree: glanceTree, limit: 16 * mega}
	any := false
	err = c.read(ctx, q, func(p *pieces) error {
		return p.object(func(key string) (err error) {
			if key != "computer" {
				return p.skip()
			}
			any, err = p.list(func() error {
				type executor struct{ CurrentExecutable *struct{ QueueID int64 } }
				var node struct{ Executors, OneOffExecutors []executor }
				err := p.value(&node)
				working := 0
				for _, e := range slices.Concat(node.Executors, node.OneOffExecutors) {
					if e.CurrentExecutable != nil && e.CurrentExecutable.QueueID != 0 { // else a part of a pipeline
						items = append(items, e.CurrentExecutable.QueueID)
					}
				}
				for _, e := range node.Executors {
					if e.CurrentExecutable != nil {
						working++
					}
				}
				busy = append(busy, working)
				return err
			})
			return err
		})
	})
	if err == nil && !any {
		err = q.lacks("computer")
	}
	slices.Sort(items)
	return slices.Compact(items), busy, err
}

// distinct tells whether all that runs can be told apart by its queue items. A Jenkins of long ago does not name them, and of
// a pipeline whose one-off executor is hidden only its parts are seen, which have none.
func (b *book) distinct() bool {
	return !slices.ContainsFunc(b.runs, func(r Run) bool { return r.Item <= 0 })
}

// still tells whether a glance shows what is known: no build came or went, none took or left a node.
func (b *book) still(items []int64, busy []int) bool {
	known := make([]int64, 0, len(items))
	for i := range b.runs {
		known = append(known, b.runs[i].Item)
	}
	for i := range b.nodes {
		known = append(known, b.nodes[i].Others...)
	}
	slices.Sort(known)
	return slices.Equal(slices.Compact(known), items) &&
		slices.EqualFunc(b.nodes, busy, func(n Node, working int) bool { return n.Busy == working })
}

// later is the runs of the last answer as they are now, when nothing came or went.
func (b *book) later(now time.Time) []Run {
	runs := slices.Clone(b.runs)
	for i := range runs {
		runs[i].Progress = b.progress(&runs[i], now)
	}
	return runs
}
