package clean

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// overwrites reports whether a line of a console moves the cursor back or erases: what a terminal leaves of it is then not what
// was written. Carriage returns at its end move nothing.
func overwrites(line []byte) bool {
	line = bytes.TrimRight(line, "\r\n")
	if bytes.IndexByte(line, '\b') >= 0 || bytes.IndexByte(line, '\r') >= 0 {
		return true
	}
	for i := bytes.IndexByte(line, esc); i >= 0 && i < len(line); {
		n, _ := sequence(line[i:])
		if isMove(line[i : i+n]) {
			return true
		}
		next := bytes.IndexByte(line[i+n:], esc)
		if next < 0 {
			return false
		}
		i += n + next
	}
	return false
}

// isMove reports whether an escape sequence moves the cursor within its line, or erases a part of that.
func isMove(seq []byte) bool {
	return len(seq) > 2 && seq[1] == '[' && strings.IndexByte("CDGK", seq[len(seq)-1]) >= 0
}

const (
	widestMove  = 4096 // columns that a sequence can move to where the line is shorter
	longestSGR  = 256  // bytes of colors that are kept of a cell
	longestCell = 32   // bytes of a character with its marks
)

// cell is a column of a line: the colors in which it was written, and its character with its marks. The second column of a
// wide character is empty.
type cell struct{ colors, text string }

// screenLine is a line as a terminal shows it.
type screenLine struct {
	cells  []cell
	at     int
	colors string
}

// overwrite returns what a terminal leaves of a line, without its line end.
func overwrite(line []byte) []byte {
	var s screenLine
	for len(line) > 0 {
		switch ch := line[0]; {
		case ch == esc:
			n, color := sequence(line)
			if color {
				s.color(string(line[:n]))
			} else if isMove(line[:n]) {
				s.move(line[n-1], string(line[2:n-1]))
			}
			line = line[n:]
			continue
		case ch == '\r':
			s.at = 0
		case ch == '\b':
			s.at = max(0, s.at-1)
		case ch == '\t':
			s.forward(8 - s.at%8)
		case ch >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(line)
			if !IsJunk(r) {
				s.put(string(r))
			}
			line = line[n:]
			continue
		case ch >= ' ' && ch <= '~':
			s.put(string(rune(ch)))
		}
		line = line[1:]
	}
	return s.bytes()
}

func (s *screenLine) color(seq string) {
	if p := strings.Trim(seq[2:len(seq)-1], "0;"); p == "" {
		s.colors = ""
	} else if s.colors += seq; len(s.colors) > longestSGR {
		s.colors = seq
	}
}

func (s *screenLine) move(final byte, parameter string) {
	n, err := strconv.Atoi(parameter)
	if err != nil || n < 0 {
		n = 0
	}
	n = min(n, widestMove)
	switch final {
	case 'C':
		s.forward(max(1, n))
	case 'D':
		s.at = max(0, s.at-max(1, n))
	case 'G':
		s.at = max(0, n-1)
	case 'K':
		switch end := min(s.at, len(s.cells)); n {
		case 0:
			s.cells = s.cells[:end]
		case 1:
			for i := range end {
				s.cells[i] = cell{"", " "}
			}
		case 2:
			s.cells = s.cells[:0]
		}
	}
}

// forward moves the cursor without writing; not far beyond the end, so that few bytes make no long line.
func (s *screenLine) forward(n int) {
	s.at = min(s.at+n, max(s.at, len(s.cells), widestMove))
}

// put writes a character at the cursor.
func (s *screenLine) put(text string) {
	w := ansi.StringWidth(text)
	if w == 0 {
		if i := min(s.at, len(s.cells)) - 1; i >= 0 && len(s.cells[i].text) < longestCell {
			s.cells[i].text += text
		}
		return
	}
	for len(s.cells) < s.at+w {
		s.cells = append(s.cells, cell{"", " "})
	}
	if s.cells[s.at].text == "" && s.at > 0 { // half of a wide character is gone
		s.cells[s.at-1].text = " "
	}
	if next := s.at + w; next < len(s.cells) && s.cells[next].text == "" {
		s.cells[next].text = " "
	}
	s.cells[s.at] = cell{s.colors, text}
	for i := 1; i < w; i++ {
		s.cells[s.at+i] = cell{s.colors, ""}
	}
	s.at += w
}

func (s *screenLine) bytes() []byte {
	var out []byte
	colors := ""
	change := func(to string) {
		if to == colors {
			return
		}
		if colors != "" {
			out = append(out, "\x1b[0m"...)
		}
		out = append(out, to...)
		colors = to
	}
	for _, c := range s.cells {
		change(c.colors)
		out = append(out, c.text...)
	}
	change(s.colors)
	return out
}
