package log

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

const (
	piece      = 64 << 10 // bytes asked for at a time
	windowSize = 4 << 20  // bytes of a log that are held at most, the bookkeeping of lines included
	lineCost   = 40       // bytes of bookkeeping per line
	joinMax    = 4 << 10  // an unfinished line longer than this is not joined with what follows, but continued
)

// window is the part of one console that we hold: whole lines, without a gap between them. What is added beyond
// windowSize pushes out the other end, so a log of any size costs the same.
type window struct {
	lines      []textview.Line
	start, end int64 // raw offsets of what lines holds
	open       bool  // the last line has no line end yet
	exact      bool  // nothing was removed from the piece at the end
	errors     bool  // one of the lines read so far is an error
	weight     int
	keep       int // instead of windowSize, for tests

	// sight is the lines around the screen, from and to: they are never pushed out.
	sight [2]int
}

// reset makes c all that the window holds.
func (w *window) reset(c console.Chunk) {
	*w = window{keep: w.keep, start: c.Start, end: c.Start, exact: true}
	w.append(c)
}

// append adds the piece that follows and returns how many lines were pushed out at the front.
func (w *window) append(c console.Chunk) (dropped int) {
	if len(c.Text) > 0 {
		from, text, exact := len(w.lines), c.Text, isExact(c)
		first := textview.Line{Start: c.Start, State: w.endState(), Cont: w.open, Exact: true}
		if w.open && len(w.lines[from-1].Text) <= joinMax {
			from--
			first = w.lines[from]
			text = slices.Concat([]byte(first.Text), text)
			w.weight -= len(first.Text) + lineCost
			exact = exact && w.exact
		}
		w.lines, w.open = textview.Split(w.lines[:from], text, first, exact)
		w.exact = exact
		w.weigh(w.lines[from:])
	}
	w.end = max(w.end, c.Next)
	return w.dropFront()
}

// prepend adds the piece before, which ends where the window begins, and returns how many lines that makes more.
func (w *window) prepend(c console.Chunk) (added int) {
	lines, open := textview.Split(nil, c.Text, textview.Line{Start: c.Start, Exact: true}, isExact(c))
	if n := len(lines); n > 0 {
		state := textview.EndState(lines[n-1].Text, lines[n-1].State)
		for i := range w.lines { // colours that began in the new lines go on in the old ones
			if w.lines[i].State == state {
				break
			}
			w.lines[i].State = state
			state = textview.EndState(w.lines[i].Text, state)
		}
		if len(w.lines) > 0 {
			w.lines[0].Cont = open
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

func (w *window) weigh(lines []textview.Line) {
	for _, l := range lines {
		w.weight += len(l.Text) + lineCost
	}
	w.errors = w.errors || textview.ErrorFinder.Find(lines, 0, 1) >= 0
}

func (w *window) limit() int {
	if w.keep > 0 {
		return w.keep
	}
	return windowSize
}

// isExact reports whether every byte of a piece is in its text, so that the raw offset of each line is known.
func isExact(c console.Chunk) bool { return c.Next-c.Start == int64(len(c.Text)) }

// dropFront pushes out lines at the front until the window is light enough.
func (w *window) dropFront() int {
	n, left, weight := 0, w.weight, w.weight
	for i := 0; i < len(w.lines)-1 && i < w.sight[0] && left > w.limit(); i++ {
		weight -= len(w.lines[i].Text) + lineCost
		if w.lines[i+1].Exact {
			n, left = i+1, weight
		}
	}
	if n > 0 {
		w.lines, w.weight = slices.Clone(w.lines[n:]), left // a copy, so that the memory of the old ones can go
		w.start = w.lines[0].Start
	}
	return n
}

// dropBack pushes out lines at the back until the window is light enough.
func (w *window) dropBack() {
	n, left, weight := len(w.lines), w.weight, w.weight
	for i := n - 1; i > max(0, w.sight[1]) && left > w.limit(); i-- {
		weight -= len(w.lines[i].Text) + lineCost
		if w.lines[i].Exact {
			n, left = i, weight
		}
	}
	if n == len(w.lines) {
		return
	}
	w.end, w.open, w.exact, w.weight = w.lines[n].Start, w.lines[n].Cont, true, left
	clear(w.lines[n:])
	w.lines = w.lines[:n]
}

func (w *window) endState() textview.Sgr {
	if len(w.lines) == 0 {
		return textview.Sgr{}
	}
	last := w.lines[len(w.lines)-1]
	return textview.EndState(last.Text, last.State)
}
