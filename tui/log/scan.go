package log

import (
	"bytes"
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

const scanPiece = 1 << 20 // bytes read at a time by a search beyond the window

// logScan is a search that has left the window: it reads the log piece by piece until it finds something. What is on
// the screen stays there meanwhile.
type logScan struct {
	id   int
	find *textview.Finder
	step int
	at   int64 // where the next piece begins, or ends when step is -1
	rest bool  // all the rest of the log was searched already
	// again: it came to one end of the log and begins from the other.
	again bool
}

type logScanMsg struct {
	session, scan int
	chunk         console.Chunk
	found         bool
	err           error
}

// typeSearch handles keys while the search is typed; what is typed is marked on the screen at once.
func (p *Pane) typeSearch(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.Keystroke() {
		case "enter":
			p.typed = false
			p.Find, p.Hit = textview.NewFinder(p.search.Text()), -1
			if p.Find == nil {
				return nil
			}
			return p.next(p.Find, 1)
		}
	}
	if p.search.Update(msg) {
		p.Find, p.Hit = textview.NewFinder(p.search.Text()), -1
	}
	return nil
}

// next jumps to the next line that f finds, going by step: from the line jumped to last, else from the screen. The first
// jump of a search also looks the other way, since a log is read from its end. At the end it begins again from the other
// one: at once where all of the log is held, else when it is asked for once more.
func (p *Pane) next(f *textview.Finder, step int) tea.Cmd {
	if f == nil {
		return kit.Note("nothing was searched for yet: / searches")
	}
	p.scan = nil
	turn := p.turn
	p.turn = 0
	fresh := p.Hit < 0
	if fresh && p.Follow && f == textview.ErrorFinder { // what the end says is on the screen already: what led to it is above
		if i := f.Find(p.Win.Lines, p.topLine()-1, -1); i >= 0 {
			return p.found(f, i, hit{})
		}
	}
	from := p.Hit + step
	if fresh {
		from = p.topLine()
		if step < 0 {
			from = min(len(p.Win.Lines), from+max(1, p.h)) - 1
		}
	}
	if i := f.Find(p.Win.Lines, from, step); i >= 0 {
		if fresh {
			return p.found(f, i, hit{})
		}
		return p.found(f, i, hit{step: step})
	}
	if fresh {
		if i := f.Find(p.Win.Lines, from-step, -step); i >= 0 {
			return p.found(f, i, hit{})
		}
		if step > 0 && p.atEnd() {
			step = -step
		}
	}
	s := &logScan{find: f, step: step, at: p.Win.end, rest: fresh && p.Win.start == 0, again: turn == step && !fresh}
	begin := 0
	if step < 0 {
		s.at, s.rest, begin = p.Win.start, fresh && p.atEnd(), len(p.Win.Lines)-1
	}
	switch {
	case fresh:
	case p.whole():
		if i := f.Find(p.Win.Lines, begin, step); i >= 0 {
			return p.found(f, i, hit{step: step, again: true})
		}
	case s.again && step > 0:
		s.at = 0
	case s.again:
		s.at = p.size
	}
	return p.scanOn(s)
}

// scanOn goes on with a search at s.at, or tells that the log is at its end.
func (p *Pane) scanOn(s *logScan) tea.Cmd {
	r := p.reader(p.run.Controller)
	if r == nil || p.ctx == nil || s.step > 0 && s.at >= p.size || s.step < 0 && s.at <= 0 {
		p.scan = nil
		if s.rest {
			return kit.Note(s.find.Missing("in this log"))
		}
		p.turn = s.step
		return kit.Note(s.find.Further(map[int]string{1: "below: once more to begin at the top", -1: "above: once more to begin at the end"}[s.step]))
	}
	p.scans++
	s.id = p.scans
	p.scan = s
	ctx, ref, session, scan := p.ctx, p.run.Ref, p.session, *s
	return func() tea.Msg {
		m := logScanMsg{session: session, scan: scan.id}
		m.chunk, m.err = scan.read(ctx, r, ref)
		if m.err == nil {
			lines, _ := textview.Split(nil, m.chunk.Text, textview.Line{Start: m.chunk.Start}, false)
			if i := scan.find.Find(lines, scan.from(lines), scan.step); i >= 0 {
				m.found, m.chunk = true, around(m.chunk, lines[i].Start)
			}
		}
		return m
	}
}

func (s logScan) read(ctx context.Context, r logReader, ref jenkins.Ref) (console.Chunk, error) {
	if s.step < 0 {
		return r.LogBefore(ctx, ref, s.at, scanPiece)
	}
	return r.Log(ctx, ref, s.at, scanPiece)
}

// from is the line at which the search begins in a piece.
func (s logScan) from(lines []textview.Line) int {
	if s.step < 0 {
		return len(lines) - 1
	}
	return 0
}

// around is the part of a piece with the line that begins at the raw offset at and what stands near it, where the
// piece's offsets are known; else all of it.
func around(c console.Chunk, at int64) console.Chunk {
	if !isExact(c) {
		return c
	}
	from, to := max(0, int(at-c.Start)-logPiece), min(len(c.Text), int(at-c.Start)+logPiece)
	if from > 0 {
		from += bytes.IndexByte(c.Text[from:], '\n') + 1 // there is one before at, which begins a line
	}
	if i := bytes.IndexByte(c.Text[to:], '\n'); i >= 0 {
		to += i + 1
	} else {
		to = len(c.Text)
	}
	c.Next = c.Start + int64(to)
	c.Start += int64(from)
	c.Text = c.Text[from:to]
	return c
}

// scanned takes a piece that a search has read: it becomes the window if something was found in it.
func (p *Pane) scanned(m logScanMsg) tea.Cmd {
	s := p.scan
	if m.err != nil {
		p.scan = nil
		return kit.Send(kit.NoteMsg{Err: fmt.Errorf("search the log: %w", m.err)})
	}
	if m.found {
		p.scan = nil
		h := hit{step: s.step, first: (s.rest || s.again) && s.step > 0, again: s.again}
		if p.Hit < 0 && !s.again {
			h.step = 0
		}
		p.replace(m.chunk)
		return p.found(s.find, s.find.Find(p.Win.Lines, s.from(p.Win.Lines), s.step), h)
	}
	next := m.chunk.Next
	if s.step < 0 {
		next = m.chunk.Start
	}
	if (next-s.at)*int64(s.step) <= 0 { // no way on
		next = map[int]int64{1: p.size, -1: 0}[s.step]
	}
	return p.scanOn(&logScan{find: s.find, step: s.step, at: next, rest: s.rest, again: s.again})
}

// jump shows the i-th line of the window in the upper third of the screen.
func (p *Pane) jump(i int) tea.Cmd {
	if i < 0 {
		return nil
	}
	p.settleTop()
	p.Hit, p.Follow = i, false
	p.top, p.row = i, 0
	p.move(-p.h / 3)
	p.clamp()
	return p.fill()
}

// progress is how much of the log a search has read, in percent.
func (p *Pane) progress() int {
	if p.scan == nil || p.size == 0 {
		return 0
	}
	if p.scan.step < 0 {
		return int((p.size - p.scan.at) * 100 / p.size)
	}
	return int(p.scan.at * 100 / p.size)
}
