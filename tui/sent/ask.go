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
		ctx, cancel := context.WithTimeout(p.sh.Context(), kit.AskFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return kit.DeliveriesMsg{Err: err}
		}
		list, err := box.List(ctx, outbox.Filter{Limit: limit})
		if err != nil {
			return kit.DeliveriesMsg{Err: err}
		}
		counts, err := box.Counts(ctx)
		return kit.DeliveriesMsg{List: list, Counts: counts, Err: err}
	}
}

// askOlder asks for the page below what is listed.
func (p *Pane) askOlder() tea.Cmd {
	if p.outbox == nil || p.asking || !p.more || len(p.list) == 0 {
		return nil
	}
	p.asking = true
	open, before := p.outbox, p.list[len(p.list)-1].ID
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.Context(), kit.AskFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return kit.DeliveriesMsg{Err: err}
		}
		list, err := box.List(ctx, outbox.Filter{Before: before, Limit: deliveriesPage})
		return kit.DeliveriesMsg{List: list, Older: true, Err: err}
	}
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
	open := p.outbox
	if open == nil {
		return nil
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.Context(), kit.AskFor)
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
func (p *Pane) change(m changeMsg) tea.Cmd {
	open := p.outbox
	if open == nil || p.sh.Opts.ReadOnly {
		return kit.Note("nothing is changed: this session is read-only")
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(p.sh.Context(), kit.AskFor)
		defer cancel()
		box, err := open(ctx)
		if err != nil {
			return changedMsg{op: m.op, err: err}
		}
		var d sender.Delivery
		if m.op == "retry" {
			d, err = box.Retry(ctx, m.id)
		} else {
			d, err = box.Drop(ctx, m.id)
		}
		return changedMsg{m.op, d, err}
	}
}
