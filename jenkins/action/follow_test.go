package action

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestReasonThatOnlyCountsDownIsSaidOnce(t *testing.T) {
	t.Parallel()
	whys := []string{"In the quiet period. Expires in 1 min 2 sec", "In the quiet period. Expires in 59 sec", "In the quiet period. Expires in 3.1 sec",
		"Build #3 is already in progress (ETA: 3.1 sec)", "Build #3 is already in progress (ETA: 15 ms)", "Build #4 is already in progress (ETA: 4 min 59 sec)",
		"Waiting for next available executor on ‘agent-7’", "Waiting for next available executor on ‘agent-9’"}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		answers := recorded.Answers(func(path string) (int, string) {
			at := int(time.Since(began) / pause)
			switch {
			case strings.HasPrefix(path, "/queue/item/") && at < len(whys):
				return http.StatusOK, `{"id":7,"why":"` + whys[at] + `","task":{"name":"a","url":"http://ci.example/job/a/"}}`
			case strings.HasPrefix(path, "/queue/item/"):
				return http.StatusOK, `{"id":7,"executable":{"number":5,"url":"http://ci.example/job/a/5/"},"task":{"name":"a","url":"http://ci.example/job/a/"}}`
			}
			return http.StatusOK, `{"number":5,"building":true,"timestamp":1795467602752,"url":"http://ci.example/job/a/5/"}`
		})
		c := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "ci.example"}, HTTP: &http.Client{Transport: answers}}
		var said []string
		p, err := Follow(t.Context(), c, &jenkins.Waiter{}, Action{Kind: Build, Target: Target{Job: "a"}}, Result{QueueID: 7},
			func(why string) { said = append(said, why) })
		if err != nil || p.Run.Number != 5 {
			t.Fatal(p, err)
		}
		want := []string{whys[0], whys[3], whys[5], whys[6], whys[7], ""}
		if !slices.Equal(said, want) {
			t.Errorf("said %q, want %q", said, want)
		}
	})
}
