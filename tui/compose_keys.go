package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/internal/carry"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// do handles an intent of the compose pane's own keys.
func (p *composePane) do(in intent) tea.Cmd {
	switch in {
	case intentSend:
		return p.send()
	case intentEditor:
		return p.openEditor()
	case intentEarlier:
		return p.earlier()
	case intentEndpoint:
		return p.endpoints()
	case intentSendStatus:
		return p.statuses()
	case intentWhole:
		p.whole, p.offset = !p.whole, 0
	case intentCurl:
		return p.curl()
	case intentUndo:
		if p.edit.undo() {
			p.refresh()
		}
	case intentRedo:
		if p.edit.redo() {
			p.refresh()
		}
	}
	return nil
}

func (p *composePane) endpoints() tea.Cmd {
	if len(p.sh.opts.Endpoints) == 0 {
		return send(noteMsg{err: p.err})
	}
	m := chooseMsg{name: "Send to"}
	for i, e := range p.sh.opts.Endpoints {
		m.choices = append(m.choices, choice{label: clean(e.Name), note: clean(e.ShownURL()), msg: endpointMsg{i}})
	}
	return send(m)
}

func (p *composePane) statuses() tea.Cmd {
	m := chooseMsg{name: "Status"}
	if s := carry.Status(p.run.Status); s != "" {
		m.choices = append(m.choices, choice{label: s, note: "as the run is", msg: statusMsg{}})
	}
	for _, s := range []jenkins.Status{jenkins.Start, jenkins.Running, jenkins.Success, jenkins.Unstable, jenkins.Failure,
		jenkins.Aborted, jenkins.NotBuilt, jenkins.Complete} {
		text := string(s)
		m.choices = append(m.choices, choice{label: text, msg: statusMsg{&text}})
	}
	none := ""
	m.choices = append(m.choices, choice{label: "none", note: "the payload has no status", msg: statusMsg{&none}})
	return send(m)
}

// curl copies the request as a shell command. Secrets in it are shell variables, also those that the text names.
func (p *composePane) curl() tea.Cmd {
	if p.err != nil {
		return send(noteMsg{err: p.err})
	}
	n, err := p.notification(true)
	if err != nil {
		return send(noteMsg{err: err})
	}
	template := ""
	if text := p.edit.text(); strings.Contains(text, "{{") {
		template = text
	}
	text, err := p.outbox.Curl(n, template)
	if err != nil {
		return send(noteMsg{err: err})
	}
	return send(copyMsg{text: text, what: "the request as curl"})
}

type messagesMsg struct {
	list []outbox.Message
	err  error
}

// earlier asks the outbox for what was sent before.
func (p *composePane) earlier() tea.Cmd {
	open := p.sh.opts.Outbox
	if open == nil {
		return note("there are no earlier messages")
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.context(), askFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return messagesMsg{err: err}
		}
		list, err := box.Messages(ctx)
		return messagesMsg{list, err}
	}
}

func (p *composePane) messages(m messagesMsg) tea.Cmd {
	switch {
	case m.err != nil:
		return send(noteMsg{err: m.err})
	case len(m.list) == 0:
		return note("there are no earlier messages")
	}
	c := chooseMsg{name: "Earlier messages"}
	for _, x := range m.list {
		label := clean(lineEnds(strings.TrimSpace(x.Text)))
		c.choices = append(c.choices, choice{label: label, note: x.UsedAt.Format("2 Jan 15:04"), msg: reuseMsg{x.Text}})
	}
	return send(c)
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
func (p *composePane) openEditor() tea.Cmd {
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
func (p *composePane) runEditor(m editorMsg) tea.Cmd {
	if m.err != nil {
		return send(noteMsg{err: m.err})
	}
	line := strings.Fields(editorName())
	cmd := exec.Command(line[0], append(line[1:], m.path)...)
	return tea.ExecProcess(cmd, func(err error) tea.Msg {
		defer os.RemoveAll(filepath.Dir(m.path))
		if exit, ok := errors.AsType[*exec.ExitError](err); ok { // as :cq does on purpose
			return editedMsg{err: &saidError{fmt.Sprintf("the editor %s ended with %v", line[0], exit), "The text is as it was."}}
		}
		if err != nil {
			return editedMsg{err: &saidError{fmt.Sprintf("run the editor %s: %v", line[0], err), "Set EDITOR to the one you use."}}
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

func (p *composePane) edited(m editedMsg) tea.Cmd {
	if m.err != nil {
		return send(noteMsg{err: m.err})
	}
	p.edit.set(m.text)
	p.refresh()
	return nil
}
