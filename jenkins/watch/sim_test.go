package watch_test

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

func simulated(c *jenkinstest.Controller) *jenkins.Client {
	u, _ := url.Parse("http://ci.example:8080/")
	return &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: c.Transport()},
		User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token}
}

// TestPartialPollsShowWhatFullPollsShow compares each snapshot with a full poll of the same instant.
func TestPartialPollsShowWhatFullPollsShow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		controller := jenkinstest.Large(200, 30)
		client, other := simulated(controller), simulated(controller)
		length, least := 15*time.Minute, 10_000
		if testing.Short() {
			length, least = 4*time.Minute, 2500
		}
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		compared := 0
		for s := range (&watch.Watcher{Client: client}).Snapshots(ctx) {
			if s.Err != nil {
				t.Fatal(s.Err)
			}
			if time.Since(s.At) > 0 {
				continue // the tree came later than the runs
			}
			runs, nodes, err := other.Running(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range runs {
				i := slices.IndexFunc(s.Runs, func(r jenkins.Run) bool { return r.Ref == want.Ref })
				if i < 0 {
					t.Fatalf("%v is not shown", want.Ref)
				}
				got := s.Runs[i]
				compared++
				if !slices.Equal(got.Nodes, want.Nodes) || !slices.Equal(got.Stages, want.Stages) ||
					!slices.Equal(got.NodeLabels, want.NodeLabels) || got.Status != want.Status ||
					!got.StartedAt.Equal(want.StartedAt) || len(got.Parameters) != len(want.Parameters) ||
					math.Abs(float64(got.Progress-want.Progress)) > 1 {
					t.Fatalf("shown\n%+v, want\n%+v", got, want)
				}
			}
			for i := range nodes {
				if s.Nodes[i].Busy != nodes[i].Busy || s.Nodes[i].Executors != nodes[i].Executors {
					t.Fatalf("shown %+v, want %+v", s.Nodes[i], nodes[i])
				}
			}
		}
		if compared < least {
			t.Errorf("only %d runs were compared", compared)
		}
	})
}

// TestEveryBuildOfASimulatedControllerIsReportedOnce watches through the real client and compares what was reported with the
// controller's own histories.
func TestEveryBuildOfASimulatedControllerIsReportedOnce(t *testing.T) {
	t.Parallel()
	for _, events := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			controller := jenkinstest.LargeWith(60, 12, jenkinstest.Options{SSE: true})
			client := simulated(controller)
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 40*time.Minute)
			defer cancel()
			type counts struct {
				added, ended int
				status       jenkins.Status
			}
			reported := map[jenkins.Ref]counts{}
			var prev watch.Snapshot
			for s := range (&watch.Watcher{Client: client, Events: events}).Snapshots(ctx) {
				for _, c := range watch.Changes(prev, s) {
					was := reported[c.Run.Ref]
					if c.Kind == watch.Added {
						was.added++
					}
					if c.Run.Status.Ended() && was.status != c.Run.Status {
						was.ended++
					}
					was.status = c.Run.Status
					reported[c.Run.Ref] = was
				}
				prev = s
			}
			if prev.Events != events {
				t.Errorf("events come: %v, want %v", prev.Events, events)
			}
			jobs, err := client.LastBuilds(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			builds := 0
			for _, job := range jobs {
				if job.Folder {
					continue
				}
				history, err := client.History(t.Context(), job.Name, 0, 100)
				if err != nil {
					t.Fatal(err)
				}
				for _, run := range history {
					end := run.StartedAt.Add(run.Duration)
					if !run.Status.Ended() || run.StartedAt.Before(began) || time.Since(end) < 10*time.Second {
						continue
					}
					builds++
					if got, want := reported[run.Ref], (counts{1, 1, run.Status}); got != want {
						t.Errorf("events %v: of %v was reported %+v, want %+v", events, run.Ref, got, want)
					}
				}
			}
			if builds < 30 {
				t.Errorf("only %d builds", builds)
			}
		})
	}
}

// TestFailedJobIsShownWhileItsNextBuildRuns starts to watch while a job builds: its previous result says that it fails.
func TestFailedJobIsShownWhileItsNextBuildRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		controller := jenkinstest.Large(200, 40)
		client := simulated(controller)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var last watch.Snapshot
		for s := range (&watch.Watcher{Client: client}).Snapshots(ctx) {
			last = s
		}
		for _, asked := range controller.Requests() {
			if strings.Contains(asked.URI, "/job/") {
				t.Errorf("a build was asked for alone: %s", asked.URI)
			}
		}
		failing := 0
		for _, run := range last.Runs {
			before := jenkins.Ref{Controller: "ci", Job: run.Job, Number: run.Number - 1}
			i := slices.IndexFunc(last.Recent, func(r jenkins.Run) bool { return r.Ref == before })
			switch {
			case before.Number == 0:
			case i < 0:
				t.Errorf("%v is not shown", before)
			case last.Recent[i].Status == jenkins.Failure:
				failing++
			}
		}
		if failing == 0 {
			t.Error("no job that builds has failed before: the test proves nothing")
		}
	})
}
