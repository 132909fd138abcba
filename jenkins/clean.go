package jenkins

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// CleanLine makes outside text safe to draw on one line: no escape sequences, no control characters (line ends and tabs
// become spaces), no characters that reorder or hide text, no invalid UTF-8.
func CleanLine(s string) string {
	if isPlain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\u2028', r == '\u2029':
			return ' '
		case isJunk(r):
			return -1
		}
		return r
	}, ansi.Strip(strings.ToValidUTF8(s, "\uFFFD")))
}

// CleanText is CleanLine for text of several lines, which stay; so do tabs.
func CleanText(s string) string {
	if isPlain(s) {
		return s
	}
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		parts := strings.Split(line, "\t")
		for j, part := range parts {
			parts[j] = CleanLine(part)
		}
		lines[i] = strings.Join(parts, "\t")
	}
	return strings.Join(lines, "\n")
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isJunk knows what a terminal must not get as text: controls (C0, C1, DEL) and the invisible format characters, among
// them the overrides of writing direction. The joiners stay: emoji and Persian are written with them.
func isJunk(r rune) bool {
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
	Esc       = 0x1b
	NoteStart = "\x1b[8mha:" // a console note: hidden markup that Jenkins itself turns into links
	NoteEnd   = "\x1b[0m"
	LongestCS = 64 // bytes of the longest colour sequence that is kept
)

// CleanLog makes a part of a console safe to draw: line ends become LF, console notes and every control and escape
// sequence except colors (SGR) go, invalid UTF-8 becomes U+FFFD. Of a line that was overwritten, by backspaces, carriage
// returns or sequences that erase, what a terminal leaves is kept. Sequences never reach beyond their line. Where nothing
// has to change, b itself is returned.
func CleanLog(b []byte) []byte {
	i := dirtyAt(b)
	if i == len(b) {
		return b
	}
	i = bytes.LastIndexByte(b[:i], '\n') + 1
	out := append(make([]byte, 0, len(b)), b[:i]...)
	for line := range bytes.Lines(b[i:]) {
		if Overwrites(line) {
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
		case ch == Esc:
			n, keep := Sequence(b[i:])
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
			if !isJunk(r) {
				out = utf8.AppendRune(out, r)
			}
			i += n
		}
	}
	return out
}

// dirtyAt is where the first byte stands that CleanLog may have to change, or len(b).
func dirtyAt(b []byte) int {
	for i := 0; i < len(b); {
		switch ch := b[i]; {
		case ch >= ' ' && ch <= '~', ch == '\n', ch == '\t':
			i++
		case ch < utf8.RuneSelf:
			return i
		default:
			r, n := utf8.DecodeRune(b[i:])
			if isJunk(r) || r == utf8.RuneError && n == 1 {
				return i
			}
			i += n
		}
	}
	return len(b)
}

// Sequence measures the escape sequence or console note at the start of b and tells whether it is a colour. One that has
// no end within its line is only as long as it is certain to be.
func Sequence(b []byte) (n int, colour bool) {
	line := b
	if i := bytes.IndexAny(b, "\r\n"); i >= 0 {
		line = b[:i]
	}
	if bytes.HasPrefix(line, []byte(NoteStart)) {
		if i := bytes.Index(line, []byte(NoteEnd)); i >= 0 {
			return i + len(NoteEnd), false
		}
		n = len(NoteStart) // cut off: its base64 goes too
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
			if line[i] == Esc {
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
func control(line []byte) (n int, colour bool) {
	n = 2
	plain := true // only digits, semicolons and colons
	for n < len(line) && line[n] >= 0x20 && line[n] <= 0x3f {
		plain = plain && (line[n] >= '0' && line[n] <= ';')
		n++
	}
	if n < len(line) && line[n] >= 0x40 && line[n] <= 0x7e {
		n++
		return n, plain && line[n-1] == 'm' && n <= LongestCS && !conceals(line[2:n-1])
	}
	return n, false
}

// conceals tells whether colour parameters hide the text (8), which would let a log show less than it says.
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
