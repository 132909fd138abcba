package api

import (
	"cmp"
	"strconv"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

func href(path string) []tree.Entry { return tree.Map("href", path) }

// WFStatus is a stage's state in the words of wfapi.
var WFStatus = map[string]string{
	"running": "IN_PROGRESS", "paused": "PAUSED_PENDING_INPUT", "skipped": "NOT_EXECUTED", "success": "SUCCESS",
	"unstable": "UNSTABLE", "not_built": "NOT_EXECUTED", "failure": "FAILED", "aborted": "ABORTED", "SUCCESS": "SUCCESS", "UNSTABLE": "UNSTABLE",
	"FAILURE": "FAILED", "ABORTED": "ABORTED", "NOT_BUILT": "NOT_EXECUTED",
}

// DescribeNode is what wfapi says of a stage and its steps.
func (x *Scope) DescribeNode(b *world.Build, sp *world.Span) []tree.Entry {
	return append(x.describeStage(b, sp, b.State(sp, x.Now)), tree.Map("stageFlowNodes", x.describeSteps(b, sp))...)
}

// path is that of a build, below the root of the host.
func (x *Scope) path(b *world.Build) string { return x.Prefix + "/" + b.Job().Path + b.ID() + "/" }

// DescribeRun returns a run with its stages, and the steps of those if all of it is wanted.
func (x *Scope) DescribeRun(b *world.Build, full bool) []tree.Entry {
	links := tree.Map("self", href(x.path(b)+"wfapi/describe"))
	status := "IN_PROGRESS"
	if b.Ended() {
		status = WFStatus[b.Result]
	} else if b.AtInput(x.Now) != nil {
		status = "PAUSED_PENDING_INPUT"
		links = append(links, tree.Map("pendingInputActions", href(x.path(b)+"wfapi/pendingInputActions"),
			"nextPendingInputAction", href(x.path(b)+"wfapi/nextPendingInputAction"))...)
	}
	started := b.Started.Add(2 * time.Millisecond)
	stages := []any{}
	for _, sp := range b.Plan.All { // branches come flattened behind their stage
		if st := b.State(sp, x.Now); st != "" {
			stage := x.describeStage(b, sp, st)
			if full {
				stage = append(stage, tree.Map("stageFlowNodes", x.describeSteps(b, sp))...)
			}
			stages = append(stages, stage)
		}
	}
	return tree.Map("_links", links, "id", b.ID(), "name", b.Shown(), "status", status,
		"startTimeMillis", started, "endTimeMillis", started.Add(b.Duration(x.Now)),
		"durationMillis", b.Duration(x.Now), "queueDurationMillis", 2, "pauseDurationMillis", 0,
		"stages", stages)
}

func (x *Scope) describeStage(b *world.Build, sp *world.Span, state string) []tree.Entry {
	begin, took, paused := b.Times(sp, x.Now)
	id := strconv.Itoa(sp.ID)
	if len(sp.Branches) > 0 && state == "running" {
		state = "success" // wfapi does not see that the branches go on
	}
	entries := tree.Map("_links", tree.Map("self", href(x.path(b)+"execution/node/"+id+"/wfapi/describe")),
		"id", id, "name", sp.Name, "execNode", sp.Node, "status", WFStatus[state])
	switch state {
	case "failure":
		if leftAs(sp, state) == state { // a failure that was caught is none of the stage's (recording 924c)
			entries = append(entries, stageError(sp))
		}
	case "aborted":
		entries = append(entries, tree.Map("error", tree.Map("message", nil,
			"type", "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException"))...)
	}
	return append(entries, tree.Map("startTimeMillis", begin, "durationMillis", took, "pauseDurationMillis", paused)...)
}

// stageError is what wfapi says of why a stage failed: what its step failed with, or an exception of none (recording 914).
func stageError(sp *world.Span) tree.Entry {
	message, class := "script returned exit code 1", "hudson.AbortException"
	for _, st := range sp.Steps {
		if st.Exception {
			message, class = st.Error, world.Exception
		} else if st.Result == "FAILURE" {
			message = cmp.Or(st.Error, message)
		}
	}
	return tree.Map("error", tree.Map("message", message, "type", class))[0]
}

// DescribeStep is what wfapi says of a step.
func (x *Scope) DescribeStep(b *world.Build, p world.PlayedStep) []tree.Entry {
	id := strconv.Itoa(p.ID)
	base := x.path(b) + "execution/node/" + id + "/"
	name, given := p.Title, p.Name
	switch {
	case p.Name == "make":
		name = "Shell Script"
	case name == "":
		name, given = p.Name, ""
	}
	step := tree.Map("_links", tree.Map("self", href(base+"wfapi/describe"), "log", href(base+"wfapi/log"),
		"console", href(base+"log")), "id", id, "name", name, "execNode", "", "status", WFStatus[p.State])
	if p.Error != "" {
		step = append(step, tree.Map("error", tree.Map("message", p.Error, "type", "hudson.AbortException"))...)
	}
	if given != "" {
		step = append(step, tree.Map("parameterDescription", given)...)
	}
	return append(step, tree.Map("startTimeMillis", p.Begin, "durationMillis", p.Took,
		"pauseDurationMillis", p.Paused, "parentNodes", []string{strconv.Itoa(p.Before)})...)
}

func (x *Scope) describeSteps(b *world.Build, sp *world.Span) []any {
	list := []any{}
	for _, p := range b.Steps(sp, x.Now) {
		if !p.Exception && len(list) < wfSteps {
			list = append(list, x.DescribeStep(b, p))
		}
	}
	return list
}

// wfSteps are as many of a stage's steps as wfapi lists.
const wfSteps = 100
