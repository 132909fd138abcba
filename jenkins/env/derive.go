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
	Job         string // full name, raw
	Number      int
	ID          string // the API's id
	DisplayName string // raw
	URL         string // as the controller reports it: only its root is trusted, it repeats our spelling of the path
	DisplayURL  bool   // display-url-api is installed
	Branch      bool   // the job is a branch of a multibranch project
	Primary     bool   // and its primary one
	Freestyle   bool   // it runs on one node from start to end, as freestyle, matrix and Maven builds do
	Ended       bool
	BuiltOn     string // freestyle: "" is the controller
	Executor    int    // freestyle: -1 when it is not known, which it is only while the run runs
	Labels      []string
	Workspace   string // freestyle: as the console's first lines tell
}

// rule is how Jenkins computes one variable. value's second result is false where Jenkins sets none.
type rule struct {
	name   string
	source Source
	value  func(facts) (string, bool)
}

// rules is one rule per variable that can be derived without any plugin on the controller's side. Each equalled what
// the controller itself pushed, on every run that was recorded.
var rules = []rule{
	{"BRANCH_IS_PRIMARY", Derived, branchIsPrimary},
	{"BRANCH_NAME", Derived, branchName},
	{"BUILD_DISPLAY_NAME", Derived, buildDisplayName},
	{"BUILD_ID", Derived, buildID},
	{"BUILD_NUMBER", Derived, buildNumber},
	{"BUILD_TAG", Derived, buildTag},
	{"BUILD_URL", Derived, buildURL},
	{"CI", Derived, ci},
	{"CLASSPATH", Derived, classpath},
	{"EXECUTOR_NUMBER", NodeVar, executorNumber},
	{"HUDSON_URL", Derived, rootURL},
	{"JENKINS_URL", Derived, rootURL},
	{"JOB_BASE_NAME", Derived, jobBaseName},
	{"JOB_DISPLAY_URL", Derived, jobDisplayURL},
	{"JOB_NAME", Derived, jobName},
	{"JOB_URL", Derived, jobURL},
	{"NODE_LABELS", NodeVar, nodeLabels},
	{"NODE_NAME", NodeVar, nodeName},
	{"RUN_ARTIFACTS_DISPLAY_URL", Derived, runPageURL("artifacts")},
	{"RUN_CHANGES_DISPLAY_URL", Derived, runPageURL("changes")},
	{"RUN_DISPLAY_URL", Derived, runDisplayURL},
	{"RUN_TESTS_DISPLAY_URL", Derived, runPageURL("tests")},
	{"WORKSPACE", Derived, workspace},
	{"WORKSPACE_TMP", Derived, workspaceTmp},
}

// derive applies every rule.
func derive(f facts) []Variable {
	vars := make([]Variable, 0, len(rules))
	for _, r := range rules {
		if value, ok := r.value(f); ok {
			vars = append(vars, Variable{Name: r.name, Value: value, Source: r.source, Known: true})
		}
	}
	return vars
}

// jobName is the job's full name, raw: a branch keeps its %2F, and the display name never counts.
func jobName(f facts) (string, bool) { return f.Job, f.Job != "" }

// jobBaseName is the last part of the full name, raw.
func jobBaseName(f facts) (string, bool) {
	return f.Job[strings.LastIndexByte(f.Job, '/')+1:], f.Job != ""
}

// rootURL is the root URL that the controller's administrator set, which may differ from the one we reach it by.
func rootURL(f facts) (string, bool) {
	root, _, ok := splitRunURL(f)
	return root, ok
}

// jobURL is root + "job/" + part + "/" for each part of the full name. A matrix configuration's URL has no "job/"
// before its last part: there the path that Jenkins reports is taken as it is.
func jobURL(f facts) (string, bool) {
	root, path, ok := splitRunURL(f)
	return root + path, ok
}

// buildURL is the job's URL, the number and a slash.
func buildURL(f facts) (string, bool) {
	job, ok := jobURL(f)
	return job + strconv.Itoa(f.Number) + "/", ok
}

func buildNumber(f facts) (string, bool) { return strconv.Itoa(f.Number), f.Number > 0 }

// buildID is the API's id: the number since Jenkins 1.597, a timestamp for builds that are older than that.
func buildID(f facts) (string, bool) { return f.ID, f.ID != "" }

