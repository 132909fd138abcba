package jenkinstest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func (b *Build) bean() bean {
	if b.job.kind == freestyle {
		return bean{class: freeStyleBuild, o: b}
	}
	return bean{class: workflowRun, o: b}
}

func (b *Build) shown() string {
	if b.rename != "" {
		return b.rename
	}
	return fmt.Sprintf("#%d", b.number)
}

var freeStyleBuild, workflowRun *class

func init() {
	run := func(later ...prop) []prop {
		return join([]prop{
			get("actions", func(x *exporter, b *Build) any { return b.actions(x) }),
			get("artifacts", func(_ *exporter, b *Build) any { return b.artifactBeans() }),
			get("building", func(_ *exporter, b *Build) any { return !b.ended() }),
			get("description", func(_ *exporter, b *Build) any { return text(b.description) }),
			get("displayName", func(_ *exporter, b *Build) any { return b.shown() }),
			get("duration", func(x *exporter, b *Build) any {
				if !b.ended() {
					return 0
				}
				return b.duration(x.now)
			}),
			get("estimatedDuration", func(_ *exporter, b *Build) any { return b.job.estimate() }),
			get("executor", func(x *exporter, b *Build) any { return x.executorOf(b) }),
			get("fullDisplayName", func(_ *exporter, b *Build) any { return b.job.fullDisplay() + " " + b.shown() }),
			get("id", func(_ *exporter, b *Build) any { return b.id() }),
		}, later)
	}
	inProgress := func() prop { return get("inProgress", func(_ *exporter, b *Build) any { return !b.ended() }) }
	rest := func() []prop {
		return []prop{
			get("keepLog", func(_ *exporter, b *Build) any { return b.keep }),
			get("number", func(_ *exporter, b *Build) any { return b.number }),
			get("queueId", func(_ *exporter, b *Build) any { return b.queueID }),
			get("result", func(_ *exporter, b *Build) any {
				if b.result == NoResult {
					return nil
				}
				return text(b.result)
			}),
			get("timestamp", func(_ *exporter, b *Build) any { return b.started }),
			get("url", func(x *exporter, b *Build) any { return x.url(b.job) + b.id() + "/" }),
		}
	}
	freeStyleBuild = &class{name: "hudson.model.FreeStyleBuild", make: func() []prop {
		return run(join([]prop{inProgress()}, rest(), []prop{
			get("builtOn", func(_ *exporter, b *Build) any { return b.plan.Node }),
			get("changeSet", func(_ *exporter, b *Build) any { return b.changeSet() }),
			get("culprits", func(_ *exporter, b *Build) any { return b.culprits() }),
		})...)
	}}
	workflowRun = &class{name: "org.jenkinsci.plugins.workflow.job.WorkflowRun", make: func() []prop {
		return run(join(rest(), []prop{
			get("changeSets", func(_ *exporter, b *Build) any {
				if len(b.changes()) == 0 {
					return []bean(nil)
				}
				return []bean{b.changeSet()}
			}),
			get("culprits", func(_ *exporter, b *Build) any { return b.culprits() }),
			inProgress(),
			get("nextBuild", func(_ *exporter, b *Build) any { return b.job.build(b.number + 1).neighbour() }),
			get("previousBuild", func(_ *exporter, b *Build) any { return b.job.build(b.number - 1).neighbour() }),
		})...)
	}}
}

// neighbour returns the build before or after: its declared type says what it is.
func (b *Build) neighbour() any {
	if b == nil {
		return nil
	}
	n := b.bean()
	n.plain = true
	return n
}

