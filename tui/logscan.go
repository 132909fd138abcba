package tui

import (
	"bytes"
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

const scanPiece = 1 << 20 // bytes read at a time by a search beyond the window

// logScan is a search that has left the window: it reads the log piece by piece until it finds something. What is on
// the screen stays there meanwhile.
type logScan struct {
	id   int
	find *finder
	step int
	at   int64 // where the next piece begins, or ends when step is -1
	rest bool  // all the rest of the log was searched already
	// again: it came to one end of the log and begins from the other.
	again bool
}

type logScanMsg struct {
	session, scan int
	chunk         console.LogChunk
	found         bool
	err           error
}

// typeSearch handles keys while the search is typed; what is typed is marked on the screen at once.
func (p *logPane) typeSearch(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.Keystroke() {
		case "enter":
			p.typed = false
			p.find, p.hit = newFinder(p.search.text()), -1
			if p.find == nil {
				return nil
			}
			return p.next(p.find, 1)
		}
	}
	if p.search.update(msg) {
		p.find, p.hit = newFinder(p.search.text()), -1
	}
	return nil
}

// next jumps to the next line that f finds, going by step: from the line jumped to last, else from the screen. The first
// jump of a search also looks the other way, since a log is read from its end. At the end it begins again from the other
// one: at once where all of the log is held, else when it is asked for once more.
func (p *logPane) next(f *finder, step int) tea.Cmd {
	if f == nil {
		return note("nothing was searched for yet: / searches")
	}
	p.scan = nil
	turn := p.turn
	p.turn = 0
	fresh := p.hit < 0
	if fresh && p.follow && f == errorFinder { // what the end says is on the screen already: what led to it is above
		if i := f.find(p.win.lines, p.topLine()-1, -1); i >= 0 {
			return p.found(f, i, hit{})
		}
	}
	from := p.hit + step
	if fresh {
		from = p.topLine()
		if step < 0 {
			from = min(len(p.win.lines), from+max(1, p.h)) - 1
		}
	}
	if i := f.find(p.win.lines, from, step); i >= 0 {
		if fresh {
			return p.found(f, i, hit{})
		}
		return p.found(f, i, hit{step: step})
	}
	if fresh {
		if i := f.find(p.win.lines, from-step, -step); i >= 0 {
			return p.found(f, i, hit{})
		}
		if step > 0 && p.atEnd() {
			step = -step
		}
	}
	s := &logScan{find: f, step: step, at: p.win.end, rest: fresh && p.win.start == 0, again: turn == step && !fresh}
	begin := 0
	if step < 0 {
		s.at, s.rest, begin = p.win.start, fresh && p.atEnd(), len(p.win.lines)-1
	}
	switch {
	case fresh:
	case p.whole():
		if i := f.find(p.win.lines, begin, step); i >= 0 {
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
func (p *logPane) scanOn(s *logScan) tea.Cmd {
	r := p.reader(p.run.Controller)
	if r == nil || p.ctx == nil || s.step > 0 && s.at >= p.size || s.step < 0 && s.at <= 0 {
		p.scan = nil
		if s.rest {
			return note(s.find.missing("in this log"))
		}
		p.turn = s.step
		return note(s.find.further(map[int]string{1: "below: once more to begin at the top", -1: "above: once more to begin at the end"}[s.step]))
	}
	p.scans++
	s.id = p.scans
	p.scan = s
	ctx, ref, session, scan := p.ctx, p.run.Ref, p.session, *s
	return func() tea.Msg {
		m := logScanMsg{session: session, scan: scan.id}
		m.chunk, m.err = scan.read(ctx, r, ref)
		if m.err == nil {
			lines, _ := splitLog(nil, m.chunk.Text, logLine{start: m.chunk.Start}, false)
			if i := scan.find.find(lines, scan.from(lines), scan.step); i >= 0 {
				m.found, m.chunk = true, around(m.chunk, lines[i].start)
			}
		}
		return m
	}
}

func (s logScan) read(ctx context.Context, r logReader, ref jenkins.Ref) (console.LogChunk, error) {
	if s.step < 0 {
		return r.LogBefore(ctx, ref, s.at, scanPiece)
	}
	return r.Log(ctx, ref, s.at, scanPiece)
}

// from is the line at which the search begins in a piece.
func (s logScan) from(lines []logLine) int {
	if s.step < 0 {
		return len(lines) - 1
	}
	return 0
}

// around is the part of a piece with the line that begins at the raw offset at and what stands near it, where the
// piece's offsets are known; else all of it.
func around(c console.LogChunk, at int64) console.LogChunk {
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
func (p *logPane) scanned(m logScanMsg) tea.Cmd {
	s := p.scan
	if m.err != nil {
		p.scan = nil
		return send(noteMsg{err: fmt.Errorf("search the log: %w", m.err)})
	}
	if m.found {
		p.scan = nil
		h := hit{step: s.step, first: (s.rest || s.again) && s.step > 0, again: s.again}
		if p.hit < 0 && !s.again {
			h.step = 0
		}
		p.replace(m.chunk)
		return p.found(s.find, s.find.find(p.win.lines, s.from(p.win.lines), s.step), h)
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
func (p *logPane) jump(i int) tea.Cmd {
	if i < 0 {
		return nil
	}
	p.settleTop()
	p.hit, p.follow = i, false
	p.top, p.row = i, 0
	p.move(-p.h / 3)
	p.clamp()
	return p.fill()
}

// name is what is searched for, for people.
func (f *finder) name() string {
	if f.re != nil {
		return "an error"
	}
	return fmt.Sprintf("%q", clean(f.text))
}

// missing says that nothing of it was found.
func (f *finder) missing(where string) string {
	if f.re != nil {
		return "no error " + where
	}
	return f.name() + " not found " + where
}

// further says that nothing more of it was found in a direction.
func (f *finder) further(where string) string {
	if f.re != nil {
		return "no further error " + where
	}
	return f.missing(where)
}

// progress is how much of the log a search has read, in percent.
func (p *logPane) progress() int {
	if p.scan == nil || p.size == 0 {
		return 0
	}
	if p.scan.step < 0 {
		return int((p.size - p.scan.at) * 100 / p.size)
	}
	return int(p.scan.at * 100 / p.size)
}
