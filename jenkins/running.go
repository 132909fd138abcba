package jenkins

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/request"
)

const executableTree = "[number,progress,likelyStuck,currentExecutable[_class,number,url,fullDisplayName,displayName," +
	"timestamp,estimatedDuration,building,result,description,builtOn,actions[" + actionFields + "]]]"

const runningTree = "computer[displayName,offline,assignedLabels[name],executors" + executableTree +
	",oneOffExecutors" + executableTree + "]"

// revisionTree is runningTree with what git checked out.
var revisionTree = strings.ReplaceAll(runningTree, "actions["+actionFields, "actions["+revisionFields+","+actionFields)

type executor struct {
	Number            *int // -1 for a one-off executor
	Progress          *int
	LikelyStuck       bool
	CurrentExecutable *buildAnswer
}

// describe adds what an executor knows to the run it works on.
func (e *executor) describe(r *Run) {
	if e.Number != nil {
		r.Executor = *e.Number
	}
	if e.Progress != nil {
		r.Progress = *e.Progress
	}
	r.LikelyStuck = e.LikelyStuck
}

// Running asks for every running build, oldest first, and for the nodes, with one request.
func (c *Client) Running(ctx context.Context) ([]Run, []Node, error) {
	tree := runningTree
	if c.Revisions {
		tree = revisionTree
	}
	without := c.inputs.leaveOut(time.Now())
	if without {
		tree = strings.ReplaceAll(tree, inputFields, "")
	}
	runs, nodes, err := c.onExecutors(ctx, tree)
	c.inputs.answered(runs, err, without, time.Now())
	if err == nil {
		c.labels.keep(nodes)
	}
	return runs, nodes, err
}

// onExecutors asks a tree over the nodes and makes one run of the several executors that a pipeline shows up on: a
// one-off executor for its whole life, and one more for each node block that it is in, whose placeholder has the same
// URL and the stage's name in parentheses.
func (c *Client) onExecutors(ctx context.Context, tree string) ([]Run, []Node, error) {
	q := Question{Op: "ask Jenkins for the running builds", Path: "computer/api/json", Tree: tree, Limit: 16 * Mega}
	f := folding{client: c, at: map[string]int{}}
	if err := c.controller().Stream(ctx, q, f.read); err != nil {
		return nil, nil, err
	}
	if !f.any {
		return nil, nil, q.Lacks("computer")
	}
	for _, p := range f.placeholders {
		f.place(p)
	}
	slices.SortFunc(f.runs, OldestFirst)
	return f.runs, f.nodes, nil
}

// OldestFirst compares two runs by when they started, or were queued.
func OldestFirst(a, b Run) int {
	return cmp.Or(a.StartedAt.Compare(b.StartedAt), a.QueuedAt.Compare(b.QueuedAt),
		cmp.Compare(a.Job, b.Job), cmp.Compare(a.Number, b.Number), cmp.Compare(a.QueueID, b.QueueID))
}

// builtOnName returns a node's name as builtOn has it; the controller's own, "" there, is "built-in" to its users.
func builtOnName(builtOn string) string {
	if builtOn == "" {
		return "built-in"
	}
	return clean.Line(builtOn)
}

type folding struct {
	*request.Stream
	client       *Client
	any          bool // there was a list of nodes
	nodes        []Node
	runs         []Run
	names        []string       // full display names of runs
	at           map[string]int // path of a build -> its index in runs
	placeholders []placeholder
}

type placeholder struct {
	executor *executor
	node     *Node
	place    Place
}

func (f *folding) read(p *request.Stream) error {
	f.Stream = p
	return p.Object(func(key string) (err error) {
		if key != "computer" {
			return p.Skip()
		}
		f.any, err = p.List(f.computer)
		return err
	})
}

// computer reads a node, one executor at a time.
func (f *folding) computer() error {
	var class, name string
	var labels []label
	var executors []executor // those that work: node is complete only when all of it has been read
	var node Node
	err := f.Object(func(key string) (err error) {
		switch key {
		case "_class":
			return f.Value(&class)
		case "displayName":
			return f.Value(&name)
		case "offline":
			return f.Value(&node.Offline)
		case "assignedLabels":
			return f.Value(&labels)
		case "executors":
			_, err = f.List(func() error {
				var e executor
				err := f.Value(&e)
				node.Executors++
				if e.CurrentExecutable != nil {
					node.Busy++
					executors = append(executors, e)
				}
				return err
			})
			return err
		case "oneOffExecutors":
			_, err = f.List(func() error {
				var e executor
				err := f.Value(&e)
				f.add(&e, &node, true)
				return err
			})
			return err
		}
		return f.Skip()
	})
	if err != nil {
		return err
	}
	node.Name = clean.Line(name)
	if strings.HasSuffix(class, "$MasterComputer") {
		node.Name = builtOnName("")
	}
	node.Labels = namesOf(labels)
	for i := range executors {
		f.add(&executors[i], &node, false)
	}
	f.nodes = append(f.nodes, node)
	return nil
}

