package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// input is a line of text that is typed: a filter, a search, a palette's query. The zero value is empty. It has no
// blinking cursor, which would wake the program twice a second.
type input struct {
	runes []rune
	at    int // the cursor stands before runes[at]
}

func (in *input) text() string { return string(in.runes) }

func (in *input) set(s string) {
	in.runes = []rune(clean(s))
	in.at = len(in.runes)
}

// update handles a key press or a paste and tells whether the text changed.
func (in *input) update(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return in.insert(clean(msg.Content))
	case tea.KeyPressMsg:
		return in.press(msg)
	}
	return false
}

func (in *input) press(k tea.KeyPressMsg) bool {
	switch k.Keystroke() {
	case "left", "ctrl+b":
		in.at = max(0, in.at-1)
	case "right", "ctrl+f":
		in.at = min(len(in.runes), in.at+1)
	case "home", "ctrl+a":
		in.at = 0
	case "end", "ctrl+e":
		in.at = len(in.runes)
	case "backspace", "ctrl+h", "shift+backspace":
		return in.cut(in.at-1, in.at)
	case "delete", "ctrl+d":
		return in.cut(in.at, in.at+1)
	case "ctrl+u":
		return in.cut(0, in.at)
	case "ctrl+k":
		return in.cut(in.at, len(in.runes))
	case "ctrl+w", "alt+backspace":
		return in.cut(in.wordStart(), in.at)
	default:
		if k.Mod&^tea.ModShift == 0 {
			return in.insert(clean(k.Text))
		}
	}
	return false
}

// wordStart is where the word before the cursor begins.
func (in *input) wordStart() int {
	i := in.at
	for i > 0 && in.runes[i-1] == ' ' {
		i--
	}
	for i > 0 && in.runes[i-1] != ' ' {
		i--
	}
	return i
}

const inputLimit = 512 // runes: enough for any name, little enough for a mistaken paste

func (in *input) insert(s string) bool {
	r := []rune(s)
	if room := inputLimit - len(in.runes); len(r) > room {
		r = r[:max(0, room)]
	}
	if len(r) == 0 {
		return false
	}
	next := make([]rune, 0, len(in.runes)+len(r))
	next = append(append(append(next, in.runes[:in.at]...), r...), in.runes[in.at:]...)
	in.runes, in.at = next, in.at+len(r)
	return true
}

func (in *input) cut(from, to int) bool {
	from, to = max(0, from), min(to, len(in.runes))
	if from >= to {
		return false
	}
	in.runes = append(in.runes[:from:from], in.runes[to:]...)
	in.at = from
	return true
}

// view draws the text with its cursor in at most w cells; the cursor is always in sight.
func (in *input) view(w int, st *styles) string {
	if w <= 0 {
		return ""
	}
	before, after := jenkins.Steady(string(in.runes[:in.at])), jenkins.Steady(string(in.runes[in.at:]))
	before = jenkins.LastCells(before, w-1)
	room := w - 1 - width(before)
	after = strings.TrimRight(ansi.Truncate(after, max(0, room), ""), " ")
	return before + st.accent.render(st.glyphs.cursor) + after
}
