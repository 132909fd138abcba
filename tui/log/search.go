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
	scanPiece   = 1 << 20  // bytes read at a time by a search beyond the window
	scanOpening = 1 << 20  // bytes that are read before the end of a failed run's log for its first error
	scanPart    = 32 << 20 // and of a failed step's or stage's, which the user opened for that
)

// search is what is looked for in the logs, and the search that is under way. It moves the screen of the log that it is given.
type search struct {
	input kit.Input
	find  *textview.Finder // nil for nothing
	scan  *scan
	scans int // were begun
}

// tally is what is known of what was found in one log.
type tally struct {
	clean int64 // up to this offset there is no error: a search has read it all
	turn  int   // the step of a search that came to the end of the log; 0 for none
	// nth is which of the lines that find finds the screen stands on, from 1, and of how many there are; 0 while unknown.
	find    *textview.Finder
	nth, of int
}

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

// key handles a key while the search is typed, and reports whether that is over; what is typed is marked on the screen at once.
func (q *search) key(msg tea.Msg, o *openLog) (cmd tea.Cmd, done bool) {
	if k, ok := msg.(tea.KeyPressMsg); ok && k.Keystroke() == "enter" {
		q.take(o)
		if q.find == nil {
			return nil, true
		}
		return q.next(q.find, 1, o), true
	}
	if q.input.Update(msg) {
		q.take(o)
	}
	return nil, false
}

// take makes what is typed what is looked for.
func (q *search) take(o *openLog) { q.find, o.scr.hit = textview.NewFinder(q.input.Text()), -1 }

// end ends the search.
func (q *search) end(o *openLog) {
	q.find, o.scr.hit = nil, -1
	q.input.Set("")
}

// userMoves gives up looking for the first error of a log that was opened.
func (q *search) userMoves() {
	if q.scan != nil && q.scan.opening {
		q.scan = nil
	}
}

// next jumps to the next line of a log that f finds, going by step: from the line jumped to last, else from the screen. The first
// jump of a search also looks the other way, since a log is read from its end. At the end it begins again from the other
// one: at once where all of the log is held, else when it is asked for once more.
func (q *search) next(f *textview.Finder, step int, o *openLog) tea.Cmd {
	if f == nil {
		return kit.Note("nothing was searched for yet: / searches")
	}
	q.scan = nil
	turn := o.tally.turn
	o.tally.turn = 0
	fresh := o.scr.hit < 0
	if fresh && o.scr.follow && f == textview.ErrorFinder { // what the end says is on the screen already: what led to it is above
		if i := f.Find(o.scr.win.lines, o.scr.topLine()-1, -1); i >= 0 {
			return o.found(f, i, hit{})
		}
	}
	from := o.scr.hit + step
	if fresh {
		from = o.scr.topLine()
		if step < 0 {
			from = min(len(o.scr.win.lines), from+max(1, o.scr.h)) - 1
		}
	}
	if i := f.Find(o.scr.win.lines, from, step); i >= 0 {
		if fresh {
			return o.found(f, i, hit{})
		}
		return o.found(f, i, hit{step: step})
	}
	if fresh {
		if i := f.Find(o.scr.win.lines, from-step, -step); i >= 0 {
			return o.found(f, i, hit{})
		}
		if step > 0 && o.atEnd() {
			step = -step
		}
	}
	s := &scan{find: f, step: step, at: o.scr.win.end, rest: fresh && o.scr.win.start == 0, again: turn == step && !fresh}
	begin := 0
	if step < 0 {
		s.at, s.rest, begin = o.scr.win.start, fresh && o.atEnd(), len(o.scr.win.lines)-1
	}
	switch {
	case fresh:
	case o.whole():
		if i := f.Find(o.scr.win.lines, begin, step); i >= 0 {
			return o.found(f, i, hit{step: step, again: true})
		}
	case s.again && step > 0:
		s.at = 0
	case s.again:
		s.at = o.src.size
	}
	return q.scanOn(s, o)
}

// toFirstError shows the first error of a failed run's log, or of a failed part, that was opened: its end is not what
// went wrong. Of a longer log only the end is looked through.
func (q *search) toFirstError(o *openLog) tea.Cmd {
	if !o.src.failing() || o.scr.moved || !o.scr.follow {
		return nil
	}
	most := int64(scanOpening)
	if o.src.part != nil {
		most = scanPart
	}
	if o.scr.win.start > 0 && o.scr.win.start <= most {
		return q.scanOn(&scan{find: textview.ErrorFinder, step: 1, opening: true}, o)
	}
	return o.openAt(textview.FirstError(o.scr.win.lines))
}

