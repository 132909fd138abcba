package layout

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

// Canvas puts the panes together: their borders cell by cell, so that neighbours share one, and over those what stands in
// and on them.
type Canvas struct {
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

// NewCanvas returns an empty canvas of w by h cells.
func NewCanvas(st *kit.Styles, w, h int) *Canvas {
	c := &Canvas{st: st, w: w, edges: make([][]uint8, h), texts: make([][]placedText, h)}
	cells := make([]uint8, w*h)
	for y := range c.edges {
		c.edges[y] = cells[y*w : (y+1)*w]
	}
	return c
}

// Box draws the border of a pane.
func (c *Canvas) Box(r Rect, focused bool) {
	right, bottom := r.X+r.W-1, r.Y+r.H-1
	add := func(x, y int, bits uint8) {
		if y < 0 || y >= len(c.edges) || x < 0 || x >= c.w {
			return
		}
		if focused {
			bits |= edgeFocused
		}
		c.edges[y][x] |= bits
	}
	for x := r.X; x < right; x++ {
		for _, y := range []int{r.Y, bottom} {
			add(x, y, edgeRight)
			add(x+1, y, edgeLeft)
		}
	}
	for y := r.Y; y < bottom; y++ {
		for _, x := range []int{r.X, right} {
			add(x, y, edgeDown)
			add(x, y+1, edgeUp)
		}
	}
}

// Text puts a styled text of w cells on the canvas.
func (c *Canvas) Text(x, y, w int, s string) {
	if w > 0 && y >= 0 && y < len(c.texts) {
		c.texts[y] = append(c.texts[y], placedText{x, w, s})
	}
}

// Line returns a line of the canvas.
func (c *Canvas) Line(y int) string {
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
func (c *Canvas) drawEdges(b *strings.Builder, y, from, to int) {
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

// OnBorder returns what stands on an upper border of w cells: the title, cut to fit, and the first of the hints that there is room
// for, each with a space on both sides; empty where there is none.
func OnBorder(w int, title string, hints []string) (left, right string) {
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
