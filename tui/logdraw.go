package tui

import (
	"regexp"
	"strings"
)

// logLook is how console lines are drawn: everything but the lines themselves.
type logLook struct {
	st    *styles
	w     int
	left  int // cells left out on the left, when lines are cut
	wrap  bool
	times timesMode
	find  *finder // marks what it finds; nil marks nothing
}

// timesMode is what becomes of the time stamps that lines begin with.
type timesMode int

const (
	timesShort timesMode = iota // 14:02:11, dim
	timesOff
	timesFull // as they stand in the log
	timesModes
)

var stampRE = regexp.MustCompile(`^(?:\[\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)\]|(\d\d:\d\d:\d\d)(?:[.,]\d+)?)(?: +|$)`)

// splitStamp takes the time stamp off a line: the timestamper's [2026-11-23T14:02:11.042Z], or a plain 14:02:11. n is
// how many bytes of the line it and the spaces after it take, 0 when there is none.
func splitStamp(line string) (clock string, n int) {
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

// rows appends the screen rows of a line to out, from the skip-th on and at most limit of them. hit marks it as the line
// that a search jumped to.
func (d logLook) rows(out []string, l logLine, hit bool, skip, limit int) []string {
	if limit <= 0 || d.w <= 0 {
		return out
	}
	r := rowWriter{look: d, out: out, skip: skip, limit: limit, left: d.left}
	text := l.text
	if d.times != timesFull && !l.cont {
		clock, n := splitStamp(text)
		text = text[n:]
		if n > 0 && d.times == timesShort {
			r.prefix(clock + "  ")
		}
	}
	var found []span
	if d.find != nil {
		found = d.find.all(plain(text))
	}
	base, marked := "", d.st.match.on
	if hit {
		base, marked = d.st.selected.on, d.st.selected.on+d.st.match.on
	}
	coloured := d.st.coloured()
	cells(text, l.state, func(c cell) bool {
		for len(found) > 0 && c.off >= found[0].to {
			found = found[1:]
		}
		overlay := base
		if len(found) > 0 && c.off >= found[0].from {
			overlay = marked
		}
		if !coloured {
			c.style.fg, c.style.bg = 0, 0
		}
		return r.put(c, overlay)
	})
	return r.finish()
}

// coloured tells that colours may be drawn at all.
func (s *styles) coloured() bool { return s.good.on != "" }

// height is how many rows a line takes.
func (d logLook) height(l logLine) int {
	if !d.wrap || len(l.text) <= d.w && !strings.Contains(l.text, "\t") || d.w <= 0 {
		return 1
	}
	text, col, rows := l.text, 0, 1
	if d.times != timesFull && !l.cont {
		clock, n := splitStamp(text)
		text = text[n:]
		if n > 0 && d.times == timesShort {
			col = len(clock) + 2
		}
	}
	cells(text, sgr{}, func(c cell) bool {
		if c.width > d.w {
			return true
		}
		if col+c.width > d.w {
			rows++
			col = 0
		}
		col += c.width
		return true
	})
	return rows
}

// rowWriter lays cells out in rows.
type rowWriter struct {
	look        logLook
	out         []string
	skip, limit int
	left        int // cells still to be left out

	buf     []byte
	col     int
	style   sgr
	overlay string
	styled  bool // the row has a sequence that must be ended

	lastLen, lastWidth int // of buf before the last cell, and that cell's
}

// prefix writes dim text that stays when the rest is scrolled to the side.
func (r *rowWriter) prefix(s string) {
	if r.look.wrap && len(s) > r.look.w/2 || len(s) > r.look.w {
		return
	}
	r.buf = append(r.buf, r.look.st.dim.render(s)...)
	r.col = len(s)
}

func (r *rowWriter) put(c cell, overlay string) bool {
	w := r.look.w
	if r.look.wrap {
		if c.width > w { // a wide character in a column of one
			return true
		}
		if r.col+c.width > w {
			if r.flush(); r.limit == 0 {
				return false
			}
		}
	} else if r.left > 0 {
		if r.left -= c.width; r.left < 0 { // half of a wide character was left out
			r.buf = append(r.buf, ' ')
			r.col++
		}
		return true
	} else if r.col+c.width > w {
		r.cut()
		return false
	}
	if r.skip > 0 {
		r.col += c.width
		return true
	}
	r.lastLen, r.lastWidth = len(r.buf), c.width
	if c.style != r.style || overlay != r.overlay {
		r.style, r.overlay, r.styled = c.style, overlay, true
		r.buf = append(c.style.appendTo(r.buf), overlay...)
	}
	r.buf = append(r.buf, c.text...)
	r.col += c.width
	return true
}

// cut marks that the line goes on to the right.
func (r *rowWriter) cut() {
	if r.col >= r.look.w { // the mark takes the last cell
		r.buf = r.buf[:r.lastLen]
		r.col -= r.lastWidth
	}
	r.endStyle()
	r.buf = append(r.buf, r.look.st.dim.render(r.look.st.glyphs.more)...)
	r.col++
}

func (r *rowWriter) endStyle() {
	if r.styled {
		r.buf = append(r.buf, reset...)
	}
	r.style, r.overlay, r.styled = sgr{}, "", false
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
