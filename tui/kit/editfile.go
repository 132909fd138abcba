package kit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// EditFile hands the terminal to $VISUAL, else $EDITOR, else vi, with a file of this name that holds text and that only
// the user can read. done makes a message of what the editor wrote, without the last line end.
func EditFile(name, text string, done func(text string, err error) tea.Msg) tea.Cmd {
	f := &editing{name: name, text: text}
	return tea.Exec(f, func(err error) tea.Msg { return done(f.text, err) })
}

// editing is a [tea.ExecCommand]. The file is written, and read again, in Run: Update does neither.
type editing struct {
	name, text string
	in         io.Reader
	out, err   io.Writer
}

func (e *editing) SetStdin(r io.Reader)  { e.in = r }
func (e *editing) SetStdout(w io.Writer) { e.out = w }
func (e *editing) SetStderr(w io.Writer) { e.err = w }

func (e *editing) Run() error {
	text := e.text
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n" // editors expect one, and it is taken off again
	}
	dir, err := os.MkdirTemp("", "jenkwatch-")
	if err != nil {
		return fmt.Errorf("make a file for the editor: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, e.name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write a file for the editor: %w", err)
	}
	line := strings.Fields(editorName())
	cmd := exec.Command(line[0], append(line[1:], path)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.in, e.out, e.err
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok { // as :cq does on purpose
		return &SaidError{What: fmt.Sprintf("the editor %s ended with %v", line[0], exit), Fix: "The text is as it was."}
	}
	if err != nil {
		return &SaidError{What: fmt.Sprintf("run the editor %s: %v", line[0], err), Fix: "Set EDITOR to the one you use."}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the edited file: %w", err)
	}
	e.text = strings.TrimSuffix(string(b), "\n")
	return nil
}

func editorName() string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if v := strings.TrimSpace(os.Getenv(name)); v != "" {
			return v
		}
	}
	return "vi"
}
