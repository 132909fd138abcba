package tui

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

const (
	logPiece    = 64 << 10 // bytes asked for at a time
	logKeep     = 4 << 20  // bytes of a log that are held at most, the bookkeeping of lines included
	logLineCost = 40       // bytes of bookkeeping per line
	logJoinMax  = 4 << 10  // an unfinished line longer than this is not joined with what follows, but continued
	logLineMax  = 16 << 10 // a longer line is held as several, so that drawing its beginning does not cost its end
)

// logLine is a line of a console, without its line end.
type logLine struct {
	text  string
	start int64 // raw offset; some bytes off inside a piece from which console notes were removed
	state sgr   // the colours in which it begins
	cont  bool  // it continues the line before it, which was too long to be held as one
	piece bool  // a piece began here: start is exact, and the log can be asked for from here again
}

// logWindow is the part of one console that we hold: whole lines, without a gap between them. What is added beyond
// logKeep pushes out the other end, so a log of any size costs the same.
type logWindow struct {
	lines      []logLine
	start, end int64 // raw offsets of what lines holds
	open       bool  // the last line has no line end yet
	weight     int
	keep       int // instead of logKeep, for tests
}

// reset makes c all that the window holds.
func (w *logWindow) reset(c jenkins.LogChunk) {
	*w = logWindow{keep: w.keep, start: c.Start, end: c.Start}
	w.append(c)
}

// append adds the piece that follows and returns how many lines were pushed out at the front.
func (w *logWindow) append(c jenkins.LogChunk) (dropped int) {
	if len(c.Text) > 0 {
		from, text, first := len(w.lines), c.Text, logLine{start: c.Start, state: w.endState(), cont: w.open, piece: true}
		if w.open && len(w.lines[from-1].text) <= logJoinMax {
			from--
			first = w.lines[from]
			text = slices.Concat([]byte(first.text), text)
			w.weight -= len(first.text) + logLineCost
		}
		w.lines, w.open = splitLog(w.lines[:from], text, first)
		w.weigh(w.lines[from:])
	}
	w.end = max(w.end, c.Next)
	return w.dropFront()
}

// prepend adds the piece before, which ends where the window begins, and returns how many lines that makes more.
func (w *logWindow) prepend(c jenkins.LogChunk) (added int) {
	lines, open := splitLog(nil, c.Text, logLine{start: c.Start, piece: true})
	if n := len(lines); n > 0 {
		state := endState(lines[n-1].text, lines[n-1].state)
		for i := range w.lines { // colours that began in the new lines go on in the old ones
			if w.lines[i].state == state {
				break
			}
			w.lines[i].state = state
			state = endState(w.lines[i].text, state)
		}
		if len(w.lines) > 0 {
			w.lines[0].cont = open
		} else {
			w.open = open
		}
	}
	w.weigh(lines)
	w.lines = append(lines, w.lines...)
	w.start = min(w.start, c.Start)
	w.dropBack()
	return len(lines)
}

func (w *logWindow) weigh(lines []logLine) {
	for _, l := range lines {
		w.weight += len(l.text) + logLineCost
	}
}

func (w *logWindow) limit() int {
	if w.keep > 0 {
		return w.keep
	}
	return logKeep
}

// dropFront pushes out whole pieces at the front until the window is light enough.
func (w *logWindow) dropFront() int {
	n, weight, keep := 0, w.weight, 0
	for i, l := range w.lines {
		if l.piece && i > 0 {
			n, keep = i, weight
			if weight <= w.limit() {
				break
			}
		}
		if i == 0 && weight <= w.limit() {
			return 0
		}
		weight -= len(l.text) + logLineCost
	}
	if n == 0 {
		return 0
	}
	w.lines, w.weight = slices.Clone(w.lines[n:]), keep // a copy, so that the memory of the old ones can go
	w.start = w.lines[0].start
	return n
}

// dropBack pushes out whole pieces at the back until the window is light enough.
func (w *logWindow) dropBack() {
	n, weight := len(w.lines), w.weight
	for i := n - 1; i > 0 && w.weight > w.limit(); i-- {
		weight -= len(w.lines[i].text) + logLineCost
		if w.lines[i].piece {
			n, w.weight = i, weight
		}
	}
	if n == len(w.lines) {
		return
	}
	w.end, w.open = w.lines[n].start, w.lines[n].cont
	clear(w.lines[n:])
	w.lines = w.lines[:n]
}

func (w *logWindow) endState() sgr {
	if len(w.lines) == 0 {
		return sgr{}
	}
	last := w.lines[len(w.lines)-1]
	return endState(last.text, last.state)
}

// splitLog appends the lines of text to lines. first says where and in which colours the text begins, and whether that
// is inside a line. The second value tells that the last line has no line end yet.
func splitLog(lines []logLine, text []byte, first logLine) ([]logLine, bool) {
	l := first
	for len(text) > 0 {
		n := bytes.IndexByte(text, '\n')
		next, more := n+1, false
		switch {
		case n < 0 && len(text) <= logLineMax:
			l.text = string(text)
			return append(lines, l), true
		case n < 0 || n > logLineMax:
			n = wholeText(text[:logLineMax])
			next, more = n, true
		}
		l.text = string(text[:n])
		lines = append(lines, l)
		l = logLine{start: l.start + int64(next), state: endState(l.text, l.state), cont: more}
		text = text[next:]
	}
	return lines, false
}

// wholeText is how much of b can be cut off without cutting a character or an escape sequence in two.
func wholeText(b []byte) int {
	n := len(b)
	for i := n - 1; i > max(0, n-utf8.UTFMax); i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				n = i
			}
			break
		}
	}
	const longest = 32 // bytes of a colour's sequence
	from := max(1, n-longest)
	if i := bytes.LastIndexByte(b[from:n], 0x1b); i >= 0 {
		if size, _, _ := escape(string(b[from+i : n])); size == n-from-i {
			n = from + i
		}
	}
	return n
}
