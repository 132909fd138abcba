package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

func TestLogIsDrawnAsWideInEveryTerminal(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"family 👨‍👩‍👧 of three", "⚠️ careful", "thumb 👍🏽 up", "🇩🇪", "กำ", "नमस्ते", "\x1b[31mका\x1b[m", "e\u0301",
		"a" + strings.Repeat("\u0301", 10_000), "\u0301", "한국어",
	} {
		var log strings.Builder
		n := 0
		textview.Cells(s, textview.Sgr{}, func(c textview.Cell) bool { log.WriteString(c.Text); n += c.Width; return true })
		d := log.String()
		if a, b := ansi.StringWidth(d), ansi.StringWidthWc(d); a != b || a != n || d == "" || len(d) > len(s)+20 || len(d) > 200 {
			t.Errorf("%q is drawn as %q: %d cells, %d or %d", s, d, n, a, b)
		}
	}
}

func TestWhatIsFoundInALogIsMarkedWhereItIsDrawn(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"👨‍👩‍👧 กำ needle", "\x1b[1mนमस्ते\x1b[m\tneedle", "1️⃣\u0301needle"} {
		at := strings.Index(textview.Plain(line), "needle")
		var marked strings.Builder
		textview.Cells(line, textview.Sgr{}, func(c textview.Cell) bool {
			if c.Off >= at {
				marked.WriteString(c.Text)
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
	st := kittest.Styles(false)
	for _, s := range cutSamples {
		if !strings.Contains(s, "\x1b") {
			s = kit.Clean(s)
		}
		for w := range 301 {
			for name, cut := range map[string]string{"fit": kit.Fit(s, w), "fitRight": kit.FitRight(s, w), "fitMiddle": kit.FitMiddle(s, w),
				"block": kit.Block(s, w, 1)} {
				if kit.Width(cut) != w {
					t.Fatalf("%s(%q, %d) is %q, %d wide", name, s, w, cut, kit.Width(cut))
				}
			}
			var in kit.Input
			in.Set(s)
			for i := range 4 {
				if got := in.View(w, st); kit.Width(got) > w {
					t.Fatalf("input %q, %d before its end, in %d is %q", s, i, w, got)
				}
				in.Update(kittest.KeyPress("left"))
			}
			if got := clean.LastCells(s, w); kit.Width(got) > w || kit.Width(got) < min(w, kit.Width(s))-1 {
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
		if kit.OneCell(r) {
			samples = append(samples, string(r), "a"+string(r)+"\x1b[2m"+string(r)+"\u0301")
		}
	}
	for _, s := range samples {
		if got, want := kit.Width(s), ansi.StringWidth(s); got != want {
			t.Errorf("width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestWhatIsCopiedEndsNoBracketedPaste(t *testing.T) {
	t.Parallel()
	m := New(kit.Options{})
	cmd := m.handleOwn(kit.CopyMsg{Text: "a\tb\n\x1b[201~rm -rf .\r\u009b\x00é", What: "NAME"})
	if got := clipboard(cmd()); got != "a\tb\n[201~rm -rf .\ré" {
		t.Errorf("copied %q", got)
	}
	if got := m.note.Text; got != "copied NAME without its control characters" {
		t.Errorf("said %q", got)
	}
}
