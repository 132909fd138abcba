package kit

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestInputTakesCleanTextOnly(t *testing.T) {
	t.Parallel()
	var in Input
	if in.Update(tea.KeyPressMsg{Code: 'x', Mod: tea.ModAlt, Text: "x"}) || in.Text() != "" {
		t.Errorf("alt+x types %q", in.Text())
	}
	if !in.Update(tea.PasteMsg{Content: "a\x1b[31mb\nc\x00"}) || strings.ContainsAny(in.Text(), "\x1b\n\x00") {
		t.Errorf("pasted %q", in.Text())
	}
	if in.Update(tea.PasteMsg{}) {
		t.Error("an empty paste changes the text")
	}
	in.Update(tea.PasteMsg{Content: strings.Repeat("a", 10*inputLimit)})
	if n := len([]rune(in.Text())); n != inputLimit {
		t.Errorf("%d letters fit", n)
	}
	if in.Update(tea.KeyPressMsg{Code: tea.KeyLeft}) {
		t.Error("moving the cursor counts as a change")
	}
}
