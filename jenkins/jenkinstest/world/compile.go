package world

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

type compiler struct {
	plan  *Plan
	id    int
	b     *Build
	cause string // what the run failed with
}

// stepTime passes between two stages.
const stepTime = 15 * time.Millisecond

func compile(b *Build, s Script) *Plan {
	pl := &Plan{Script: s, takes: s.Takes, result: s.Result}
	co := &compiler{plan: pl, id: 6, b: b}
	co.head()
	for _, kv := range s.Env {
		pl.Assigned = append(pl.Assigned, Line{Text: kv})
	}
	if b.job.Kind == Pipeline {
		at := 60 * time.Millisecond
		if s.Label != "" {
			at = co.gate(at, &Gate{Label: s.Label})
		}
		if !s.NoNode {
			co.id += 2
		}
		at, _ = co.sequence(s.Stages, nil, at, &pl.Spans)
		pl.takes = max(at+40*time.Millisecond, s.Takes)
	}
	pl.result = cmp.Or(pl.result, "SUCCESS")
	co.spread(s.Log, 0, 20*time.Millisecond, pl.takes-5*time.Millisecond)
	co.tail()
	slices.SortStableFunc(pl.Lines, func(a, b Line) int { return cmp.Compare(a.at, b.at) })
	slices.SortFunc(pl.All, func(a, b *Span) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(pl.Gates, func(a, b *Gate) int { return cmp.Compare(a.At, b.At) })
	return pl
}

// sequence lays stages one behind the other and returns when they end and whether the run goes on.
func (co *compiler) sequence(stages []Stage, parent *Span, at time.Duration, into *[]*Span) (time.Duration, bool) {
	on := true
	for i := range stages {
		sp := co.start(&stages[i], parent, into)
		at, on = co.stage(sp, at+stepTime, on)
	}
	return at, on
}

func (co *compiler) start(st *Stage, parent *Span, into *[]*Span) *Span {
	sp := &Span{Stage: st, ID: co.id, ids: 5 + max(1, len(st.Steps)), Parent: parent}
	if len(st.Env) > 0 {
		sp.ids += 8
	}
	if sp.Allocates() {
		sp.ids += 4
	}
	co.id += sp.ids
	*into = append(*into, sp)
	co.plan.All = append(co.plan.All, sp)
	return sp
}

func (co *compiler) stage(sp *Span, at time.Duration, on bool) (time.Duration, bool) {
	st := sp.Stage
	sp.Begin, sp.End = at, at
	if !sp.Parallel {
		co.pipelineLine(at, "stage")
	}
	co.pipelineLine(at, "{ ("+sp.Shown()+")")
	around := 0
	if sp.Parent != nil {
		around = sp.Parent.ID
	}
	co.plan.Lines[len(co.plan.Lines)-1].New = &NewBlock{sp.ID, around, sp.Shown()}
	if !on || st.Skip {
		sp.Skipped = true
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
		co.line(at, "Running on "+Note+st.Node+" in /home/jenkins/workspace/"+co.b.job.Name)
	}
	for _, kv := range st.Env {
		co.plan.Assigned = append(co.plan.Assigned, Line{at: at, Text: kv})
	}
	at = co.await(sp, at)
	end := at + st.Takes
	co.spread(st.Log, sp.FirstStep(), at+stepTime, end)
	co.steps(sp, at)
	if len(st.Branches) > 0 {
		end, on = co.branches(sp, end)
	}
	if len(st.Stages) > 0 {
		end, on = co.sequence(st.Stages, sp, end, &sp.Children)
	}
	sp.End = end
	if len(st.Branches) > 0 {
		co.pipelineLine(end, "// parallel")
	}
	if st.Node != "" || st.Label != "" {
		co.pipelineLine(end, "// node")
	}
	co.close(end, sp)
	switch st.Result {
	case "FAILURE", "ABORTED":
		if co.plan.result != "FAILURE" { // a branch that failed aborts the others, and not the other way round
			co.plan.result = cmp.Or(co.plan.Result, st.Result)
		}
		on = false
	case "UNSTABLE":
		co.plan.result = cmp.Or(co.plan.result, st.Result)
	}
	return end, on
}

// await stops the clock where a stage asks a person or waits for a node, and returns when it goes on.
func (co *compiler) await(sp *Span, at time.Duration) time.Duration {
	st := sp.Stage
	if st.Input != nil {
		co.pipelineLine(at+stepTime, "input")
		if len(st.Input.Params) > 0 {
			co.line(at+stepTime, Note+"Input requested")
		} else {
			co.line(at+stepTime, st.Input.Message)
			co.line(at+stepTime, Note+"Proceed or "+Note+"Abort")
		}
		at = co.gate(at, &Gate{span: sp, Input: st.Input})
	} else if st.Label != "" {
		co.pipelineLine(at+stepTime, "node")
		at = co.gate(at, &Gate{span: sp, Label: st.Label})
	}
	return at
}

// branches lays those of a parallel stage side by side and returns when the last one ends and whether the run goes on.
func (co *compiler) branches(sp *Span, end time.Duration) (time.Duration, bool) {
	on := true
	co.pipelineLine(end, "parallel")
	begin := end
	var branches []*Span
	run := sp.Stage.running()
	for i := range run {
		br := co.start(&run[i], sp, &sp.Children)
		br.Parallel = true
		branches = append(branches, br)
	}
	for _, br := range branches {
		e, ok := co.stage(br, begin+stepTime, true)
		end, on = max(end, e), on && ok
	}
	return end, on
}

// running returns the branches as they come to run: without what failFast aborts.
func (st *Stage) running() []Stage {
	failed := time.Duration(-1)
	for _, br := range st.Branches {
		if br.Result == "FAILURE" && (failed < 0 || br.Takes < failed) {
			failed = br.Takes
		}
	}
	if !st.FailFast || failed < 0 {
		return st.Branches
	}
	run := slices.Clone(st.Branches)
	for i := range run {
		if br := &run[i]; br.Takes > failed {
			br.Log = br.Log[:int(time.Duration(len(br.Log))*failed/br.Takes)]
			br.Takes, br.Result = failed, "ABORTED"
		}
	}
	return run
}

// steps writes what the steps of a stage print, and plans the builds that they start.
func (co *compiler) steps(sp *Span, at time.Duration) {
	st := sp.Stage
	each := st.Takes / time.Duration(max(1, len(st.Steps)))
	for i, step := range st.Steps {
		begin := at + time.Duration(i)*each
		switch {
		case st.Result != "FAILURE":
		case step.Exception:
			co.cause = Exception + ": " + step.Error
		case step.Result == "FAILURE" && step.Error != "":
			co.cause = "ERROR: " + step.Error
		}
		co.spread(step.Log, sp.FirstStep()+i, begin+stepTime, begin+each)
		if step.Starts != "" {
			co.plan.downstream = append(co.plan.downstream, &Downstream{w: co.b.job.w, at: begin, job: step.Starts, noWait: step.NoWait})
		}
	}
}

// gate stops the clock a moment after at, and returns when it goes on.
func (co *compiler) gate(at time.Duration, g *Gate) time.Duration {
	g.At = at + stepTime
	if g.Label != "" {
		co.line(g.At, "Still waiting to schedule task")
		co.line(g.At, "‘Jenkins’ doesn’t have label ‘"+g.Label+"’")
	}
	co.plan.Gates = append(co.plan.Gates, g)
	return g.At + stepTime
}

func (co *compiler) close(at time.Duration, sp *Span) {
	nodeEnds := 0
	if sp.Allocates() {
		nodeEnds = 2
	}
	if sp.BodyEnd = sp.FirstStep() + max(1, len(sp.Steps)) + 1 + nodeEnds; len(sp.Children) > 0 { // then it comes behind theirs
		sp.BodyEnd = co.id + 1 + nodeEnds
		co.id += 4 + nodeEnds
	}
	co.pipelineLine(at, "}")
	if !sp.Parallel {
		co.pipelineLine(at, "// stage")
	}
}

func (co *compiler) line(at time.Duration, text string) {
	co.plan.Lines = append(co.plan.Lines, Line{at: at, Text: text + "\n"})
}

func (co *compiler) pipelineLine(at time.Duration, step string) {
	co.line(at, Note+"[Pipeline] "+step)
}

// spread writes lines, which a node prints, evenly over a time.
func (co *compiler) spread(lines []string, node int, from, to time.Duration) {
	if len(lines) == 0 {
		return
	}
	each := max(0, to-from) / time.Duration(len(lines))
	for i, l := range lines {
		co.line(from+time.Duration(i)*each, l)
		co.plan.Lines[len(co.plan.Lines)-1].Node = node
	}
}

func (co *compiler) head() {
	b := co.b
	for _, cause := range b.Causes {
		text, user := cause.Said(), cause.User
		if user != "" {
			text = "Started by user " + Note + user
		}
		co.line(0, text)
	}
	if b.job.Kind == Freestyle {
		co.line(0, "Running as SYSTEM")
		node := co.plan.Node
		if node == "" {
			co.line(0, "Building in workspace "+b.workspace(""))
		} else {
			co.line(0, "Building remotely on "+Note+node+" ("+b.job.w.otherLabels(node)+") in workspace "+b.workspace(node))
		}
		return
	}
	co.pipelineLine(0, "Start of Pipeline")
	if !co.plan.NoNode {
		co.pipelineLine(0, "node")
		name := cmp.Or(co.plan.Node, "Jenkins")
		co.line(10*time.Millisecond, "Running on "+Note+name+" in "+b.workspace(co.plan.Node))
		co.pipelineLine(10*time.Millisecond, "{")
	}
}

func (co *compiler) tail() {
	if co.b.job.Kind == Pipeline {
		if !co.plan.NoNode {
			co.pipelineLine(co.plan.takes-3*time.Millisecond, "}")
			co.pipelineLine(co.plan.takes-3*time.Millisecond, "// node")
		}
		co.pipelineLine(co.plan.takes-2*time.Millisecond, "End of Pipeline")
	}
	if co.cause != "" {
		co.line(co.plan.takes-time.Millisecond, co.cause)
		if strings.HasPrefix(co.cause, Exception) {
			co.line(co.plan.takes-time.Millisecond, "\tat WorkflowScript.run(WorkflowScript:7)")
		}
	}
	co.line(co.plan.takes-time.Millisecond, "Finished: "+co.plan.result)
}
