//go:build !windows

package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// released has "jenkwatch" be the program as it is released, and not the test binary that plays it in the tests.
func released(b *testing.B) {
	b.Helper()
	dir := b.TempDir()
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", dir, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	b.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// large returns a controller with 2,000 jobs and 22 running builds, and the environment to ask it.
func large(b *testing.B) (*httptest.Server, *jenkinstest.Controller, []string) {
	b.Helper()
	released(b)
	c := jenkinstest.Large(2000, 22)
	s := serveController(c)
	b.Cleanup(s.Close)
	return s, c, []string{"JENKINS_URL=" + s.URL, "JENKINS_USER_ID=" + jenkinstest.Admin.Name,
		"JENKINS_API_TOKEN=" + jenkinstest.Admin.Token, "JENKWATCH_STATE=" + b.TempDir(), "XDG_CONFIG_HOME=" + b.TempDir()}
}

// BenchmarkRunsJSON is `jenkwatch runs --json` as a process, from start to exit.
func BenchmarkRunsJSON(b *testing.B) {
	_, _, env := large(b)
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), "jenkwatch", "runs", "--json")
		cmd.Env = append(os.Environ(), env...)
		if out, err := cmd.Output(); err != nil || len(out) < 1000 {
			b.Fatalf("%v: %s", err, out)
		}
	}
}

// BenchmarkRunsJSONFloor is curl of the URL that `jenkwatch runs --json` asks for, as a process.
func BenchmarkRunsJSONFloor(b *testing.B) {
	if _, err := exec.LookPath("curl"); err != nil {
		b.Skip("no curl here")
	}
	s, c, env := large(b)
	cmd := exec.CommandContext(b.Context(), "jenkwatch", "runs", "--json", "--status", "RUNNING")
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	asked := c.Requests()
	url := s.URL + asked[len(asked)-1].URI
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), "curl", "-sfg", "--compressed", "-u", "admin:admin-token", url)
		if out, err := cmd.Output(); err != nil || len(out) < 1000 {
			b.Fatalf("%v: %s", err, out)
		}
	}
}

// BenchmarkFirstFrame is the time from exec until a running build's name stands on the screen.
func BenchmarkFirstFrame(b *testing.B) {
	_, c, env := large(b)
	cmd := exec.CommandContext(b.Context(), "jenkwatch", "runs", "--json", "--limit", "1", "--jq", ".[0].job")
	cmd.Env = append(os.Environ(), env...)
	name, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	c.ForgetRequests()
	var total time.Duration
	for b.Loop() {
		began := time.Now()
		s := startSessionWith(b, env, 120, 40)
		s.until(string(name[:len(name)-1]))
		total += time.Since(began)
		s.cmd.Process.Signal(syscall.SIGTERM)
		<-s.ended
		s.pty.Close()
		s.tty.Close()
	}
	b.ReportMetric(0, "ns/op") // leaving is not of interest
	b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms/frame")
}

// BenchmarkMinuteOfWatching lets the screen stand for a minute and reports what that cost. Run it with -benchtime 1x.
func BenchmarkMinuteOfWatching(b *testing.B) {
	if testing.Short() {
		b.Skip("it takes a minute")
	}
	_, c, env := large(b)
	for b.Loop() {
		c.ForgetRequests()
		s := startSessionWith(b, env, 120, 40)
		<-time.After(time.Minute)
		peak := peakMemory(s.cmd.Process.Pid)
		s.cmd.Process.Signal(syscall.SIGTERM)
		<-s.ended
		var requests, bytes, focused, focusedBytes float64
		for _, r := range c.Requests() {
			if isListRequest(r.URI) {
				requests, bytes = requests+1, bytes+float64(r.Bytes)+answerHead
			} else {
				focused, focusedBytes = focused+1, focusedBytes+float64(r.Bytes)+answerHead
			}
		}
		cpu := s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime()
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(requests, "requests")
		b.ReportMetric(bytes/1000, "KB")
		b.ReportMetric(focused, "focused-requests")
		b.ReportMetric(focusedBytes/1000, "focused-KB")
		b.ReportMetric(cpu.Seconds(), "cpu-s")
		b.ReportMetric(peak, "peak-MB")
		b.ReportMetric(float64(len(s.text()))/1000, "terminal-KB")
	}
}

// answerHead is how many bytes the status line and the headers of a controller's answer have.
const answerHead = 300

// peakMemory returns how much memory a process has held at most, in MB; 0 where the system does not tell. What the system says
// of a process that has ended (getrusage) holds the memory of the test, too, from which it was forked.
func peakMemory(pid int) float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	_, _ = fmt.Sscan(peak, &kb)
	return kb / 1024
}

// isListRequest reports whether a request is for the list rather than for the selected run.
func isListRequest(uri string) bool {
	for _, path := range []string{"/computer/api/json", "/queue/api/json", "/api/json"} {
		if len(uri) >= len(path) && uri[:len(path)] == path {
			return true
		}
	}
	return false
}
