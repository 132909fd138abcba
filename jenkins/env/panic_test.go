package env

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/sourcegraph/conc/panics"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestWhatPanicsBesideAQuestionPanicsWhereItWasAsked(t *testing.T) {
	t.Parallel()
	client, _ := playedBy(t, recorded.Failing(func(r *http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/job/api/json") {
			panic("as ordered by the test")
		}
		return errors.New("down")
	}))
	defer func() {
		if p, ok := recover().(*panics.Recovered); !ok || p.Value != "as ordered by the test" {
			t.Errorf("it panics with %v", p)
		}
	}()
	_, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "job", Number: 1}, URL: "http://x/job/job/1/", Pipeline: true})
	t.Errorf("it goes on: %v", err)
}
