package env

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxQuotedLines is how many lines one quoted value may span.
const maxQuotedLines = 500

// unquote reads a value as a shell's set, export -p or declare -x prints it; where a quote stays open the following
// lines belong to it. What is no such quoting stays as it stands. closed is false for a quote that is never closed.
func (s *scanner) unquote(value string) (plain string, closed bool) {
	text := value
	for next := s.at; ; next++ {
		plain, open := unquoteShell(text)
		if !open {
			s.at = next
			return plain, true
		}
		if next >= len(s.lines) || next-s.at >= maxQuotedLines {
			return "", false
		}
		text += "\n" + s.lines[next]
	}
}

// unquoteShell reads one shell word: bare, '...', "...", $'...' and \c, one after the other. open reports that a quote is
// not closed. A bare space ends the word: then the text is no quoting and comes back as it is.
func unquoteShell(text string) (plain string, open bool) {
	var b strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'':
			end := strings.IndexByte(text[i+1:], '\'')
			if end < 0 {
				return text, true
			}
			b.WriteString(text[i+1 : i+1+end])
			i += end + 2
		case c == '"':
			n := unquoteDouble(&b, text[i+1:])
			if n < 0 {
				return text, true
			}
			i += n + 1
		case c == '$' && strings.HasPrefix(text[i:], "$'"):
			n := unquoteANSI(&b, text[i+2:])
			if n < 0 {
				return text, true
			}
			i += n + 2
		case c == '\\' && i+1 < len(text):
			b.WriteByte(text[i+1])
			i += 2
		case c == ' ' || c == '\t' || c == '(' || c == '\n':
			return text, false
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), false
}

// unquoteDouble reads up to and with the closing double quote and returns how many bytes that took, -1 if there is none.
func unquoteDouble(b *strings.Builder, text string) int {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return i + 1
		case c == '\\' && i+1 < len(text) && strings.IndexByte("$`\"\\\n", text[i+1]) >= 0:
			i++
			if text[i] != '\n' {
				b.WriteByte(text[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return -1
}

// ansiEscapes are the one-letter escapes of $'...'.
var ansiEscapes = map[byte]byte{
	'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?',
}

// unquoteANSI reads the inside of $'...' up to and with its closing quote, -1 if there is none.
func unquoteANSI(b *strings.Builder, text string) int {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			return i + 1
		case c == '\\' && i+1 < len(text):
			i++
			i += escapeANSI(b, text[i:])
		default:
			b.WriteByte(c)
		}
	}
	return -1
}

// escapeANSI writes what an escape stands for, text beginning behind its backslash, and returns how many bytes beyond the
// first it took.
func escapeANSI(b *strings.Builder, text string) int {
	digits := func(from, most, base int) (int64, int) {
		n := 0
		for n < most && from+n < len(text) {
			if _, err := strconv.ParseUint(text[from+n:from+n+1], base, 8); err != nil {
				break
			}
			n++
		}
		value, _ := strconv.ParseInt(text[from:from+n], base, 64) // no digits: 0, and n says so
		return value, n
	}
	switch c := text[0]; {
	case c >= '0' && c <= '7':
		value, n := digits(0, 3, 8)
		b.WriteByte(byte(value))
		return n - 1
	case c == 'x' || c == 'u' || c == 'U':
		value, n := digits(1, map[byte]int{'x': 2, 'u': 4, 'U': 8}[c], 16)
		switch {
		case n == 0:
			b.WriteString(`\` + string(c))
		case c == 'x':
			b.WriteByte(byte(value))
		case value <= utf8.MaxRune:
			b.WriteRune(rune(value))
		default:
			b.WriteRune(utf8.RuneError)
		}
		return n
	default:
		if plain, ok := ansiEscapes[c]; ok {
			b.WriteByte(plain)
		} else {
			b.WriteString(`\` + string(rune(c)))
		}
		return 0
	}
}
