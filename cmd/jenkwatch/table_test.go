package main

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
)

func TestATableFitsEveryTerminalWhateverTheScript(t *testing.T) {
	t.Parallel()
	columns := []output.Column{
		{Title: "BUILD", Right: true}, {Title: "JOB", Least: 14, Likes: 32}, {Title: "NODE", Least: 8, Yields: 2, Drop: 2},
		{Title: "DESCRIPTION", Least: 12, Likes: 24, Yields: 1, Prose: true, Drop: 1},
	}
	for _, text := range []string{
		"", "plain", "修复登录页面在手机浏览器上的显示问题", "a日b本c語d", "แก้คำผิด", "नमस्ते दुनिया", "👨‍👩‍👧🇩🇪👍🏽", strings.Repeat("e\u0301", 99),
		"\u0301\u0301", "\x1b[31m赤\n" + strings.Repeat("漢", 70),
	} {
		for _, other := range []string{"", "x", text} {
			tab := output.Table{Columns: columns}
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
				if got := output.CutMiddle(text, width); ansi.StringWidth(got) > width {
					t.Fatalf("%q cut to %d is %q", text, width, got)
				}
			}
		}
	}
}
