package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// single are letters that are written with a stroke or as two in one, which Unicode does not take apart.
var single = map[rune]string{
	'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'ø': "o", 'Ø': "O", 'ł': "l", 'Ł': "L",
	'đ': "d", 'Đ': "D", 'ð': "d", 'Ð': "D", 'þ': "th", 'Þ': "Th", 'ħ': "h", 'Ħ': "H", 'ı': "i",
}

// Unaccented returns s without accents, for searching: "uber-cafe" finds "Über-café". at maps each byte offset of the
// result to that of its letter in s; nil means that they are equal.
func Unaccented(s string) (bare string, at []int) {
	if isASCII(s) {
		return s, nil
	}
	var b strings.Builder
	for i, r := range s {
		switch two, known := single[r]; {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case known:
			b.WriteString(two)
		case unicode.Is(unicode.Mn, r):
		default:
			parts := norm.NFD.PropertiesString(s[i:]).Decomposition()
			if parts == nil {
				b.WriteRune(r)
			}
			for _, part := range string(parts) {
				if !unicode.Is(unicode.Mn, part) {
					b.WriteRune(part)
				}
			}
		}
		for len(at) < b.Len() {
			at = append(at, i)
		}
	}
	return b.String(), at
}

// Searched is a text as typed words are looked for in it: without accents and in lower case, except that ASCII stays as it
// is, since the search ignores its case.
func Searched(s string) string {
	if isASCII(s) {
		return s
	}
	bare, _ := Unaccented(s)
	return strings.ToLower(bare)
}

// TypedWords are the words of what is typed, as they are searched.
func TypedWords(text string) []string {
	bare, _ := Unaccented(text)
	return strings.Fields(strings.ToLower(bare))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
