package tui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// The directions in which a border goes on from a cell, as [kit.Glyphs.Edge] takes them, and whether the focused pane's it is.
const (
	edgeUp = 1 << iota
	edgeDown
	edgeLeft
	edgeRight
	edgeFocused
	edgeAll = edgeUp | edgeDown | edgeLeft | edgeRight
)

// canvas puts the panes together: their borders cell by cell, so that neighbours share one, and over those what stands in
// and on them.
type canvas struct {
	st    *kit.Styles
	w     int
	edges [][]uint8
	texts [][]placedText
}

// placedText is a styled text of w cells that begins in column x.
type placedText struct {
	x, w int
	s    string
}

func newCanvas(st *kit.Styles, w, h int) *canvas {
	c := &canvas{st: st, w: w, edges: make([][]uint8, h), texts: make([][]placedText, h)}
	cells := make([]uint8, w*h)
	for y := range c.edges {
		c.edges[y] = cells[y*w : (y+1)*w]
	}
	return c
}

// box draws the border of a pane.
func (c *canvas) box(r rect, focused bool) {
	right, bottom := r.x+r.w-1, r.y+r.h-1
	add := func(x, y int, bits uint8) {
		if y < 0 || y >= len(c.edges) || x < 0 || x >= c.w {
			return
		}
		if focused {
			bits |= edgeFocused
		}
		c.edges[y][x] |= bits
	}
	for x := r.x; x < right; x++ {
		for _, y := range []int{r.y, bottom} {
			add(x, y, edgeRight)
			add(x+1, y, edgeLeft)
		}
	}
	for y := r.y; y < bottom; y++ {
		for _, x := range []int{r.x, right} {
			add(x, y, edgeDown)
			add(x, y+1, edgeUp)
		}
	}
}

// text puts a styled text of w cells on the canvas.
func (c *canvas) text(x, y, w int, s string) {
	if w > 0 && y >= 0 && y < len(c.texts) {
		c.texts[y] = append(c.texts[y], placedText{x, w, s})
	}
}

// line returns a line of the canvas.
func (c *canvas) line(y int) string {
	texts := c.texts[y]
	slices.SortFunc(texts, func(a, b placedText) int { return cmp.Compare(a.x, b.x) })
	var b strings.Builder
	at := 0
	for _, t := range texts {
		if t.x < at {
			continue
		}
		c.drawEdges(&b, y, at, t.x)
		b.WriteString(t.s)
		at = t.x + t.w
	}
	c.drawEdges(&b, y, at, c.w)
	return b.String()
}

// drawEdges draws the borders of a line from one column to another.
func (c *canvas) drawEdges(b *strings.Builder, y, from, to int) {
	for from < to {
		focused := c.edges[y][from] & edgeFocused
		var s strings.Builder
		at := from
		for ; at < to && c.edges[y][at]&edgeFocused == focused; at++ {
			s.WriteString(c.st.Glyphs.Edge(c.edges[y][at] & edgeAll))
		}
		switch {
		case focused != 0:
			b.WriteString(c.st.Focus.Render(s.String()))
		case strings.Trim(s.String(), " ") == "":
			b.WriteString(s.String())
		default:
			b.WriteString(c.st.Border.Render(s.String()))
		}
		from = at
	}
}

// onBorder returns what stands on an upper border of w cells: the title, cut to fit, and the first of the hints that there is room
// for, each with a space on both sides; empty where there is none.
func onBorder(w int, title string, hints []string) (left, right string) {
	room := w - 2 - 2 // the corners and a line beside each
	if room < 4 {
		return "", ""
	}
	if kit.Width(title) > room-2 {
		title = ansi.Truncate(title, room-2, "…")
	}
	if title != "" {
		left = " " + title + " "
	}
	for _, h := range hints {
		if h != "" && kit.Width(left)+kit.Width(h)+3 <= room {
			return left, " " + h + " "
		}
	}
	return left, ""
}
