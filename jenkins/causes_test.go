package jenkins

import (
	"net/url"
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

func TestTheCausesOfAnAbortAreNoneOfItsStart(t *testing.T) {
	t.Parallel()
	client, _ := against(t, "960")
	r, err := client.Build(t.Context(), BuildSpec{Job: "depth/long", Number: 1})
	if err != nil || len(r.Causes) != 1 || r.Causes[0].UserID != "admin" {
		t.Error(r.Causes, err)
	}
}
