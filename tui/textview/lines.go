package textview

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// LogLineMax is how many bytes one line holds; a longer one is several, so that drawing its beginning does not cost its end.
const LogLineMax = 16 << 10

// Line is a line of a console, without its line end.
type Line struct {
	Text  string
	Start int64 // raw offset; some bytes off inside a piece from which console notes were removed
	State Sgr   // the colours in which it begins
	Cont  bool  // it continues the line before it, which was too long to be held as one
	Exact bool  // start is exact: the log can be asked for from here again
}

// IsPipeline reports whether Jenkins itself wrote the line about a step of a pipeline: "[Pipeline] sh".
func (l Line) IsPipeline() bool {
	_, n := SplitStamp(l.Text)
	return !l.Cont && strings.HasPrefix(l.Text[n:], "[Pipeline]")
}

// Split appends the lines of text to lines. first says where and in which colours the text begins, and whether that
// is inside a line; exact that its offsets are those of the raw log. The second result reports that the last line has no
// line end yet.
func Split(lines []Line, text []byte, first Line, exact bool) ([]Line, bool) {
	l := first
	for len(text) > 0 {
		n := bytes.IndexByte(text, '\n')
		next, more := n+1, false
		switch {
		case n < 0 && len(text) <= LogLineMax:
			l.Text = string(text)
			return append(lines, l), true
		case n < 0 || n > LogLineMax:
			n = wholeText(text[:LogLineMax])
			next, more = n, true
		}
		l.Text = string(text[:n])
		lines = append(lines, l)
		l = Line{Start: l.Start + int64(next), State: EndState(l.Text, l.State), Cont: more,
			Exact: exact && !more}
		text = text[next:]
	}
	return lines, false
}

// wholeText returns how much of b can be cut off without cutting a character or an escape sequence in two.
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
		if size, _, _ := Escape(string(b[from+i : n])); size == n-from-i {
			n = from + i
		}
	}
	return n
}
