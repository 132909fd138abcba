package jenkinstest

import (
	"strconv"
	"time"
)

// object puts a JSON object together for the pages that are no exported objects.
func object(entries ...pair) []pair { return entries }

func href(path string) []pair { return object(pair{"href", path}) }

// wfStatus is a stage's state in the words of wfapi.
var wfStatus = map[string]string{
	"running": "IN_PROGRESS", "paused": "PAUSED_PENDING_INPUT", "skipped": "NOT_EXECUTED", "success": "SUCCESS",
	"unstable": "UNSTABLE", "not_built": "NOT_EXECUTED", "failure": "FAILED", "aborted": "ABORTED", "SUCCESS": "SUCCESS", "UNSTABLE": "UNSTABLE",
	"FAILURE": "FAILED", "ABORTED": "ABORTED", "NOT_BUILT": "NOT_EXECUTED",
}

func (b *Build) path() string { return b.job.c.Prefix + "/" + b.job.url + b.id() + "/" }

// inputGate returns the input at which the build waits.
func (b *Build) inputGate(now time.Time) *gate {
	if g := b.atGate(now); g != nil && g.input != nil {
		return g
	}
	return nil
}

func (q *request) wfapi(b *Build, rest []string) func() {
	if len(rest) != 1 {
		return q.missing()
	}
	g := b.inputGate(q.now)
	switch rest[0] {
	case "artifacts":
		return q.artifactSizes(b)
	case "describe":
		return q.json(b.describeRun(q.now, q.r.FormValue("fullStages") == "true"))
	case "pendingInputActions":
		var list []any
		if g != nil {
			list = append(list, pendingInput(b, g.input))
		}
		return q.json(list)
	case "nextPendingInputAction":
		if g == nil {
			return q.json(nil)
		}
		return q.json(pendingInput(b, g.input))
	case "inputSubmit":
		return q.answer(b, q.r.FormValue("inputId"), "proceed")
	}
	return q.missing()
}

// describeRun returns a run with its stages, and the steps of those if all of it is wanted.
func (b *Build) describeRun(now time.Time, full bool) []pair {
	links := object(pair{"self", href(b.path() + "wfapi/describe")})
	status := "IN_PROGRESS"
	if b.ended() {
		status = wfStatus[b.result]
	} else if b.inputGate(now) != nil {
		status = "PAUSED_PENDING_INPUT"
		links = append(links, pair{"pendingInputActions", href(b.path() + "wfapi/pendingInputActions")},
			pair{"nextPendingInputAction", href(b.path() + "wfapi/nextPendingInputAction")})
	}
	started := b.started.Add(2 * time.Millisecond)
	stages := []any{}
	for _, sp := range b.plan.all { // branches come flattened behind their stage
		if st := b.stageState(sp, now); st != "" {
			stage := b.describeStage(sp, st, now)
			if full {
				stage = append(stage, pair{"stageFlowNodes", b.describeSteps(sp, now)})
			}
			stages = append(stages, stage)
		}
	}
	return object(pair{"_links", links}, pair{"id", b.id()}, pair{"name", b.shown()}, pair{"status", status},
		pair{"startTimeMillis", started}, pair{"endTimeMillis", started.Add(b.duration(now))},
		pair{"durationMillis", b.duration(now)}, pair{"queueDurationMillis", 2}, pair{"pauseDurationMillis", 0},
		pair{"stages", stages})
}

// stageTimes returns when a stage began, how long it has taken and how much of that it waited for input.
func (b *Build) stageTimes(sp *span, now time.Time) (begin time.Time, took, paused time.Duration) {
	begin = b.wall(sp.begin)
	end := b.wall(sp.end)
	if b.clock(now) < sp.end {
		end = now
		if b.ended() {
			end = b.started.Add(b.duration(now))
		}
	}
	for _, g := range b.plan.gates {
		if g.input == nil || !within(g.span, sp) {
			continue
		}
		if g.passed {
			paused += g.waited
		} else if b.clock(now) >= g.at {
			paused += end.Sub(b.wall(g.at))
		}
	}
	if sp.skipped {
		return begin, 0, 0
	}
	return begin, max(0, end.Sub(begin)), paused
}

func (b *Build) describeStage(sp *span, state string, now time.Time) []pair {
	begin, took, paused := b.stageTimes(sp, now)
	id := strconv.Itoa(sp.id)
	if len(sp.Branches) > 0 && state == "running" {
		state = "success" // wfapi does not see that the branches go on
	}
	entries := object(pair{"_links", object(pair{"self", href(b.path() + "execution/node/" + id + "/wfapi/describe")})},
		pair{"id", id}, pair{"name", sp.Name}, pair{"execNode", sp.Node}, pair{"status", wfStatus[state]})
	switch state {
	case "failure":
		entries = append(entries, pair{"error", object(pair{"message", "script returned exit code 1"}, pair{"type", "hudson.AbortException"})})
	case "aborted":
		entries = append(entries, pair{"error", object(pair{"message", nil},
			pair{"type", "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException"})})
	}
	return append(entries, pair{"startTimeMillis", begin}, pair{"durationMillis", took}, pair{"pauseDurationMillis", paused})
}

