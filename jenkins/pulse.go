package jenkins

import (
	"context"
	"slices"
	"time"
)

// pulseTree is what of the running builds changes from one refresh to the next: which there are, and which nodes and
// stages they hold. Packed, it has less than half the bytes of runningTree.
const pulseTree = "computer[displayName,executors[" + pulseBuild + "],oneOffExecutors[" + pulseBuild + "]]"

const pulseBuild = "currentExecutable[url,fullDisplayName,building]"

// inputTree is pulseTree with whether a pipeline waits for input, which costs a fifth more: Jenkins names the class of each
// of a build's actions then.
const inputTree = "computer[displayName,executors[" + pulseBuild + "],oneOffExecutors[currentExecutable" +
	"[url,fullDisplayName,building,actions[waitingForInput]]]]"

// Pulse asks which builds run, and on which nodes in which stages, and if inputs is set, which of them are Paused. All else
// that [Client.Running] tells is missing.
func (c *Client) Pulse(ctx context.Context, inputs bool) ([]Run, []Node, error) {
	if !inputs {
		return c.onExecutors(ctx, pulseTree)
	}
	tree, without := inputTree, c.inputs.leaveOut(time.Now())
	if without {
		tree = pulseTree
	}
	runs, nodes, err := c.onExecutors(ctx, tree)
	c.inputs.answered(runs, err, without, time.Now())
	return runs, nodes, err
}

// tell notes the progress that a whole answer told.
func (b *book) tell(answer []Run, now time.Time) {
	clear(b.told)
	for i := range answer {
		b.told[answer[i].Ref] = answer[i].Progress
	}
	b.toldAt = now
}

// beat completes the answer of a pulse by what is known from the last whole answer. complete is false when a build
// runs of which nothing is known. shifted tells whether a run took or left a node, or, where the pulse told inputs, came to
// an input step or left one: the rest of it is to be asked for.
func (b *book) beat(pulse []Run, nodes []Node, inputs bool, now time.Time) (runs []Run, all []Node, shifted, complete bool) {
	all = slices.Clone(b.nodes)
	for i := range all {
		if at := slices.IndexFunc(nodes, func(n Node) bool { return n.Name == all[i].Name }); at >= 0 {
			all[i].Busy = nodes[at].Busy
		}
	}
	runs = make([]Run, 0, len(pulse))
	for i := range pulse {
		if b.recent.has(pulse[i].Ref) {
			continue
		}
		at, known := b.present[pulse[i].Ref]
		if !known {
			return nil, nil, false, false
		}
		run := b.runs[at]
		run.Stages = pulse[i].Stages
		// Only pipelines move. A matrix build holds no executor: it tells its node itself, which a pulse does not ask for.
		if run.Pipeline && !slices.Equal(run.Nodes, pulse[i].Nodes) {
			shifted = true
			run.Nodes, run.NodeLabels, run.Executor = pulse[i].Nodes, nil, -1
			if len(run.Nodes) > 0 {
				if n := slices.IndexFunc(all, func(n Node) bool { return n.Name == run.Nodes[0] }); n >= 0 {
					run.NodeLabels = all[n].Labels
				}
			}
		}
		if inputs && run.Status != pulse[i].Status && (run.Status == Paused || pulse[i].Status == Paused) {
			shifted = true
			run.Status, run.Inputs = pulse[i].Status, nil
		}
		run.Progress = b.progress(&run, now)
		runs = append(runs, run)
	}
	return runs, all, shifted, true
}

// progress is a run's progress as Jenkins would compute it now.
func (b *book) progress(run *Run, now time.Time) int {
	told, ok := b.told[run.Ref]
	if !ok || told < 0 || run.Estimated <= 0 {
		return run.Progress
	}
	return min(max(told, 99), told+int(100*now.Sub(b.toldAt)/run.Estimated))
}
