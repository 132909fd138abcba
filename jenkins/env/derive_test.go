package env

import (
	"strings"
	"testing"
)

// TestEachRuleDerivesWhatJenkinsComputes has one case a rule and odd name.
func TestEachRuleDerivesWhatJenkinsComputes(t *testing.T) {
	t.Parallel()
	const root = "http://127.0.0.1:8090/"
	branch := facts{
		Job: "multi/feature%2Flogin-form", Number: 1, ID: "1", DisplayName: "#1", Branch: true,
		URL: root + "job/multi/job/feature%252Flogin-form/1/", DisplayURL: true,
	}
	spaces := facts{
		Job: "team-a/back end/ünïcode", Number: 7, ID: "2014-01-02_03-04-05", DisplayName: "1.2 <rc>", Freestyle: true,
		URL: "https://ci.example/jenkins/job/team-a/job/back%20end/job/%C3%BCn%C3%AFcode/7/", Executor: 3,
		Workspace: "/srv/ws/back end@2", Labels: []string{"big", "linux", "agent one"}, BuiltOn: "agent one",
	}
	tilde := facts{Job: `a~b/c;d[e]{f}|"g"`, Number: 2, URL: root + "job/a%7Eb/job/c%3Bd%5Be%5D%7Bf%7D%7C%22g%22/2/"}
	marks := facts{Job: "!$&'()*+,-.=@_", Number: 3, URL: root + "job/!$&'()*+,-.=@_/3/"}
	matrix := facts{Job: "grid/OS=linux,ARCH=arm64", Number: 4, URL: root + "job/grid/OS=linux,ARCH=arm64/4/"}
	with := func(f facts, change func(*facts)) facts { change(&f); return f }

	const absent = "\x00"
	for _, c := range []struct {
		name string
		f    facts
		want string
	}{
		{"JOB_NAME", branch, "multi/feature%2Flogin-form"},
		{"JOB_NAME", spaces, "team-a/back end/ünïcode"},
		{"JOB_NAME", facts{}, absent},
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
		{"BRANCH_NAME", facts{Job: "m/100%25%20done", Branch: true}, "100% done"},
		{"BRANCH_NAME", facts{Job: "m/100%", Branch: true}, "100%"},
		{"BRANCH_IS_PRIMARY", branch, absent},
		{"BRANCH_IS_PRIMARY", with(branch, func(f *facts) { f.Primary = true }), "true"},
		{"BRANCH_IS_PRIMARY", facts{Primary: true}, absent},
		{"WORKSPACE", spaces, "/srv/ws/back end@2"},
		{"WORKSPACE", branch, absent},
		{"WORKSPACE_TMP", spaces, "/srv/ws/back end@2@tmp"},
		{"WORKSPACE_TMP", facts{Freestyle: true}, absent},
		{"EXECUTOR_NUMBER", spaces, "3"},
		{"EXECUTOR_NUMBER", with(spaces, func(f *facts) { f.Ended = true }), absent},
		{"EXECUTOR_NUMBER", with(spaces, func(f *facts) { f.Executor = -1 }), absent},
		{"EXECUTOR_NUMBER", branch, absent},
		{"NODE_NAME", spaces, "agent one"},
		{"NODE_NAME", facts{Freestyle: true}, "built-in"},
		{"NODE_NAME", facts{Freestyle: true, Labels: []string{"linux", "master"}}, "master"},
		{"NODE_NAME", facts{Freestyle: true, Labels: []string{"built-in", "master"}}, "built-in"},
		{"NODE_NAME", branch, absent},
		{"NODE_LABELS", spaces, "big linux agent one"},
		{"NODE_LABELS", facts{Freestyle: true}, absent},
	} {
		got := absent
		for _, v := range derive(c.f) {
			if v.Name == c.name {
				got = v.Value
			}
		}
		if got != c.want {
			t.Errorf("%s of %q = %q, want %q", c.name, c.f.Job, got, c.want)
		}
	}
}

func TestTheRootIsFoundWhateverSpellingOfThePathWasRepeated(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"http://h/job/job/multi/job/a%252Fb/9/", "http://h/job/job/multi/job/a%2Fb/9/", "http://h/job/job/multi/job/a%2Fb/9",
	} {
		f := facts{Job: "multi/a%2Fb", Number: 9, URL: url}
		if root, _ := rootURL(f); root != "http://h/job/" {
			t.Errorf("root of %s = %q", url, root)
		}
		if job, _ := jobURL(f); job != "http://h/job/job/multi/job/a%252Fb/" {
			t.Errorf("job of %s = %q", url, job)
		}
	}
}

// FuzzDerive: whatever names a controller has, the rules agree with each other and nothing crashes.
func FuzzDerive(f *testing.F) {
	f.Add("multi/feature%2Flogin-form", "http://127.0.0.1:8090/job/multi/job/feature%252Flogin-form/1/", 1)
	f.Add("a b/ü~", "https://x/jenkins/job/a%20b/job/%C3%BC%7E/7/", 7)
	f.Add("", ":", -1)
	f.Fuzz(func(t *testing.T, job, url string, number int) {
		facts := facts{Job: job, URL: url, Number: number, DisplayURL: true, Branch: true, Primary: true, Freestyle: true}
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
