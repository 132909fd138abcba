package compose

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func (p *Pane) warningsFor(e sender.Endpoint, n sender.Notification) []string {
	w := e.Warnings(n)
	if n.Body != nil && strings.Contains(*n.Body, sender.Masked) {
		w = append(w, "the text names a secret, whose value goes out with it")
	}
	if p.run.Number > 0 && p.envErr != nil {
		w = append(w, "the environment could not be read: only what the list shows goes along")
	}
	return w
}

// send hands the notification to the outbox. What needs a thought is shown first; the second time it is meant.
func (p *Pane) send() tea.Cmd {
	switch {
	case p.sending:
		return nil
	case p.err != nil:
		return kit.Send(kit.NoteMsg{Err: p.err})
	case p.sh.Opts.Outbox == nil:
		return kit.Send(kit.NoteMsg{Err: &kit.SaidError{What: "there is no outbox to send with", Fix: "`jenkwatch doctor` checks the store."}})
	case p.run.Number > 0 && !p.loaded && p.envErr == nil && p.reader(p.run.Controller) != nil:
		return kit.Note("the environment of " + kit.RunTitle(p.run) + " is still being read: one moment")
	case strings.TrimSpace(p.edit.Text()) == "" && p.run.Number == 0:
		return kit.Note("there is nothing to send yet: write a text")
	case len(p.warnings) > 0 && !p.Asked:
		p.Asked = true
		return nil
	}
	n, err := p.notification(false)
	if err != nil {
		return kit.Send(kit.NoteMsg{Err: err})
	}
	p.sending, p.Asked = true, false
	text := p.edit.Text()
	return tea.Batch(kit.Send(kit.NoteMsg{Text: "putting it into the outbox" + p.sh.Glyphs.More, Busy: true}), p.sh.AskOutbox(func(ctx context.Context, box *outbox.Outbox, err error) tea.Msg {
		m := queuedMsg{text: text, err: err}
		if err == nil {
			m.delivery, m.err = box.Add(ctx, n)
		}
		return m
	}))
}

// queued ends a send: committed, the text is done with and the pane closes; else everything stays as it was.
func (p *Pane) queued(m queuedMsg) tea.Cmd {
	p.sending = false
	if m.err != nil {
		return kit.Send(kit.NoteMsg{Err: m.err})
	}
	if _, known := p.mine[m.delivery.ID]; !known {
		p.mine[m.delivery.ID] = m.delivery.State
	}
	if p.edit.Text() == m.text {
		p.edit.Set("")
	}
	p.status = nil
	p.refresh()
	return tea.Batch(kit.Note("queued for "+kit.Clean(m.delivery.Endpoint)), kit.Send(kit.CloseMsg{}))
}

// report says in the footer what became of what was sent from here.
func (p *Pane) report(d sender.Delivery) tea.Cmd {
	was, ok := p.mine[d.ID]
	if !ok || was == d.State || was.Ended() {
		return nil
	}
	p.mine[d.ID] = d.State
	to := kit.Clean(d.Endpoint)
	switch d.State {
	case sender.Delivering:
		return kit.Send(kit.NoteMsg{Text: "delivering to " + to + p.sh.Glyphs.More, Busy: true})
	case sender.Delivered:
		return kit.Note(fmt.Sprintf("delivered to %s: %d in %s", to, d.HTTPStatus, kit.Briefly(d.Duration)))
	case sender.Retrying:
		return kit.Send(kit.NoteMsg{Err: &kit.SaidError{What: "not delivered to " + to + " yet: " + kit.Clean(d.LastError), Fix: "It is tried again; x shows it."}})
	case sender.Dead:
		return kit.Send(kit.NoteMsg{Err: &kit.SaidError{What: "not delivered to " + to + ": " + cmp.Or(kit.Clean(d.LastError), "refused"),
			Fix: "Sent (x) has the answer; it can be retried there."}})
	}
	return nil
}
