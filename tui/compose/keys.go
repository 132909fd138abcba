package compose

import (
	"bytes"
	"context"
	"encoding/json"
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
		p.turnWhole()
	case kit.IntentCurl:
		return p.curl()
	case kit.IntentUndo:
		if p.edit.Undo() {
			p.refresh()
		}
	case kit.IntentRedo:
		if p.edit.Redo() {
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
	if text := p.edit.Text(); strings.Contains(text, "{{") {
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

// turnWhole goes from the text to the whole request, with its JSON indented, then as it is sent, and back.
func (p *Pane) turnWhole() {
	switch p.offset = 0; {
	case !p.Whole:
		p.Whole = true
	case !p.raw && p.indented() != "":
		p.raw = true
	default:
		p.Whole, p.raw = false, false
	}
}

// indented is the body of the request with its JSON indented; empty where it is none.
func (p *Pane) indented() string {
	var b bytes.Buffer
	if p.request.Method == "GET" || !json.Valid(p.request.Body) || json.Indent(&b, p.request.Body, "", "  ") != nil {
		return ""
	}
	return b.String()
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

// editedMsg says that the person's editor has ended.
type editedMsg struct {
	text string
	err  error
}

func (p *Pane) openEditor() tea.Cmd {
	return kit.EditFile("message.txt", p.edit.Text(), func(text string, err error) tea.Msg { return editedMsg{text, err} })
}

func (p *Pane) edited(m editedMsg) tea.Cmd {
	if m.err != nil {
		return kit.Send(kit.NoteMsg{Err: m.err})
	}
	p.edit.Set(m.text)
	p.refresh()
	return nil
}
