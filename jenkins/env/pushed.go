package env

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// AsPushed returns the env as the plugin would push it: without what only the steps of a pipeline see (env.X assignments,
// its checkouts) and without what no process of the run saw (causes, printed listings). Values that are not known are
// left out.
func (e Env) AsPushed() []Variable {
	return e.pick(func(v Variable) bool {
		switch v.Source {
		case Staged, Assigned, CauseVar, Printed:
			return false
		case SCM:
			return v.Known && !e.Run.Pipeline
		}
		return v.Known
	})
}

var (
	ofWorkspace     = []string{"WORKSPACE", "WORKSPACE_TMP"}
	ofPipelineStart = []string{"EXECUTOR_NUMBER", "HOME", "LANG", "NODE_LABELS", "NODE_NAME", "PATH"}
)

// AsPushedAt returns the env as the plugin pushes it with a status: at its START a run has no workspace and is called by its
// number, whatever it is called later; that of a pipeline has an executor, a node and the machine's own variables, which
// no later push of it has. builtInLabels are those of the controller's own node, where pipelines start; nil: only its name.
func (e Env) AsPushedAt(status jenkins.Status, builtInLabels []string) []Variable {
	starts := status == jenkins.Start
	vars := slices.DeleteFunc(e.AsPushed(), func(v Variable) bool {
		switch {
		case v.Source == Param:
			return false
		case starts:
			return slices.Contains(ofWorkspace, v.Name)
		}
		return e.Run.Pipeline && slices.Contains(ofPipelineStart, v.Name)
	})
	if !starts {
		return vars
	}
	set := func(name, value string, replace bool) {
		i := slices.IndexFunc(vars, func(v Variable) bool { return foldName(v.Name) == foldName(name) })
		switch {
		case i < 0:
			vars = append(vars, Variable{Name: name, Value: value, Source: Derived, Known: true})
		case replace && vars[i].Source != Param:
			vars[i].Value = value
		}
	}
	set("BUILD_DISPLAY_NAME", "#"+strconv.Itoa(e.Ref.Number), true)
	if e.Run.Pipeline {
		if len(builtInLabels) == 0 {
			builtInLabels = []string{builtIn}
		}
		set("EXECUTOR_NUMBER", "-1", true)
		set("NODE_NAME", builtIn, false)
		set("NODE_LABELS", strings.Join(builtInLabels, " "), false)
	}
	SortByName(vars)
	return vars
}
