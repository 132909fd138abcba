package main

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestATableFitsEveryTerminalWhateverTheScript(t *testing.T) {
	t.Parallel()
	columns := []column{
		{title: "BUILD", right: true}, {title: "JOB", least: 14, likes: 32}, {title: "NODE", least: 8, yields: 2, drop: 2},
		{title: "DESCRIPTION", least: 12, likes: 24, yields: 1, prose: true, drop: 1},
	}
	for _, text := range []string{
		"", "plain", "修复登录页面在手机浏览器上的显示问题", "a日b本c語d", "แก้คำผิด", "नमस्ते दुनिया", "👨‍👩‍👧🇩🇪👍🏽", strings.Repeat("e\u0301", 99),
		"\u0301\u0301", "\x1b[31m赤\n" + strings.Repeat("漢", 70),
	} {
		for _, other := range []string{"", "x", text} {
			tab := table{columns: columns}
			tab.add("#1", text, other, text)
			tab.add(other, other, text, other)
			for width := 1; width <= 300; width += 1 + width/80 {
				var out strings.Builder
				if err := tab.write(&out, width); err != nil {
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
				if got := cutMiddle(text, width); ansi.StringWidth(got) > width {
					t.Fatalf("%q cut to %d is %q", text, width, got)
				}
			}
		}
	}
}
