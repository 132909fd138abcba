package console_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// TestLongConsoleOfASimulatedBuildHasNoGap reads it while it grows, ten thousand lines at a time.
func TestLongConsoleOfASimulatedBuildHasNoGap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		controller := jenkinstest.New(jenkinstest.Options{})
		job := controller.AddFreestyle("giant", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
			return jenkinstest.Script{Takes: time.Minute, LogSize: 8_000_000}
		}})
		controller.Start(job, nil)
		u, _ := url.Parse("http://ci.example:8080/")
		c := &console.Client{Client: &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: controller.Transport()},
			User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token}}
		time.Sleep(30 * time.Second)
		for name, read := range map[string]func() (int, error){
			"read": func() (int, error) {
				return consecutive(t, c.ReadLog(t.Context(), jenkins.Ref{Controller: "ci", Job: "giant", Number: 1}, 0))
			},
			"follow": func() (int, error) {
				return consecutive(t, c.Follow(t.Context(), jenkins.Ref{Controller: "ci", Job: "giant", Number: 1}, 0))
			},
		} {
			lines, err := read()
			if err != nil || lines < 40_000 {
				t.Errorf("%s: %d lines, %v", name, lines, err)
			}
		}
	})
}

// consecutive counts the lines, each of which begins with its number.
func consecutive(t *testing.T, chunks func(func(console.Chunk, error) bool)) (int, error) {
	t.Helper()
	n := 0
	for chunk, err := range chunks {
		if err != nil {
			return n, err
		}
		for line := range strings.Lines(string(chunk.Text)) {
			if number, _, _ := strings.Cut(line, " "); number != strings.Repeat("0", 9-len(strconv.Itoa(n)))+strconv.Itoa(n) {
				t.Fatalf("line %d is %q", n, line)
			}
			n++
		}
	}
	return n, nil
}
