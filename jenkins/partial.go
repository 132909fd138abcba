package jenkins

import (
	"context"
	"time"
)

// partialTree is what of the running builds changes from one refresh to the next: which there are, and which nodes and
// stages they hold. Packed, it has about half the bytes of runningTree.
const partialTree = "computer[displayName,executors[" + partialBuild + "],oneOffExecutors[" + partialBuild + "]]"

const partialBuild = "currentExecutable[url,fullDisplayName,building]"

// inputTree is partialTree with whether a pipeline waits for input, and when each build started, which costs a third more:
// Jenkins names the class of each of a build's actions then.
const inputTree = "computer[displayName,executors[currentExecutable[url,fullDisplayName,timestamp,building]],oneOffExecutors[currentExecutable" +
	"[url,fullDisplayName,timestamp,building,actions[waitingForInput]]]]"

// Partial asks which builds run, and on which nodes in which stages, and if inputs is set, which of them are Paused. All else
// that [Client.Running] tells is missing.
func (c *Client) Partial(ctx context.Context, inputs bool) ([]Run, []Node, error) {
	if !inputs {
		return c.onExecutors(ctx, partialTree)
	}
	tree, without := inputTree, c.inputs.leaveOut(time.Now())
	if without {
		tree = partialTree
	}
	runs, nodes, err := c.onExecutors(ctx, tree)
	c.inputs.answered(runs, err, without, time.Now())
	return runs, nodes, err
}
