package jenkinstest

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Script is what a build does, written before it starts. Times in it are the build's own: they stand still while the
// build waits for a person or a node.
type Script struct {
	Result      string        // default: SUCCESS, or what the worst of the stages says
	Takes       time.Duration // freestyle; pipelines take what their stages take
	Node        string        // where it runs; empty: on the controller. A pipeline holds that executor all the time
	NoNode      bool          // a pipeline outside of any node block, but for its stages' own
	Label       string        // a pipeline waits for a node with a label that none has before anything else, until Proceed
	Log         []string      // freestyle: lines, spread over Takes
	Env         []string      // K=V that the pipeline assigns as it starts
	Stages      []Stage
	Timestamps  bool   // each line of the console begins with its time
	LogSize     int64  // a console of about so many bytes, made up line by line and never held in memory
	Outlives    int    // pipeline: what does not end it: 1 a stop, 2 being terminated, too
	Text        string // the Groovy of a pipeline, as its replay page shows it
	Description string
	DisplayName string // renames the build; default: #N
	Branch      string // what it checked out, with Job.Git
	Revision    string
	Commits     []Commit // new since the build before, with Job.Git
	Suites      []Suite
	Artifacts   []Artifact
}

// Stage is a stage, or a branch of a parallel one.
type Stage struct {
	Name     string
	Takes    time.Duration // without branches and inner stages
	Node     string        // a node block of its own
	Label    string        // waits for a node with a label that none has, until Proceed
	Log      []string      // spread over Takes
	Steps    []Step        // default: one shell script
	Env      []string      // K=V assigned as it begins
	WithEnv  []string      // K=V of its environment {} block, which only the script console shows
	Branches []Stage       // run side by side
	Stages   []Stage       // run one after the other
	Input    *Input        // asks a person before anything else
	Result   string        // UNSTABLE: goes on; FAILURE: the end of the run
	Skip     bool          // its condition does not hold
}

// Input is a question to a person.
type Input struct {
	ID, Message, OK, Submitter string
	Params                     []Param
	And                        []*Input // asked at the same moment, as by parallel branches
}

// span is a stage as it runs: begin and end are times of the build's own clock.
type span struct {
	*Stage
	id, ids    int // the stage's own, and how many its steps take
	begin, end time.Duration
	parallel   bool
	children   []*span
	parent     *span
	skipped    bool
	bodyEnd    int // id of the node that ends its body
}

// gate is a moment at which the clock stops until somebody acts.
type gate struct {
	at     time.Duration
	span   *span  // the stage that waits; nil: the whole run
	input  *Input // for a person's answer
	label  string // or for a node
	passed bool
	waited time.Duration // once passed
	item   *item         // what the queue shows of it

	answered []*Input
}

// open returns the inputs of a gate that are not answered.
func (g *gate) open() []*Input {
	all := append([]*Input{g.input}, g.input.And...)
	return slices.DeleteFunc(all, func(in *Input) bool { return slices.Contains(g.answered, in) })
}

// logLine is a line of the console with the moment of the build's clock at which it is written.
type logLine struct {
	at   time.Duration
	text string
	node int      // that printed it; 0: none
	new  *newNode // of a line that says that a block begins
}

// newNode is what the console as HTML says of a block that begins.
type newNode struct {
	id, around int
	label      string
}

// plan is a compiled Script.
type plan struct {
	Script
	takes      time.Duration
	result     string
	spans      []*span // of the first level
	all        []*span // in order of their ids
	gates      []*gate
	log        []logLine // in order of time
	assigned   []logLine // K=V
	downstream []*downstream
}

type compiler struct {
	plan  *plan
	id    int
	b     *Build
	cause string // what the run failed with
}

// stepTime passes between two stages.
const stepTime = 15 * time.Millisecond

