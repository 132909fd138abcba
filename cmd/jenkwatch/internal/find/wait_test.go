package find

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// played returns a controller whose answers come from a function.
func played(answer recorded.Answers) *cli.Controller {
	u := &url.URL{Scheme: "http", Host: "ci.example"}
	return cli.NewController(config.Controller{}, &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: answer}}, nil)
}

// TestQueueItemThatJenkinsForgotIsFoundAsItsBuild: it is forgotten some minutes after it left the queue, and an outage may
// be longer than that.
func TestQueueItemThatJenkinsForgotIsFoundAsItsBuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := played(func(path string) (int, string) {
			switch outage := time.Since(began) < 10*time.Minute; {
			case time.Since(began) < 5*time.Second && strings.HasPrefix(path, "/queue/item/7/"):
				return http.StatusOK, `{"why":"no agent"}`
			case outage:
				return http.StatusServiceUnavailable, ""
			case path == "/job/x/lastBuild/api/json":
				return http.StatusOK, `{"number":3,"url":"http://ci.example/job/x/3/"}`
			}
			return http.StatusNotFound, ""
		})
		became, err := untilLeft(t.Context(), &jenkins.Waiter{}, c, jenkins.BuildSpec{Job: "x"}, 7)
		if err != nil || became.Number != 3 {
			t.Errorf("it became %+v, %v", became, err)
		}
	})
}

// TestQueueItemThatIsCancelledIsNotWaitedFor any longer, and ends as cancelled.
func TestQueueItemThatIsCancelledIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := played(func(string) (int, string) {
			if time.Since(began) < time.Minute {
				return http.StatusOK, `{"why":"no agent"}`
			}
			return http.StatusOK, `{"cancelled":true}`
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		became, err := untilLeft(ctx, &jenkins.Waiter{}, c, jenkins.BuildSpec{Job: "x"}, 7)
		if err != nil || !became.Cancelled || became.Number != 0 {
			t.Errorf("it became %+v, %v", became, err)
		}
	})
}

// TestOnlyTheNextBuildIsSoughtInTheQueue: none that waits there becomes the last failed one.
func TestOnlyTheNextBuildIsSoughtInTheQueue(t *testing.T) {
	t.Parallel()
	c := played(func(string) (int, string) {
		return http.StatusOK, `{"items":[{"id":7,"why":"no agent","task":{"name":"x","url":"http://ci.example/job/x/"}}]}`
	})
	for spec, want := range map[jenkins.BuildSpec]bool{
		{Job: "x"}: true, {Job: "x", Number: 4}: true, {Job: "x", Permalink: "last"}: true, {Job: "y"}: false,
		{Job: "x", Permalink: "lastFailed"}: false, {Job: "x", Permalink: "lastSuccessful"}: false,
	} {
		if item, err := queueItem(t.Context(), c, spec); err != nil || (item != nil) != want {
			t.Errorf("%v: %+v, %v", spec, item, err)
		}
	}
}

const rootRuns = `{"computer":[{"displayName":"built-in","executors":[{"number":0,"currentExecutable":{"_class":"org.jenkinsci.plugins.workflow.job.WorkflowRun",` +
	`"number":%d,"url":"http://ci.example/job/x/%[1]d/","building":true,"timestamp":%[1]d000,"actions":[{"causes":[{"_class":"hudson.model.Cause$UserIdCause",` +
	`"shortDescription":"Started by user root","userId":"root"}]}]}}]}]}`

// TestMineIsFoundWhileAnotherControllerIsAway: only where none is found the others are waited for.
func TestMineIsFoundWhileAnotherControllerIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		up := played(func(path string) (int, string) {
			if strings.HasPrefix(path, "/computer/") {
				return http.StatusOK, fmt.Sprintf(rootRuns, 3)
			}
			return http.StatusOK, `{"items":[{"id":9,"task":{"name":"a scan"},"actions":[{"causes":[{"_class":"hudson.model.Cause$UserIdCause",` +
				`"shortDescription":"Started by user root","userId":"root"}]}]}]}` // which no build comes of
		})
		away := played(func(string) (int, string) {
			if time.Since(began) < time.Hour {
				return http.StatusServiceUnavailable, ""
			}
			return http.StatusOK, `{"computer":[],"items":[]}`
		})
		mine, err := mineOn(t.Context(), []*cli.Controller{away, up}, &jenkins.Waiter{}, []string{"root"})
		if err != nil || len(mine) != 1 || mine[0].Run.Number != 3 || time.Since(began) > time.Minute {
			t.Errorf("after %v %+v, %v", time.Since(began), mine, err)
		}
		_, err = mineOn(t.Context(), []*cli.Controller{away, up}, &jenkins.Waiter{}, []string{"mira"})
		if exit.CodeOf(err) != exit.CodeNotFound || time.Since(began) < time.Hour {
			t.Errorf("of another after %v: %v", time.Since(began), err)
		}
	})
}

// TestTheLatestThatRunsIsWatched, and why its successor waits is said once.
func TestTheLatestThatRunsIsWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one := func(n int) string {
			return strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf(rootRuns, n), `{"computer":[`), `]}`)
		}
		began := time.Now()
		c := played(func(path string) (int, string) {
			switch {
			case strings.HasPrefix(path, "/computer/"):
				return http.StatusOK, `{"computer":[` + one(3) + "," + one(5) + "," + one(4) + `]}`
			case strings.HasPrefix(path, "/queue/"):
				return http.StatusOK, `{"items":[{"id":7,"why":"no agent","task":{"name":"x","url":"http://ci.example/job/x/"}}]}`
			case path == "/job/x/6/api/json":
				return http.StatusOK, `{"number":6,"url":"http://ci.example/job/x/6/"}`
			case time.Since(began) < time.Minute:
				return http.StatusOK, `{"name":"x","fullName":"x","lastBuild":{"number":5}}`
			}
			return http.StatusOK, `{"name":"x","fullName":"x","lastBuild":{"number":6}}`
		})
		if run, err := runningOf(t.Context(), c, "x"); err != nil || run == nil || run.Number != 5 {
			t.Errorf("of three that run it is %+v, %v", run, err)
		}
		var said strings.Builder
		a := cli.New(nil, nil, &said)
		run, err := untilBuilt(t.Context(), a, &jenkins.Waiter{}, c, jenkins.BuildSpec{Job: "x"}, 5)
		if err != nil || run.Number != 6 || strings.Count(said.String(), "waits in the queue: no agent") != 1 {
			t.Errorf("it became %+v, %v; said %q", run, err, said.String())
		}
	})
}
