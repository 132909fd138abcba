package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// OutboxChanged tells the screen that something in the outbox may have changed, here or in another process.
type OutboxChanged struct{}

// StoreTrouble puts trouble with the store into the footer. The program goes on, and tries again.
type StoreTrouble struct{ Err error }

// deliveriesPane lists what was sent and what waits, newest first; each can be looked into, retried and dropped.
type deliveriesPane struct {
	sh     *shared
	outbox outboxOpener
	glyphs *glyphs

	list    []sender.Delivery // newest first, as the store has them
	counts  map[sender.State]int
	heard   bool
	err     error
	asking  bool
	again   bool // something changed while it was asked, or shortly after
	askedAt time.Time
	more    bool // there are older ones
	on      bool // on the screen

	filter input
	typed  bool
	rows   []int // indices of list that the filter lets through
	cursor int
	offset int
	at     string // id under the cursor, which the cursor follows

	detail  *deliveryDetail // of one delivery, nil for the list
	w, h    int
	focused bool
}

// outboxOpener opens the outbox, once; it is called from commands only.
type outboxOpener func(ctx context.Context) (*outbox.Outbox, error)

// deliveryDetail is one delivery with its attempts.
type deliveryDetail struct {
	id       string
	attempts []sender.Attempt
	request  sender.Request // most values hidden
	err      error
	heard    bool
	offset   int
}

// deliveriesPage is how many deliveries are listed at a time.
const deliveriesPage = 100

func newDeliveriesPane(sh *shared) *deliveriesPane {
	return &deliveriesPane{sh: sh, outbox: sh.opts.Outbox, glyphs: sh.glyphs, w: 80, h: 20}
}

type (
	deliveriesMsg struct {
		list   []sender.Delivery
		older  bool // they follow what is listed
		counts map[sender.State]int
		err    error
	}
	attemptsMsg struct {
		id       string
		attempts []sender.Attempt
		request  sender.Request
		err      error
	}
	// changedMsg answers a retry or a drop.
	changedMsg struct {
		deed string
		d    sender.Delivery
		err  error
	}
	// changeMsg asks for it, once the user has confirmed.
	changeMsg struct {
		deed string // "retry" or "drop"
		id   string
	}
	listAgainMsg struct{}
)

// show lists the deliveries when the pane comes onto the screen; they are about all runs, whichever is selected.
func (p *deliveriesPane) show(jenkins.Run) tea.Cmd {
	if p.on {
		return nil
	}
	p.on = true
	return p.ask()
}

func (p *deliveriesPane) hide() { p.on = false }

func (p *deliveriesPane) resize(w, h int) {
	p.w, p.h = max(1, w), max(1, h)
	p.moveTo(p.cursor)
}

func (p *deliveriesPane) focus(on bool) { p.focused = on }
func (p *deliveriesPane) typing() bool  { return p.typed }

func (p *deliveriesPane) back() bool {
	switch {
	case p.typed || p.filter.text() != "":
		p.typed = false
		p.filter.set("")
		p.choose()
	case p.detail != nil:
		p.detail = nil
	default:
		return false
	}
	return true
}

// waiting is how many deliveries have not ended yet.
func (p *deliveriesPane) waiting() int {
	return p.counts[sender.Queued] + p.counts[sender.Delivering] + p.counts[sender.Retrying]
}

func (p *deliveriesPane) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case OutboxChanged:
		return p.changed()
	case listAgainMsg:
		p.again = false
		return p.ask()
	case deliveriesMsg:
		return p.take(msg)
	case sender.Delivery:
		p.merge(msg)
		if p.detail != nil && p.detail.id == msg.ID && msg.State != sender.Delivering {
			return p.askAttempts(msg.ID)
		}
	case attemptsMsg:
		if p.detail != nil && p.detail.id == msg.id {
			p.detail.attempts, p.detail.request, p.detail.err, p.detail.heard = msg.attempts, msg.request, msg.err, true
		}
	case changeMsg:
		return p.change(msg)
	case changedMsg:
		if msg.err != nil {
			return send(noteMsg{err: msg.err})
		}
		p.merge(msg.d)
		return note(map[string]string{"retry": "queued again", "drop": "dropped"}[msg.deed] + ": " + title(msg.d))
	case intent:
		return p.do(msg)
	case clickMsg:
		if p.detail == nil {
			p.moveTo(p.offset + msg.y - p.headLines())
		}
	case wheelMsg:
		p.scroll(msg.lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		p.typeInto(msg)
	}
	return nil
}