func compile(b *Build, s Script) *plan {
	pl := &plan{Script: s, takes: s.Takes, result: s.Result}
	co := &compiler{plan: pl, id: 6, b: b}
	co.head()
	for _, kv := range s.Env {
		pl.assigned = append(pl.assigned, logLine{text: kv})
	}
	if b.job.kind == pipeline {
		at := 60 * time.Millisecond
		if s.Label != "" {
			at = co.gate(at, &gate{label: s.Label})
		}
		if !s.NoNode {
			co.id += 2
		}
		at, _ = co.sequence(s.Stages, nil, at, &pl.spans)
		pl.takes = max(at+40*time.Millisecond, s.Takes)
	}
	pl.result = cmp.Or(pl.result, "SUCCESS")
	co.spread(s.Log, 0, 20*time.Millisecond, pl.takes-5*time.Millisecond)
	co.tail()
	slices.SortStableFunc(pl.log, func(a, b logLine) int { return cmp.Compare(a.at, b.at) })
	slices.SortFunc(pl.all, func(a, b *span) int { return cmp.Compare(a.id, b.id) })
	slices.SortFunc(pl.gates, func(a, b *gate) int { return cmp.Compare(a.at, b.at) })
	return pl
}

// sequence lays stages one behind the other and returns when they end and whether the run goes on.
func (co *compiler) sequence(stages []Stage, parent *span, at time.Duration, into *[]*span) (time.Duration, bool) {
	on := true
	for i := range stages {
		sp := co.start(&stages[i], parent, into)
		at, on = co.stage(sp, at+stepTime, on)
	}
	return at, on
}

func (co *compiler) start(st *Stage, parent *span, into *[]*span) *span {
	sp := &span{Stage: st, id: co.id, ids: 5 + max(1, len(st.Steps)), parent: parent}
	if len(st.Env) > 0 {
		sp.ids += 8
	}
	co.id += sp.ids
	*into = append(*into, sp)
	co.plan.all = append(co.plan.all, sp)
	return sp
}

func (co *compiler) stage(sp *span, at time.Duration, on bool) (time.Duration, bool) {
	st := sp.Stage
	sp.begin, sp.end = at, at
	if !sp.parallel {
		co.pipelineLine(at, "stage")
	}
	co.pipelineLine(at, "{ ("+sp.label()+")")
	around := 0
	if sp.parent != nil {
		around = sp.parent.id
	}
	co.plan.log[len(co.plan.log)-1].new = &newNode{sp.id, around, sp.label()}
	if !on || st.Skip {
		sp.skipped = true
		why := `Stage "` + st.Name + `" skipped due to when conditional`
		if !on {
			why = `Stage "` + st.Name + `" skipped due to earlier failure(s)`
		}
		co.line(at, why)
		co.close(at, sp)
		return at, on
	}
	if st.Node != "" {
		co.pipelineLine(at, "node")
		co.line(at, "Running on "+note+st.Node+" in /home/jenkins/workspace/"+co.b.job.name)
		co.id += 2
	}
	for _, kv := range st.Env {
		co.plan.assigned = append(co.plan.assigned, logLine{at: at, text: kv})
	}
	if st.Input != nil {
		co.pipelineLine(at+stepTime, "input")
		if len(st.Input.Params) > 0 {
			co.line(at+stepTime, note+"Input requested")
		} else {
			co.line(at+stepTime, st.Input.Message)
			co.line(at+stepTime, note+"Proceed or "+note+"Abort")
		}
		at = co.gate(at, &gate{span: sp, input: st.Input})
	} else if st.Label != "" {
		co.pipelineLine(at+stepTime, "node")
		at = co.gate(at, &gate{span: sp, label: st.Label})
	}
	end := at + st.Takes
	co.spread(st.Log, sp.id+1, at+stepTime, end)
	co.steps(sp, at)
	if len(st.Branches) > 0 {
		co.pipelineLine(end, "parallel")
		begin := end
		var branches []*span
		for i := range st.Branches {
			br := co.start(&st.Branches[i], sp, &sp.children)
			br.parallel = true
			branches = append(branches, br)
		}
		for _, br := range branches {
			e, ok := co.stage(br, begin+stepTime, true)
			end, on = max(end, e), on && ok
		}
	}
	if len(st.Stages) > 0 {
		end, on = co.sequence(st.Stages, sp, end, &sp.children)
	}
	sp.end = end
	if len(st.Branches) > 0 {
		co.pipelineLine(end, "// parallel")
	}
	if st.Node != "" || st.Label != "" {
		co.pipelineLine(end, "// node")
	}
	co.close(end, sp)
	switch st.Result {
	case "FAILURE", "ABORTED":
		co.plan.result = cmp.Or(co.plan.Result, st.Result)
		on = false
	case "UNSTABLE":
		co.plan.result = cmp.Or(co.plan.result, st.Result)
	}
	return end, on
}

