package act

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// TestWhatIsOfferedFirstOfARedRun asks a simulated controller about builds that ended badly in different ways.
func TestWhatIsOfferedFirstOfARedRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := jenkinstest.New(jenkinstest.Options{})
		stages := func(result string) jenkinstest.Script {
			return jenkinstest.Script{Text: "pipeline {\n}\n", Stages: []jenkinstest.Stage{{Name: "Build", Takes: time.Second},
				{Name: "Test", Takes: time.Second, Result: result}, {Name: "Deploy", Takes: time.Second}}}
		}
		pipe := func(name string, s jenkinstest.Script) {
			c.Start(c.AddPipeline(name, jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script { return s }}), nil)
		}
		pipe("declarative", stages("FAILURE"))
		pipe("unstable", stages("UNSTABLE"))
		pipe("aborted", stages("ABORTED"))
		c.Start(c.AddFreestyle("freestyle", jenkinstest.Job{Params: []jenkinstest.Param{{Name: "TARGET", Value: "prod"}},
			Script: func(*jenkinstest.Build) jenkinstest.Script {
				return jenkinstest.Script{Result: "FAILURE", Takes: time.Second}
			}}), nil)
		time.Sleep(time.Minute)
		u, _ := url.Parse("http://ci.example.com/")
		client := &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: c.Transport()}}
		for job, want := range map[string]string{
			"declarative": "Restart declarative #1 from stage Test on ci?",
			"unstable":    "Restart unstable #1 from stage Test on ci?",
			"aborted":     "Restart aborted #1 from stage Test on ci?",
			"freestyle":   "The values are those of #1.",
		} {
			s := newScreen(t, func(o *kit.Options) { o.Controllers[0] = kit.Controller{Name: "ci", Client: client} })
			r, err := client.Build(t.Context(), jenkins.BuildSpec{Job: job, Number: 1})
			if err != nil {
				t.Fatal(err)
			}
			s.start(kit.IntentBuild, &r)
			if job != "freestyle" {
				s.press("enter")
			}
			if text := strings.Join(strings.Fields(s.view()), " "); !strings.Contains(text, want) {
				t.Errorf("%s, %s: %s", job, r.Status, text)
			}
		}
	})
}