func (p *deliveriesPane) typeInto(msg tea.Msg) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.Keystroke() {
		case "enter":
			p.typed = false
			return
		case "up":
			p.moveTo(p.cursor - 1)
			return
		case "down":
			p.moveTo(p.cursor + 1)
			return
		}
	}
	if p.filter.update(msg) {
		p.choose()
	}
}

// choose applies the filter; the cursor stays on its delivery, or on the newest until somebody looks.
func (p *deliveriesPane) choose() {
	p.rows = p.rows[:0]
	words := strings.Fields(strings.ToLower(p.filter.text()))
	for i := range p.list {
		d := &p.list[i]
		text := strings.ToLower(title(*d) + " " + string(d.State) + " " + d.Status + " " + d.Endpoint + " " + d.LastError + " " + d.ID)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			p.rows = append(p.rows, i)
		}
	}
	at := p.cursor
	if i := slices.IndexFunc(p.rows, func(i int) bool { return p.list[i].ID == p.at }); i >= 0 && (p.focused || at > 0) {
		at = i
	}
	p.moveTo(at)
}

func (p *deliveriesPane) moveTo(i int) {
	p.cursor = max(0, min(i, len(p.rows)-1))
	h := max(1, p.h-p.headLines())
	p.offset = max(min(p.offset, p.cursor, len(p.rows)-h), p.cursor-h+1, 0)
	if d := p.current(); d != nil {
		p.at = d.ID
	}
}

// current is the delivery under the cursor, nil if there is none.
func (p *deliveriesPane) current() *sender.Delivery {
	if p.detail != nil {
		if i := slices.IndexFunc(p.list, func(d sender.Delivery) bool { return d.ID == p.detail.id }); i >= 0 {
			return &p.list[i]
		}
		return nil
	}
	if p.cursor < 0 || p.cursor >= len(p.rows) {
		return nil
	}
	return &p.list[p.rows[p.cursor]]
}

func (p *deliveriesPane) scroll(n int) {
	if p.detail != nil {
		p.detail.offset = max(0, min(p.detail.offset+n, len(p.detailLines(p.w))-p.h))
		return
	}
	p.moveTo(p.cursor + n)
}

func (p *deliveriesPane) do(in intent) tea.Cmd {
	if n, ok := in.lines(p.h - 1); ok {
		p.scroll(n)
		if p.detail == nil && p.cursor > len(p.rows)-p.h {
			return p.askOlder()
		}
		return nil
	}
	switch in {
	case intentFilter:
		if p.detail == nil {
			p.typed = true
		}
		return nil
	case intentRefresh:
		return p.ask()
	case intentEnter:
		if d := p.current(); d != nil && p.detail == nil {
			p.detail = &deliveryDetail{id: d.ID}
			return p.askAttempts(d.ID)
		}
	case intentRetry:
		if d := p.current(); d != nil {
			return p.change(changeMsg{"retry", d.ID})
		}
	case intentDrop:
		return p.confirmDrop()
	}
	return nil
}

// confirmDrop asks before what cannot be undone.
func (p *deliveriesPane) confirmDrop() tea.Cmd {
	d := p.current()
	switch {
	case d == nil:
		return nil
	case d.State == sender.Delivered || d.State == sender.Dropped:
		return note("it was " + string(d.State) + " already")
	}
	return send(chooseMsg{name: "Drop " + title(*d) + " for " + clean(d.Endpoint) + "?", choices: []choice{
		{label: "no, keep it", msg: nil},
		{label: "yes, drop it", note: "it is never sent", msg: changeMsg{"drop", d.ID}},
	}})
}

// title names what a delivery is about.
func title(d sender.Delivery) string {
	if d.Job == "" {
		return "a message"
	}
	return runTitle(jenkins.Run{Ref: jenkins.Ref{Controller: d.Controller, Job: d.Job, Number: d.Number}})
}