// steps writes what the steps of a stage print, and plans the builds that they start.
func (co *compiler) steps(sp *span, at time.Duration) {
	st := sp.Stage
	each := st.Takes / time.Duration(max(1, len(st.Steps)))
	for i, step := range st.Steps {
		begin := at + time.Duration(i)*each
		if step.Result == "FAILURE" && st.Result == "FAILURE" {
			co.cause = step.Error
		}
		co.spread(step.Log, sp.id+1+i, begin+stepTime, begin+each)
		if step.Starts != "" {
			co.plan.downstream = append(co.plan.downstream, &downstream{at: begin, job: step.Starts, noWait: step.NoWait})
		}
	}
}

// gate stops the clock a moment after at, and returns when it goes on.
func (co *compiler) gate(at time.Duration, g *gate) time.Duration {
	g.at = at + stepTime
	if g.label != "" {
		co.line(g.at, "Still waiting to schedule task")
		co.line(g.at, "‘Jenkins’ doesn’t have label ‘"+g.label+"’")
	}
	co.plan.gates = append(co.plan.gates, g)
	return g.at + stepTime
}

func (co *compiler) close(at time.Duration, sp *span) {
	if sp.bodyEnd = sp.id + max(1, len(sp.Steps)) + 2; len(sp.children) > 0 { // then it comes behind theirs
		sp.bodyEnd = co.id + 1
		co.id += 4
	}
	co.pipelineLine(at, "}")
	if !sp.parallel {
		co.pipelineLine(at, "// stage")
	}
}

// label returns how a node block names its stage: a branch of a parallel stage is called "Branch: NAME" in the console only.
func (sp *span) label() string {
	if sp.parallel {
		return "Branch: " + sp.Name
	}
	return sp.Name
}

func (co *compiler) line(at time.Duration, text string) {
	co.plan.log = append(co.plan.log, logLine{at: at, text: text + "\n"})
}

func (co *compiler) pipelineLine(at time.Duration, step string) {
	co.line(at, note+"[Pipeline] "+step)
}

// spread writes lines, which a node prints, evenly over a time.
func (co *compiler) spread(lines []string, node int, from, to time.Duration) {
	if len(lines) == 0 {
		return
	}
	each := max(0, to-from) / time.Duration(len(lines))
	for i, l := range lines {
		co.line(from+time.Duration(i)*each, l)
		co.plan.log[len(co.plan.log)-1].node = node
	}
}

func (co *compiler) head() {
	b := co.b
	for _, cause := range b.causes {
		text, user := cause.text(), cause.User
		if user != "" {
			text = "Started by user " + note + user
		}
		co.line(0, text)
	}
	if b.job.kind == freestyle {
		co.line(0, "Running as SYSTEM")
		node := co.plan.Node
		if node == "" {
			co.line(0, "Building in workspace "+b.workspace(""))
		} else {
			co.line(0, "Building remotely on "+note+node+" ("+b.job.c.otherLabels(node)+") in workspace "+b.workspace(node))
		}
		return
	}
	co.pipelineLine(0, "Start of Pipeline")
	if !co.plan.NoNode {
		co.pipelineLine(0, "node")
		name := cmp.Or(co.plan.Node, "Jenkins")
		co.line(10*time.Millisecond, "Running on "+note+name+" in "+b.workspace(co.plan.Node))
		co.pipelineLine(10*time.Millisecond, "{")
	}
}

func (co *compiler) tail() {
	if co.b.job.kind == pipeline {
		if !co.plan.NoNode {
			co.pipelineLine(co.plan.takes-3*time.Millisecond, "}")
			co.pipelineLine(co.plan.takes-3*time.Millisecond, "// node")
		}
		co.pipelineLine(co.plan.takes-2*time.Millisecond, "End of Pipeline")
	}
	if co.cause != "" {
		co.line(co.plan.takes-time.Millisecond, "ERROR: "+co.cause)
	}
	co.line(co.plan.takes-time.Millisecond, "Finished: "+co.plan.result)
}

func (b *Build) workspace(node string) string {
	root := "/var/lib/jenkins/workspace/"
	if node != "" {
		root = "/home/jenkins/workspace/"
	}
	return root + b.job.full
}

func (b *Build) id() string { return strconv.Itoa(b.number) }
