package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// Some terminals count the cells of a joined character as one, others each part. What is drawn must not depend on it.
func TestTextIsAsWideInEveryTerminal(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"family 👨‍👩‍👧 of three", "⚠️ careful", "❤️‍🔥", "thumb 👍🏽 up", "1️⃣ first", "🏳️‍🌈 flag", "日本語 🚀", "🇩🇪",
	} {
		drawn := clean(s)
		var log strings.Builder
		cells(s, sgr{}, func(c cell) bool { log.WriteString(c.text); return true })
		for _, d := range []string{drawn, log.String()} {
			if a, b := ansi.StringWidth(d), ansi.StringWidthWc(d); a != b || d == "" {
				t.Errorf("%q is drawn as %q: %d cells or %d", s, d, a, b)
			}
		}
		if p := plain(s); p != log.String() {
			t.Errorf("%q is searched as %q and drawn as %q", s, p, log.String())
		}
	}
}

func TestTheJoinerStaysWhereItJoinsLetters(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"क्‍ष", "می‌خواهم"} {
		if got := clean(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestWidthCountsAsTheLibraryDoes(t *testing.T) {
	t.Parallel()
	samples := []string{"", "\x1b[1;38;5;80mbold\x1b[m", "\x1b[2K", "\x1b[", "\x1b]8;;x\x07link\x1b]8;;\x07", "e\u0301", "日本", "▶\ufe0f",
		"▶\u200d▶", "👩\u200d👩", "a\tb", "x\x7f", "\xff▶", "✓✗ ok", "\x1b[38:5:1mx\x1b[m", "\x1b[?25lx"}
	for r := rune(0x80); r < 0x3000; r++ {
		if oneCell(r) {
			samples = append(samples, string(r), "a"+string(r)+"\x1b[2m"+string(r)+"\u0301")
		}
	}
	for _, s := range samples {
		if got, want := width(s), ansi.StringWidth(s); got != want {
			t.Errorf("width(%q) = %d, want %d", s, got, want)
		}
	}
}
