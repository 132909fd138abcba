package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// onTTY returns what a terminal gets of what is written to it.
func onTTY(t *testing.T, write func(*os.File) error) string {
	t.Helper()
	p, tty, err := pty.Open()
	if err != nil {
		t.Skip("there is no pseudo terminal:", err)
	}
	defer p.Close()
	got := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(p) // ends with an error when the other side is closed
		got <- string(b)
	}()
	err = write(tty)
	_ = tty.Close()
	if err != nil {
		t.Fatal(err)
	}
	return <-got
}

func TestTerminalGetsNoByteThatItWouldObey(t *testing.T) {
	const value = "a\x1b]0;title\x07b\u202ec"
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("JENKWATCH_STATE", t.TempDir())
	c := jenkinstest.New(jenkinstest.Options{AnonymousReads: true})
	c.StartAt(c.AddFreestyle("a", jenkinstest.Job{Params: []jenkinstest.Param{{Name: "ODD"}}}), time.Now().Add(-time.Hour), nil, jenkinstest.Param{Name: "ODD", Value: value})
	server := serveController(c)
	defer server.Close()
	for _, args := range [][]string{{"--format", "shell"}, {"--jq", ".variables[] | select(.name == \"ODD\").value"}} {
		args = append([]string{"--url", server.URL, "env", "a#1"}, args...)
		got := onTTY(t, func(tty *os.File) error {
			if code := execute(t.Context(), cli.New(nil, tty, tty), args); code != 0 {
				t.Errorf("%q ended with %d", args, code)
			}
			return nil
		})
		if strings.ContainsAny(got, "\x1b\x07\u202e") || !strings.Contains(got, "abc") {
			t.Errorf("%q: the terminal got %q", args, got)
		}
		var piped, errs bytes.Buffer
		if code := execute(t.Context(), cli.New(nil, &piped, &errs), args); code != 0 || !strings.Contains(piped.String(), value) {
			t.Errorf("%q: a pipe got %q, %s", args, piped.String(), errs.String())
		}
	}
}

func TestEmptyListIsSpokenOfOnATerminalOnly(t *testing.T) {
	t.Parallel()
	say := func(rows int) func(*os.File) error {
		return func(tty *os.File) error { cli.New(nil, tty, tty).SayEmpty(rows, "No builds."); return nil }
	}
	if got := onTTY(t, say(0)); got != "No builds.\r\n" {
		t.Errorf("an empty list says %q", got)
	}
	if got := onTTY(t, say(1)); got != "" {
		t.Errorf("a list says %q", got)
	}
	var piped bytes.Buffer
	if cli.New(nil, &piped, &piped).SayEmpty(0, "No builds."); piped.Len() > 0 {
		t.Errorf("a pipe got %q", piped.String())
	}
}
