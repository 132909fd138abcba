package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestALogIsDrawnAsWideInEveryTerminal(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"family 👨‍👩‍👧 of three", "⚠️ careful", "thumb 👍🏽 up", "🇩🇪", "กำ", "नमस्ते", "\x1b[31mका\x1b[m", "e\u0301",
		"a" + strings.Repeat("\u0301", 10_000), "\u0301", "한국어",
	} {
		var log strings.Builder
		n := 0
		cells(s, sgr{}, func(c cell) bool { log.WriteString(c.text); n += c.width; return true })
		d := log.String()
		if a, b := ansi.StringWidth(d), ansi.StringWidthWc(d); a != b || a != n || d == "" || len(d) > len(s)+20 || len(d) > 200 {
			t.Errorf("%q is drawn as %q: %d cells, %d or %d", s, d, n, a, b)
		}
	}
}

func TestWhatIsFoundInALogIsMarkedWhereItIsDrawn(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"👨‍👩‍👧 กำ needle", "\x1b[1mนमस्ते\x1b[m\tneedle", "1️⃣\u0301needle"} {
		at := strings.Index(plain(line), "needle")
		var marked strings.Builder
		cells(line, sgr{}, func(c cell) bool {
			if c.off >= at {
				marked.WriteString(c.text)
			}
			return true
		})
		if marked.String() != "needle" {
			t.Errorf("%q: marked is %q", line, marked.String())
		}
	}
}

// Text without letters, wide, joined or combining, and our own styles: what every cut must bear.
var cutSamples = []string{"", "a", "日本語のブランチ名", "a日b本c語", "แก้คำผิด", "नमस्ते दुनिया", "مرحبا", "한국어", "👨‍👩‍👧🇩🇪👍🏽", "\u0301\u0301",
	strings.Repeat("e\u0301", 40), strings.Repeat("漢", 200), "\x1b[1m日本\x1b[m語"}

func TestEveryCutKeepsItsWidth(t *testing.T) {
	t.Parallel()
	st := testStyles(false)
	for _, s := range cutSamples {
		if !strings.Contains(s, "\x1b") {
			s = clean(s)
		}
		for w := 0; w <= 300; w++ {
			for name, cut := range map[string]string{"fit": fit(s, w), "fitRight": fitRight(s, w), "fitMiddle": fitMiddle(s, w),
				"block": block(s, w, 1)} {
				if width(cut) != w {
					t.Fatalf("%s(%q, %d) is %q, %d wide", name, s, w, cut, width(cut))
				}
			}
			in := input{runes: []rune(s)}
			for in.at = range len(in.runes) + 1 {
				if got := in.view(w, st); width(got) > w {
					t.Fatalf("input %q at %d in %d is %q", s, in.at, w, got)
				}
				if w > 20 && in.at > 3 {
					break
				}
			}
			if got := jenkins.LastCells(s, w); width(got) > w || width(got) < min(w, width(s))-1 {
				t.Fatalf("the last %d cells of %q are %q", w, s, got)
			}
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

func TestWhatIsCopiedEndsNoBracketedPaste(t *testing.T) {
	t.Parallel()
	m := New(Options{})
	cmd := m.handleOwn(copyMsg{text: "a\tb\n\x1b[201~rm -rf .\r\u009b\x00é", what: "NAME"})
	if got := clipboard(cmd()); got != "a\tb\n[201~rm -rf .\ré" {
		t.Errorf("copied %q", got)
	}
	if got := m.note.text; got != "copied NAME without its control characters" {
		t.Errorf("said %q", got)
	}
}