func (b *Build) actions(x *exporter) []bean {
	var list []bean
	if len(b.params) > 0 {
		list = append(list, bean{class: parametersAction, o: b.params})
	}
	list = append(list, bean{class: causeAction, o: b.causes}, bean{class: timeInQueue, o: b})
	if b.job.kind == freestyle {
		if b.job.Git != "" {
			list = append(list, bean{class: gitData, o: b})
		}
		if why, ok := b.interrupted(); ok {
			list = append(list, bean{class: interruptedAction, o: why})
		}
		if report := b.report(x.now); len(report) > 0 {
			list = append(list, bean{class: testAction, o: report})
		}
		return append(list, empty, runDisplay)
	}
	if slices.ContainsFunc(b.causes, func(c Cause) bool { return c.Branch || c.Push != "" }) {
		list = append(list, only("jenkins.scm.api.SCMRevisionAction"))
	}
	list = append(list, only("org.jenkinsci.plugins.workflow.libs.LibrariesAction"))
	if b.job.Git != "" {
		list = append(list, bean{class: gitData, o: b})
	}
	if b.hasInput(x.now) {
		list = append(list, bean{class: inputAction, o: b})
	}
	if slices.ContainsFunc(b.plan.gates, func(g *gate) bool { return g.passed && g.input != nil }) {
		list = append(list, only("org.jenkinsci.plugins.workflow.support.steps.input.ApproverAction"))
	}
	if why, ok := b.interrupted(); ok {
		list = append(list, bean{class: interruptedAction, o: why})
	}
	if b.plan.Env != nil || len(b.plan.assigned) > 0 {
		list = append(list, bean{class: envAction, o: b})
	}
	if report := b.report(x.now); len(report) > 0 {
		list = append(list, bean{class: testAction, o: report})
	}
	return append(list, empty, empty, empty, runDisplay, bean{class: restartAction, o: b},
		empty, bean{class: flowGraph, o: b}, empty, empty)
}

// interrupted reports whether somebody aborted the build, and who: "Aborted by ann". That is the last line of a script that says so.
func (b *Build) interrupted() (why string, ok bool) {
	lines := b.plan.Log
	if b.stopped {
		lines = b.extra[:len(b.extra)-1]
	}
	if len(lines) > 0 && (b.stopped || strings.HasPrefix(lines[len(lines)-1], "Aborted by ")) {
		why = strings.ReplaceAll(lines[len(lines)-1], note, "")
	}
	return why, b.result == "ABORTED" && (b.stopped || why != "")
}

var interruptedAction = &class{name: "jenkins.model.InterruptedBuildAction", make: func() []prop {
	return []prop{get("causes", func(_ *exporter, why string) any {
		return []bean{{class: &class{name: "jenkins.model.CauseOfInterruption$UserInterruption", props: []prop{k("shortDescription", why)}}}}
	})}
}}

// hasInput reports whether the run has ever asked a person: the action stays after the answer.
func (b *Build) hasInput(now time.Time) bool {
	t := b.clock(now)
	for _, g := range b.plan.gates {
		if g.input != nil && t >= g.at {
			return true
		}
	}
	return false
}

var parametersAction = &class{name: "hudson.model.ParametersAction", make: func() []prop {
	return []prop{
		get("parameters", func(_ *exporter, params []Param) any {
			list := []bean{}
			for _, q := range params {
				if q.Type != "File" || q.Value != "" { // of a file that was not given there is no value
					list = append(list, q.bean())
				}
			}
			return list
		}),
	}
}}

var causeAction = &class{name: "hudson.model.CauseAction", make: func() []prop {
	return []prop{
		get("causes", func(_ *exporter, causes []Cause) any {
			list := make([]bean, len(causes))
			for i, c := range causes {
				list[i] = c.bean()
			}
			return list
		}),
	}
}}

func (c Cause) text() string {
	switch {
	case c.Text != "":
		return c.Text
	case c.User != "":
		return "Started by user " + c.User
	case c.Upstream != nil:
		return fmt.Sprintf("Started by upstream project %q build number %d", c.Upstream.job.full, c.Upstream.number)
	case c.Push != "":
		return "Push event to branch by " + c.Push
	case c.Branch:
		return "Branch indexing"
	}
	return "Started by timer"
}

