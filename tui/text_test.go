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
