package act

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// played returns a controller whose answers come from a function.
func played(answer recorded.Answers) *cli.Controller {
	u := &url.URL{Scheme: "http", Host: "ci.example"}
	return cli.NewController(config.Controller{}, &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: answer}}, nil)
}

// TestAStrongerStopIsNamedInTime: not of a build that ends soon, and once of one that goes on.
func TestAStrongerStopIsNamedInTime(t *testing.T) {
	t.Parallel()
	for takes, want := range map[time.Duration]int{10 * time.Second: 0, time.Minute: 1} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			c := played(func(string) (int, string) {
				if time.Since(began) > takes {
					return http.StatusOK, `{"number":3,"result":"ABORTED","duration":5,"timestamp":1000,"url":"http://ci.example/job/a/3/"}`
				}
				return http.StatusOK, `{"number":3,"building":true,"timestamp":1000,"url":"http://ci.example/job/a/3/"}`
			})
			run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 3}, Status: jenkins.Running, Pipeline: true}
			s := stopped{Build: find.Build{On: c, Run: run}, act: action.StopBuild(run)}
			var said strings.Builder
			err := untilStopped(t.Context(), cli.New(nil, io.Discard, &said), s, &stopOptions{})
			if got := strings.Count(said.String(), "is stronger"); got != want || exit.CodeOf(err) != exit.CodeAborted {
				t.Errorf("of one that takes %v: %v, %q", takes, err, said.String())
			}
		})
	}
}
