package kit

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Page hands the terminal to $PAGER, else less, with a file, and calls after when that ends.
func Page(path string, after func()) tea.Cmd {
	line := strings.Fields(os.Getenv("PAGER"))
	if len(line) == 0 {
		line = []string{"less"}
	}
	return tea.ExecProcess(exec.Command(line[0], append(line[1:], path)...), func(err error) tea.Msg {
		after()
		if err != nil {
			return NoteMsg{Err: &SaidError{What: fmt.Sprintf("run the pager %s: %v", line[0], err), Fix: "Set PAGER to the one you use."}}
		}
		return NoteMsg{}
	})
}
