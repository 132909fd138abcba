package sent

import (
	"cmp"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// OutboxChanged says that something in the outbox may have changed, here or in another process.
type OutboxChanged struct{}

// StoreTrouble puts trouble with the store into the footer. The program goes on, and tries again.
type StoreTrouble struct{ Err error }

// Pane lists what was sent and what waits, newest first; each can be looked into, retried and dropped.
type Pane struct {
	kit.Base
	sh     *kit.Shared
	glyphs *kit.Glyphs

	list    []sender.Delivery // newest first, as the store has them
	counts  map[sender.State]int
	loaded  bool
	err     error
	asking  bool
	again   bool // something changed while it was asked, or shortly after
	askedAt time.Time
	more    bool // there are older ones
	on      bool // on the screen

	filter kit.Input
	typed  bool
	rows   []int // indices of list that the filter lets through
	cursor int
	offset int
	at     string // id under the cursor, which the cursor follows

	detail  *deliveryDetail // of one delivery, nil for the list
	w, h    int
	focused bool
}

// deliveryDetail is one delivery with its attempts.
type deliveryDetail struct {
	id       string
	attempts []sender.Attempt
	request  sender.Request // most values hidden
	err      error
	loaded   bool
	offset   int
}

// deliveriesPage is how many deliveries are listed at a time.
const deliveriesPage = 100

func New(sh *kit.Shared) *Pane {
	return &Pane{sh: sh, glyphs: sh.Glyphs, w: 80, h: 20}
}

type (
	attemptsMsg struct {
		id       string
		attempts []sender.Attempt
		request  sender.Request
		err      error
	}
	// changedMsg answers a retry or a drop.
	changedMsg struct {
		op  string
		d   sender.Delivery
		err error
	}
	// changeMsg asks for it, once the user has confirmed.
	changeMsg struct {
		op string // "retry" or "drop"
		id string
	}
	listAgainMsg struct{}
)

// Show lists the deliveries when the pane comes onto the screen; they are about all runs, whichever is selected.
func (p *Pane) Show(jenkins.Run) tea.Cmd {
	if p.on {
		return nil
	}
	p.on = true
	return p.ask()
}

func (p *Pane) Hide() { p.on = false }

func (p *Pane) Resize(w, h int) {
	p.w, p.h = max(1, w), max(1, h)
	p.moveTo(p.cursor)
}

func (p *Pane) Focus(on bool) { p.focused = on }
func (p *Pane) Typing() bool  { return p.typed }

func (p *Pane) Back() bool {
	switch {
	case p.typed || p.filter.Text() != "":
		p.typed = false
		p.filter.Set("")
		p.choose()
	case p.detail != nil:
		p.detail = nil
	default:
		return false
	}
	return true
}

// Waiting returns how many deliveries have not ended yet.
func (p *Pane) Waiting() int {
	return p.counts[sender.Queued] + p.counts[sender.Delivering] + p.counts[sender.Retrying]
}

func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case OutboxChanged:
		return p.changed()
	case listAgainMsg:
		p.again = false
		return p.ask()
	case kit.DeliveriesMsg:
		return p.take(msg)
	case sender.Delivery:
		p.merge(msg)
		if p.detail != nil && p.detail.id == msg.ID && msg.State != sender.Delivering {
			return p.askAttempts(msg.ID)
		}
	case attemptsMsg:
		if p.detail != nil && p.detail.id == msg.id {
			p.detail.attempts, p.detail.request, p.detail.err, p.detail.loaded = msg.attempts, msg.request, msg.err, true
		}
	case changeMsg:
		return p.change(msg)
	case changedMsg:
		if msg.err != nil {
			return kit.Send(kit.NoteMsg{Err: msg.err})
		}
		p.merge(msg.d)
		return kit.Note(map[string]string{"retry": "queued again", "drop": "dropped"}[msg.op] + ": " + title(msg.d))
	case kit.Intent:
		return p.do(msg)
	case kit.ClickMsg:
		if p.detail == nil {
			p.moveTo(p.offset + msg.Y - p.headLines())
		}
	case kit.WheelMsg:
		p.scroll(msg.Lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		p.typeInto(msg)
	}
	return nil
}

func (p *Pane) typeInto(msg tea.Msg) {
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
	if p.filter.Update(msg) {
		p.choose()
	}
}

// choose applies the filter; the cursor stays on its delivery, or on the newest until the pane is focused.
func (p *Pane) choose() {
	p.rows = p.rows[:0]
	words := strings.Fields(strings.ToLower(p.filter.Text()))
	for i := range p.list {
		d := &p.list[i]
		text := strings.ToLower(title(*d) + " " + string(d.State) + " " + d.Status + " " + d.Endpoint + " " + d.LastError + " " + d.Message + " " + d.ID)
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

func (p *Pane) moveTo(i int) {
	p.cursor = max(0, min(i, len(p.rows)-1))
	h := max(1, p.h-p.headLines())
	p.offset = max(min(p.offset, p.cursor, len(p.rows)-h), p.cursor-h+1, 0)
	if d := p.current(); d != nil {
		p.at = d.ID
	}
}

// current returns the delivery under the cursor, nil if there is none.
func (p *Pane) current() *sender.Delivery {
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

func (p *Pane) scroll(n int) {
	if p.detail != nil {
		p.detail.offset = max(0, min(p.detail.offset+n, len(p.detailLines(p.w))-p.h))
		return
	}
	p.moveTo(p.cursor + n)
}

func (p *Pane) do(in kit.Intent) tea.Cmd {
	if n, ok := in.Lines(p.h - 1); ok {
		p.scroll(n)
		if p.detail == nil && p.cursor > len(p.rows)-p.h {
			return p.askOlder()
		}
		return nil
	}
	switch in {
	case kit.IntentFilter:
		if p.detail == nil {
			p.typed = true
		}
		return nil
	case kit.IntentRefresh:
		return p.ask()
	case kit.IntentEnter:
		if d := p.current(); d != nil && p.detail == nil {
			p.detail = &deliveryDetail{id: d.ID}
			return p.askAttempts(d.ID)
		}
	case kit.IntentRetry:
		if d := p.current(); d != nil {
			return p.change(changeMsg{"retry", d.ID})
		}
	case kit.IntentDrop:
		return p.confirmDrop()
	}
	return nil
}

// confirmDrop asks before what cannot be undone.
func (p *Pane) confirmDrop() tea.Cmd {
	d := p.current()
	switch {
	case d == nil:
		return nil
	case d.State == sender.Delivered || d.State == sender.Dropped:
		return kit.Note("it was " + string(d.State) + " already")
	}
	return kit.Send(kit.ChooseMsg{Name: "Drop " + title(*d) + " for " + kit.Clean(d.Endpoint) + "?", Choices: []kit.Choice{
		{Label: "no, keep it", Msg: nil},
		{Label: "yes, drop it", Note: "it is never sent", Msg: changeMsg{"drop", d.ID}},
	}})
}

// title names what a delivery is about.
func title(d sender.Delivery) string {
	if d.Job == "" {
		return cmp.Or(kit.Clean(d.Message), "a message")
	}
	return kit.RunTitle(jenkins.Run{Ref: jenkins.Ref{Controller: d.Controller, Job: d.Job, Number: d.Number}})
}
