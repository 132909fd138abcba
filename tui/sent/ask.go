package sent

import (
	"cmp"
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// ask asks for the newest page, and for as many more as are listed already.
func (p *Pane) ask() tea.Cmd {
	if p.sh.Opts.Outbox == nil {
		return nil
	}
	if p.asking {
		p.again = true
		return nil
	}
	p.asking, p.askedAt = true, time.Now()
	limit := max(deliveriesPage, len(p.list))
	return p.sh.AskOutbox(func(ctx context.Context, box *outbox.Outbox, err error) tea.Msg {
		m := kit.DeliveriesMsg{Err: err}
		if m.Err == nil {
			m.List, m.Err = box.List(ctx, outbox.Filter{Limit: limit})
		}
		if m.Err == nil {
			m.Counts, m.Err = box.Counts(ctx)
		}
		return m
	})
}

// askOlder asks for the page below what is listed.
func (p *Pane) askOlder() tea.Cmd {
	if p.sh.Opts.Outbox == nil || p.asking || !p.more || len(p.list) == 0 {
		return nil
	}
	p.asking = true
	before := p.list[len(p.list)-1].ID
	return p.sh.AskOutbox(func(ctx context.Context, box *outbox.Outbox, err error) tea.Msg {
		m := kit.DeliveriesMsg{Older: true, Err: err}
		if m.Err == nil {
			m.List, m.Err = box.List(ctx, outbox.Filter{Before: before, Limit: deliveriesPage})
		}
		return m
	})
}

// take takes a list in. Many changes at once become one more question a moment later.
func (p *Pane) take(m kit.DeliveriesMsg) tea.Cmd {
	p.asking = false
	if p.err = m.Err; m.Err == nil {
		p.loaded = true
		if m.Older {
			p.list = append(p.list, m.List...)
			p.more = len(m.List) == deliveriesPage
		} else {
			p.more = len(m.List) >= deliveriesPage
			p.list, p.counts = m.List, m.Counts
		}
		p.choose()
	}
	if !p.again {
		return nil
	}
	return askLater()
}

// changed looks into the outbox, but not more often than every listPause.
func (p *Pane) changed() tea.Cmd {
	switch {
	case p.again:
		return nil // it will be looked into
	case !p.asking && time.Since(p.askedAt) < listPause:
		p.again = true
		return askLater()
	}
	return p.ask()
}

func askLater() tea.Cmd {
	return tea.Tick(listPause, func(time.Time) tea.Msg { return listAgainMsg{} })
}

// listPause is the least time between two looks into the outbox.
const listPause = 200 * time.Millisecond

// merge puts a delivery that changed into the list.
func (p *Pane) merge(d sender.Delivery) {
	i, found := slices.BinarySearchFunc(p.list, d.ID, func(x sender.Delivery, id string) int { return -cmp.Compare(x.ID, id) })
	switch {
	case found:
		if p.counts != nil {
			p.counts[p.list[i].State]--
			p.counts[d.State]++
		}
		p.list = slices.Clone(p.list)
		p.list[i] = d
	case i == 0 || i < len(p.list):
		p.list = slices.Insert(slices.Clone(p.list), i, d)
		if p.counts != nil {
			p.counts[d.State]++
		}
	default:
		return // older than what is listed
	}
	p.choose()
}

func (p *Pane) askAttempts(id string) tea.Cmd {
	if p.sh.Opts.Outbox == nil {
		return nil
	}
	return p.sh.AskOutbox(func(ctx context.Context, box *outbox.Outbox, err error) tea.Msg {
		m := attemptsMsg{id: id, err: err}
		if m.err == nil {
			m.attempts, m.err = box.Attempts(ctx, id)
		}
		if m.err == nil {
			m.request, m.err = box.Sent(ctx, id)
		}
		return m
	})
}

// change retries or drops.
func (p *Pane) change(m changeMsg) tea.Cmd {
	if p.sh.Opts.Outbox == nil || p.sh.Opts.ReadOnly {
		return kit.Note("nothing is changed: this session is read-only")
	}
	return p.sh.AskOutbox(func(ctx context.Context, box *outbox.Outbox, err error) tea.Msg {
		var d sender.Delivery
		switch {
		case err != nil:
		case m.op == "retry":
			d, err = box.Retry(ctx, m.id)
		default:
			d, err = box.Drop(ctx, m.id)
		}
		return changedMsg{m.op, d, err}
	})
}