// buildDisplayName is the API's displayName: a run that renames itself had "#N" before.
func buildDisplayName(f facts) (string, bool) { return f.DisplayName, f.DisplayName != "" }

// buildTag is "jenkins-", the full name with - for /, and the number. Spaces, unicode and %2F stay.
func buildTag(f facts) (string, bool) {
	return "jenkins-" + strings.ReplaceAll(f.Job, "/", "-") + "-" + strconv.Itoa(f.Number), f.Job != ""
}

func ci(facts) (string, bool)        { return "true", true }
func classpath(facts) (string, bool) { return "", true }

// jobDisplayURL and its like come from the plugin display-url-api.
func jobDisplayURL(f facts) (string, bool) {
	job, ok := jobURL(f)
	return job + "display/redirect", ok && f.DisplayURL
}

func runDisplayURL(f facts) (string, bool) {
	run, ok := buildURL(f)
	return run + "display/redirect", ok && f.DisplayURL
}

func runPageURL(page string) func(facts) (string, bool) {
	return func(f facts) (string, bool) {
		run, ok := runDisplayURL(f)
		return run + "?page=" + page, ok
	}
}

// branchName is the job's own name, percent-decoded, where the job is a branch of a multibranch project.
func branchName(f facts) (string, bool) {
	base, ok := jobBaseName(f)
	if name, err := url.PathUnescape(base); err == nil {
		base = name
	}
	return base, ok && f.Branch
}

// branchIsPrimary is "true" or not set at all.
func branchIsPrimary(f facts) (string, bool) { return "true", f.Branch && f.Primary }

// workspace is what the console's first lines tell; a pipeline's steps each have their own, its run has none.
func workspace(f facts) (string, bool) { return f.Workspace, f.Freestyle && f.Workspace != "" }

func workspaceTmp(f facts) (string, bool) {
	dir, ok := workspace(f)
	return dir + "@tmp", ok
}

// executorNumber is exposed only while the run runs.
func executorNumber(f facts) (string, bool) {
	return strconv.Itoa(f.Executor), f.Freestyle && !f.Ended && f.Executor >= 0
}

// nodeName is the node's name; the controller's own is "built-in", or "master" where an old controller kept that name,
// which is one of its labels then.
func nodeName(f facts) (string, bool) {
	switch {
	case f.BuiltOn != "":
		return f.BuiltOn, f.Freestyle
	case slices.Contains(f.Labels, "master") && !slices.Contains(f.Labels, builtIn):
		return "master", f.Freestyle
	}
	return builtIn, f.Freestyle
}

// nodeLabels is the node's labels in Jenkins' order, its own name among them.
func nodeLabels(f facts) (string, bool) {
	return strings.Join(f.Labels, " "), f.Freestyle && len(f.Labels) > 0
}

// builtIn is the name of the controller's own node.
const builtIn = "built-in"

// splitRunURL finds the controller's root URL in the reported URL of a run, and the job's path below it.
func splitRunURL(f facts) (root, path string, ok bool) {
	u, err := url.Parse(f.URL)
	if err != nil || u.Scheme == "" || u.Host == "" || f.Job == "" {
		return "", "", false
	}
	parts := strings.Split(f.Job, "/")
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	if at := len(segments) - 2*len(parts) - 1; at >= 0 && namesJob(segments[at:], parts) {
		return rootOf(u, segments[:at]), jenkins.Path(f.Job), true
	}
	for at := range len(segments) - 2 {
		if segments[at] == "job" && samePart(segments[at+1], parts[0]) {
			return rootOf(u, segments[:at]), strings.Join(segments[at:len(segments)-1], "/") + "/", true
		}
	}
	return "", "", false
}

// namesJob tells whether the segments are job/PART for each part, and a number.
func namesJob(segments, parts []string) bool {
	for i, part := range parts {
		if segments[2*i] != "job" || !samePart(segments[2*i+1], part) {
			return false
		}
	}
	return true
}

// samePart tells whether a URL's segment names the part. Jenkins finds feature%2Flogin by feature%252Flogin and, in
// most places, by feature%2Flogin too, and then repeats that spelling.
func samePart(segment, part string) bool {
	decoded, err := url.PathUnescape(segment)
	return err == nil && decoded == part || segment == part
}

func rootOf(u *url.URL, segments []string) string {
	return u.Scheme + "://" + u.Host + "/" + strings.Join(slices.Concat(segments, []string{""}), "/")
}
