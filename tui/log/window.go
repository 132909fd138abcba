package log

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

const (
	logPiece    = 64 << 10 // bytes asked for at a time
	logKeep     = 4 << 20  // bytes of a log that are held at most, the bookkeeping of lines included
	logLineCost = 40       // bytes of bookkeeping per line
	logJoinMax  = 4 << 10  // an unfinished line longer than this is not joined with what follows, but continued
)

// logWindow is the part of one console that we hold: whole lines, without a gap between them. What is added beyond
// logKeep pushes out the other end, so a log of any size costs the same.
type logWindow struct {
	Lines      []textview.Line
	start, end int64 // raw offsets of what lines holds
	open       bool  // the last line has no line end yet
	exact      bool  // nothing was removed from the piece at the end
	weight     int
	keep       int // instead of logKeep, for tests

	// sight is the lines around the screen, from and to: they are never pushed out.
	sight [2]int
}

// reset makes c all that the window holds.
func (w *logWindow) reset(c console.Chunk) {
	*w = logWindow{keep: w.keep, start: c.Start, end: c.Start, exact: true}
	w.append(c)
}

// append adds the piece that follows and returns how many lines were pushed out at the front.
func (w *logWindow) append(c console.Chunk) (dropped int) {
	if len(c.Text) > 0 {
		from, text, exact := len(w.Lines), c.Text, isExact(c)
		first := textview.Line{Start: c.Start, State: w.endState(), Cont: w.open, Exact: true}
		if w.open && len(w.Lines[from-1].Text) <= logJoinMax {
			from--
			first = w.Lines[from]
			text = slices.Concat([]byte(first.Text), text)
			w.weight -= len(first.Text) + logLineCost
			exact = exact && w.exact
		}
		w.Lines, w.open = textview.Split(w.Lines[:from], text, first, exact)
		w.exact = exact
		w.weigh(w.Lines[from:])
	}
	w.end = max(w.end, c.Next)
	return w.dropFront()
}

// prepend adds the piece before, which ends where the window begins, and returns how many lines that makes more.
func (w *logWindow) prepend(c console.Chunk) (added int) {
	lines, open := textview.Split(nil, c.Text, textview.Line{Start: c.Start, Exact: true}, isExact(c))
	if n := len(lines); n > 0 {
		state := textview.EndState(lines[n-1].Text, lines[n-1].State)
		for i := range w.Lines { // colours that began in the new lines go on in the old ones
			if w.Lines[i].State == state {
				break
			}
			w.Lines[i].State = state
			state = textview.EndState(w.Lines[i].Text, state)
		}
		if len(w.Lines) > 0 {
			w.Lines[0].Cont = open
		} else {
			w.open = open
		}
	}
	w.weigh(lines)
	w.Lines = append(lines, w.Lines...)
	w.start = min(w.start, c.Start)
	w.sight[1] += len(lines)
	w.dropBack()
	return len(lines)
}

func (w *logWindow) weigh(lines []textview.Line) {
	for _, l := range lines {
		w.weight += len(l.Text) + logLineCost
	}
}

func (w *logWindow) limit() int {
	if w.keep > 0 {
		return w.keep
	}
	return logKeep
}

// isExact tells that every byte of a piece is in its text, so that the raw offset of each line is known.
func isExact(c console.Chunk) bool { return c.Next-c.Start == int64(len(c.Text)) }

// dropFront pushes out lines at the front until the window is light enough.
func (w *logWindow) dropFront() int {
	n, left, weight := 0, w.weight, w.weight
	for i := 0; i < len(w.Lines)-1 && i < w.sight[0] && left > w.limit(); i++ {
		weight -= len(w.Lines[i].Text) + logLineCost
		if w.Lines[i+1].Exact {
			n, left = i+1, weight
		}
	}
	if n > 0 {
		w.Lines, w.weight = slices.Clone(w.Lines[n:]), left // a copy, so that the memory of the old ones can go
		w.start = w.Lines[0].Start
	}
	return n
}

// dropBack pushes out lines at the back until the window is light enough.
func (w *logWindow) dropBack() {
	n, left, weight := len(w.Lines), w.weight, w.weight
	for i := n - 1; i > max(0, w.sight[1]) && left > w.limit(); i-- {
		weight -= len(w.Lines[i].Text) + logLineCost
		if w.Lines[i].Exact {
			n, left = i, weight
		}
	}
	if n == len(w.Lines) {
		return
	}
	w.end, w.open, w.exact, w.weight = w.Lines[n].Start, w.Lines[n].Cont, true, left
	clear(w.Lines[n:])
	w.Lines = w.Lines[:n]
}

func (w *logWindow) endState() textview.Sgr {
	if len(w.Lines) == 0 {
		return textview.Sgr{}
	}
	last := w.Lines[len(w.Lines)-1]
	return textview.EndState(last.Text, last.State)
}
