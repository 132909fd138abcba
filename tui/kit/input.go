package kit

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Input is a line of text that is typed: a filter, a search, the query of a list. The zero value is empty. It has no
// blinking cursor, which would wake the program twice a second.
type Input struct {
	field         textinput.Model
	made          bool
	value, hidden bool
}

const (
	inputLimit = 512      // runes: enough for any name, little enough for a mistaken paste
	valueLimit = 64 << 10 // of a value
)

// NewValue returns the input of a value that begins with text. A value is kept as it is typed and made safe only where it
// is drawn; a hidden one is drawn as masks.
func NewValue(text string, hidden bool) Input {
	in := Input{value: true, hidden: hidden}
	in.Set(text)
	return in
}

func (in *Input) model() *textinput.Model {
	if !in.made {
		in.made, in.field = true, textinput.New()
		in.field.CharLimit = inputLimit
		if in.value {
			in.field.CharLimit = valueLimit
		}
		in.field.SetVirtualCursor(false)
		in.field.KeyMap.Paste.SetEnabled(false) // it would read the clipboard; the terminal pastes
		in.field.KeyMap.DeleteCharacterBackward.SetKeys("backspace", "ctrl+h", "shift+backspace")
		in.field.Focus()
	}
	return &in.field
}

// Text returns what was typed.
func (in *Input) Text() string { return in.model().Value() }

// Set replaces the text and puts the cursor behind it.
func (in *Input) Set(s string) {
	if !in.value {
		s = Clean(s)
	}
	in.model().SetValue(s)
	in.model().CursorEnd()
}

// Update handles a key press or a paste and reports whether the text changed.
func (in *Input) Update(msg tea.Msg) bool {
	before := in.Text()
	switch m := msg.(type) {
	case tea.PasteMsg:
		if m.Content = strings.TrimRight(m.Content, "\r\n"); !in.value { // what was copied as a line ends in one
			m.Content = Clean(m.Content)
		}
		msg = m
	case tea.KeyPressMsg:
		if !in.value {
			m.Text = Clean(m.Text)
		}
		if m.Mod&^tea.ModShift != 0 {
			m.Text = ""
		}
		msg = m
	}
	in.field, _ = in.model().Update(msg)
	return in.Text() != before
}

// View draws the text with its cursor in at most w cells; the cursor is always in sight.
func (in *Input) View(w int, st *Styles) string {
	if w <= 0 {
		return ""
	}
	text, at := []rune(in.Text()), in.model().Position()
	if in.hidden {
		text = []rune(strings.Repeat(st.Glyphs.Mask, len(text)))
	}
	before, after := clean.LastCells(Clean(string(text[:at])), w-1), Clean(string(text[at:]))
	after = strings.TrimRight(ansi.Truncate(after, w-1-Width(before), ""), " ")
	return before + st.Accent.Render(st.Glyphs.cursor) + after
}
