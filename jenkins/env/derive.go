package env

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// facts is what Jenkins computes a run's variables from.
type facts struct {
	jenkins.BuildFacts
	Branch  bool // the job is a branch of a multibranch project
	Primary bool // and its primary one
}

// derive returns the variables that Jenkins computes for every run, as far as the API says what from, and without any plugin
// on the controller's side. Each equalled what the controller itself pushed, on every run that was recorded.
func derive(f facts) []Variable {
	run, number := &f.Run, strconv.Itoa(f.Run.Number)
	base := baseName(run.Job)
	var vars []Variable
	from := func(source Source, name, value string) {
		vars = append(vars, Variable{Name: name, Value: value, Source: source, Known: true})
	}
	add := func(name, value string) { from(Derived, name, value) }
	add("CI", "true")
	add("CLASSPATH", "")
	add("BUILD_NUMBER", number)
	add("BUILD_ID", f.ID)
	add("BUILD_DISPLAY_NAME", f.DisplayName)                                      // a run that renames itself had "#N" before
	add("BUILD_TAG", "jenkins-"+strings.ReplaceAll(run.Job, "/", "-")+"-"+number) // spaces, unicode and %2F stay
	add("JOB_NAME", run.Job)                                                      // raw: a branch keeps its %2F, and the display name never counts
	add("JOB_BASE_NAME", base)
	if root, path, ok := splitRunURL(f.URL, run.Job); ok {
		job := root + path
		build := job + number + "/"
		add("JENKINS_URL", root)
		add("HUDSON_URL", root)
		add("JOB_URL", job)
		add("BUILD_URL", build)
		if f.DisplayURL {
			page := build + "display/redirect"
			add("JOB_DISPLAY_URL", job+"display/redirect")
			add("RUN_DISPLAY_URL", page)
			add("RUN_ARTIFACTS_DISPLAY_URL", page+"?page=artifacts")
			add("RUN_CHANGES_DISPLAY_URL", page+"?page=changes")
			add("RUN_TESTS_DISPLAY_URL", page+"?page=tests")
		}
	}
	if f.Branch {
		add("BRANCH_NAME", branchName(run.Job))
		if f.Primary { // else it is not set at all
			add("BRANCH_IS_PRIMARY", "true")
		}
	}
	if f.OneNode { // each step of a pipeline may have another node
		from(NodeVar, "NODE_NAME", nodeName(f.BuiltOn, run.NodeLabels))
		if len(run.NodeLabels) > 0 {
			from(NodeVar, "NODE_LABELS", strings.Join(run.NodeLabels, " ")) // in Jenkins' order, the node's own name among them
		}
		if !run.Status.Ended() && run.Executor >= 0 {
			from(NodeVar, "EXECUTOR_NUMBER", strconv.Itoa(run.Executor))
		}
	}
	return vars
}

// setByJenkins reports whether Jenkins or the agent sets a variable of this name for every run.
func setByJenkins(name string) bool {
	all := derive(facts{Branch: true, Primary: true, BuildFacts: jenkins.BuildFacts{URL: "http://host/job/a/1/", OneNode: true,
		DisplayURL: true, Run: jenkins.Run{Ref: jenkins.Ref{Job: "a", Number: 1}, NodeLabels: []string{"a"}}}})
	return slices.ContainsFunc(all, func(v Variable) bool { return v.Name == name }) ||
		slices.Contains(onAgent, name) || slices.Contains(ofWorkspace, name)
}

// baseName returns the last part of a job's full name, raw.
func baseName(job string) string { return job[strings.LastIndexByte(job, '/')+1:] }

// branchName returns the job's own name, percent-decoded.
func branchName(job string) string {
	base := baseName(job)
	if name, err := url.PathUnescape(base); err == nil {
		return name
	}
	return base
}

// builtIn is the name of the controller's own node.
const builtIn = "built-in"

// nodeName returns a node's name; the controller's own is "built-in", or "master" where an old controller kept that name,
// which is one of its labels then.
func nodeName(builtOn string, labels []string) string {
	switch {
	case builtOn != "":
		return builtOn
	case slices.Contains(labels, "master") && !slices.Contains(labels, builtIn):
		return "master"
	}
	return builtIn
}

// splitRunURL finds the controller's root URL in the reported URL of a run, and the job's path below it: "job/" and a part
// and "/" for each part of the full name. The root is the one that the controller's administrator set, which may differ from
// the one we reach it by. A matrix configuration's URL has no "job/" before its last part: there the reported path counts.
func splitRunURL(reported, job string) (root, path string, ok bool) {
	u, err := url.Parse(reported)
	if err != nil || u.Scheme == "" || u.Host == "" || job == "" {
		return "", "", false
	}
	parts := strings.Split(job, "/")
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	if at := len(segments) - 2*len(parts) - 1; at >= 0 && namesJob(segments[at:], parts) {
		return rootOf(u, segments[:at]), jenkins.Path(job), true
	}
	for at := range len(segments) - 2 {
		if segments[at] == "job" && samePart(segments[at+1], parts[0]) {
			return rootOf(u, segments[:at]), strings.Join(segments[at:len(segments)-1], "/") + "/", true
		}
	}
	return "", "", false
}

// namesJob reports whether the segments are job/PART for each part, and a number.
func namesJob(segments, parts []string) bool {
	for i, part := range parts {
		if segments[2*i] != "job" || !samePart(segments[2*i+1], part) {
			return false
		}
	}
	return true
}

// samePart reports whether a URL's segment names the part. Jenkins finds feature%2Flogin by feature%252Flogin and, in
// most places, by feature%2Flogin too, and then repeats that spelling.
func samePart(segment, part string) bool {
	decoded, err := url.PathUnescape(segment)
	return err == nil && decoded == part || segment == part
}

func rootOf(u *url.URL, segments []string) string {
	return u.Scheme + "://" + u.Host + "/" + strings.Join(slices.Concat(segments, []string{""}), "/")
}
