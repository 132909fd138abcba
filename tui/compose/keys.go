package compose

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// do handles an intent of the compose pane's own keys.
func (p *Pane) do(in kit.Intent) tea.Cmd {
	switch in {
	case kit.IntentSend:
		return p.send()
	case kit.IntentEditor:
		return p.openEditor()
	case kit.IntentEarlier:
		return p.earlier()
	case kit.IntentEndpoint:
		return p.endpoints()
	case kit.IntentSendStatus:
		return p.statuses()
	case kit.IntentWhole:
		p.Whole, p.offset = !p.Whole, 0
	case kit.IntentCurl:
		return p.curl()
	case kit.IntentUndo:
		if p.edit.undo() {
			p.refresh()
		}
	case kit.IntentRedo:
		if p.edit.redo() {
			p.refresh()
		}
	}
	return nil
}

func (p *Pane) endpoints() tea.Cmd {
	if len(p.sh.Opts.Endpoints) == 0 {
		return kit.Send(kit.NoteMsg{Err: p.err})
	}
	m := kit.ChooseMsg{Name: "Send to"}
	for i, e := range p.sh.Opts.Endpoints {
		m.Choices = append(m.Choices, kit.Choice{Label: kit.Clean(e.Name), Note: kit.Clean(e.ShownURL()), Msg: endpointMsg{i}})
	}
	return kit.Send(m)
}

func (p *Pane) statuses() tea.Cmd {
	m := kit.ChooseMsg{Name: "Status"}
	if s := p.run.Status.AsPushed(); s != "" {
		m.Choices = append(m.Choices, kit.Choice{Label: s, Note: "as the run is", Msg: statusMsg{}})
	}
	for _, s := range []jenkins.Status{jenkins.Start, jenkins.Running, jenkins.Success, jenkins.Unstable, jenkins.Failure,
		jenkins.Aborted, jenkins.NotBuilt, jenkins.Complete} {
		text := string(s)
		m.Choices = append(m.Choices, kit.Choice{Label: text, Msg: statusMsg{&text}})
	}
	none := ""
	m.Choices = append(m.Choices, kit.Choice{Label: "none", Note: "the payload has no status", Msg: statusMsg{&none}})
	return kit.Send(m)
}

// curl copies the request as a shell command. Secrets in it are shell variables, also those that the text names.
func (p *Pane) curl() tea.Cmd {
	if p.err != nil {
		return kit.Send(kit.NoteMsg{Err: p.err})
	}
	n, err := p.notification(true)
	if err != nil {
		return kit.Send(kit.NoteMsg{Err: err})
	}
	template := ""
	if text := p.edit.text(); strings.Contains(text, "{{") {
		template = text
	}
	text, err := p.outbox.Curl(n, template)
	if err != nil {
		return kit.Send(kit.NoteMsg{Err: err})
	}
	return kit.Send(kit.CopyMsg{Text: text, What: "the request as curl"})
}

type messagesMsg struct {
	list []outbox.Message
	err  error
}

// earlier asks the outbox for what was sent before.
func (p *Pane) earlier() tea.Cmd {
	if p.sh.Opts.Outbox == nil {
		return kit.Note("there are no earlier messages")
	}
	return p.sh.AskOutbox(func(ctx context.Context, box *outbox.Outbox, err error) tea.Msg {
		m := messagesMsg{err: err}
		if err == nil {
			m.list, m.err = box.Messages(ctx)
		}
		return m
	})
}

func (p *Pane) messages(m messagesMsg) tea.Cmd {
	switch {
	case m.err != nil:
		return kit.Send(kit.NoteMsg{Err: m.err})
	case len(m.list) == 0:
		return kit.Note("there are no earlier messages")
	}
	c := kit.ChooseMsg{Name: "Earlier messages"}
	for _, x := range m.list {
		label := kit.Clean(kit.LineEnds(strings.TrimSpace(x.Text)))
		c.Choices = append(c.Choices, kit.Choice{Label: label, Note: x.UsedAt.Format("2 Jan 15:04"), Msg: reuseMsg{x.Text}})
	}
	return kit.Send(c)
}

// editorMsg says that the text lies in a file, editedMsg that the person's editor has ended.
type (
	editorMsg struct {
		path string
		err  error
	}
	editedMsg struct {
		text string
		err  error
	}
)

// openEditor writes the text to a file of its own that only the user can read.
func (p *Pane) openEditor() tea.Cmd {
	text := p.edit.text()
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n" // editors expect one, and it is taken off again
	}
	return func() tea.Msg {
		dir, err := os.MkdirTemp("", "jenkwatch-")
		if err != nil {
			return editorMsg{err: fmt.Errorf("make a file for the editor: %w", err)}
		}
		path := filepath.Join(dir, "message.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			os.RemoveAll(dir)
			return editorMsg{err: fmt.Errorf("write a file for the editor: %w", err)}
		}
		return editorMsg{path: path}
	}
}

// runEditor hands the terminal to the person's editor.
func (p *Pane) runEditor(m editorMsg) tea.Cmd {
	if m.err != nil {
		return kit.Send(kit.NoteMsg{Err: m.err})
	}
	line := strings.Fields(editorName())
	cmd := exec.Command(line[0], append(line[1:], m.path)...)
	return tea.ExecProcess(cmd, func(err error) tea.Msg {
		defer os.RemoveAll(filepath.Dir(m.path))
		if exit, ok := errors.AsType[*exec.ExitError](err); ok { // as :cq does on purpose
			return editedMsg{err: &kit.SaidError{What: fmt.Sprintf("the editor %s ended with %v", line[0], exit), Fix: "The text is as it was."}}
		}
		if err != nil {
			return editedMsg{err: &kit.SaidError{What: fmt.Sprintf("run the editor %s: %v", line[0], err), Fix: "Set EDITOR to the one you use."}}
		}
		b, err := os.ReadFile(m.path)
		if err != nil {
			return editedMsg{err: fmt.Errorf("read what the editor wrote: %w", err)}
		}
		return editedMsg{text: strings.TrimSuffix(string(b), "\n")}
	})
}

func editorName() string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if v := strings.TrimSpace(os.Getenv(name)); v != "" {
			return v
		}
	}
	return "vi"
}

func (p *Pane) edited(m editedMsg) tea.Cmd {
	if m.err != nil {
		return kit.Send(kit.NoteMsg{Err: m.err})
	}
	p.edit.set(m.text)
	p.refresh()
	return nil
}
