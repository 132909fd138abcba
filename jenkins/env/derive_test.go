package env

import (
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// TestEachRuleDerivesWhatJenkinsComputes has one case a rule and odd name.
func TestEachRuleDerivesWhatJenkinsComputes(t *testing.T) {
	t.Parallel()
	const root = "http://127.0.0.1:8090/"
	build := func(job string, number int, url string) facts {
		return facts{BuildFacts: jenkins.BuildFacts{Run: jenkins.Run{Ref: jenkins.Ref{Job: job, Number: number}}, URL: url}}
	}
	branch := build("multi/feature%2Flogin-form", 1, root+"job/multi/job/feature%252Flogin-form/1/")
	branch.ID, branch.DisplayName, branch.Branch, branch.DisplayURL = "1", "#1", true, true
	spaces := build("team-a/back end/ünïcode", 7, "https://ci.example/jenkins/job/team-a/job/back%20end/job/%C3%BCn%C3%AFcode/7/")
	spaces.ID, spaces.DisplayName = "2014-01-02_03-04-05", "1.2 <rc>"
	spaces.OneNode, spaces.BuiltOn, spaces.Run.Executor = true, "agent one", 3
	spaces.Run.NodeLabels = []string{"big", "linux", "agent one"}
	tilde := build(`a~b/c;d[e]{f}|"g"`, 2, root+"job/a%7Eb/job/c%3Bd%5Be%5D%7Bf%7D%7C%22g%22/2/")
	marks := build("!$&'()*+,-.=@_", 3, root+"job/!$&'()*+,-.=@_/3/")
	matrix := build("grid/OS=linux,ARCH=arm64", 4, root+"job/grid/OS=linux,ARCH=arm64/4/")
	controller := func(labels ...string) facts {
		f := build("j", 1, "")
		f.OneNode, f.Run.NodeLabels = true, labels
		return f
	}
	with := func(f facts, change func(*facts)) facts { change(&f); return f }

	const absent = "\x00"
	for _, c := range []struct {
		name string
		f    facts
		want string
	}{
		{"JOB_NAME", branch, "multi/feature%2Flogin-form"},
		{"JOB_NAME", spaces, "team-a/back end/ünïcode"},
		{"JOB_BASE_NAME", branch, "feature%2Flogin-form"},
		{"JOB_BASE_NAME", spaces, "ünïcode"},
		{"JOB_BASE_NAME", marks, "!$&'()*+,-.=@_"},
		{"JOB_URL", branch, root + "job/multi/job/feature%252Flogin-form/"},
		{"JOB_URL", spaces, "https://ci.example/jenkins/job/team-a/job/back%20end/job/%C3%BCn%C3%AFcode/"},
		{"JOB_URL", tilde, root + "job/a%7Eb/job/c%3Bd%5Be%5D%7Bf%7D%7C%22g%22/"},
		{"JOB_URL", marks, root + "job/!$&'()*+,-.=@_/"},
		{"JOB_URL", matrix, root + "job/grid/OS=linux,ARCH=arm64/"},
		{"JOB_URL", with(branch, func(f *facts) { f.URL = "" }), absent},
		{"BUILD_URL", branch, root + "job/multi/job/feature%252Flogin-form/1/"},
		{"BUILD_URL", tilde, root + "job/a%7Eb/job/c%3Bd%5Be%5D%7Bf%7D%7C%22g%22/2/"},
		{"BUILD_URL", matrix, root + "job/grid/OS=linux,ARCH=arm64/4/"},
		{"BUILD_NUMBER", spaces, "7"},
		{"BUILD_ID", branch, "1"},
		{"BUILD_ID", spaces, "2014-01-02_03-04-05"},
		{"BUILD_DISPLAY_NAME", branch, "#1"},
		{"BUILD_DISPLAY_NAME", spaces, "1.2 <rc>"},
		{"BUILD_TAG", branch, "jenkins-multi-feature%2Flogin-form-1"},
		{"BUILD_TAG", spaces, "jenkins-team-a-back end-ünïcode-7"},
		{"JENKINS_URL", branch, root},
		{"JENKINS_URL", spaces, "https://ci.example/jenkins/"},
		{"JENKINS_URL", matrix, root},
		{"HUDSON_URL", spaces, "https://ci.example/jenkins/"},
		{"CI", branch, "true"},
		{"CLASSPATH", branch, ""},
		{"JOB_DISPLAY_URL", branch, root + "job/multi/job/feature%252Flogin-form/display/redirect"},
		{"JOB_DISPLAY_URL", spaces, absent},
		{"RUN_DISPLAY_URL", branch, root + "job/multi/job/feature%252Flogin-form/1/display/redirect"},
		{"RUN_ARTIFACTS_DISPLAY_URL", branch,
			root + "job/multi/job/feature%252Flogin-form/1/display/redirect?page=artifacts"},
		{"RUN_CHANGES_DISPLAY_URL", branch, root + "job/multi/job/feature%252Flogin-form/1/display/redirect?page=changes"},
		{"RUN_TESTS_DISPLAY_URL", branch, root + "job/multi/job/feature%252Flogin-form/1/display/redirect?page=tests"},
		{"RUN_TESTS_DISPLAY_URL", spaces, absent},
		{"BRANCH_NAME", branch, "feature/login-form"},
		{"BRANCH_NAME", spaces, absent},
		{"BRANCH_NAME", with(build("m/100%25%20done", 1, ""), func(f *facts) { f.Branch = true }), "100% done"},
		{"BRANCH_NAME", with(build("m/100%", 1, ""), func(f *facts) { f.Branch = true }), "100%"},
		{"BRANCH_IS_PRIMARY", branch, absent},
		{"BRANCH_IS_PRIMARY", with(branch, func(f *facts) { f.Primary = true }), "true"},
		{"BRANCH_IS_PRIMARY", facts{Primary: true}, absent},
		{"EXECUTOR_NUMBER", spaces, "3"},
		{"EXECUTOR_NUMBER", with(spaces, func(f *facts) { f.Run.Status = jenkins.Success }), absent},
		{"EXECUTOR_NUMBER", with(spaces, func(f *facts) { f.Run.Executor = -1 }), absent},
		{"EXECUTOR_NUMBER", branch, absent},
		{"NODE_NAME", spaces, "agent one"},
		{"NODE_NAME", controller(), "built-in"},
		{"NODE_NAME", controller("linux", "master"), "master"},
		{"NODE_NAME", controller("built-in", "master"), "built-in"},
		{"NODE_NAME", branch, absent},
		{"NODE_LABELS", spaces, "big linux agent one"},
		{"NODE_LABELS", controller(), absent},
	} {
		got := absent
		for _, v := range derive(c.f) {
			if v.Name == c.name {
				got = v.Value
			}
		}
		if got != c.want {
			t.Errorf("%s of %q = %q, want %q", c.name, c.f.Run.Job, got, c.want)
		}
	}
}

func TestRootIsFoundWhateverSpellingOfThePathWasRepeated(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"http://h/job/job/multi/job/a%252Fb/9/", "http://h/job/job/multi/job/a%2Fb/9/", "http://h/job/job/multi/job/a%2Fb/9",
	} {
		root, path, _ := splitRunURL(url, "multi/a%2Fb")
		if root != "http://h/job/" {
			t.Errorf("root of %s = %q", url, root)
		}
		if path != "job/multi/job/a%252Fb/" {
			t.Errorf("job of %s = %q", url, path)
		}
	}
}

// FuzzDerive: whatever names a controller has, the rules agree with each other and nothing crashes.
func FuzzDerive(f *testing.F) {
	f.Add("multi/feature%2Flogin-form", "http://127.0.0.1:8090/job/multi/job/feature%252Flogin-form/1/", 1)
	f.Add("a b/ü~", "https://x/jenkins/job/a%20b/job/%C3%BC%7E/7/", 7)
	f.Add("", ":", -1)
	f.Fuzz(func(t *testing.T, job, url string, number int) {
		facts := facts{Branch: true, Primary: true, BuildFacts: jenkins.BuildFacts{URL: url, DisplayURL: true, OneNode: true,
			Run: jenkins.Run{Ref: jenkins.Ref{Job: job, Number: number}}}}
		vars := map[string]string{}
		for _, v := range derive(facts) {
			vars[v.Name] = v.Value
		}
		if jobURL, ok := vars["JOB_URL"]; ok {
			if !strings.HasPrefix(jobURL, vars["JENKINS_URL"]) || !strings.HasPrefix(vars["BUILD_URL"], jobURL) {
				t.Errorf("%q does not lie between %q and %q", jobURL, vars["JENKINS_URL"], vars["BUILD_URL"])
			}
		}
	})
}
