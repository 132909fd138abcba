package api

import (
	"cmp"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

func color(j *world.Job) string {
	if j.Disabled {
		return "disabled"
	}
	color := "notbuilt"
	if b := j.Permalink("lastCompletedBuild"); b != nil {
		switch b.Result {
		case "SUCCESS":
			color = "blue"
		case "UNSTABLE":
			color = "yellow"
		case "FAILURE":
			color = "red"
		case "ABORTED":
			color = "aborted"
		}
	}
	if b := j.Permalink("lastBuild"); b != nil && !b.Ended() {
		color += "_anime"
	}
	return color
}

// rootURL is the address that answers name.
func (x *Scope) url(j *world.Job) string {
	if x.Asked != nil && j == x.Asked {
		return x.World.RootURL + x.Spelled
	}
	return x.World.RootURL + j.Path
}

// Job is a job, folder or multibranch project.
func Job(j *world.Job) object {
	switch j.Kind {
	case world.Freestyle:
		return object{Class: freeStyleProject, Of: j}
	case world.Pipeline:
		return object{Class: workflowJob, Of: j}
	case world.Multibranch:
		return object{Class: multiBranchProject, Of: j}
	}
	return object{Class: folderClass, Of: j}
}

// visible returns the jobs of a folder that the asking user may see.
func (x *Scope) visible(j *world.Job) []*world.Job {
	if !x.Reader {
		return j.Children
	}
	var seen []*world.Job
	for _, c := range j.Children {
		if !c.Hidden {
			seen = append(seen, c)
		}
	}
	return seen
}

// jobs lists jobs, or the jobs in a folder.
func jobs(all []*world.Job) list {
	return list{Len: len(all), At: func(i int) object { return Job(all[i]) }}
}

// builds lists the builds of a job, newest first, one by one: a range over many costs what it names.
func builds(j *world.Job) list {
	n := len(j.Builds)
	return list{Len: n, At: func(i int) object { return Build(j.Builds[n-1-i]) }}
}

var empty = object{}

// only returns an object of which nothing is known but its class.
func only(name string) object { return object{Class: &class{Name: name}} }

func abstractItem() []prop {
	return []prop{
		get("actions", func(_ *Scope, j *world.Job) any { return jobActions(j) }),
		get("description", func(_ *Scope, j *world.Job) any { return text(j.Description) }),
		get("displayName", func(_ *Scope, j *world.Job) any { return j.Display() }),
		get("fullDisplayName", func(_ *Scope, j *world.Job) any { return j.FullDisplay() }),
		get("fullName", func(_ *Scope, j *world.Job) any { return j.FullName() }),
		get("name", func(_ *Scope, j *world.Job) any { return j.Name }),
		get("url", func(x *Scope, j *world.Job) any { return x.url(j) }),
	}
}

// text returns a string that Jenkins writes as null when it is not set.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func jobActions(j *world.Job) []object {
	var list []object
	if len(j.Params) > 0 && j.Kind == world.Freestyle {
		list = append(list, object{Class: parametersDefinition, Of: j.Params})
	}
	list = append(list, empty, empty)
	if !j.HoldsJobs() {
		list = append(list, only("org.jenkinsci.plugins.displayurlapi.actions.JobDisplayAction"))
	}
	if j.Parent != nil && j.Parent.Kind == world.Multibranch && j.Name == "main" {
		list = append(list, only("jenkins.scm.api.metadata.PrimaryInstanceMetadataAction"))
	}
	return append(list, only("com.cloudbees.plugins.credentials.ViewCredentialsAction"))
}

func permalink(name string) prop {
	return get(name, func(_ *Scope, j *world.Job) any { return buildOrNull(j.Permalink(name)) })
}

func buildOrNull(b *world.Build) any {
	if b == nil {
		return nil
	}
	return Build(b)
}

func jobProps(inner ...prop) []prop {
	inQueue := get("inQueue", func(x *Scope, j *world.Job) any { return x.World.Queued(j) != nil })
	queueItem := get("queueItem", func(x *Scope, j *world.Job) any {
		if it := x.World.Queued(j); it != nil {
			return x.Item(it)
		}
		return nil
	})
	all := []prop{
		get("allBuilds", func(_ *Scope, j *world.Job) any { return builds(j) }),
		get("buildable", func(_ *Scope, j *world.Job) any { return !j.Disabled }),
		get("builds", func(_ *Scope, j *world.Job) any { return builds(j) }),
		get("color", func(_ *Scope, j *world.Job) any { return color(j) }),
		permalink("lastBuild"), permalink("lastCompletedBuild"), permalink("lastSuccessfulBuild"),
		get("property", func(_ *Scope, j *world.Job) any { return properties(j) }),
		inQueue, queueItem,
	}
	return join(abstractItem(), all, inner)
}

func properties(j *world.Job) []object {
	var list []object
	if len(j.Params) > 0 && (j.Kind == world.Freestyle || len(j.Builds) > 0) {
		list = append(list, object{Class: parametersDefinition, Of: j.Params})
	}
	if j.Parent != nil && j.Parent.Kind == world.Multibranch {
		list = append(list, only("org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty"))
	}
	return list
}