type label struct{ Name string }

func namesOf(labels []label) (names []string) {
	for _, l := range labels {
		names = append(names, clean.Line(l.Name))
	}
	return names
}

// add takes one executor of a node. A one-off executor belongs to no node block. What works there and is no build that
// runs is left out.
func (f *folding) add(e *executor, node *Node, oneOff bool) {
	b := e.CurrentExecutable
	if b == nil {
		return
	}
	p, ok := runsAt(b)
	if !ok {
		return
	}
	if oneOff {
		node = nil
	}
	f.client.learn(p)
	if strings.HasSuffix(b.Class, "PlaceholderExecutable") {
		f.placeholders = append(f.placeholders, placeholder{e, node, p})
		return
	}
	b.Number = cmp.Or(b.Number, p.Number)
	f.append(b.run(f.client, p), e, node, p, b.FullDisplayName)
}

// runsAt returns where a build is that an executor works on, or a part of it; false if it is no build that runs.
func runsAt(b *buildAnswer) (Place, bool) {
	p := Locate(b.URL)
	switch below := strings.TrimSuffix(p.rest, "/"); {
	case p.Job == "": // a task that is no build, such as a backup
	case below != "" && !isNumber(below): // of something that belongs to a job or to one of its builds, such as a promotion
	case b.Building != nil && !*b.Building: // it has ended and only tidies up
	default:
		return p, true
	}
	return p, false
}

func (f *folding) append(r Run, e *executor, node *Node, p Place, name string) {
	e.describe(&r)
	if node != nil {
		r.Nodes, r.NodeLabels = []string{node.Name}, node.Labels
	}
	key := p.Path + strconv.Itoa(r.Number)
	if _, twice := f.at[key]; twice {
		return
	}
	f.at[key] = len(f.runs)
	f.runs = append(f.runs, r)
	f.names = append(f.names, name)
}

// place folds a placeholder into its run.
func (f *folding) place(p placeholder) {
	b := p.executor.CurrentExecutable
	number := cmp.Or(b.Number, p.place.Number)
	i, known := f.at[p.place.Path+strconv.Itoa(number)]
	stage := stageOf(b.FullDisplayName, "", number)
	if known {
		stage = stageOf(b.FullDisplayName, f.names[i], number)
	} else {
		// The run began or ended while Jenkins wrote its answer, or a flyweight executor is hidden: the placeholder must do.
		alone := *b
		alone.Number, alone.DisplayName, alone.Building = number, "", nil
		r := alone.run(f.client, p.place)
		r.Pipeline = true
		i = len(f.runs)
		f.append(r, p.executor, p.node, p.place, "")
	}
	r := &f.runs[i]
	if p.node != nil && len(r.Nodes) == 0 {
		r.Nodes, r.NodeLabels = []string{p.node.Name}, p.node.Labels
		if p.executor.Number != nil {
			r.Executor = *p.executor.Number
		}
	} else if p.node != nil && !slices.Contains(r.Nodes, p.node.Name) {
		r.Nodes = append(r.Nodes, p.node.Name)
	}
	if stage != "" && !slices.Contains(r.Stages, stage) {
		r.Stages = append(r.Stages, stage)
	}
}

// stageOf reads the stage or branch from a placeholder's name, "job #12 (Stage)". Outside any stage the name is "part
// of job #12", in the controller's language.
func stageOf(name, run string, number int) string {
	if inner, ok := strings.CutPrefix(name, run+" ("); ok && run != "" {
		return clean.Line(strings.TrimSuffix(inner, ")"))
	}
	if _, inner, ok := strings.Cut(name, "#"+strconv.Itoa(number)+" ("); ok {
		return clean.Line(strings.TrimSuffix(inner, ")"))
	}
	return ""
}

// partialTree is what of the running builds changes from one refresh to the next: which there are, and which nodes and
// stages they hold. Packed, it has about half the bytes of runningTree.
const partialTree = "computer[displayName,executors[" + partialBuild + "],oneOffExecutors[" + partialBuild + "]]"

const partialBuild = "currentExecutable[url,fullDisplayName,building]"

// inputTree is partialTree with whether a pipeline waits for input, and when each build started, which costs a third more:
// Jenkins names the class of each of a build's actions then.
const inputTree = "computer[displayName,executors[currentExecutable[url,fullDisplayName,timestamp,building]],oneOffExecutors[currentExecutable" +
	"[url,fullDisplayName,timestamp,building,actions[waitingForInput]]]]"

// Partial asks which builds run, and on which nodes in which stages, and if inputs is set, which of them are Paused. All else
// that [Client.Running] has is missing.
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
