package api

import (
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// Build is a build of either kind.
func Build(b *world.Build) object {
	if b.Job().Kind == world.Freestyle {
		return object{Class: freeStyleBuild, Of: b}
	}
	return object{Class: workflowRun, Of: b}
}

var freeStyleBuild, workflowRun *class

func init() {
	run := func(later ...prop) []prop {
		return join([]prop{
			get("actions", func(x *Scope, b *world.Build) any { return actionsOf(b, x) }),
			get("artifacts", func(_ *Scope, b *world.Build) any { return artifactsOf(b) }),
			get("building", func(_ *Scope, b *world.Build) any { return !b.Ended() }),
			get("description", func(_ *Scope, b *world.Build) any { return text(b.Description) }),
			get("displayName", func(_ *Scope, b *world.Build) any { return b.Shown() }),
			get("duration", func(x *Scope, b *world.Build) any {
				if !b.Ended() {
					return 0
				}
				return b.Duration(x.Now)
			}),
			get("estimatedDuration", func(_ *Scope, b *world.Build) any { return b.Job().Estimate() }),
			get("executor", func(x *Scope, b *world.Build) any { return x.executorOf(b) }),
			get("fullDisplayName", func(_ *Scope, b *world.Build) any { return b.Job().FullDisplay() + " " + b.Shown() }),
			get("id", func(_ *Scope, b *world.Build) any { return b.ID() }),
		}, later)
	}
	inProgress := func() prop { return get("inProgress", func(_ *Scope, b *world.Build) any { return !b.Ended() }) }
	rest := func() []prop {
		return []prop{
			get("keepLog", func(_ *Scope, b *world.Build) any { return b.Keep }),
			get("number", func(_ *Scope, b *world.Build) any { return b.Number() }),
			get("queueId", func(_ *Scope, b *world.Build) any { return b.QueueID }),
			get("result", func(_ *Scope, b *world.Build) any {
				if b.Result == world.NoResult {
					return nil
				}
				return text(b.Result)
			}),
			get("timestamp", func(_ *Scope, b *world.Build) any { return b.Started }),
			get("url", func(x *Scope, b *world.Build) any { return x.url(b.Job()) + b.ID() + "/" }),
		}
	}
	freeStyleBuild = &class{Name: "hudson.model.FreeStyleBuild", Make: func() []prop {
		return run(join([]prop{inProgress()}, rest(), []prop{
			get("builtOn", func(_ *Scope, b *world.Build) any { return b.Plan.Node }),
			get("changeSet", func(_ *Scope, b *world.Build) any { return changeSet(b) }),
			get("culprits", func(x *Scope, b *world.Build) any { return culprits(x.World, b) }),
		})...)
	}}
	workflowRun = &class{Name: "org.jenkinsci.plugins.workflow.job.WorkflowRun", Make: func() []prop {
		return run(join(rest(), []prop{
			get("changeSets", func(_ *Scope, b *world.Build) any {
				if len(b.Changes()) == 0 {
					return []object(nil)
				}
				return []object{changeSet(b)}
			}),
			get("culprits", func(x *Scope, b *world.Build) any { return culprits(x.World, b) }),
			inProgress(),
			get("nextBuild", func(_ *Scope, b *world.Build) any { return neighbour(b.Job().Build(b.Number() + 1)) }),
			get("previousBuild", func(_ *Scope, b *world.Build) any { return neighbour(b.Job().Build(b.Number() - 1)) }),
		})...)
	}}
}

// neighbour returns the build before or after: its declared type says what it is.
func neighbour(b *world.Build) any {
	if b == nil {
		return nil
	}
	n := Build(b)
	n.Plain = true
	return n
}

func actionsOf(b *world.Build, x *Scope) []object {
	var list []object
	if len(b.Params) > 0 {
		list = append(list, object{Class: parametersAction, Of: b.Params})
	}
	list = append(list, object{Class: causeAction, Of: b.Causes}, object{Class: timeInQueue, Of: b})
	if b.Job().Kind == world.Freestyle {
		if b.Job().Git != "" {
			list = append(list, object{Class: gitData, Of: b})
		}
		if why, ok := b.Interrupted(); ok {
			list = append(list, object{Class: interruptedAction, Of: why})
		}
		if report := b.Report(x.Now); len(report) > 0 {
			list = append(list, object{Class: testAction, Of: report})
		}
		return append(list, empty, runDisplay)
	}
	if slices.ContainsFunc(b.Causes, func(c world.Cause) bool { return c.Branch || c.Push != "" }) {
		list = append(list, only("jenkins.scm.api.SCMRevisionAction"))
	}
	list = append(list, only("org.jenkinsci.plugins.workflow.libs.LibrariesAction"))
	if b.Job().Git != "" {
		list = append(list, object{Class: gitData, Of: b})
	}
	if b.HasAsked(x.Now) {
		list = append(list, object{Class: inputAction, Of: b})
	}
	if slices.ContainsFunc(b.Plan.Gates, func(g *world.Gate) bool { return g.Passed && g.Input != nil }) {
		list = append(list, only("org.jenkinsci.plugins.workflow.support.steps.input.ApproverAction"))
	}
	if why, ok := b.Interrupted(); ok {
		list = append(list, object{Class: interruptedAction, Of: why})
	}
	if b.Plan.Env != nil || len(b.Plan.Assigned) > 0 {
		list = append(list, object{Class: envAction, Of: b})
	}
	if report := b.Report(x.Now); len(report) > 0 {
		list = append(list, object{Class: testAction, Of: report})
	}
	return append(list, empty, empty, empty, runDisplay, object{Class: restartAction, Of: b},
		empty, object{Class: flowGraph, Of: b}, empty, empty)
}

var interruptedAction = &class{Name: "jenkins.model.InterruptedBuildAction", Make: func() []prop {
	return []prop{get("causes", func(_ *Scope, why string) any {
		return []object{{Class: &class{Name: "jenkins.model.CauseOfInterruption$UserInterruption", Props: []prop{k("shortDescription", why)}}}}
	})}
}}

var parametersAction = &class{Name: "hudson.model.ParametersAction", Make: func() []prop {
	return []prop{
		get("parameters", func(_ *Scope, params []world.Param) any {
			list := []object{}
			for _, q := range params {
				if q.Type != "File" || q.Value != "" { // of a file that was not given there is no value
					list = append(list, parameterValueOf(q))
				}
			}
			return list
		}),
	}
}}

var causeAction = &class{Name: "hudson.model.CauseAction", Make: func() []prop {
	return []prop{
		get("causes", func(_ *Scope, causes []world.Cause) any {
			list := make([]object, len(causes))
			for i, c := range causes {
				list[i] = causeObject(c)
			}
			return list
		}),
	}
}}

func causeObject(c world.Cause) object {
	props := []prop{k("shortDescription", c.Said())}
	switch {
	case c.Class != "":
		return object{Class: &class{Name: c.Class, Props: props}}
	case c.User != "":
		props = append(props, k("userId", c.User), k("userName", c.User))
		return object{Class: &class{Name: "hudson.model.Cause$UserIdCause", Props: props}}
	case c.Upstream != nil:
		up := c.Upstream
		props = append(props, k("upstreamBuild", up.Number()), k("upstreamProject", up.Job().FullName()), k("upstreamUrl", up.Job().Path))
		name := "hudson.model.Cause$UpstreamCause"
		if up.Job().Kind == world.Pipeline { // its build step
			name = "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause"
		}
		return object{Class: &class{Name: name, Props: props}}
	case c.Push != "":
		return object{Class: &class{Name: "jenkins.branch.BranchEventCause", Props: props}}
	case c.Branch:
		return object{Class: &class{Name: "jenkins.branch.BranchIndexingCause", Props: props}}
	}
	return object{Class: &class{Name: "hudson.triggers.TimerTrigger$TimerTriggerCause", Props: props}}
}

var timeInQueue = &class{Name: "jenkins.metrics.impl.TimeInQueueAction", Make: func() []prop {
	return []prop{
		k("blockedDurationMillis", 0),
		get("buildableDurationMillis", waiting),
		get("buildingDurationMillis", took), get("executingTimeMillis", took),
		k("executorUtilization", tree.Number("1.0")),
		get("queuingDurationMillis", waiting), get("queuingTimeMillis", waiting),
		k("subTaskCount", 0),
		get("totalDurationMillis", took),
		k("waitingDurationMillis", 4),
	}
}}

func waiting(_ *Scope, b *world.Build) any { return b.Waited }

func took(x *Scope, b *world.Build) any {
	if !b.Ended() {
		return 0
	}
	return b.Duration(x.Now)
}

var runDisplay = only("org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction")

var envAction = &class{Name: "org.jenkinsci.plugins.workflow.cps.EnvActionImpl", Make: func() []prop {
	return []prop{
		get("environment", func(x *Scope, b *world.Build) any {
			var list []tree.Entry
			for _, kv := range b.Assigned(x.Now) {
				name, value, _ := strings.Cut(kv, "=")
				list = append(list, tree.Map(name, value)...)
			}
			return list
		}),
	}
}}

var restartAction = &class{Name: "org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction", Make: func() []prop {
	return []prop{
		get("restartEnabled", func(_ *Scope, b *world.Build) any { return b.Ended() }),
		get("restartableStages", func(x *Scope, b *world.Build) any { return b.Restartable(x.Now) }),
	}
}}

var inputAction = &class{Name: "org.jenkinsci.plugins.workflow.support.steps.input.InputAction", Make: func() []prop {
	return []prop{
		get("executions", func(x *Scope, b *world.Build) any {
			var list []object
			if g := b.AtInput(x.Now); g != nil {
				for _, in := range g.Open() {
					list = append(list, object{Class: inputExecution, Of: in})
				}
			}
			return list
		}),
		get("waitingForInput", func(x *Scope, b *world.Build) any { return b.AtInput(x.Now) != nil }),
	}
}}

var inputExecution = &class{Name: "", Make: func() []prop {
	return []prop{
		get("displayName", func(_ *Scope, in *world.Input) any { return in.Message }),
		get("id", func(_ *Scope, in *world.Input) any { return in.JenkinsID() }),
		k("settled", false),
		get("input", func(_ *Scope, in *world.Input) any { return object{Class: inputStep, Of: in} }),
	}
}}

var inputStep = &class{Name: "", Make: func() []prop {
	return []prop{
		k("cancel", "Abort"),
		get("id", func(_ *Scope, in *world.Input) any { return in.JenkinsID() }),
		get("message", func(_ *Scope, in *world.Input) any { return in.Message }),
		get("ok", func(_ *Scope, in *world.Input) any { return in.Button() }),
		get("parameters", func(_ *Scope, in *world.Input) any {
			list := make([]object, len(in.Params))
			for i, q := range in.Params {
				list[i] = definitionOf(q)
			}
			return list
		}),
		get("submitter", func(_ *Scope, in *world.Input) any { return text(in.Submitter) }),
		k("submitterParameter", nil),
	}
}}
