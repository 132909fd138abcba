package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
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
	t.Parallel()
	const value = "a\x1b]0;title\x07b\u202ec"
	vars := []env.Variable{{Name: "ODD", Value: value, Known: true}}
	export := func(w *os.File) error {
		return newApp(nil, w, io.Discard).writeExport(&envOptions{}, vars, env.WriteShell)
	}
	f := &output.Format{JQ: ".odd"}
	if err := f.Prepare(); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*os.File) error{
		"an export":      export,
		"a text of jq's": func(tty *os.File) error { return f.WriteJSON(tty, map[string]string{"odd": value}) },
	} {
		if got := onTTY(t, write); strings.ContainsAny(got, "\x1b\x07\u202e") || !strings.Contains(got, "abc") {
			t.Errorf("%s: the terminal got %q", name, got)
		}
	}
	var piped bytes.Buffer
	if err := newApp(nil, &piped, io.Discard).writeExport(&envOptions{}, vars, env.WriteShell); err != nil || !strings.Contains(piped.String(), value) {
		t.Errorf("a pipe got %q, %v", piped.String(), err)
	}
}

func TestEmptyListIsSpokenOfOnATerminalOnly(t *testing.T) {
	t.Parallel()
	say := func(rows int) func(*os.File) error {
		return func(tty *os.File) error { newApp(nil, tty, tty).SayEmpty(rows, "No builds."); return nil }
	}
	if got := onTTY(t, say(0)); got != "No builds.\r\n" {
		t.Errorf("an empty list says %q", got)
	}
	if got := onTTY(t, say(1)); got != "" {
		t.Errorf("a list says %q", got)
	}
	var piped bytes.Buffer
	if newApp(nil, &piped, &piped).SayEmpty(0, "No builds."); piped.Len() > 0 {
		t.Errorf("a pipe got %q", piped.String())
	}
}
