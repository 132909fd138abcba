// Package clean makes text from outside safe to draw on a terminal: no escape sequences but colors in a console, no
// control characters, nothing that hides or reorders what is written.
package clean

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Line makes outside text safe to draw on one line: no escape sequences, no control characters (line ends and tabs
// become spaces), no characters that reorder or hide text, no invalid UTF-8, not thousands of marks on one letter.
func Line(s string) string {
	if IsPlain(s) {
		return s
	}
	marks := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\u2028', r == '\u2029':
			r = ' '
		case IsJunk(r):
			return -1
		}
		if r < 0x300 || !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
			marks = 0
		} else if marks++; marks > mostMarks {
			return -1
		}
		return r
	}, ansi.Strip(strings.ToValidUTF8(s, "\uFFFD")))
}

// mostMarks is as many as Unicode's stream-safe format allows on one letter (UAX #15).
const mostMarks = 30

// Text is Line for text of several lines, which stay; so do tabs.
func Text(s string) string {
	if IsPlain(s) {
		return s
	}
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		parts := strings.Split(line, "\t")
		for j, part := range parts {
			parts[j] = Line(part)
		}
		lines[i] = strings.Join(parts, "\t")
	}
	return strings.Join(lines, "\n")
}

// IsPlain reports whether s is printable ASCII.
func IsPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// IsJunk reports whether a terminal must not get r as text: controls (C0, C1, DEL) and the invisible format characters, among
// them the overrides of writing direction. The joiners stay: emoji and Persian are written with them.
func IsJunk(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r <= 0x9f, r == '\u2028', r == '\u2029':
		return true
	case r < 0xad || r == '\u200c' || r == '\u200d':
		return false
	case r >= 0x0600 && r <= 0x08ff:
		return r == '\u061c' // the other format characters of Arabic and Syriac are visible
	}
	return unicode.Is(unicode.Cf, r)
}

const (
	esc          = 0x1b
	noteStart    = "\x1b[8mha:" // a console note: hidden markup that Jenkins itself turns into links
	noteEnd      = "\x1b[0m"
	longestColor = 64 // bytes of the longest color sequence that is kept
)

// Log makes a part of a console safe to draw: line ends become LF, console notes and every control and escape
// sequence except colors (SGR) go, invalid UTF-8 becomes U+FFFD. Of a line that was overwritten, by backspaces, carriage
// returns or sequences that erase, what a terminal leaves is kept. Sequences never reach beyond their line. Where nothing
// has to change, b itself is returned.
func Log(b []byte) []byte {
	i := dirtyAt(b)
	if i == len(b) {
		return b
	}
	i = bytes.LastIndexByte(b[:i], '\n') + 1
	out := append(make([]byte, 0, len(b)), b[:i]...)
	for line := range bytes.Lines(b[i:]) {
		if overwrites(line) {
			out = append(out, overwrite(bytes.TrimRight(line, "\r\n"))...)
			if line[len(line)-1] == '\n' {
				out = append(out, '\n')
			}
			continue
		}
		out = cleanLine(out, line)
	}
	return out
}

// cleanLine appends a line that no cursor moves in.
func cleanLine(out, b []byte) []byte {
	for i := 0; i < len(b); {
		switch ch := b[i]; {
		case ch == esc:
			n, keep := sequence(b[i:])
			if keep {
				out = append(out, b[i:i+n]...)
			}
			i += n
		case ch == '\n', ch == '\t', ch >= ' ' && ch <= '~':
			out = append(out, ch)
			i++
		case ch < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			if !IsJunk(r) {
				out = utf8.AppendRune(out, r)
			}
			i += n
		}
	}
	return out
}

