package output

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// TerminalWidth returns the width of the terminal that w writes to, 0 when w is not a terminal.
func TerminalWidth(w io.Writer) int {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// Note says something beside a command's output: one line, on a terminal broken between words.
func Note(w io.Writer, format string, args ...any) {
	fmt.Fprintln(w, Wrap(clean.Line(fmt.Sprintf(format, args...)), TerminalWidth(w), ""))
}

// DumbTerminal reports whether the terminal or the locale says that it draws nothing beyond ASCII.
func DumbTerminal() bool {
	if term := os.Getenv("TERM"); term == "dumb" || term == "vt100" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return v == "C" || v == "POSIX"
		}
	}
	return false
}
