package clean

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"
)

// ScreenLine is Line for text that shares its line with other text: every terminal gives it the same number of cells.
func ScreenLine(s string) string { return StripAmbiguousWidth(Line(s)) }

// LastCells returns the end of s that takes at most w cells.
func LastCells(s string, w int) string {
	for n := ansi.StringWidth(s) - w; ; n++ { // a wide character is cut as a whole
		if end := ansi.TruncateLeft(s, n, ""); ansi.StringWidth(end) <= max(0, w) {
			return end
		}
	}
}

const (
	nonJoiner = '\u200c'
	marksKept = 6 // on one letter; Hebrew with points and accents has up to five
)

// StripAmbiguousWidth replaces what terminals measure differently. Some give each character its own width, others draw one cluster of
// what belongs together; in its result each cluster is one character with marks that take no cells.
func StripAmbiguousWidth(s string) string {
	if !strings.ContainsFunc(s, mayJoin) {
		return s
	}
	var b strings.Builder
	base, joins, marks := false, false, 0
	for _, r := range spacingForms.Replace(norm.NFC.String(s)) {
		r = unambiguous(r)
		switch {
		case r < 0 || r == nonJoiner && !base:
			continue
		case r != nonJoiner && !unicode.In(r, unicode.Mn, unicode.Me):
			if joins { // a virama, which takes the next letter into its cluster unless this stands between
				b.WriteRune(nonJoiner)
			}
			base, joins, marks = true, false, 0
		case !base:
			b.WriteRune('◌')
			base = true
			fallthrough
		default:
			joins = joins && r != nonJoiner || isVirama(r)
			if marks++; marks > marksKept {
				continue
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mayJoin reports whether StripAmbiguousWidth has to look at r: it is not of the scripts whose characters never join.
func mayJoin(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7f, r >= 0xa0 && r < 0xad, r >= 0xae && r < 0x300, r >= 0x370 && r < 0x483, // Latin, Greek, Cyrillic
		r >= 0x2010 && r < 0x2028, r >= 0x2190 && r < 0x2600, // punctuation, arrows, lines, blocks
		r >= 0x3000 && r < 0x302a, r >= 0x3041 && r < 0x3097, r >= 0x309b && r < 0x3100, // kana
		r >= 0x3400 && r < 0x4dc0, r >= 0x4e00 && r < 0xa000, r >= 0xac00 && r < 0xd7a4: // Han, Hangul
		return false
	}
	return true
}

func isVirama(r rune) bool { return norm.NFC.PropertiesString(string(r)).CCC() == 9 }

// spacingForms write as two characters what joins its neighbour although it has a width.
var spacingForms = strings.NewReplacer("\u0e33", "\u0e4d\u0e32", "\u0eb3", "\u0ecd\u0eb2", "\uff9e", "\u309b", "\uff9f", "\u309c")

// unambiguous returns r, or what stands for it because terminals do not agree about r; negative: nothing does.
func unambiguous(r rune) rune {
	const placeholder = '·'
	switch {
	case r == nonJoiner:
		return r
	case IsJunk(r), unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point),
		r >= 0x1f3fb && r <= 0x1f3ff: // skin tones
		return -1
	case r >= 0x1f1e6 && r <= 0x1f1ff: // flags
		return 'A' + r - 0x1f1e6
	case r >= 0x900 && r < 0xd80 && unicode.Is(unicode.Mc, r) && r&0x7f >= 0x3e && r&0x7f <= 0x4c:
		if vowel := r - 0x38; unicode.IsLetter(vowel) { // the vowel sign's letter, by the layout of these blocks
			return vowel
		}
		return placeholder
	case unicode.In(r, unicode.Mc, ambiguousWidth):
		return placeholder
	case !unicode.IsGraphic(r) && !unicode.Is(unicode.Co, r): // of a newer Unicode
		return unicode.ReplacementChar
	}
	return r
}

// ambiguousWidth are letters that join the next one, the parts of Hangul syllables, and what became wide in Unicode 16.
var ambiguousWidth = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x0d4e, 0x0d4e, 1}, {0x1100, 0x11ff, 1}, {0x2630, 0x2637, 1}, {0x268a, 0x268f, 1}, {0x4dc0, 0x4dff, 1},
		{0xa960, 0xa97c, 1}, {0xd7b0, 0xd7fb, 1},
	},
	R32: []unicode.Range32{
		{0x111c2, 0x111c3, 1}, {0x1193f, 0x1193f, 1}, {0x11941, 0x11941, 1}, {0x11a3a, 0x11a3a, 1}, {0x11a84, 0x11a89, 1},
		{0x11d46, 0x11d46, 1}, {0x11f02, 0x11f02, 1}, {0x1d300, 0x1d376, 1},
	},
}
