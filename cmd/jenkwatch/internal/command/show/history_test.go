package show

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// beginning starts a build after each answer.
type beginning struct {
	http.RoundTripper
	begin func()
}

func (b beginning) RoundTrip(r *http.Request) (*http.Response, error) {
	defer b.begin()
	return b.RoundTripper.RoundTrip(r)
}

func TestHistoryIsWholeAlthoughABuildBeginsBetweenItsPages(t *testing.T) {
	t.Parallel()
	const builds = 3 * historyPage
	c := jenkinstest.New(jenkinstest.Options{})
	job := c.AddPipeline("shop", jenkinstest.Job{Keep: 2 * builds})
	for i := range builds {
		c.StartAt(job, time.Now().Add(time.Duration(i-builds)*time.Minute), nil)
	}
	client := &jenkins.Client{URL: &url.URL{Scheme: "http", Host: "ci.example.com"}, User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: beginning{c.Transport(), func() { c.Start(job, nil) }}}}
	for limit, want := range map[int]int{2*historyPage + 1: 2*historyPage + 1, 0: builds} {
		runs, err := historyPages(t.Context(), client, "shop", 0, limit)
		if err != nil || len(runs) < want || limit > 0 && len(runs) > limit {
			t.Fatalf("limit %d: %d builds, want %d: %v", limit, len(runs), want, err)
		}
		for i, r := range runs {
			if r.Number != runs[0].Number-i {
				t.Fatalf("limit %d: the build after #%d is #%d", limit, runs[i-1].Number, r.Number)
			}
		}
	}
}

func TestHistoryTellsWhichPipelineWaitsForInput(t *testing.T) {
	t.Parallel()
	c := jenkinstest.New(jenkinstest.Options{})
	ship := c.AddPipeline("ship", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Gate", Input: &jenkinstest.Input{ID: "ship", Message: "Ship it?"}}}}
	}})
	for range 2 {
		c.StartAt(ship, time.Now().Add(-time.Minute), nil)
	}
	client := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci.example.com"}, User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: c.Transport()}}
	c.Proceed(c.StartAt(ship, time.Now().Add(-time.Minute), nil)) // it is answered, and goes on
	runs, err := historyPages(t.Context(), client, "ship", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []jenkins.Status
	for _, r := range withWaiting(t.Context(), cli.NewController(config.Controller{}, client, nil), runs) {
		got = append(got, r.Status)
	}
	if want := []jenkins.Status{jenkins.Running, jenkins.Paused, jenkins.Paused}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
