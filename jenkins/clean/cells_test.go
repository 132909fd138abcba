package clean

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// checkWidths fails unless a terminal that adds up characters and one that joins clusters agree about s.
func checkWidths(t *testing.T, s string) {
	t.Helper()
	drawn := StripAmbiguousWidth(s)
	sum := 0
	for _, r := range drawn {
		if !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
			sum += ansi.StringWidthWc(string(r))
		}
		if unicode.Is(unicode.Mc, r) || unicode.Is(unicode.Cf, r) && r != nonJoiner {
			t.Errorf("%+q is drawn with %+q", s, r)
		}
	}
	if joined := ansi.StringWidth(drawn); joined != sum || joined != ansi.StringWidthWc(drawn) {
		t.Errorf("%q is drawn as %+q: %d cells joined, %d apart", s, drawn, joined, sum)
	}
	for rest := drawn; rest != ""; { // none has the width of two
		cluster, w := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		bases := 0
		for _, r := range cluster {
			if r != nonJoiner && !unicode.In(r, unicode.Mn, unicode.Me) {
				bases++
			}
		}
		if bases != 1 || w < 1 || utf8.RuneCountInString(cluster) > 2+marksKept {
			t.Errorf("%q is drawn with the cluster %+q of %d cells", s, cluster, w)
		}
		rest = rest[len(cluster):]
	}
	if again := StripAmbiguousWidth(drawn); again != drawn {
		t.Errorf("%q is drawn as %+q and that as %+q", s, drawn, again)
	}
}

var scripts = []string{
	"กำลังทำงาน", "ກຳລັງ", "नमस्ते दुनिया", "क्‍ष", "বাংলা ভাষা", "தமிழ்", "മലയാളം", "සිංහල ශ්‍රී", "ភាសាខ្មែរ", "မြန်မာဘာသာ", "བོད་སྐད་",
	"\u1112\u1161\u11ab\u1100\u1100\u1161", "한국어", "العربيّة", "می‌خواهم", "\u0600123", "עִבְרִית", "Ελλάδα", "Tiếng Việt", "e\u0301",
	"ｶﾞｷﾞ", "ガギ\u3099", "日本語", "👨‍👩‍👧", "⚠️", "👍🏽", "🇩🇪🇫", "1️⃣", "🏳️‍🌈", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🫩", "\u2630", "\u034f\u115f\u3164", "a\u0301\u200d\u0301",
}

func TestTextIsAsWideInEveryTerminal(t *testing.T) {
	t.Parallel()
	for _, s := range scripts {
		checkWidths(t, s)
	}
	for _, span := range [][2]rune{{0x80, 0x3100}, {0xa000, 0xac00}, {0xd7a0, 0xd800}, {0xf900, 0x11fff}, {0x1d000, 0x1fbff}, {0xe0000, 0xe01ff}} {
		for r := span[0]; r < span[1] && !t.Failed(); r++ {
			checkWidths(t, "क्"+string(r)+"क")
		}
	}
}

func TestWhatIsDrawnStaysReadable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"กำ": "กํา", "नमस्ते": "नमस्\u200cते", "दिल्ली": "दइल्\u200cलई", "🇩🇪": "DE", "❤️": "❤", "می‌خواهم": "می‌خواهم", "Über": "Über",
		"ｶﾞ": "ｶ゛", "한": "한", "\u0301": "◌\u0301",
	} {
		if got := StripAmbiguousWidth(in); got != want {
			t.Errorf("%q is drawn as %q (%+q), want %q", in, got, got, want)
		}
	}
}

func TestNameOfCombiningMarksIsDrawnShort(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("\u0301", 10_000), "a" + strings.Repeat("\u0489", 10_000), "क" + strings.Repeat("\u200c\u094d", 5_000)} {
		if got := ScreenLine(s); got == "" || len(got) > 40 {
			t.Errorf("%d bytes drawn", len(got))
		}
	}
}

func FuzzStripAmbiguousWidth(f *testing.F) {
	for _, s := range scripts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = Line(s)
		checkWidths(t, s)
		for w := range 20 {
			if got := ansi.StringWidth(LastCells(StripAmbiguousWidth(s), w)); got > w {
				t.Errorf("the last %d cells of %q have %d", w, s, got)
			}
		}
	})
}
