package output

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// TerminalWidth is how wide the terminal is that w writes to, 0 when it is none.
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
	fmt.Fprintln(w, Wrap(jenkins.CleanLine(fmt.Sprintf(format, args...)), TerminalWidth(w), ""))
}
