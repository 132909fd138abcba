package api

import (
	"strconv"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// Stages is the tree of stages in pipeline-graph-view.
func (x *Scope) Stages(b *world.Build) []any { return x.stages(b, b.Plan.Spans) }

func (x *Scope) stages(b *world.Build, spans []*world.Span) []any {
	list := []any{}
	for _, sp := range spans {
		state := b.State(sp, x.Now)
		if state == "" {
			continue
		}
		typ, id := "STAGE", strconv.Itoa(sp.ID)
		if sp.Parallel {
			typ = "PARALLEL"
		}
		if state == "paused" && x.GraphViewAt != "stages" {
			state = "running" // only its step is paused
		}
		begin, took, paused := b.Times(sp, x.Now)
		entries := tree.Map("id", id, "name", sp.Name, "state", state, "type", typ, "title", sp.Name)
		entries = append(entries, x.graphTimes(begin, took, paused, state)...)
		entries = append(entries, tree.Map("children", x.stages(b, sp.Children), "isSequential", false, "synthetic", false, "placeholder", false)...)
		if agent := b.Agent(sp); agent != "" {
			entries = append(entries, tree.Map("agent", agent)...)
		}
		list = append(list, append(entries, tree.Map("url", x.path(b)+"pipeline-overview?selected-node="+id)...))
	}
	return list
}

// graphTimes returns the times of a stage or step; versions 112 to 431 send text.
func (x *Scope) graphTimes(begin time.Time, took, paused time.Duration, state string) []tree.Entry {
	if x.TextTimes {
		return tree.Map("pauseDurationMillis", "Queued "+paused.String(), "startTimeMillis", "Started 3 min ago",
			"totalDurationMillis", "Took "+took.String())
	}
	times := tree.Map("pauseDurationMillis", paused, "startTimeMillis", begin)
	if state != "running" && state != "paused" {
		times = append(times, tree.Map("totalDurationMillis", took)...)
	}
	return times
}

// Steps is the list of steps in pipeline-graph-view.
func (x *Scope) Steps(b *world.Build) []any {
	list := []any{}
	for _, sp := range b.Plan.All {
		for _, p := range b.Steps(sp, x.Now) {
			typ := "STEP"
			if p.Exception {
				typ, p.Name = "UNHANDLED_EXCEPTION", "Pipeline error"
			}
			step := tree.Map("id", strconv.Itoa(p.ID), "name", p.Name, "state", p.State, "type", typ,
				"title", p.Title)
			step = append(step, x.graphTimes(p.Begin, p.Took, p.Paused, p.State)...)
			step = append(step, tree.Map("stageId", strconv.Itoa(sp.ID))...)
			if p.State == "paused" && sp.Input != nil {
				step = append(step, tree.Map("inputStep", tree.Map("message", sp.Input.Message, "cancel", "Abort",
					"id", sp.Input.JenkinsID(), "ok", sp.Input.Button(), "parameters", len(sp.Input.Params) > 0))...)
			}
			list = append(list, step)
		}
	}
	return list
}
