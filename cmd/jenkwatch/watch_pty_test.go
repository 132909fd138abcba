//go:build !windows

package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// TestWatchOnATerminal: what is typed while a build is drawn does not stand in the drawing, and the terminal is as it was after.
func TestWatchOnATerminal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes time.Duration
		end   func(*session)
		code  int
	}{
		"the build fails": {3 * time.Second, func(*session) {}, exit.CodeFailure},
		"ctrl+c":          {time.Hour, func(s *session) { s.keys("\x03") }, exit.CodeSignal + int(syscall.SIGINT)},
		"SIGTERM": {time.Hour, func(s *session) {
			// The terminal takes what is typed in its own time, but before two more drawings a second apart.
			s.untilTimes("Test", strings.Count(s.text(), "Test")+2)
			s.cmd.Process.Signal(syscall.SIGTERM)
		}, exit.CodeSignal + int(syscall.SIGTERM)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := jenkinstest.New(jenkinstest.Options{})
			job := sim.AddPipeline("shop", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
				return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Test", Takes: c.takes, Result: "FAILURE", Steps: []jenkinstest.Step{
					{Name: "make", Result: "FAILURE", Error: "script returned exit code 2", Log: []string{"ERROR: the disk is full"}}}}}}
			}})
			sim.StartAt(job, time.Now(), nil)
			server := serveController(sim)
			t.Cleanup(server.Close)
			s := startSessionWith(t, []string{"JENKINS_USER_ID=" + jenkinstest.Admin.Name, "JENKINS_API_TOKEN=" + jenkinstest.Admin.Token},
				80, 24, "--url", server.URL, "watch", "shop#1")
			s.until("Test")
			s.keys("typed by a person")
			c.end(s)
			s.wantsEnd(c.code)
			if c.code == exit.CodeFailure && !strings.Contains(s.text(), "the disk is full") {
				t.Errorf("it does not say why:\n%q", s.text())
			}
			if strings.Contains(s.text(), "typed") {
				t.Errorf("what was typed stands in the drawing:\n%q", s.text())
			}
		})
	}
}

// TestTitleAndTaskbarAreLeftAsTheyWere: at the end neither says anything of builds.
func TestTitleAndTaskbarAreLeftAsTheyWere(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		leave func(*session)
		code  int
	}{
		"q":       {func(s *session) { s.keys("q") }, 0},
		"SIGTERM": {func(s *session) { s.cmd.Process.Signal(syscall.SIGTERM) }, exit.CodeSignal + int(syscall.SIGTERM)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSessionWith(t, []string{"TERM_PROGRAM=ghostty"}, 120, 40, "demo")
			s.until("ship-it")
			s.keys("f")
			s.until(" - jenkwatch")
			s.until("\x1b]9;4;")
			end.leave(s)
			s.wantsEnd(end.code)
			out := s.text()
			if last := out[strings.LastIndex(out, "\x1b]9;4;"):]; !strings.HasPrefix(last, "\x1b]9;4;0") {
				t.Errorf("the taskbar still shows %.20q", last)
			}
			if last := out[strings.LastIndex(out, "\x1b]2;"):]; !strings.HasPrefix(last, "\x1b]2;\a") && !strings.HasPrefix(last, "\x1b]2;\x1b\\") {
				t.Errorf("the title is still %.60q", last)
			}
		})
	}
}