// Settled returns how much of an incomplete line of a console can be shown before the rest has come: not half an escape
// sequence, console note, character or line end, and nothing of what may still be overwritten.
func Settled(line []byte) int {
	if bytes.HasSuffix(line, []byte("\uFFFD")) {
		return 0 // Jenkins had only half of a character
	}
	if overwrites(line) || bytes.HasSuffix(line, []byte{'\r'}) {
		return 0 // what comes may overwrite it
	}
	if i := bytes.LastIndex(line, []byte(noteStart)); i >= 0 && !bytes.Contains(line[i:], []byte(noteEnd)) {
		line = line[:i]
	} else if i := bytes.LastIndexByte(line, esc); i >= 0 && len(line)-i < len(noteStart)+longestColor {
		if n, color := sequence(line[i:]); i+n == len(line) && !color || strings.HasPrefix(noteStart, string(line[i:])) {
			line = line[:i]
		}
	}
	for i := len(line) - 1; i >= 0 && i >= len(line)-utf8.UTFMax; i-- {
		if utf8.RuneStart(line[i]) {
			if !utf8.FullRune(line[i:]) {
				line = line[:i]
			}
			break
		}
	}
	return len(bytes.TrimRight(line, "\r"))
}

// dirtyAt returns where the first byte stands that Log may have to change, or len(b).
func dirtyAt(b []byte) int {
	for i := 0; i < len(b); {
		switch ch := b[i]; {
		case ch >= ' ' && ch <= '~', ch == '\n', ch == '\t':
			i++
		case ch < utf8.RuneSelf:
			return i
		default:
			r, n := utf8.DecodeRune(b[i:])
			if IsJunk(r) || r == utf8.RuneError && n == 1 {
				return i
			}
			i += n
		}
	}
	return len(b)
}

// sequence measures the escape sequence or console note at the start of b and reports whether it is a color. One that has
// no end within its line is only as long as it is certain to be.
func sequence(b []byte) (n int, color bool) {
	line := b
	if i := bytes.IndexAny(b, "\r\n"); i >= 0 {
		line = b[:i]
	}
	if bytes.HasPrefix(line, []byte(noteStart)) {
		if i := bytes.Index(line, []byte(noteEnd)); i >= 0 {
			return i + len(noteEnd), false
		}
		n = len(noteStart) // cut off: its base64 goes too
		for n < len(line) && isBase64(line[n]) {
			n++
		}
		return n, false
	}
	if len(line) == 1 {
		return 1, false
	}
	switch line[1] {
	case '[':
		return control(line)
	case ']', 'P', 'X', '^', '_':
		for i := 2; i < len(line); i++ {
			if line[i] == 7 {
				return i + 1, false
			}
			if line[i] == esc {
				if i+1 < len(line) && line[i+1] == '\\' {
					return i + 2, false
				}
				return i, false
			}
		}
		return 2, false
	}
	n = 1
	for n < len(line) && line[n] >= 0x20 && line[n] <= 0x2f {
		n++
	}
	if n < len(line) && line[n] >= 0x30 && line[n] <= 0x7e {
		n++
	}
	return n, false
}

// control measures a control sequence, ESC [ parameters final.
func control(line []byte) (n int, color bool) {
	n = 2
	plain := true // only digits, semicolons and colons
	for n < len(line) && line[n] >= 0x20 && line[n] <= 0x3f {
		plain = plain && (line[n] >= '0' && line[n] <= ';')
		n++
	}
	if n < len(line) && line[n] >= 0x40 && line[n] <= 0x7e {
		n++
		return n, plain && line[n-1] == 'm' && n <= longestColor && !conceals(line[2:n-1])
	}
	return n, false
}

// conceals reports whether color parameters hide the text (8), which would let a log show less than it says.
func conceals(parameters []byte) bool {
	if bytes.IndexByte(parameters, '8') < 0 {
		return false
	}
	fields := strings.FieldsFunc(string(parameters), func(r rune) bool { return r == ';' || r == ':' })
	for i := 0; i < len(fields); i++ {
		switch strings.TrimLeft(fields[i], "0") {
		case "8":
			return true
		case "38", "48", "58":
			if i+1 < len(fields) && fields[i+1] == "5" {
				i += 2
			} else if i+1 < len(fields) && fields[i+1] == "2" {
				i += 4
			}
		}
	}
	return false
}

func isBase64(ch byte) bool {
	return 'a' <= ch && ch <= 'z' || 'A' <= ch && ch <= 'Z' || '0' <= ch && ch <= '9' || ch == '+' || ch == '/' || ch == '='
}

// FirstLine returns the first line of a text that has any letters, safe to draw.
func FirstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(Line(s))
}
