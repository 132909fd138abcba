package log

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// export takes a whole log out of the program: into a file, or to the pager.
type export struct {
	name kit.Input // of the file
	busy string    // what is done with the whole log now
}

// fileName is the name that is offered: shop-checkout-main-412.log.
func (s *source) fileName() string {
	name := fmt.Sprintf("%s %d", jenkins.DisplayName(s.run.Job), s.run.Number)
	if s.part != nil {
		name += " " + s.part.title
	}
	return kit.FileWords(name) + ".log"
}

// key handles a key while the name of the file is typed, and reports whether that is over.
func (e *export) key(ctx context.Context, msg tea.Msg, s *source) (cmd tea.Cmd, done bool) {
	if k, ok := msg.(tea.KeyPressMsg); ok && k.Keystroke() == "enter" {
		return e.save(ctx, strings.TrimSpace(e.name.Text()), s), true
	}
	e.name.Update(msg)
	return nil, false
}

// savedMsg says what became of a log that was to be saved.
type savedMsg kit.NoteMsg

// save writes the whole log into a new file that only the user can read.
func (e *export) save(ctx context.Context, name string, s *source) tea.Cmd {
	if name == "" || s.log == nil {
		return nil
	}
	r, ref := s.log, s.run.Ref
	e.busy = "saving the log"
	return func() tea.Msg {
		path := name
		if rest, ok := strings.CutPrefix(name, "~/"); ok {
			home, _ := os.UserHomeDir()
			path = filepath.Join(home, rest)
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return savedMsg{Err: &kit.SaidError{What: path + " exists already", Fix: "Nothing was overwritten: save it under another name."}}
		}
		if err != nil {
			return savedMsg{Err: fmt.Errorf("save the log: %w", err)}
		}
		n, err := writeLog(ctx, f, r, ref)
		if err = cmp.Or(err, f.Close()); err != nil {
			os.Remove(path)
			return savedMsg{Err: fmt.Errorf("save the log: %w", err)}
		}
		return savedMsg{Text: "saved " + kit.ByteSize(n) + " to " + path}
	}
}

// writeLog writes a whole log as plain text, without colors, and returns its size.
func writeLog(ctx context.Context, w io.Writer, r reader, ref jenkins.Ref) (int64, error) {
	size := int64(0)
	for at := int64(0); ; {
		c, err := r.Log(ctx, ref, at, scanPiece)
		if err != nil {
			return size, err
		}
		n, err := io.WriteString(w, plainText(string(c.Text)))
		size += int64(n)
		if err != nil || c.Next <= at || c.Next >= c.Size {
			return size, err
		}
		at = c.Next
	}
}

func plainText(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = textview.Plain(l)
	}
	return strings.Join(lines, "\n")
}

// pageMsg says that the log lies in a file.
type pageMsg struct {
	path string
	err  error
}

// page writes the whole log to a file for the person's pager.
func (e *export) page(ctx context.Context, s *source) tea.Cmd {
	if s.log == nil || !s.loaded {
		return kit.Note("there is no log to read yet")
	}
	r, ref := s.log, s.run.Ref
	e.busy = "reading the whole log"
	return func() tea.Msg {
		f, err := os.CreateTemp("", "jenkwatch-*.log") // which only the user can read
		if err != nil {
			return pageMsg{err: fmt.Errorf("make a file for the pager: %w", err)}
		}
		_, err = writeLog(ctx, f, r, ref)
		if err = cmp.Or(err, f.Close()); err != nil {
			os.Remove(f.Name())
			return pageMsg{err: fmt.Errorf("read the log for the pager: %w", err)}
		}
		return pageMsg{path: f.Name()}
	}
}

// runPager hands the terminal to $PAGER, or less.
func (e *export) runPager(m pageMsg) tea.Cmd {
	e.busy = ""
	if m.err != nil {
		return kit.Send(kit.NoteMsg{Err: m.err})
	}
	return kit.Page(m.path, func() { os.Remove(m.path) })
}
