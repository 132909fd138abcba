package log

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

const (
	scanPiece   = 1 << 20 // bytes read at a time by a search beyond the window
	scanOpening = 1 << 20 // bytes that are read before the end of a failed run's log for its first error
)

// scan is a search that has left the window: it reads the log piece by piece until it finds something. What is on
// the screen stays there meanwhile.
type scan struct {
	id   int
	find *textview.Finder
	step int   // 1 or -1
	at   int64 // where the next piece begins, or ends when step is -1
	rest bool  // all the rest of the log was searched already
	// again: it came to one end of the log and begins from the other.
	again bool
	// opening: it looks for the first error of a log that is opened; the user has not asked for it.
	opening bool
}

type scanMsg struct {
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
			p.typed = typedNothing
			p.find, p.hit = textview.NewFinder(p.search.Text()), -1
			if p.find == nil {
				return nil
			}
			return p.next(p.find, 1)
		}
	}
	if p.search.Update(msg) {
		p.find, p.hit = textview.NewFinder(p.search.Text()), -1
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
	fresh := p.hit < 0
	if fresh && p.follow && f == textview.ErrorFinder { // what the end says is on the screen already: what led to it is above
		if i := f.Find(p.win.lines, p.topLine()-1, -1); i >= 0 {
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
	if i := f.Find(p.win.lines, from, step); i >= 0 {
		if fresh {
			return p.found(f, i, hit{})
		}
		return p.found(f, i, hit{step: step})
	}
	if fresh {
		if i := f.Find(p.win.lines, from-step, -step); i >= 0 {
			return p.found(f, i, hit{})
		}
		if step > 0 && p.atEnd() {
			step = -step
		}
	}
	s := &scan{find: f, step: step, at: p.win.end, rest: fresh && p.win.start == 0, again: turn == step && !fresh}
	begin := 0
	if step < 0 {
		s.at, s.rest, begin = p.win.start, fresh && p.atEnd(), len(p.win.lines)-1
	}
	switch {
	case fresh:
	case p.whole():
		if i := f.Find(p.win.lines, begin, step); i >= 0 {
			return p.found(f, i, hit{step: step, again: true})
		}
	case s.again && step > 0:
		s.at = 0
	case s.again:
		s.at = p.size
	}
	return p.scanOn(s)
}

// toFirstError shows the first error of a failed run's log, or of a failed part, that was opened: its end is not what
// went wrong. Of a log that is longer than scanOpening only the end is looked through.
func (p *Pane) toFirstError() tea.Cmd {
	failed := p.run.Status == jenkins.Failure
	if p.part != nil {
		failed = p.part.failed
	}
	if !failed || p.moved || !p.follow {
		return nil
	}
	if p.win.start > 0 && p.win.start <= scanOpening {
		return p.scanOn(&scan{find: textview.ErrorFinder, step: 1, opening: true})
	}
	return p.openAt(textview.FirstError(p.win.lines))
}

// openAt jumps to the line with the first error of a log that is opened.
func (p *Pane) openAt(i int) tea.Cmd {
	if i < 0 {
		return nil
	}
	p.counted, p.nth, p.of = textview.ErrorFinder, 0, 0
	if p.whole() {
		p.nth, p.of = p.count(p.counted, i)
	}
	return p.jump(i)
}

// scanOn goes on with a search at s.at, or says that the log is at its end.
func (p *Pane) scanOn(s *scan) tea.Cmd {
	if p.log == nil || p.ctx == nil || s.step > 0 && s.at >= p.size || s.step < 0 && s.at <= 0 {
		p.scan = nil
		switch {
		case s.opening:
			return nil
		case s.rest:
			if s.find == textview.ErrorFinder {
				p.clean = p.size
			}
			return kit.Note(s.find.Missing("in this log"))
		}
		p.turn = s.step
		return kit.Note(s.find.Further(map[int]string{1: "below: once more to begin at the top", -1: "above: once more to begin at the end"}[s.step]))
	}
	p.scans++
	s.id = p.scans
	p.scan = s
	ctx, r, ref, session, scan := p.ctx, p.log, p.run.Ref, p.session, *s
	return func() tea.Msg {
		m := scanMsg{session: session, scan: scan.id}
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

func (s scan) read(ctx context.Context, r reader, ref jenkins.Ref) (console.Chunk, error) {
	if s.step < 0 {
		return r.LogBefore(ctx, ref, s.at, scanPiece)
	}
	return r.Log(ctx, ref, s.at, scanPiece)
}

// from is the line at which the search begins in a piece.
func (s scan) from(lines []textview.Line) int {
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
	from, to := max(0, int(at-c.Start)-piece), min(len(c.Text), int(at-c.Start)+piece)
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
func (p *Pane) scanned(m scanMsg) tea.Cmd {
	s := p.scan
	if m.err != nil {
		p.scan = nil
		if s.opening {
			return nil // the log is shown all the same
		}
		return kit.Send(kit.NoteMsg{Err: fmt.Errorf("search the log: %w", m.err)})
	}
	if m.found && s.opening {
		p.scan = nil
		p.replace(m.chunk)
		return p.openAt(s.find.Find(p.win.lines, 0, 1))
	}
	if m.found {
		p.scan = nil
		h := hit{step: s.step, first: (s.rest || s.again) && s.step > 0, again: s.again}
		if p.hit < 0 && !s.again {
			h.step = 0
		}
		p.replace(m.chunk)
		return p.found(s.find, s.find.Find(p.win.lines, s.from(p.win.lines), s.step), h)
	}
	next := m.chunk.Next
	if s.step < 0 {
		next = m.chunk.Start
	}
	if (next-s.at)*int64(s.step) <= 0 { // no way on
		next = map[int]int64{1: p.size, -1: 0}[s.step]
	}
	return p.scanOn(&scan{find: s.find, step: s.step, at: next, rest: s.rest, again: s.again, opening: s.opening})
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

// hit is how a search came upon a line.
type hit struct {
	step  int  // from the line found last, which is its neighbour among those found; 0: from elsewhere
	first bool // it is known to be the first of the log
	again bool // the search came to one end of the log and began from the other
}

// found jumps to the i-th line of the window, which f found. The count goes on with each neighbour, however far away it is.
func (p *Pane) found(f *textview.Finder, i int, h hit) tea.Cmd {
	if i < 0 {
		return nil
	}
	known := f == p.counted && p.nth > 0 && h.step != 0
	only := h.again && i == p.hit
	p.counted, p.of = f, 0
	switch {
	case p.whole():
		p.nth, p.of = p.count(f, i)
	case h.first:
		p.nth = 1
	case known && !h.again:
		p.nth += h.step
	case p.win.start == 0:
		p.nth, _ = p.count(f, i)
	default:
		p.nth = 0
	}
	cmd := p.jump(i)
	text := p.matchText()
	switch {
	case only:
		text = "the only " + f.Kind()
	case h.again && h.step > 0:
		text = strings.TrimPrefix(text+", from the top again", ", ")
	case h.again:
		text = strings.TrimPrefix(text+", from the end again", ", ")
	case f != textview.ErrorFinder || text == "": // the border counts what was searched for
		return cmd
	}
	return tea.Batch(cmd, kit.Note(text))
}

// count returns which of the lines of the window that f finds the i-th is, and how many there are.
func (p *Pane) count(f *textview.Finder, i int) (nth, of int) {
	for k, l := range p.win.lines {
		if f.In(textview.Plain(l.Text)) {
			of++
			if k == i {
				nth = of
			}
		}
	}
	return nth, of
}

// matchText says which match the search stands on, as far as that is known without reading all of the log.
func (p *Pane) matchText() string {
	if p.counted == nil || p.nth <= 0 {
		return ""
	}
	text := p.counted.Kind() + " " + kit.Thousands(int64(p.nth))
	if p.of > 0 {
		text += " of " + kit.Thousands(int64(p.of))
		if p.more {
			text += " so far"
		}
	}
	return text
}
