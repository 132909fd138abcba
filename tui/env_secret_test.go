package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// TestOwnPatternsMaskWhatTheRefreshTold looks at everything that is drawn of a run before it was asked about.
func TestOwnPatternsMaskWhatTheRefreshTold(t *testing.T) {
	t.Parallel()
	own, err := jenkins.SecretPatterns([]string{"^acme-"})
	if err != nil {
		t.Fatal(err)
	}
	sh := testShared()
	sh.glyphs = &asciiGlyphs
	sh.opts.Controllers = []Controller{{Name: "ci", Client: &jenkins.Client{Name: "ci", Own: own}}}
	sh.opts.Pinned = []string{"LICENCE"}
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "j", Number: 1}, Status: jenkins.Running, StartedAt: time.Now(),
		Parameters:  []jenkins.Parameter{{Name: "LICENCE", Value: "acme-1"}, {Name: "DB", Value: "db://jo:acme@host/"}},
		Environment: map[string]string{"ASSIGNED": "acme-2"}}
	st := newStyles(look{}, sh.glyphs)
	env := newEnvPane(sh).(*envPane)
	env.reader = func(string) *envReader { return nil }
	env.show(run)
	status := newStatusPane(sh)
	status.run, status.on = run, true
	runs := newRunsPane(sh)
	for name, frame := range map[string]string{
		"env":    env.view(100, 20, st),
		"status": status.view(100, 20, st),
		"runs":   runs.runLine(&row{run: &run, name: "j"}, runs.columnsFor(200), false, nil, time.Now(), st),
	} {
		if strings.Contains(frame, "acme") || strings.Contains(frame, "•") || !strings.Contains(frame, "********") {
			t.Errorf("%s shows:\n%s", name, frame)
		}
	}
}

func TestAPinnedColumnShowsWhatThePipelineAssignedBeforeTheParameter(t *testing.T) {
	t.Parallel()
	sh := testShared()
	run := &jenkins.Run{Parameters: []jenkins.Parameter{{Name: "Target", Value: "prod"}, {Name: "PIN", Secret: true}},
		Environment: map[string]string{"VERSION": "2"}}
	for name, want := range map[string]string{"TARGET": "prod", "version": "2", "PIN": jenkins.Masked, "OTHER": ""} {
		if got := sh.pinnedText(run, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	run.Environment["TARGET"] = "inner"
	if got := sh.pinnedText(run, "TARGET"); got != "inner" {
		t.Errorf("TARGET is %q", got)
	}
}
