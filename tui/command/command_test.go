package command

import (
	"net/url"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// TestNoPasswordIsInTheEnvironmentOfACommand, though the controller's URL may have one.
func TestNoPasswordIsInTheEnvironmentOfACommand(t *testing.T) {
	t.Parallel()
	client := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "https", User: url.UserPassword("me", "hunter2"), Host: "ci.example.com", Path: "/jenkins/"}}
	sh := &kit.Shared{Opts: &kit.Options{Controllers: []kit.Controller{{Name: "ci", Client: client}}}}
	vars := strings.Join(Vars(sh, &jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/web", Number: 3}}), "\n")
	for _, want := range []string{"JENKINS_URL=https://ci.example.com/jenkins/\n", "JENKWATCH_BUILD=shop/web#3\n"} {
		if strings.Contains(vars, "hunter2") || !strings.Contains(vars, want) {
			t.Errorf("it gets\n%s", vars)
		}
	}
}