func (q *request) wfapiJob(j *Job, rest []string) func() {
	if len(rest) != 1 || rest[0] != "runs" {
		return q.notFound()
	}
	list := []any{}
	for i := len(j.builds) - 1; i >= 0 && len(list) < 10; i-- {
		list = append(list, j.builds[i].describeRun(q.now, q.r.FormValue("fullStages") == "true"))
	}
	return q.json(list)
}

// wfapiNode answers for a node of the flow graph: a stage or a step.
func (q *request) wfapiNode(b *Build, id, what string) func() {
	base := b.path() + "execution/node/" + id + "/log"
	for _, sp := range b.plan.all {
		state := b.stageState(sp, q.now)
		if strconv.Itoa(sp.id) != id || state == "" {
			continue
		}
		switch what {
		case "describe":
			return q.json(append(b.describeStage(sp, state, q.now), pair{"stageFlowNodes", b.describeSteps(sp, q.now)}))
		case "log":
			return q.json(object(pair{"nodeId", id}, pair{"nodeStatus", wfStatus[state]}, pair{"length", 0}, pair{"hasMore", false},
				pair{"consoleUrl", nil}))
		}
	}
	p, ok := q.node(b, id)
	switch {
	case ok && what == "describe":
		return q.json(b.describeStep(p))
	case ok && what == "log":
		text := b.stepText(p, q.now)
		answer := object(pair{"nodeId", id}, pair{"nodeStatus", wfStatus[p.state]}, pair{"length", len(text)}, pair{"hasMore", false})
		if text != "" {
			q.w.Header().Set("X-ConsoleAnnotator", annotator)
			answer = append(answer, pair{"text", text})
		}
		return q.json(append(answer, pair{"consoleUrl", base}))
	}
	return q.missing()
}

func (b *Build) describeStep(p playedStep) []pair {
	id := strconv.Itoa(p.id)
	base := b.path() + "execution/node/" + id + "/"
	name, given := p.Title, p.Name
	switch {
	case p.Name == "make":
		name = "Shell Script"
	case name == "":
		name, given = p.Name, ""
	}
	step := object(pair{"_links", object(pair{"self", href(base + "wfapi/describe")}, pair{"log", href(base + "wfapi/log")},
		pair{"console", href(base + "log")})}, pair{"id", id}, pair{"name", name}, pair{"execNode", ""}, pair{"status", wfStatus[p.state]})
	if p.Error != "" {
		step = append(step, pair{"error", object(pair{"message", p.Error}, pair{"type", "hudson.AbortException"})})
	}
	if given != "" {
		step = append(step, pair{"parameterDescription", given})
	}
	return append(step, pair{"startTimeMillis", p.begin}, pair{"durationMillis", p.took},
		pair{"pauseDurationMillis", p.paused}, pair{"parentNodes", []string{strconv.Itoa(p.before)}})
}

func pendingInput(b *Build, in *Input) []pair {
	inputs := []any{}
	for _, d := range in.Params {
		input := object(pair{"type", d.typeName() + "ParameterDefinition"}, pair{"name", d.Name})
		if d.Description != "" {
			input = append(input, pair{"description", d.Description})
		}
		inputs = append(inputs, append(input, pair{"definition", object(pair{"defaultVal", d.plainValue()})}))
	}
	return object(pair{"id", in.id()}, pair{"proceedText", in.ok()}, pair{"message", in.Message}, pair{"inputs", inputs},
		pair{"proceedUrl", b.path() + "wfapi/inputSubmit?inputId=" + in.id()},
		pair{"abortUrl", b.path() + "input/" + in.id() + "/abort"}, pair{"redirectApprovalUrl", b.path() + "input/"})
}

// plainValue shows even a password's default, as wfapi does.
func (q Param) plainValue() any {
	if q.Type == "Password" {
		return q.Value
	}
	return q.value()
}

// overview answers pipeline-graph-view's tree.
func (q *request) overview(b *Build) func() {
	q.w.Header().Set("Cache-Control", "private, no-store")
	return q.json(object(pair{"status", "ok"},
		pair{"data", object(pair{"complete", b.ended()}, pair{"stages", b.tree(b.plan.spans, q.now)})}))
}

func (b *Build) tree(spans []*span, now time.Time) []any {
	list := []any{}
	for _, sp := range spans {
		state := b.stageState(sp, now)
		if state == "" {
			continue
		}
		typ, id := "STAGE", strconv.Itoa(sp.id)
		if sp.parallel {
			typ = "PARALLEL"
		}
		if state == "paused" && b.job.c.GraphViewAt != "stages" {
			state = "running" // only its step is paused
		}
		begin, took, paused := b.stageTimes(sp, now)
		entries := object(pair{"id", id}, pair{"name", sp.Name}, pair{"state", state}, pair{"type", typ}, pair{"title", sp.Name})
		entries = append(entries, b.job.c.graphTimes(begin, took, paused, state)...)
		list = append(list, append(entries, pair{"children", b.tree(sp.children, now)}, pair{"isSequential", false},
			pair{"synthetic", false}, pair{"placeholder", false}, pair{"agent", b.agent(sp)},
			pair{"url", b.path() + "pipeline-overview?selected-node=" + id}))
	}
	return list
}

// agent returns the node of the innermost node block around a stage.
func (b *Build) agent(sp *span) string {
	for ; sp != nil; sp = sp.parent {
		if sp.Node != "" {
			return sp.Node
		}
	}
	if b.plan.Node == "" {
		return "built-in"
	}
	return b.plan.Node
}
