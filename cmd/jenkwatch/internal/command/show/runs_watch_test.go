package show

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// played returns a controller whose answers come from a function.
func played(answer recorded.Answers) *cli.Controller {
	u := &url.URL{Scheme: "http", Host: "ci.example"}
	return cli.NewController(config.Controller{}, &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: answer}}, nil)
}

// TestRunsWatchGivesUpOnlyOnALastingRefusal treats errors as all commands that wait do.
func TestRunsWatchGivesUpOnlyOnALastingRefusal(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{http.StatusInternalServerError: nil, http.StatusUnauthorized: &jenkins.Error{}} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			c := played(func(path string) (int, string) {
				switch age := time.Since(began); {
				case age > 10*time.Second && age < 10*time.Minute:
					return status, ""
				case strings.HasPrefix(path, "/computer/"):
					return http.StatusOK, `{"computer":[]}`
				case strings.HasPrefix(path, "/queue/"):
					return http.StatusOK, `{"items":[]}`
				}
				return http.StatusOK, `{"jobs":[]}`
			})
			c.Events = new(false)
			var stderr strings.Builder
			a := cli.New(nil, io.Discard, &stderr)
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Minute)
			defer stop()
			err := watchRuns(ctx, a, &runsOptions{}, []*cli.Controller{c}, nil)
			if e, gaveUp := errors.AsType[*jenkins.Error](err); gaveUp != (want != nil) || gaveUp && e.Status != status {
				t.Errorf("%d: it ended with %v", status, err)
			}
			if n := strings.Count(stderr.String(), "still waiting"); n != 1 {
				t.Errorf("%d: it said %q", status, stderr.String())
			}
		})
	}
}