var freeStyleProject, workflowJob, folderClass, multiBranchProject *class

// Classes refer to each other, which a variable's initial value may not.
func init() {
	freeStyleProject = &class{Name: "hudson.model.FreeStyleProject", Make: func() []prop {
		return jobProps(
			get("downstreamProjects", func(x *Scope, j *world.Job) any { return jobs(x.World.JobsNamed(j.Downstream)) }),
			get("labelExpression", func(_ *Scope, j *world.Job) any { return text(j.Label) }),
			get("upstreamProjects", func(x *Scope, j *world.Job) any { return jobs(x.World.Upstream(j)) }),
		)
	}}
	workflowJob = &class{Name: "org.jenkinsci.plugins.workflow.job.WorkflowJob", Make: func() []prop {
		return jobProps()
	}}
	holder := func() []prop {
		return join(abstractItem(), []prop{
			get("jobs", func(x *Scope, j *world.Job) any { return jobs(x.visible(j)) }),
			get("primaryView", func(_ *Scope, j *world.Job) any { return view(j) }),
		})
	}
	folderClass = &class{Name: "com.cloudbees.hudson.plugins.folder.Folder", Make: holder}
	multiBranchProject = &class{Name: "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject", Make: func() []prop {
		return join(holder(), []prop{k("buildable", true)})
	}}
}

func view(j *world.Job) object {
	name, shown := "hudson.model.AllView", "All"
	switch {
	case j.Kind == world.Multibranch:
		name, shown = "jenkins.branch.MultiBranchProjectViewHolder$ViewImpl", "default"
	case j.Parent == nil:
		shown = "all"
	}
	return object{Class: &class{Name: name, Props: []prop{
		get("jobs", func(x *Scope, j *world.Job) any { return jobs(x.visible(j)) }),
		k("name", shown),
		get("url", func(x *Scope, j *world.Job) any { return x.url(j) }),
	}}, Of: j}
}

var parametersDefinition = &class{Name: "hudson.model.ParametersDefinitionProperty", Make: func() []prop {
	return []prop{
		get("parameterDefinitions", func(_ *Scope, defs []world.Param) any {
			list := make([]object, len(defs))
			for i, d := range defs {
				list[i] = definitionOf(d)
			}
			return list
		}),
	}
}}

func definitionOf(q world.Param) object {
	cl := parameterDefinition
	switch q.Type {
	case "Choice":
		cl = choiceDefinition
	case "Run":
		cl = runDefinition
	}
	return object{Class: &class{Name: "hudson.model." + typeName(q) + "ParameterDefinition", Props: cl.List()}, Of: q}
}

func typeName(q world.Param) string { return cmp.Or(q.Type, "String") }

// value is a parameter's value; a choice's is a string. Passwords are never shown.
func parameterValueOf(q world.Param) object {
	typ := typeName(q)
	if typ == "Choice" {
		typ = "String"
	}
	return object{Class: &class{Name: "hudson.model." + typ + "ParameterValue", Props: parameterValue.List()}, Of: q}
}

func valueOf(q world.Param) any {
	switch q.Type {
	case "Password":
		return tree.Absent{}
	case "Run", "File":
		return tree.Absent{}
	case "Boolean":
		return q.Value == "true"
	}
	return q.Value
}

var parameterValue = &class{Name: "", Make: func() []prop {
	return []prop{
		get("name", func(_ *Scope, q world.Param) any { return q.Name }),
		get("value", func(_ *Scope, q world.Param) any { return valueOf(q) }),
		get("jobName", func(_ *Scope, q world.Param) any { return ofRun(q, 0) }),
		get("number", func(_ *Scope, q world.Param) any { return ofRun(q, 1) }),
	}
}}

// ofRun returns the job, or the number, of the build that a Run names.
func ofRun(q world.Param, part int) any {
	parts := strings.SplitN(q.Value, "#", 2)
	if q.Type != "Run" || len(parts) < 2 {
		return tree.Absent{}
	}
	return parts[part]
}

var runDefinition = &class{Name: "", Make: func() []prop {
	return join(parameterDefinition.List(), []prop{
		k("filter", "ALL"), get("projectName", func(_ *Scope, q world.Param) any { return q.Job }),
	})
}}

var parameterDefinition = &class{Name: "", Make: func() []prop {
	return []prop{
		get("defaultParameterValue", func(_ *Scope, q world.Param) any {
			switch q.Type {
			case "File":
				return nil
			case "Run":
				q.Value = ""
			}
			return parameterValueOf(q)
		}),
		get("description", func(_ *Scope, q world.Param) any { return text(q.Description) }),
		get("name", func(_ *Scope, q world.Param) any { return q.Name }),
		get("type", func(_ *Scope, q world.Param) any { return typeName(q) + "ParameterDefinition" }),
	}
}}

var choiceDefinition = &class{Name: "", Make: func() []prop {
	return join(parameterDefinition.List(), []prop{
		get("choices", func(_ *Scope, q world.Param) any { return q.Choices }),
	})
}}
