package tui

import (
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// clickFooter does what the item of the footer in a column names, as its key would.
func (m *Model) clickFooter(x int) tea.Cmd {
	item := itemAt(ansi.Strip(m.footerLine(m.said(time.Now()))), x)
	if item == "" {
		return nil
	}
	words := []kit.KeyWord(nil)
	f := m.footer("")
	switch {
	case m.popup != nil:
		words = m.popup.Footer()
	case m.typing():
		words = f.pane.Typing
	}
	for _, k := range words {
		if asksBefore(m.popup) && k.Key != "esc" && k.Key != "n" {
			continue // a click may go astray
		}
		if press, ok := pressOf(k.Key); ok && item == strings.TrimSpace(ansi.Strip(keyWords([]kit.KeyWord{k}, f.st))) {
			return m.press(press)
		}
	}
	if m.popup != nil || m.typing() && f.scope != keys.Compose {
		return nil
	}
	for _, b := range f.order() {
		if f.word(b) != "" && b.On(f.facts) && item == strings.TrimSpace(ansi.Strip(f.item(b))) {
			m.note = note{}
			return m.do(b.Intent, "")
		}
	}
	return nil
}

// asksBefore reports whether a popup asks before something is changed: no click says yes there.
func asksBefore(p popup.Popup) bool {
	switch p.(type) {
	case *dialog.Confirm, *dialog.Form:
		return true
	}
	return false
}

// itemAt returns the item of a footer in a column, empty between two of them.
func itemAt(line string, x int) string {
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

// pressOf returns the press of a key as footers name it: "enter", "esc", "tab", "ctrl+b", a letter.
func pressOf(key string) (tea.KeyPressMsg, bool) {
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
