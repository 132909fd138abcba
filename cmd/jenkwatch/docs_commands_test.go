package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	demoworld "github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
)

// notRun are the commands of the docs that this test leaves to others: they need a terminal, a network or a toolchain, or
// never end.
var notRun = []string{"go ", "git push", "export ", "jenkwatch --url", "jenkwatch init", "jenkwatch demo", "./jenkwatch demo", "jenkwatch listen", ".ci/"}

// TestCommandsOfTheDocsRun runs every command that the README and the pages for users show, on the demo's controller.
func TestCommandsOfTheDocsRun(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts the program many times")
	}
	c := demoworld.New()
	controller := serveController(c)
	t.Cleanup(controller.Close)
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(hook.Close)
	ran := 0
	for _, page := range []string{"README.md", "docs/getting-started.md", "docs/scripting.md"} {
		b, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			command, shown := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
			if !shown || slices.ContainsFunc(notRun, func(s string) bool { return strings.HasPrefix(command, s) }) {
				continue
			}
			ran++
			t.Run(command, func(t *testing.T) {
				t.Parallel()
				runShown(t, command, controller.URL, hook.URL)
			})
		}
	}
	if ran < 15 {
		t.Errorf("only %d commands were found", ran)
	}
}

// runShown runs a command in a shell. It may end as a build's result says, or find differences, but not be refused.
func runShown(t *testing.T, command, controller, hook string) {
	home := t.TempDir()
	for _, dir := range []string{".local/share/bash-completion/completions", ".local/share/man/man1", "jenkwatch"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	config := fmt.Sprintf("[[controllers]]\nname = \"ci\"\nurl = %q\nuser = %q\ntoken = \"env:TOKEN\"\n"+
		"[[endpoints]]\nname = \"default\"\nurl = %q\n[[endpoints]]\nname = \"chat\"\nurl = %[3]q\n", controller, jenkinstest.Admin.Name, hook)
	if err := os.WriteFile(filepath.Join(home, "jenkwatch", "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "key.txt"), []byte("key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, script := range []string{"deploy", "announce"} { // what the recipes go on with
		if err := os.WriteFile(filepath.Join(home, script), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", command)
	cmd.WaitDelay = time.Second // what the shell started may live on
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "JENKWATCH_STATE="+filepath.Join(home, "state"), "TOKEN="+jenkinstest.Admin.Token)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return // it waits for a build, as it should
	}
	if code := cmd.ProcessState.ExitCode(); code > 1 && code < 10 || code > 13 {
		t.Errorf("%v\n%s", err, out)
	}
}
