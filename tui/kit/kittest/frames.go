package kittest

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

func Unstyled(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(textview.Plain(l), " ")
	}
	return strings.Join(lines, "\n")
}

func Styles(ascii bool) *kit.Styles {
	g := &kit.UnicodeGlyphs
	if ascii {
		g = &kit.ASCIIGlyphs
	}
	return kit.NewStyles(kit.Look{Dark: true, Profile: colorprofile.TrueColor}, g)
}

// Shared returns what panes share, without a controller.
func Shared() *kit.Shared {
	return &kit.Shared{Opts: &kit.Options{Variables: carried}, Glyphs: &kit.UnicodeGlyphs, Styles: Styles(false), Focused: true}
}

// carried returns what a notification carries of an environment, as the program has it.
func carried(e env.Env) []sender.Variable {
	var out []sender.Variable
	for _, v := range e.AsPushed() {
		full, _ := e.Lookup(v.Name)
		out = append(out, sender.Variable{Name: v.Name, Value: v.Value, Password: full.Password, Secret: full.Secret})
	}
	return out
}

// Fits fails the test unless the frame has exactly h lines of at most w cells and nothing in it but text and colours.
func Fits(t testing.TB, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines instead of %d:\n%s", len(lines), h, frame)
	}
	for i, l := range lines {
		if n := kit.Width(l); n > w {
			t.Fatalf("line %d has %d cells of %d: %q", i, n, w, l)
		}
		for at := strings.IndexByte(l, 0x1b); at >= 0; at = strings.IndexByte(l, 0x1b) {
			n, _, isSGR := textview.Escape(l[at:])
			if !isSGR {
				t.Fatalf("line %d has a sequence that is no colour: %q", i, l)
			}
			l = l[:at] + l[at+n:]
		}
		if strings.ContainsFunc(l, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
			t.Fatalf("line %d has control characters: %q", i, l)
		}
	}
}

// Unindented returns a text without the margin of its lines.
func Unindented(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimLeft(l, " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

func Abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
