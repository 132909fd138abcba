package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
)

// aLog returns a server that has one build with this console.
func aLog(t *testing.T, text string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/job/a/1/logText/progressiveText":
			w.Header().Set("X-Text-Size", fmt.Sprint(len(text)))
			w.Write([]byte(text))
		case "/job/a/1/api/json":
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"number":1,"result":"FAILURE","building":false,"timestamp":1795467602752,"duration":1000}`))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestLogLeavesNoColorsOnTheTerminalAndSendsNoneIntoAPipe(t *testing.T) {
	const red = "plain\n\x1b[31mred never reset\nFinished: FAILURE\n"
	url := aLog(t, red)
	for name, c := range map[string]struct {
		text     string
		terminal bool
		noColor  string
		args     []string
		want     string
	}{
		"terminal":                    {terminal: true, want: "plain\n\x1b[31mred never reset\nFinished: FAILURE\n\x1b[0m"},
		"terminal, NO_COLOR":          {terminal: true, noColor: "1", want: "plain\nred never reset\nFinished: FAILURE\n"},
		"terminal, NO_COLOR, --color": {terminal: true, noColor: "1", args: []string{"--color"}, want: red + "\x1b[0m"},
		"terminal, --tail":            {terminal: true, args: []string{"--tail", "2"}, want: red[len("plain\n"):] + "\x1b[0m"},
		"pipe":                        {want: "plain\nred never reset\nFinished: FAILURE\n"},
		"pipe, NO_COLOR":              {noColor: "1", want: "plain\nred never reset\nFinished: FAILURE\n"},
		"pipe, --color":               {args: []string{"--color"}, want: red},
	} {
		t.Setenv("NO_COLOR", c.noColor)
		if got := runLog(t, c.terminal, append([]string{"--url", url, "log", "a#1"}, c.args...)...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// runLog runs the program and returns what its output got, on a terminal with the line ends that were written.
func runLog(t *testing.T, terminal bool, args ...string) string {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	if !terminal {
		var out, errOut bytes.Buffer
		if code := execute(t.Context(), cli.New(nil, &out, &errOut), args); code != 0 {
			t.Errorf("%q ended with %d: %s", args, code, errOut.String())
		}
		return out.String()
	}
	got := onTTY(t, func(tty *os.File) error {
		if code := execute(t.Context(), cli.New(nil, tty, io.Discard), args); code != 0 {
			t.Errorf("%q ended with %d", args, code)
		}
		return nil
	})
	return strings.ReplaceAll(got, "\r\n", "\n")
}
