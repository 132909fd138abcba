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

// askFile has the name of a file typed, into which the log is saved.
func (p *Pane) askFile() tea.Cmd {
	if p.log == nil || !p.loaded {
		return kit.Note("there is no log to save yet")
	}
	p.typed = typedFile
	p.file.Set(p.fileName())
	return nil
}

// fileName is the name that is offered: shop-checkout-main-412.log.
func (p *Pane) fileName() string {
	name := fmt.Sprintf("%s %d", jenkins.DisplayName(p.run.Job), p.run.Number)
	if p.part != nil {
		name += " " + p.part.title
	}
	return kit.FileWords(name) + ".log"
}

// typeFile handles keys while the name of a file is typed.
func (p *Pane) typeFile(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok && k.Keystroke() == "enter" {
		p.typed = typedNothing
		return p.save(strings.TrimSpace(p.file.Text()))
	}
	p.file.Update(msg)
	return nil
}

// savedMsg says what became of a log that was to be saved.
type savedMsg kit.NoteMsg

// save writes the whole log into a new file that only the user can read.
func (p *Pane) save(name string) tea.Cmd {
	if name == "" || p.log == nil {
		return nil
	}
	ctx, r, ref := p.sh.Context(), p.log, p.run.Ref
	p.busy = "saving the log"
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
func (p *Pane) page() tea.Cmd {
	if p.log == nil || !p.loaded {
		return kit.Note("there is no log to read yet")
	}
	ctx, r, ref := p.sh.Context(), p.log, p.run.Ref
	p.busy = "reading the whole log"
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
func (p *Pane) runPager(m pageMsg) tea.Cmd {
	p.busy = ""
	if m.err != nil {
		return kit.Send(kit.NoteMsg{Err: m.err})
	}
	return kit.Page(m.path, func() { os.Remove(m.path) })
}
