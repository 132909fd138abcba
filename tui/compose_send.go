package tui

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/sender"
)

func (p *composePane) warningsFor(e sender.Endpoint, n sender.Notification) []string {
	w := e.Warnings(n)
	if n.Body != nil && strings.Contains(*n.Body, sender.Masked) {
		w = append(w, "the text names a secret, whose value goes out with it")
	}
	if p.run.Number > 0 && p.envErr != nil {
		w = append(w, "the environment could not be read: only what the list tells goes along")
	}
	return w
}

// send hands the notification to the outbox. What needs a thought is shown first; the second time it is meant.
func (p *composePane) send() tea.Cmd {
	open := p.sh.opts.Outbox
	switch {
	case p.sending:
		return nil
	case p.err != nil:
		return send(noteMsg{err: p.err})
	case open == nil:
		return send(noteMsg{err: &saidError{"there is no outbox to send with", "`jenkwatch doctor` checks the store."}})
	case p.run.Number > 0 && !p.heard && p.envErr == nil && p.reader(p.run.Controller) != nil:
		return note("the environment of " + runTitle(p.run) + " is still being read: one moment")
	case strings.TrimSpace(p.edit.text()) == "" && p.run.Number == 0:
		return note("there is nothing to send yet: write a text")
	case len(p.warnings) > 0 && !p.asked:
		p.asked = true
		return nil
	}
	n, err := p.notification(false)
	if err != nil {
		return send(noteMsg{err: err})
	}
	p.sending, p.asked = true, false
	text := p.edit.text()
	return tea.Batch(send(noteMsg{text: "handing it to the outbox" + p.sh.glyphs.more, busy: true}), func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.context(), askFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return queuedMsg{text: text, err: err}
		}
		d, err := box.Add(ctx, n)
		return queuedMsg{text, d, err}
	})
}

// queued ends a send: committed, the text is done with and the pane closes; else everything stays as it was.
func (p *composePane) queued(m queuedMsg) tea.Cmd {
	p.sending = false
	if m.err != nil {
		return send(noteMsg{err: m.err})
	}
	if _, told := p.mine[m.delivery.ID]; !told {
		p.mine[m.delivery.ID] = m.delivery.State
	}
	if p.edit.text() == m.text {
		p.edit.set("")
	}
	p.status = nil
	p.refresh()
	return tea.Batch(note("queued for "+clean(m.delivery.Endpoint)), send(closeMsg{}))
}

// tell says in the footer what became of what was sent from here.
func (p *composePane) tell(d sender.Delivery) tea.Cmd {
	was, ok := p.mine[d.ID]
	if !ok || was == d.State || was.Ended() {
		return nil
	}
	p.mine[d.ID] = d.State
	to := clean(d.Endpoint)
	switch d.State {
	case sender.Delivering:
		return send(noteMsg{text: "delivering to " + to + p.sh.glyphs.more, busy: true})
	case sender.Delivered:
		return note(fmt.Sprintf("delivered to %s: %d in %s", to, d.HTTPStatus, briefly(d.Duration)))
	case sender.Retrying:
		return send(noteMsg{err: &saidError{"not delivered to " + to + " yet: " + clean(d.LastError), "It is tried again; x shows it."}})
	case sender.Dead:
		return send(noteMsg{err: &saidError{"not delivered to " + to + ": " + cmp.Or(clean(d.LastError), "refused"),
			"Sent (x) has the answer; it can be retried there."}})
	}
	return nil
}
