package textview

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

const TabWidth = 8

// Cell is one thing that a console line draws: a character with its marks, or one column of a tab.
type Cell struct {
	Text  string
	Width int // 1 or 2
	Off   int // where it stands in plain(line)
	style Sgr
}

// Cells walks over what a console line draws, beginning in the state st. Colours change the state; every other escape
// sequence and control character is left out, whatever was cleaned before: what is drawn here is all that a log can
// send to the terminal.
func Cells(line string, st Sgr, yield func(Cell) bool) {
	col, off := 0, 0
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case c == 0x1b:
			n, params, isSGR := Escape(line[i:])
			if isSGR {
				st = st.apply(params)
			}
			i += n
		case c == '\t':
			for range TabWidth - col%TabWidth {
				if !yield(Cell{" ", 1, off, st}) {
					return
				}
				col++
			}
			i++
			off++
		case c < 0x20 || c == 0x7f:
			i++
		case c < utf8.RuneSelf && (i+1 == len(line) || line[i+1] < utf8.RuneSelf):
			if !yield(Cell{line[i : i+1], 1, off, st}) {
				return
			}
			col++
			i++
			off++
		default:
			raw, _ := ansi.FirstGraphemeCluster(line[i:], ansi.GraphemeWidth)
			for drawn := clean.StripAmbiguousWidth(raw); drawn != ""; {
				text, width := ansi.FirstGraphemeCluster(drawn, ansi.GraphemeWidth)
				if !yield(Cell{text, width, off, st}) {
					return
				}
				col += width
				drawn = drawn[len(text):]
			}
			i += len(raw)
			off += len(raw)
		}
	}
}

// Escape measures the escape sequence at the start of s. A colour's parameters are returned with true.
func Escape(s string) (n int, params string, isSGR bool) {
	if len(s) < 2 {
		return len(s), "", false
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			switch c := s[i]; {
			case c >= 0x40 && c <= 0x7e:
				return i + 1, s[2:i], c == 'm' && strings.Trim(s[2:i], "0123456789;:") == ""
			case c < 0x20 || c > 0x7e:
				return i, "", false
			}
		}
		return len(s), "", false
	case ']', 'P', '_', '^', 'X': // strings: to BEL or ESC \, or to the line's end
		for i := 2; i < len(s); i++ {
			if s[i] == 0x07 {
				return i + 1, "", false
			}
			if s[i] == 0x1b {
				return min(i+2, len(s)), "", false
			}
		}
		return len(s), "", false
	}
	if s[1] < 0x20 || s[1] > 0x7e {
		return 1, "", false
	}
	return 2, "", false
}

// Plain returns the text of a console line as a search sees it: without escape sequences and controls, with tabs as they are.
func Plain(line string) string {
	if !strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return line
	}
	var b strings.Builder
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == 0x1b:
			n, _, _ := Escape(line[i:])
			i += n
		case c < ' ' && c != '\t' || c == 0x7f:
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// EndState returns the state after line.
func EndState(line string, st Sgr) Sgr {
	for {
		i := strings.IndexByte(line, 0x1b)
		if i < 0 {
			return st
		}
		n, params, isSGR := Escape(line[i:])
		if isSGR {
			st = st.apply(params)
		}
		line = line[i+n:]
	}
}
