package jenkins

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// CleanLine makes outside text safe to draw on one line: escape sequences and control characters cannot pass, nor can
// characters that reorder or hide what stands beside them. Line breaks and tabs become a space, the rest is dropped.
func CleanLine(s string) string {
	if !unclean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range ansi.Strip(s) {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case r == utf8.RuneError:
			b.WriteRune(utf8.RuneError)
		case hidden(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unclean finds out cheaply for the ASCII that most names are.
func unclean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			if c < utf8.RuneSelf {
				return true
			}
			return strings.ContainsFunc(s[i:], func(r rune) bool { return r == utf8.RuneError || hidden(r) })
		}
	}
	return false
}

// hidden tells of control and format characters. Joiners stay: emoji and some scripts need them.
func hidden(r rune) bool {
	return r != '\u200d' && r != '\u200c' &&
		(unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
}

func cleanText(s string) string { return CleanLine(s) }
