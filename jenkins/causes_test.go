package jenkins

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

func TestLastCausesAreThoseOfTheBuildsThemselves(t *testing.T) {
	t.Parallel()
	c := jenkinstest.New(jenkinstest.Options{})
	for name, causes := range map[string][]jenkinstest.Cause{
		"a/b/c/deep/job": {{User: "mira"}}, "timer": {{Timer: true}}, "a/timer": {{Timer: true}},
	} {
		c.StartAt(c.AddPipeline(name, jenkinstest.Job{}), time.Now().Add(-time.Hour), causes)
	}
	c.AddPipeline("never", jenkinstest.Job{})
	client := reading(c.Transport())
	client.URL, client.User, client.Token = &url.URL{Scheme: "http", Host: "ci.example"}, jenkinstest.Admin.Name, jenkinstest.Admin.Token
	byBuild, err := client.LastCauses(t.Context())
	if err != nil || len(byBuild) != 3 {
		t.Fatalf("causes of %d builds: %v", len(byBuild), err)
	}
	for ref, causes := range byBuild {
		run, err := client.Build(t.Context(), BuildSpec{Job: ref.Job, Number: ref.Number})
		if err != nil || len(causes) != 1 || causes[0] != run.Causes[0] {
			t.Errorf("%v: %v, want %v (%v)", ref, causes, run.Causes, err)
		}
	}
	deeper := 0
	for _, r := range c.Requests() {
		if strings.Contains(r.URI, "lastCompletedBuild") {
			deeper++
		}
	}
	if deeper > 2 {
		t.Errorf("%d requests for five levels of folders", deeper)
	}
}

// TestWhoAbortedABuildIsTold, apart from who started it: by a real controller, and by the simulated one.
func TestWhoAbortedABuildIsTold(t *testing.T) {
	t.Parallel()
	client, _ := against(t, "960")
	check := func(job string, want ...string) {
		t.Helper()
		r, err := client.Build(t.Context(), BuildSpec{Job: job, Number: 1})
		if err != nil || len(r.Causes) != 1 || !slices.Equal(r.Interrupted, want) {
			t.Errorf("%s was started for %v and aborted for %q (%v)", job, r.Causes, r.Interrupted, err)
		}
	}
	check("depth/long", "Aborted by admin")

	sim := jenkinstest.New(jenkinstest.Options{})
	running := func(*jenkinstest.Build) jenkinstest.Script { return jenkinstest.Script{Takes: time.Hour} }
	sim.Start(sim.AddFreestyle("long", jenkinstest.Job{Script: running}), []jenkinstest.Cause{{Timer: true}})
	client = reading(sim.Transport())
	client.URL = &url.URL{Scheme: "http", Host: "ci.example"}
	client.User, client.Token = jenkinstest.Admin.Name, jenkinstest.Admin.Token
	check("long")
	if _, err := client.Post(t.Context(), Question{Op: "stop it", Path: "job/long/1/stop"}); err != nil {
		t.Fatal(err)
	}
	check("long", "Aborted by admin")
	causes, err := client.LastCauses(t.Context())
	if got := causes[Ref{Controller: client.Name, Job: "long", Number: 1}]; err != nil || len(got) != 1 {
		t.Errorf("the list takes it to be started for %v (%v)", got, err)
	}
}
