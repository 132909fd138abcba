package footer

import (
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// ItemAt returns the item of a footer in a column, empty between two of them.
func ItemAt(line string, x int) string {
	at := 0
	for item := range strings.SplitSeq(line, "  ") {
		w := kit.Width(item)
		if x >= at && x < at+w {
			return strings.TrimSpace(item)
		}
		at += w + len("  ")
	}
	return ""
}

// PressOf returns the press of a key as footers name it: "enter", "esc", "tab", "ctrl+b", a letter.
func PressOf(key string) (tea.KeyPressMsg, bool) {
	named := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab}
	if code, ok := named[key]; ok {
		return tea.KeyPressMsg{Code: code}, true
	}
	bare, ctrl := strings.CutPrefix(key, "ctrl+")
	r, n := utf8.DecodeRuneInString(bare)
	switch {
	case n != len(bare) || n == 0 || r >= utf8.RuneSelf:
		return tea.KeyPressMsg{}, false
	case ctrl:
		return tea.KeyPressMsg{Code: r, Mod: tea.ModCtrl}, true
	}
	return tea.KeyPressMsg{Code: r, Text: bare}, true
}

// Names reports whether an item of a footer is that of a key.
func Names(item string, k kit.KeyWord, st *kit.Styles) bool {
	return item == strings.TrimSpace(ansi.Strip(keyWords([]kit.KeyWord{k}, st)))
}

// At returns the binding of an item that is possible now, nil if it names none.
func (f *Footer) At(item string) *keys.Binding {
	for _, b := range f.order() {
		if f.word(b) != "" && b.On(f.Facts) && item == strings.TrimSpace(ansi.Strip(f.item(b))) {
			return b
		}
	}
	return nil
}
