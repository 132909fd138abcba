package find

import (
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
