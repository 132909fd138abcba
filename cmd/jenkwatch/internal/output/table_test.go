package output

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestTableFitsTheTerminalAndLosesTheMiddleOfNames(t *testing.T) {
	t.Parallel()
	names := &Table{Columns: []Column{{Title: "JOB", Least: 8}, {Title: "EMPTY"}, {Title: "N", Right: true}}}
	names.Add("shop/checkout/feature/a-very-long-branch-name", "", "7")
	names.Add("größe/日本語/ビルド", "", "1203")
	for _, width := range []int{20, 30, 60, 200} {
		var b bytes.Buffer
		if err := names.Write(&b, width); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != 3 || strings.Contains(b.String(), "EMPTY") {
			t.Fatalf("width %d:\n%s", width, b.String())
		}
		for _, line := range lines {
			if ansi.StringWidth(line) > width {
				t.Errorf("width %d: %q is %d wide", width, line, ansi.StringWidth(line))
			}
		}
		if !strings.HasSuffix(lines[1], "7") || width < 60 && !strings.Contains(lines[1], "…") {
			t.Errorf("width %d: %q", width, lines[1])
		}
	}
	if got := CutMiddle("shop/checkout/main", 11); got != "shop/…/main" {
		t.Errorf("cut to %q", got)
	}
}

func TestPipedRowsHoldNothingThatACellCouldBreak(t *testing.T) {
	t.Parallel()
	evil := &Table{}
	evil.Add("a\tb\nc", "\x1b]0;title\a\x1b[31mred", "\u202egnp")
	var b bytes.Buffer
	if err := evil.Write(&b, 0); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != "a b c\tred\tgnp\n" {
		t.Errorf("%q", got)
	}
}

func TestTableFitsEveryTerminalWhateverTheScript(t *testing.T) {
	t.Parallel()
	columns := []Column{
		{Title: "BUILD", Right: true}, {Title: "JOB", Least: 14, Likes: 32}, {Title: "NODE", Least: 8, Yields: 2, Drop: 2},
		{Title: "DESCRIPTION", Least: 12, Likes: 24, Yields: 1, Prose: true, Drop: 1},
	}
	for _, text := range []string{
		"", "plain", "修复登录页面在手机浏览器上的显示问题", "a日b本c語d", "แก้คำผิด", "नमस्ते दुनिया", "👨‍👩‍👧🇩🇪👍🏽", strings.Repeat("e\u0301", 99),
		"\u0301\u0301", "\x1b[31m赤\n" + strings.Repeat("漢", 70),
	} {
		for _, other := range []string{"", "x", text} {
			tab := Table{Columns: columns}
			tab.Add("#1", text, other, text)
			tab.Add(other, other, text, other)
			for width := 1; width <= 300; width += 1 + width/80 {
				var out strings.Builder
				if err := tab.Write(&out, width); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(out.String()) {
					line = strings.TrimSuffix(line, "\n")
					if n := ansi.StringWidth(line); n > width || n != ansi.StringWidthWc(line) {
						t.Fatalf("%q in %d columns: %q has %d", text, width, line, n)
					}
				}
			}
			for width := range 100 {
				if got := CutMiddle(text, width); ansi.StringWidth(got) > width {
					t.Fatalf("%q cut to %d is %q", text, width, got)
				}
			}
		}
	}
}
