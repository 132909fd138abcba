package setup

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

func TestDoctorNamesThePluginThatWouldShowMore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		options             jenkinstest.Options
		state, says, plugin string
	}{
		{jenkinstest.Options{}, stateOK, "the true tree", ""},
		{jenkinstest.Options{NoStageView: true}, stateWarning, "sizes of artifacts", "pipeline-rest-api"},
		{jenkinstest.Options{NoGraphView: true}, stateWarning, "first 100 steps", "pipeline-graph-view"},
		{jenkinstest.Options{NoGraphView: true, NoStageView: true}, stateWarning, "flow graph", "pipeline-graph-view"},
	} {
		sim := jenkinstest.New(c.options)
		sim.StartAt(sim.AddPipeline("a", jenkinstest.Job{Script: oneStep}), time.Now().Add(-time.Hour), nil)
		client := &jenkins.Client{URL: &url.URL{Scheme: "http", Host: "ci.example.com"}, User: jenkinstest.Admin.Name,
			Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: sim.Transport()}}
		run, err := client.Build(t.Context(), jenkins.BuildSpec{Job: "a", Number: 1})
		if err != nil {
			t.Fatal(err)
		}
		var found checkup
		found.stages(t.Context(), "controller ci", &cli.Controller{Client: client, Stages: &stages.Reader{Client: client}}, run)
		if len(found.findings) != 1 {
			t.Fatalf("%+v", found.findings)
		}
		if f := found.findings[0]; f.State != c.state || !strings.Contains(f.Detail, c.says) || !strings.Contains(f.Hint, c.plugin) {
			t.Errorf("%+v", f)
		}
	}
}

func TestDoctorDoesNotAdviseToInstallAPluginThatOnlyFails(t *testing.T) {
	t.Parallel()
	sim := jenkinstest.New(jenkinstest.Options{})
	b := sim.StartAt(sim.AddPipeline("a", jenkinstest.Job{Script: oneStep}), time.Now().Add(-time.Hour), nil)
	client := &jenkins.Client{URL: &url.URL{Scheme: "http", Host: "ci.example.com"}, User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: failingView{sim.Transport()}}}
	run, err := client.Build(t.Context(), jenkins.BuildSpec{Job: "a", Number: b.Number()})
	if err != nil {
		t.Fatal(err)
	}
	var found checkup
	found.stages(t.Context(), "controller ci", &cli.Controller{Client: client, Stages: &stages.Reader{Client: client}}, run)
	if f := found.findings[0]; f.State != stateWarning || strings.Contains(f.Hint, "install") || !strings.HasSuffix(f.Hint, "boom") {
		t.Errorf("%+v", f)
	}
}

// failingView is a controller whose Pipeline Graph View fails (recording 949).
type failingView struct{ http.RoundTripper }

func (v failingView) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := v.RoundTripper.RoundTrip(req)
	if err == nil && strings.HasSuffix(req.URL.Path, "/pipeline-overview/tree") {
		_ = resp.Body.Close()
		resp.Header.Del("Content-Encoding")
		resp.ContentLength = -1
		resp.Body = io.NopCloser(strings.NewReader(`{"status":"error","message":"boom"}`))
	}
	return resp, err
}

func oneStep(*jenkinstest.Build) jenkinstest.Script {
	step := jenkinstest.Step{Name: "npm test", Log: []string{"+ npm test"}}
	return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Test", Takes: 5 * time.Second, Steps: []jenkinstest.Step{step}}}}
}
