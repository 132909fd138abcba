package tui

import (
	"cmp"
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// ask asks for the newest page, and for as many more as are listed already.
func (p *deliveriesPane) ask() tea.Cmd {
	if p.outbox == nil {
		return nil
	}
	if p.asking {
		p.again = true
		return nil
	}
	p.asking, p.askedAt = true, time.Now()
	open, limit := p.outbox, max(deliveriesPage, len(p.list))
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.context(), askFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return deliveriesMsg{err: err}
		}
		list, err := box.List(ctx, outbox.Filter{Limit: limit})
		if err != nil {
			return deliveriesMsg{err: err}
		}
		counts, err := box.Counts(ctx)
		return deliveriesMsg{list: list, counts: counts, err: err}
	}
}

// askOlder asks for the page below what is listed.
func (p *deliveriesPane) askOlder() tea.Cmd {
	if p.outbox == nil || p.asking || !p.more || len(p.list) == 0 {
		return nil
	}
	p.asking = true
	open, before := p.outbox, p.list[len(p.list)-1].ID
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.context(), askFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return deliveriesMsg{err: err}
		}
		list, err := box.List(ctx, outbox.Filter{Before: before, Limit: deliveriesPage})
		return deliveriesMsg{list: list, older: true, err: err}
	}
}

// take takes a list in. Many changes at once become one more question a moment later.
func (p *deliveriesPane) take(m deliveriesMsg) tea.Cmd {
	p.asking = false
	if p.err = m.err; m.err == nil {
		p.heard = true
		if m.older {
			p.list = append(p.list, m.list...)
			p.more = len(m.list) == deliveriesPage
		} else {
			p.more = len(m.list) >= deliveriesPage
			p.list, p.counts = m.list, m.counts
		}
		p.choose()
	}
	if !p.again {
		return nil
	}
	return askLater()
}

// changed looks into the outbox, but not more often than every listPause.
func (p *deliveriesPane) changed() tea.Cmd {
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
func (p *deliveriesPane) merge(d sender.Delivery) {
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

func (p *deliveriesPane) askAttempts(id string) tea.Cmd {
	open := p.outbox
	if open == nil {
		return nil
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.context(), askFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return attemptsMsg{id: id, err: err}
		}
		attempts, err := box.Attempts(ctx, id)
		if err != nil {
			return attemptsMsg{id: id, err: err}
		}
		request, err := box.Sent(ctx, id)
		return attemptsMsg{id, attempts, request, err}
	}
}

// change retries or drops.
func (p *deliveriesPane) change(m changeMsg) tea.Cmd {
	open := p.outbox
	if open == nil || p.sh.opts.ReadOnly {
		return note("nothing is changed: this session is read-only")
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.context(), askFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return changedMsg{deed: m.deed, err: err}
		}
		var d sender.Delivery
		if m.deed == "retry" {
			d, err = box.Retry(ctx, m.id)
		} else {
			d, err = box.Drop(ctx, m.id)
		}
		return changedMsg{m.deed, d, err}
	}
}
