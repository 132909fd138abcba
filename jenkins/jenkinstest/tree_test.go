package jenkinstest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
)

func TestTreeIsEvaluated(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	j := c.AddFreestyle("a/odd #1? %20", Job{Params: []Param{{Type: "Password", Name: "PW", Value: "secret"}}})
	for range 5 {
		c.Finish(c.Start(j, byAdmin), "SUCCESS")
	}
	build := func(n int) string { return fmt.Sprintf(`{"_class":"hudson.model.FreeStyleBuild","number":%d}`, n) }
	job := func(props string) string { return `{"_class":"hudson.model.FreeStyleProject",` + props + `}` }
	for _, test := range []struct{ tree, want string }{
		{"name,color", job(`"name":"odd #1? %20","color":"blue"`)},
		{"color,name", job(`"name":"odd #1? %20","color":"blue"`)}, // the order is the controller's own
		{"nothing", `{"_class":"hudson.model.FreeStyleProject"}`},
		{"builds[number]{1,3}", job(`"builds":[` + build(4) + "," + build(3) + `]`)},
		{"builds[number]{,2}", job(`"builds":[` + build(5) + "," + build(4) + `]`)},
		{"builds[number]{3,}", job(`"builds":[` + build(2) + "," + build(1) + `]`)},
		{"builds[number]{4}", job(`"builds":[` + build(1) + `]`)},
		{"builds[number]{9,12}", job(`"builds":[]`)},
		{"lastBuild", job(`"lastBuild":{"_class":"hudson.model.FreeStyleBuild"}`)},
		{"url", job(`"url":"http://ci.example.com/job/a/job/odd%20%231%3F%20%2520/"`)},
		{"lastBuild[actions[parameters[name,value]]]", job(`"lastBuild":{"_class":"hudson.model.FreeStyleBuild","actions":[` +
			`{"_class":"hudson.model.ParametersAction","parameters":[{"_class":"hudson.model.PasswordParameterValue","name":"PW"}]},` +
			`{"_class":"hudson.model.CauseAction"},{"_class":"jenkins.metrics.impl.TimeInQueueAction"},{},{"_class":"org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction"}]}`)},
	} {
		got := body(t, c, "/job/a/job/odd%20%231%3F%20%2520/api/json?tree="+url.QueryEscape(test.tree))
		if string(got) != test.want {
			t.Errorf("tree=%s\n got %s\nwant %s", test.tree, got, test.want)
		}
	}
}

func TestStarNamesEveryProperty(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	j := c.AddPipeline("p", Job{})
	c.Start(j, byAdmin)
	var all, some map[string]any
	ask(t, c, "/job/p/1/api/json", &some)
	ask(t, c, "/job/p/1/api/json?tree=*,actions[causes[userId]]", &all)
	for name := range some {
		if _, ok := all[name]; !ok {
			t.Errorf("* lacks %s", name)
		}
	}
}

func FuzzTree(f *testing.F) {
	for _, s := range []string{"a", "a[b,c[d]]{1,2}", "jobs[name]{,3},*", "a{1}", "a[", "a{-5,99999999999999999999}", "é[ü]"} {
		f.Add(s)
	}
	c := Large(20, 3)
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := tree.Parse(s); err != nil {
			return
		}
		if got := body(t, c, "/api/json?tree="+url.QueryEscape(s)); !json.Valid(got) {
			t.Errorf("tree=%q is answered by %s", s, got)
		}
	})
}
