package log

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// block is the lines that are marked: from the line where that began to the one with the cursor, in either order.
type block struct{ from, to int }

func (b *block) has(i int) bool {
	return b != nil && min(b.from, b.to) <= i && i <= max(b.from, b.to)
}

func (b *block) lines() int { return max(b.from, b.to) - min(b.from, b.to) + 1 }

// beginBlock marks the line that was jumped to, else the last one on the screen where that follows, else the first.
func (p *Pane) beginBlock() tea.Cmd {
	if len(p.win.lines) == 0 {
		return nil
	}
	at := p.topLine()
	switch {
	case p.hit >= at:
		at = p.hit
	case p.follow:
		at = len(p.win.lines) - 1
		p.settleTop()
	}
	p.block = &block{at, at}
	p.moveBlock(0)
	return nil
}

// doBlock handles an intent while lines are marked, and reports whether it did.
func (p *Pane) doBlock(in kit.Intent) (tea.Cmd, bool) {
	switch in {
	case kit.IntentMarkLines:
		p.block = nil
		return nil, true
	case kit.IntentCopyLines:
		text, n := p.blockText(), p.block.lines()
		p.block = nil
		return kit.Send(kit.CopyMsg{Text: text, What: kit.Plural(n, "line") + " of the log"}), true
	case kit.IntentSendLines:
		text := p.blockText()
		p.block = nil
		return kit.Send(kit.ComposeMsg{Text: text}), true
	case kit.IntentTop:
		p.moveBlock(-len(p.win.lines))
		return p.fill(), true
	case kit.IntentBottom:
		p.moveBlock(len(p.win.lines))
		return p.fill(), true
	}
	if n, ok := in.Lines(p.h); ok {
		p.moveBlock(n)
		return p.fill(), true
	}
	return nil, false
}

// moveBlock moves the end of the block by n lines that are shown, and the screen along with it.
func (p *Pane) moveBlock(n int) {
	step := 1
	if n < 0 {
		step = -1
	}
	for at := p.block.to + step; n != 0 && at >= 0 && at < len(p.win.lines); at += step {
		if !p.isHidden(p.win.lines[at]) {
			p.block.to = at
			n -= step
		}
	}
	p.settleTop()
	if p.block.to <= p.top {
		p.top, p.row = p.block.to, 0
		return
	}
	d, rows := p.look(p.w, nil), -p.row
	for i := p.top; i <= p.block.to; i++ {
		rows += p.height(d, p.win.lines[i])
	}
	p.move(max(0, rows-p.h))
}

// blockText is the marked lines as plain text, without those that are hidden.
func (p *Pane) blockText() string {
	var b strings.Builder
	for i := min(p.block.from, p.block.to); p.block.has(i) && i < len(p.win.lines); i++ {
		l := p.win.lines[i]
		if p.isHidden(l) {
			continue
		}
		if b.Len() > 0 && !l.Cont {
			b.WriteByte('\n')
		}
		b.WriteString(textview.Plain(l.Text))
	}
	return b.String()
}

// CanCopy reports whether there is a line to copy: one that was jumped to, or marked ones.
func (p *Pane) CanCopy() bool { return p.block != nil || p.hit >= 0 && p.hit < len(p.win.lines) }

// CanSend reports whether lines are marked.
func (p *Pane) CanSend() bool { return p.block != nil }

// copyHit copies the line that was jumped to.
func (p *Pane) copyHit() tea.Cmd {
	if !p.CanCopy() {
		return kit.Note("no line is marked: m marks lines")
	}
	return kit.Send(kit.CopyMsg{Text: textview.Plain(p.win.lines[p.hit].Text), What: "the line"})
}
