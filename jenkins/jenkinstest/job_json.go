package jenkinstest

import (
	"cmp"
	"strings"
)

// rootURL is the address that answers name.
func (x *exporter) url(j *Job) string {
	if x.asked != nil && j == x.asked {
		return x.c.RootURL + x.spelled
	}
	return x.c.RootURL + j.url
}

func (j *Job) bean() bean {
	switch j.kind {
	case freestyle:
		return bean{class: freeStyleProject, o: j}
	case pipeline:
		return bean{class: workflowJob, o: j}
	case multibranch:
		return bean{class: multiBranchProject, o: j}
	}
	return bean{class: folderClass, o: j}
}

// visible returns the jobs of a folder that the asking user may see.
func (x *exporter) visible(j *Job) []*Job {
	if x.user == nil || x.user.Admin {
		return j.children
	}
	var seen []*Job
	for _, c := range j.children {
		if !c.Hidden {
			seen = append(seen, c)
		}
	}
	return seen
}

var empty = bean{}

// only returns an object of which nothing is known but its class.
func only(name string) bean { return bean{class: &class{name: name}} }

func abstractItem() []prop {
	return []prop{
		get("actions", func(_ *exporter, j *Job) any { return j.actions() }),
		get("description", func(_ *exporter, j *Job) any { return text(j.Description) }),
		get("displayName", func(_ *exporter, j *Job) any { return j.display() }),
		get("fullDisplayName", func(_ *exporter, j *Job) any { return j.fullDisplay() }),
		get("fullName", func(_ *exporter, j *Job) any { return j.full }),
		get("name", func(_ *exporter, j *Job) any { return j.name }),
		get("url", func(x *exporter, j *Job) any { return x.url(j) }),
	}
}

// text returns a string that Jenkins writes as null when it is not set.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (j *Job) actions() []bean {
	var list []bean
	if len(j.Params) > 0 && j.kind == freestyle {
		list = append(list, bean{class: parametersDefinition, o: j.Params})
	}
	list = append(list, empty, empty)
	if !j.holdsJobs() {
		list = append(list, only("org.jenkinsci.plugins.displayurlapi.actions.JobDisplayAction"))
	}
	if j.parent != nil && j.parent.kind == multibranch && j.name == "main" {
		list = append(list, only("jenkins.scm.api.metadata.PrimaryInstanceMetadataAction"))
	}
	return append(list, only("com.cloudbees.plugins.credentials.ViewCredentialsAction"))
}

func permalink(name string) prop {
	return get(name, func(_ *exporter, j *Job) any { return j.permalink(name).beanOrNull() })
}

func (b *Build) beanOrNull() any {
	if b == nil {
		return nil
	}
	return b.bean()
}

func jobProps(inner ...prop) []prop {
	inQueue := get("inQueue", func(x *exporter, j *Job) any { return x.c.queued(j) != nil })
	queueItem := get("queueItem", func(x *exporter, j *Job) any {
		if it := x.c.queued(j); it != nil {
			return x.item(it)
		}
		return nil
	})
	all := []prop{
		get("allBuilds", func(_ *exporter, j *Job) any { return j.builds }),
		get("buildable", func(_ *exporter, j *Job) any { return !j.Disabled }),
		get("builds", func(_ *exporter, j *Job) any { return j.builds }),
		get("color", func(_ *exporter, j *Job) any { return j.color() }),
		permalink("lastBuild"), permalink("lastCompletedBuild"), permalink("lastSuccessfulBuild"),
		get("property", func(_ *exporter, j *Job) any { return j.properties() }),
		inQueue, queueItem,
	}
	return join(abstractItem(), all, inner)
}

func (j *Job) properties() []bean {
	var list []bean
	if len(j.Params) > 0 && (j.kind == freestyle || len(j.builds) > 0) {
		list = append(list, bean{class: parametersDefinition, o: j.Params})
	}
	if j.parent != nil && j.parent.kind == multibranch {
		list = append(list, only("org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty"))
	}
	return list
}

var freeStyleProject, workflowJob, folderClass, multiBranchProject *class

