package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	envpane "github.com/jenkwatch/jenkwatch/tui/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	runspane "github.com/jenkwatch/jenkwatch/tui/runs"
	statuspane "github.com/jenkwatch/jenkwatch/tui/status"
)

// TestOwnPatternsMaskWhatTheRefreshTold looks at everything that is drawn of a run before it was asked about.
func TestOwnPatternsMaskWhatTheRefreshTold(t *testing.T) {
	t.Parallel()
	own, err := secrets.Compile([]string{"^acme-"})
	if err != nil {
		t.Fatal(err)
	}
	sh := kittest.Shared()
	sh.Glyphs = &kit.ASCIIGlyphs
	sh.Opts.Controllers = []kit.Controller{{Name: "ci", Client: &jenkins.Client{Name: "ci", SecretPatterns: own}}}
	sh.Opts.Pinned = []string{"LICENCE"}
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "j", Number: 1}, Status: jenkins.Running, StartedAt: time.Now(),
		Parameters:  []jenkins.Parameter{{Name: "LICENCE", Value: "acme-1"}, {Name: "DB", Value: "db://jo:acme@host/"}},
		Environment: map[string]string{"ASSIGNED": "acme-2"}}
	st := kit.NewStyles(kit.Look{}, sh.Glyphs)
	sh.Styles = st
	env := envpane.New(sh)
	env.Reader = func(string) *kit.EnvReader { return nil }
	env.Show(run)
	status := statuspane.New(sh)
	status.Show(run)
	runs := runspane.New(sh)
	runs.Lists.Tabs, runs.Data.Snaps = runspane.StandardTabs(), []*watch.Snapshot{{Controller: "ci", At: time.Now(), Runs: []jenkins.Run{run}}}
	runs.Rebuild()
	runs.Resize(200, 4)
	for name, frame := range map[string]string{
		"env":    env.View(100, 20),
		"status": status.View(100, 20),
		"runs":   runs.View(200, 4),
	} {
		if strings.Contains(frame, "acme") || strings.Contains(frame, "•") || !strings.Contains(frame, "********") {
			t.Errorf("%s shows:\n%s", name, frame)
		}
	}
}

// TestPinnedColumnShowsWhatIsKnown has the sources from weak to strong: what follows from the run, a parameter, an
// environment that was looked at, what the pipeline assigned.
func TestPinnedColumnShowsWhatIsKnown(t *testing.T) {
	t.Parallel()
	sh := kittest.Shared()
	sh.Opts.Pinned = []string{"TARGET", "version", "PIN", "OTHER", "GIT_COMMIT", "node_name", "UPSTREAM_BUILD_NUMBER"}
	sh.Opts.Controllers = []kit.Controller{{Name: "ci", Client: &jenkins.Client{Name: "ci"}}}
	run := &jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a", Number: 7}, Status: jenkins.Running,
		Parameters:  []jenkins.Parameter{{Name: "Target", Value: "prod"}, {Name: "PIN", Secret: true}},
		Environment: map[string]string{"VERSION": "2"}, Nodes: []string{"agent-7"},
		Causes:    []jenkins.Cause{{UpstreamJob: "up", UpstreamBuild: 3}},
		Revisions: []jenkins.Revision{{Commit: "9f31c02", Branches: []string{"refs/remotes/origin/main"}}}}
	expect := func(want map[string]string) {
		t.Helper()
		for name, want := range want {
			if got := sh.PinnedText(run, name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	expect(map[string]string{"TARGET": "prod", "version": "2", "PIN": secrets.Masked, "OTHER": "", "GIT_COMMIT": "9f31c02",
		"node_name": "agent-7", "UPSTREAM_BUILD_NUMBER": "3"})
	run.Revisions = append(run.Revisions, jenkins.Revision{Commit: "1", Branches: []string{"x"}})
	expect(map[string]string{"GIT_COMMIT": ""}) // which of the two it is nobody can tell
	looked := env.Env{Ref: run.Ref, Run: *run}.With([]env.Variable{
		{Name: "TARGET", Value: "pushed", Source: env.Received, Known: true},
		{Name: "OTHER", Value: "ghp_0123456789abcdefghijABCDEFGHIJ012345", Source: env.Received, Known: true},
	})
	sh.LookedAt(looked)
	expect(map[string]string{"TARGET": "pushed", "OTHER": secrets.Masked, "node_name": "agent-7"})
	run.Environment["TARGET"], run.Environment["PIN"] = "inner", "letmein"
	expect(map[string]string{"TARGET": "inner", "PIN": secrets.Masked})
}
