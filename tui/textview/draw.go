package textview

import (
	"regexp"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Look is how console lines are drawn: everything but the lines themselves.
type Look struct {
	St    *kit.Styles
	W     int
	Left  int // cells left out on the left, when lines are cut
	Wrap  bool
	Times TimesMode
	Find  *Finder // marks what it finds; nil marks nothing
}

// TimesMode is what becomes of the time stamps that lines begin with.
type TimesMode int

const (
	TimesShort TimesMode = iota // 14:02:11, dim
	TimesOff
	TimesFull // as they stand in the log
	TimesModes
)

var stampRE = regexp.MustCompile(`^(?:\[\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)\]|(\d\d:\d\d:\d\d)(?:[.,]\d+)?)(?: +|$)`)

// SplitStamp takes the time stamp off a line: the timestamper's [2026-11-23T14:02:11.042Z], or a plain 14:02:11. n is
// how many bytes of the line it and the spaces after it take, 0 when there is none.
func SplitStamp(line string) (clock string, n int) {
	if len(line) < len("14:02:11") || line[0] != '[' && (line[0] < '0' || line[0] > '2') {
		return "", 0
	}
	m := stampRE.FindStringSubmatchIndex(line)
	switch {
	case m == nil:
		return "", 0
	case m[2] >= 0:
		return line[m[2]:m[3]], m[1]
	}
	return line[m[4]:m[5]], m[1]
}

// Rows appends the screen rows of a line to out, from the skip-th on and at most limit of them. hit marks it as the line
// that a search jumped to.
func (d Look) Rows(out []string, l Line, hit bool, skip, limit int) []string {
	if limit <= 0 || d.W <= 0 {
		return out
	}
	r := rowWriter{look: d, out: out, skip: skip, limit: limit, left: d.Left}
	text := l.Text
	if d.Times != TimesFull && !l.Cont {
		clock, n := SplitStamp(text)
		text = text[n:]
		if n > 0 && d.Times == TimesShort {
			r.prefix(clock + "  ")
		}
	}
	var found []span
	if d.Find != nil {
		found = d.Find.All(Plain(text))
	}
	base, marked := "", d.St.Match.On
	if l.IsPipeline() {
		base = d.St.Dim.On
	}
	if hit {
		base, marked = d.St.Selected.On, d.St.Selected.On+d.St.Match.On
	}
	coloured := d.St.Coloured()
	Cells(text, l.State, func(c Cell) bool {
		for len(found) > 0 && c.Off >= found[0].To {
			found = found[1:]
		}
		overlay := base
		if len(found) > 0 && c.Off >= found[0].From {
			overlay = marked
		}
		if !coloured || hit { // the log's own red can hardly be read on the colour of the line
			c.style.fg, c.style.bg = 0, 0
		}
		if hit {
			c.style.attr &^= faint
		}
		return r.put(c, overlay)
	})
	return r.finish()
}

// Height returns how many rows a line takes.
func (d Look) Height(l Line) int {
	if !d.Wrap || len(l.Text) <= d.W && !strings.Contains(l.Text, "\t") || d.W <= 0 {
		return 1
	}
	text, col, rows := l.Text, 0, 1
	if d.Times != TimesFull && !l.Cont {
		clock, n := SplitStamp(text)
		text = text[n:]
		if n > 0 && d.Times == TimesShort {
			col = len(clock) + 2
		}
	}
	Cells(text, Sgr{}, func(c Cell) bool {
		if c.Width > d.W {
			return true
		}
		if col+c.Width > d.W {
			rows++
			col = 0
		}
		col += c.Width
		return true
	})
	return rows
}

// rowWriter lays cells out in rows.
type rowWriter struct {
	look        Look
	out         []string
	skip, limit int
	left        int // cells still to be left out

	buf     []byte
	col     int
	style   Sgr
	overlay string
	styled  bool // the row has a sequence that must be ended

	lastLen, lastWidth int // of buf before the last cell, and that cell's
}

// prefix writes dim text that stays when the rest is scrolled to the side.
func (r *rowWriter) prefix(s string) {
	if r.look.Wrap && len(s) > r.look.W/2 || len(s) > r.look.W {
		return
	}
	r.buf = append(r.buf, r.look.St.Dim.Render(s)...)
	r.col = len(s)
}

func (r *rowWriter) put(c Cell, overlay string) bool {
	w := r.look.W
	if r.look.Wrap {
		if c.Width > w { // a wide character in a column of one
			return true
		}
		if r.col+c.Width > w {
			if r.flush(); r.limit == 0 {
				return false
			}
		}
	} else if r.left > 0 {
		if r.left -= c.Width; r.left < 0 { // half of a wide character was left out
			r.buf = append(r.buf, ' ')
			r.col++
		}
		return true
	} else if r.col+c.Width > w {
		r.cut()
		return false
	}
	if r.skip > 0 {
		r.col += c.Width
		return true
	}
	r.lastLen, r.lastWidth = len(r.buf), c.Width
	if c.style != r.style || overlay != r.overlay {
		r.style, r.overlay, r.styled = c.style, overlay, true
		r.buf = append(c.style.appendTo(r.buf), overlay...)
	}
	r.buf = append(r.buf, c.Text...)
	r.col += c.Width
	return true
}

// cut marks that the line goes on to the right.
func (r *rowWriter) cut() {
	if r.col >= r.look.W { // the mark takes the last cell
		r.buf = r.buf[:r.lastLen]
		r.col -= r.lastWidth
	}
	r.endStyle()
	r.buf = append(r.buf, r.look.St.Dim.Render(r.look.St.Glyphs.More)...)
	r.col++
}

func (r *rowWriter) endStyle() {
	if r.styled {
		r.buf = append(r.buf, kit.Reset...)
	}
	r.style, r.overlay, r.styled = Sgr{}, "", false
}

func (r *rowWriter) flush() {
	if r.skip > 0 {
		r.skip--
	} else {
		r.endStyle()
		r.out = append(r.out, string(r.buf))
		r.limit--
	}
	r.buf, r.col = r.buf[:0], 0
}

func (r *rowWriter) finish() []string {
	if r.limit > 0 {
		r.flush()
	}
	return r.out
}