// Classes refer to each other, which a variable's initial value may not.
func init() {
	freeStyleProject = &class{name: "hudson.model.FreeStyleProject", make: func() []prop {
		return jobProps(
			get("downstreamProjects", func(x *exporter, j *Job) any { return x.c.jobs(j.Downstream) }),
			get("labelExpression", func(_ *exporter, j *Job) any { return text(j.Label) }),
			get("upstreamProjects", func(x *exporter, j *Job) any { return x.c.upstream(j) }),
		)
	}}
	workflowJob = &class{name: "org.jenkinsci.plugins.workflow.job.WorkflowJob", make: func() []prop {
		return jobProps()
	}}
	holder := func() []prop {
		return join(abstractItem(), []prop{
			get("jobs", func(x *exporter, j *Job) any { return x.visible(j) }),
			get("primaryView", func(_ *exporter, j *Job) any { return view(j) }),
		})
	}
	folderClass = &class{name: "com.cloudbees.hudson.plugins.folder.Folder", make: holder}
	multiBranchProject = &class{name: "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject", make: func() []prop {
		return join(holder(), []prop{k("buildable", true)})
	}}
}

func view(j *Job) bean {
	name, shown := "hudson.model.AllView", "All"
	switch {
	case j.kind == multibranch:
		name, shown = "jenkins.branch.MultiBranchProjectViewHolder$ViewImpl", "default"
	case j.parent == nil:
		shown = "all"
	}
	return bean{class: &class{name: name, props: []prop{
		get("jobs", func(x *exporter, j *Job) any { return x.visible(j) }),
		k("name", shown),
		get("url", func(x *exporter, j *Job) any { return x.url(j) }),
	}}, o: j}
}

var parametersDefinition = &class{name: "hudson.model.ParametersDefinitionProperty", make: func() []prop {
	return []prop{
		get("parameterDefinitions", func(_ *exporter, defs []Param) any {
			list := make([]bean, len(defs))
			for i, d := range defs {
				list[i] = d.definition()
			}
			return list
		}),
	}
}}

func (q Param) definition() bean {
	cl := parameterDefinition
	switch q.Type {
	case "Choice":
		cl = choiceDefinition
	case "Run":
		cl = runDefinition
	}
	return bean{class: &class{name: "hudson.model." + q.typeName() + "ParameterDefinition", props: cl.list()}, o: q}
}

func (q Param) typeName() string { return cmp.Or(q.Type, "String") }

// value is a parameter's value; a choice's is a string. Passwords are never shown.
func (q Param) bean() bean {
	typ := q.typeName()
	if typ == "Choice" {
		typ = "String"
	}
	return bean{class: &class{name: "hudson.model." + typ + "ParameterValue", props: parameterValue.list()}, o: q}
}

func (q Param) value() any {
	switch q.Type {
	case "Password":
		return absent{}
	case "Run", "File":
		return absent{}
	case "Boolean":
		return q.Value == "true"
	}
	return q.Value
}

var parameterValue = &class{name: "", make: func() []prop {
	return []prop{
		get("name", func(_ *exporter, q Param) any { return q.Name }),
		get("value", func(_ *exporter, q Param) any { return q.value() }),
		get("jobName", func(_ *exporter, q Param) any { return q.ofRun(0) }),
		get("number", func(_ *exporter, q Param) any { return q.ofRun(1) }),
	}
}}

// ofRun returns the job, or the number, of the build that a Run names.
func (q Param) ofRun(part int) any {
	parts := strings.SplitN(q.Value, "#", 2)
	if q.Type != "Run" || len(parts) < 2 {
		return absent{}
	}
	return parts[part]
}

var runDefinition = &class{name: "", make: func() []prop {
	return join(parameterDefinition.list(), []prop{
		k("filter", "ALL"), get("projectName", func(_ *exporter, q Param) any { return q.Job }),
	})
}}

var parameterDefinition = &class{name: "", make: func() []prop {
	return []prop{
		get("defaultParameterValue", func(_ *exporter, q Param) any {
			switch q.Type {
			case "File":
				return nil
			case "Run":
				q.Value = ""
			}
			return q.bean()
		}),
		get("description", func(_ *exporter, q Param) any { return text(q.Description) }),
		get("name", func(_ *exporter, q Param) any { return q.Name }),
		get("type", func(_ *exporter, q Param) any { return q.typeName() + "ParameterDefinition" }),
	}
}}

var choiceDefinition = &class{name: "", make: func() []prop {
	return join(parameterDefinition.list(), []prop{
		get("choices", func(_ *exporter, q Param) any { return q.Choices }),
	})
}}

func (c *Controller) queued(j *Job) *item {
	for _, it := range c.queue {
		if it.job == j {
			return it
		}
	}
	return nil
}
