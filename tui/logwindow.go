package tui

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
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
	exact bool  // start is exact: the log can be asked for from here again
}

// logWindow is the part of one console that we hold: whole lines, without a gap between them. What is added beyond
// logKeep pushes out the other end, so a log of any size costs the same.
type logWindow struct {
	lines      []logLine
	start, end int64 // raw offsets of what lines holds
	open       bool  // the last line has no line end yet
	exact      bool  // nothing was removed from the piece at the end
	weight     int
	keep       int // instead of logKeep, for tests

	// sight is the lines around the screen, from and to: they are never pushed out.
	sight [2]int
}

// reset makes c all that the window holds.
func (w *logWindow) reset(c console.LogChunk) {
	*w = logWindow{keep: w.keep, start: c.Start, end: c.Start, exact: true}
	w.append(c)
}

// append adds the piece that follows and returns how many lines were pushed out at the front.
func (w *logWindow) append(c console.LogChunk) (dropped int) {
	if len(c.Text) > 0 {
		from, text, exact := len(w.lines), c.Text, isExact(c)
		first := logLine{start: c.Start, state: w.endState(), cont: w.open, exact: true}
		if w.open && len(w.lines[from-1].text) <= logJoinMax {
			from--
			first = w.lines[from]
			text = slices.Concat([]byte(first.text), text)
			w.weight -= len(first.text) + logLineCost
			exact = exact && w.exact
		}
		w.lines, w.open = splitLog(w.lines[:from], text, first, exact)
		w.exact = exact
		w.weigh(w.lines[from:])
	}
	w.end = max(w.end, c.Next)
	return w.dropFront()
}

// prepend adds the piece before, which ends where the window begins, and returns how many lines that makes more.
func (w *logWindow) prepend(c console.LogChunk) (added int) {
	lines, open := splitLog(nil, c.Text, logLine{start: c.Start, exact: true}, isExact(c))
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
	w.sight[1] += len(lines)
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

// isExact tells that every byte of a piece is in its text, so that the raw offset of each line is known.
func isExact(c console.LogChunk) bool { return c.Next-c.Start == int64(len(c.Text)) }

// dropFront pushes out lines at the front until the window is light enough.
func (w *logWindow) dropFront() int {
	n, left, weight := 0, w.weight, w.weight
	for i := 0; i < len(w.lines)-1 && i < w.sight[0] && left > w.limit(); i++ {
		weight -= len(w.lines[i].text) + logLineCost
		if w.lines[i+1].exact {
			n, left = i+1, weight
		}
	}
	if n > 0 {
		w.lines, w.weight = slices.Clone(w.lines[n:]), left // a copy, so that the memory of the old ones can go
		w.start = w.lines[0].start
	}
	return n
}

// dropBack pushes out lines at the back until the window is light enough.
func (w *logWindow) dropBack() {
	n, left, weight := len(w.lines), w.weight, w.weight
	for i := n - 1; i > max(0, w.sight[1]) && left > w.limit(); i-- {
		weight -= len(w.lines[i].text) + logLineCost
		if w.lines[i].exact {
			n, left = i, weight
		}
	}
	if n == len(w.lines) {
		return
	}
	w.end, w.open, w.exact, w.weight = w.lines[n].start, w.lines[n].cont, true, left
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
// is inside a line; exact that its offsets are those of the raw log. The second value tells that the last line has no
// line end yet.
func splitLog(lines []logLine, text []byte, first logLine, exact bool) ([]logLine, bool) {
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
		l = logLine{start: l.start + int64(next), state: endState(l.text, l.state), cont: more,
			exact: exact && !more}
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
