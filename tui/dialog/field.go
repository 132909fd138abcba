package dialog

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// Kind is how a value is typed.
type Kind int

const (
	Line   Kind = iota // a line of text
	Text               // several lines
	Choice             // one of Choices
	Bool               // "true" or "false"
	Secret             // a line that is never drawn
)

// Field is one value of a [Form].
type Field struct {
	Name        string
	Description string // shown while the field has the keys
	Kind        Kind
	Value       string // to begin with
	Choices     []string
	Empty       string // what an untouched or empty field means: "the default, which Jenkins does not show"
	Note        string // of a kind that is typed as text: "a path on this machine"
	// Pick lets the value be chosen from a list, which leads back to the form; nil: it is typed only.
	Pick func(back popup.Popup) (popup.Popup, tea.Cmd)
}

// Value is what became of a field.
type Value struct {
	Text    string
	Changed bool // it was touched
}

// field is a field with what was typed.
type field struct {
	Field
	line    kit.Input
	text    kit.Editor
	chosen  string // of Choice and Bool
	changed bool
}

func newField(f Field) *field {
	x := &field{Field: f}
	switch f.Kind {
	case Text:
		x.text = kit.NewEditor(f.Value)
	case Choice, Bool:
		x.chosen = f.Value
	case Line, Secret:
		x.line = kit.NewValue(f.Value, f.Kind == Secret)
	}
	return x
}

// value is what is sent. An untouched one is as it came: the inputs know no tabs, and one of them no line ends.
func (x *field) value() Value {
	switch {
	case !x.changed:
		return Value{Text: x.Value}
	case x.Kind == Text:
		return Value{x.text.Text(), true}
	case x.Kind == Choice, x.Kind == Bool:
		return Value{x.chosen, true}
	}
	return Value{x.line.Text(), true}
}

func (x *field) set(text string) {
	x.changed, x.chosen = true, text
	switch x.Kind {
	case Text:
		x.text.Set(text)
	case Line, Secret:
		x.line.Set(text)
	}
}

// typed hands a key or a paste to what is typed.
func (x *field) typed(msg tea.Msg) {
	switch x.Kind {
	case Text:
		x.changed = x.text.Update(msg) || x.changed
	case Line, Secret:
		x.changed = x.line.Update(msg) || x.changed
	}
}

// turn goes on to another of the choices.
func (x *field) turn(step int) {
	all := x.Choices
	if x.Kind == Bool {
		all = []string{"true", "false"}
	}
	if len(all) == 0 {
		return
	}
	i := slices.Index(all, x.chosen)
	if i < 0 && step < 0 {
		i = 0
	}
	x.set(all[(i+step+len(all))%len(all)])
}

// areaLines is how many lines a text field has while it has the keys.
const areaLines = 5

// shown is the value in one line of at most w cells.
func (x *field) shown(w int, focused bool, st *kit.Styles) string {
	if focused && (x.Kind == Line || x.Kind == Secret) {
		return x.line.View(w, st)
	}
	v := x.value()
	switch {
	case x.Kind == Secret && v.Text != "":
		return strings.Repeat(st.Glyphs.Mask, min(w, 8))
	case v.Text == "" && x.Empty != "":
		return st.Dim.Render(kit.Fit("("+x.Empty+")", min(w, kit.Width(x.Empty)+2)))
	case x.Kind == Bool:
		if strings.EqualFold(v.Text, "true") {
			return "[x] yes"
		}
		return "[ ] no"
	}
	text := kit.Clean(kit.LineEnds(v.Text))
	if x.Kind == Choice && focused {
		of := strconv.Itoa(slices.Index(x.Choices, v.Text)+1) + " of " + strconv.Itoa(len(x.Choices))
		text = kit.Fit(text, min(kit.Width(text), max(1, w-kit.Width(of)-2)))
		return text + "  " + st.Dim.Render(of)
	}
	return kit.Fit(text, min(kit.Width(text), w))
}

// help is what is said of the field below it.
func (x *field) help() string {
	parts := []string{}
	for _, s := range []string{x.Description, x.Note, x.keys()} {
		if s = strings.TrimRight(kit.Clean(s), ". "); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "; ")
}

// keys says how the value is changed, where letters are not the answer.
func (x *field) keys() string {
	switch {
	case x.Pick != nil:
		return "ctrl+o chooses one from a list"
	case x.Kind == Choice && len(x.Choices) > 3:
		return "left and right change it, ctrl+o chooses from a list"
	case x.Kind == Choice:
		return "left and right change it"
	case x.Kind == Bool:
		return "space changes it"
	case x.Kind == Text:
		return "tab leaves it"
	}
	return ""
}
