package output

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
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

func TestTableHasColorsAndSignsOnATerminalOnly(t *testing.T) {
	rows := func() *Table {
		tab := &Table{Columns: []Column{{Title: "JOB"}, {Title: "STATUS", Status: true}}}
		tab.Add("a", "FAILURE")
		tab.Add("b", "QUEUED")
		return tab
	}
	write := func(f *os.File) error { return rows().Write(f, 80) }
	for _, tt := range []struct{ name, noColor, term, lang, want string }{
		{"a terminal", "", "xterm-256color", "C.UTF-8",
			"\x1b[2mJOB\x1b[m  \x1b[2mSTATUS\x1b[m\r\na    \x1b[31m✗ FAILURE\x1b[m\r\nb    \x1b[33m… QUEUED\x1b[m\r\n"},
		{"NO_COLOR", "1", "xterm-256color", "C.UTF-8", "JOB  STATUS\r\na    ✗ FAILURE\r\nb    … QUEUED\r\n"},
		{"ASCII", "", "xterm", "C", "\x1b[2mJOB\x1b[m  \x1b[2mSTATUS\x1b[m\r\na    \x1b[31mx FAILURE\x1b[m\r\nb    \x1b[33m. QUEUED\x1b[m\r\n"},
		{"a dumb terminal", "", "dumb", "C.UTF-8", "JOB  STATUS\r\na    x FAILURE\r\nb    . QUEUED\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", tt.noColor)
			t.Setenv("TERM", tt.term)
			t.Setenv("LC_ALL", tt.lang)
			got := onTTY(t, write)
			if squeeze := strings.ReplaceAll(strings.ReplaceAll(got, "   \r\n", "\r\n"), "  \r\n", "\r\n"); squeeze != tt.want {
				t.Errorf("it gets\n%q, want\n%q", squeeze, tt.want)
			}
		})
	}
	var piped bytes.Buffer
	if err := rows().Write(&piped, 0); err != nil || piped.String() != "a\tFAILURE\nb\tQUEUED\n" {
		t.Errorf("a pipe gets %q, %v", piped.String(), err)
	}
}

func TestJSONIsIndentedOnATerminalAndAStreamIsNot(t *testing.T) {
	t.Parallel()
	v := map[string]int{"a": 1}
	var f Format
	if got := onTTY(t, func(tty *os.File) error { return f.WriteJSON(tty, v) }); got != "{\r\n  \"a\": 1\r\n}\r\n" {
		t.Errorf("a terminal gets %q", got)
	}
	if got := onTTY(t, func(tty *os.File) error { return f.WriteEvent(tty, v) }); got != "{\"a\":1}\r\n" {
		t.Errorf("of a stream it gets %q", got)
	}
	var piped bytes.Buffer
	if err := f.WriteJSON(&piped, v); err != nil || piped.String() != "{\"a\":1}\n" {
		t.Errorf("a pipe gets %q, %v", piped.String(), err)
	}
}