// openAt jumps to the line with the first error of a log that is opened.
func (o *openLog) openAt(i int) tea.Cmd {
	if i < 0 {
		return nil
	}
	o.tally.find, o.tally.nth, o.tally.of = textview.ErrorFinder, 0, 0
	if o.whole() {
		o.tally.nth, o.tally.of = o.scr.win.count(o.tally.find, i)
	}
	return o.jump(i)
}

// scanOn goes on with a search at s.at, or says that the log is at its end.
func (q *search) scanOn(s *scan, o *openLog) tea.Cmd {
	if o.src.log == nil || o.src.ctx == nil || s.step > 0 && s.at >= o.src.size || s.step < 0 && s.at <= 0 {
		q.scan = nil
		switch {
		case s.opening:
			return nil
		case s.rest:
			if s.find == textview.ErrorFinder {
				o.tally.clean = o.src.size
			}
			return kit.Note(s.find.Missing("in this log"))
		}
		o.tally.turn = s.step
		return kit.Note(s.find.Further(map[int]string{1: "below: once more to begin at the top", -1: "above: once more to begin at the end"}[s.step]))
	}
	q.scans++
	s.id = q.scans
	q.scan = s
	ctx, r, ref, session, scan := o.src.ctx, o.src.log, o.src.run.Ref, o.src.session, *s
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
func (q *search) scanned(m scanMsg, o *openLog) tea.Cmd {
	s := q.scan
	if m.err != nil {
		q.scan = nil
		if s.opening {
			return nil // the log is shown all the same
		}
		return kit.Send(kit.NoteMsg{Err: fmt.Errorf("search the log: %w", m.err)})
	}
	if m.found && s.opening {
		q.scan = nil
		o.replace(m.chunk)
		return o.openAt(s.find.Find(o.scr.win.lines, 0, 1))
	}
	if m.found {
		q.scan = nil
		h := hit{step: s.step, first: (s.rest || s.again) && s.step > 0, again: s.again}
		if o.scr.hit < 0 && !s.again {
			h.step = 0
		}
		o.replace(m.chunk)
		return o.found(s.find, s.find.Find(o.scr.win.lines, s.from(o.scr.win.lines), s.step), h)
	}
	next := m.chunk.Next
	if s.step < 0 {
		next = m.chunk.Start
	}
	if (next-s.at)*int64(s.step) <= 0 { // no way on
		next = map[int]int64{1: o.src.size, -1: 0}[s.step]
	}
	return q.scanOn(&scan{find: s.find, step: s.step, at: next, rest: s.rest, again: s.again, opening: s.opening}, o)
}

// progress is how much of the log a search has read, in percent.
func (q *search) progress(size int64) int {
	if q.scan == nil || size == 0 {
		return 0
	}
	if q.scan.step < 0 {
		return int((size - q.scan.at) * 100 / size)
	}
	return int(q.scan.at * 100 / size)
}

// hit is how a search came upon a line.
type hit struct {
	step  int  // from the line found last, which is its neighbour among those found; 0: from elsewhere
	first bool // it is known to be the first of the log
	again bool // the search came to one end of the log and began from the other
}

// found jumps to the i-th line of the window, which f found. The count goes on with each neighbour, however far away it is.
func (o *openLog) found(f *textview.Finder, i int, h hit) tea.Cmd {
	if i < 0 {
		return nil
	}
	known := f == o.tally.find && o.tally.nth > 0 && h.step != 0
	only := h.again && i == o.scr.hit
	o.tally.find, o.tally.of = f, 0
	switch {
	case o.whole():
		o.tally.nth, o.tally.of = o.scr.win.count(f, i)
	case h.first:
		o.tally.nth = 1
	case known && !h.again:
		o.tally.nth += h.step
	case o.scr.win.start == 0:
		o.tally.nth, _ = o.scr.win.count(f, i)
	default:
		o.tally.nth = 0
	}
	cmd := o.jump(i)
	text := o.tally.text(o.src.more)
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
func (w *window) count(f *textview.Finder, i int) (nth, of int) {
	for k, l := range w.lines {
		if f.In(textview.Plain(l.Text)) {
			of++
			if k == i {
				nth = of
			}
		}
	}
	return nth, of
}

// text says which match the search stands on, as far as that is known without reading all of the log; more: it grows.
func (t *tally) text(more bool) string {
	if t.find == nil || t.nth <= 0 {
		return ""
	}
	text := t.find.Kind() + " " + kit.Thousands(int64(t.nth))
	if t.of > 0 {
		text += " of " + kit.Thousands(int64(t.of))
		if more {
			text += " so far"
		}
	}
	return text
}
