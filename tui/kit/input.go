package kit

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Input is a line of text that is typed: a filter, a search, a palette's query. The zero value is empty. It has no
// blinking cursor, which would wake the program twice a second.
type Input struct {
	Runes []rune
	At    int // the cursor stands before runes[at]
}

func (in *Input) Text() string { return string(in.Runes) }

func (in *Input) Set(s string) {
	in.Runes = []rune(Clean(s))
	in.At = len(in.Runes)
}

// Update handles a key press or a paste and tells whether the text changed.
func (in *Input) Update(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return in.insert(Clean(msg.Content))
	case tea.KeyPressMsg:
		return in.press(msg)
	}
	return false
}

func (in *Input) press(k tea.KeyPressMsg) bool {
	switch k.Keystroke() {
	case "left", "ctrl+b":
		in.At = max(0, in.At-1)
	case "right", "ctrl+f":
		in.At = min(len(in.Runes), in.At+1)
	case "home", "ctrl+a":
		in.At = 0
	case "end", "ctrl+e":
		in.At = len(in.Runes)
	case "backspace", "ctrl+h", "shift+backspace":
		return in.cut(in.At-1, in.At)
	case "delete", "ctrl+d":
		return in.cut(in.At, in.At+1)
	case "ctrl+u":
		return in.cut(0, in.At)
	case "ctrl+k":
		return in.cut(in.At, len(in.Runes))
	case "ctrl+w", "alt+backspace":
		return in.cut(in.wordStart(), in.At)
	default:
		if k.Mod&^tea.ModShift == 0 {
			return in.insert(Clean(k.Text))
		}
	}
	return false
}

// wordStart is where the word before the cursor begins.
func (in *Input) wordStart() int {
	i := in.At
	for i > 0 && in.Runes[i-1] == ' ' {
		i--
	}
	for i > 0 && in.Runes[i-1] != ' ' {
		i--
	}
	return i
}

const inputLimit = 512 // runes: enough for any name, little enough for a mistaken paste

func (in *Input) insert(s string) bool {
	r := []rune(s)
	if room := inputLimit - len(in.Runes); len(r) > room {
		r = r[:max(0, room)]
	}
	if len(r) == 0 {
		return false
	}
	next := make([]rune, 0, len(in.Runes)+len(r))
	next = append(append(append(next, in.Runes[:in.At]...), r...), in.Runes[in.At:]...)
	in.Runes, in.At = next, in.At+len(r)
	return true
}

func (in *Input) cut(from, to int) bool {
	from, to = max(0, from), min(to, len(in.Runes))
	if from >= to {
		return false
	}
	in.Runes = append(in.Runes[:from:from], in.Runes[to:]...)
	in.At = from
	return true
}

// View draws the text with its cursor in at most w cells; the cursor is always in sight.
func (in *Input) View(w int, st *Styles) string {
	if w <= 0 {
		return ""
	}
	before, after := clean.StripAmbiguousWidth(string(in.Runes[:in.At])), clean.StripAmbiguousWidth(string(in.Runes[in.At:]))
	before = clean.LastCells(before, w-1)
	room := w - 1 - Width(before)
	after = strings.TrimRight(ansi.Truncate(after, max(0, room), ""), " ")
	return before + st.Accent.Render(st.Glyphs.cursor) + after
}