func (c Cause) bean() bean {
	props := []prop{k("shortDescription", c.text())}
	switch {
	case c.Class != "":
		return bean{class: &class{name: c.Class, props: props}}
	case c.User != "":
		props = append(props, k("userId", c.User), k("userName", c.User))
		return bean{class: &class{name: "hudson.model.Cause$UserIdCause", props: props}}
	case c.Upstream != nil:
		up := c.Upstream
		props = append(props, k("upstreamBuild", up.number), k("upstreamProject", up.job.full), k("upstreamUrl", up.job.url))
		name := "hudson.model.Cause$UpstreamCause"
		if up.job.kind == pipeline { // its build step
			name = "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause"
		}
		return bean{class: &class{name: name, props: props}}
	case c.Push != "":
		return bean{class: &class{name: "jenkins.branch.BranchEventCause", props: props}}
	case c.Branch:
		return bean{class: &class{name: "jenkins.branch.BranchIndexingCause", props: props}}
	}
	return bean{class: &class{name: "hudson.triggers.TimerTrigger$TimerTriggerCause", props: props}}
}

var timeInQueue = &class{name: "jenkins.metrics.impl.TimeInQueueAction", make: func() []prop {
	return []prop{
		k("blockedDurationMillis", 0),
		get("buildableDurationMillis", waiting),
		get("buildingDurationMillis", took), get("executingTimeMillis", took),
		k("executorUtilization", number("1.0")),
		get("queuingDurationMillis", waiting), get("queuingTimeMillis", waiting),
		k("subTaskCount", 0),
		get("totalDurationMillis", took),
		k("waitingDurationMillis", 4),
	}
}}

func waiting(_ *exporter, b *Build) any { return b.waited }

func took(x *exporter, b *Build) any {
	if !b.ended() {
		return 0
	}
	return b.duration(x.now)
}

var runDisplay = only("org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction")

var envAction = &class{name: "org.jenkinsci.plugins.workflow.cps.EnvActionImpl", make: func() []prop {
	return []prop{
		get("environment", func(x *exporter, b *Build) any {
			var list []pair
			for _, kv := range b.env(x.now) {
				name, value, _ := strings.Cut(kv, "=")
				list = append(list, pair{name, value})
			}
			return list
		}),
	}
}}

var restartAction = &class{name: "org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction", make: func() []prop {
	return []prop{
		get("restartEnabled", func(_ *exporter, b *Build) any { return b.ended() }),
		get("restartableStages", func(x *exporter, b *Build) any { return b.restartable(x.now) }),
	}
}}

var inputAction = &class{name: "org.jenkinsci.plugins.workflow.support.steps.input.InputAction", make: func() []prop {
	return []prop{
		get("executions", func(x *exporter, b *Build) any {
			var list []bean
			if g := b.inputGate(x.now); g != nil {
				for _, in := range g.open() {
					list = append(list, bean{class: inputExecution, o: in})
				}
			}
			return list
		}),
		get("waitingForInput", func(x *exporter, b *Build) any { return b.inputGate(x.now) != nil }),
	}
}}

// id as Jenkins makes it: "ship" becomes "Ship".
func (in *Input) id() string {
	if in.ID == "" {
		return "Proceed"
	}
	return strings.ToUpper(in.ID[:1]) + in.ID[1:]
}

func (in *Input) ok() string {
	if in.OK == "" {
		return "Proceed"
	}
	return in.OK
}

var inputExecution = &class{name: "", make: func() []prop {
	return []prop{
		get("displayName", func(_ *exporter, in *Input) any { return in.Message }),
		get("id", func(_ *exporter, in *Input) any { return in.id() }),
		k("settled", false),
		get("input", func(_ *exporter, in *Input) any { return bean{class: inputStep, o: in} }),
	}
}}

var inputStep = &class{name: "", make: func() []prop {
	return []prop{
		k("cancel", "Abort"),
		get("id", func(_ *exporter, in *Input) any { return in.id() }),
		get("message", func(_ *exporter, in *Input) any { return in.Message }),
		get("ok", func(_ *exporter, in *Input) any { return in.ok() }),
		get("parameters", func(_ *exporter, in *Input) any {
			list := make([]bean, len(in.Params))
			for i, q := range in.Params {
				list[i] = q.definition()
			}
			return list
		}),
		get("submitter", func(_ *exporter, in *Input) any { return text(in.Submitter) }),
		k("submitterParameter", nil),
	}
}}
