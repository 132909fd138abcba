package dialog

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// Spec is what a [Form] asks. Its texts are made safe where they are drawn.
type Spec struct {
	Title  string // of the popup
	Asks   string // one sentence with a question mark
	Effect string
	Needs  string
	Warn   []string
	Fields []Field
	Yes    string // the word of the button
	// Local says that nothing in Jenkins changes: enter in the last field confirms, at once.
	Local bool
	// Check reports which field is wrong and why; nil error: none is.
	Check func([]Value) (field int, err error)
	// Done makes the message that is sent when the form is confirmed and nothing is wrong.
	Done func([]Value) tea.Msg
}

// Form asks for values and, with the button at its end, whether to go on. enter leads from field to field to the button, and
// presses it only after the keyboard has rested.
type Form struct {
	sh     *kit.Shared
	s      Spec
	fields []*field
	at     int // the field that has the keys; len(fields): the button
	guard  guard
	// entered: the last key was enter. Another enter needs more rest than one after tab, which is no double press.
	entered bool
	wrong   int // the field that is wrong, -1: none
	why     string
	offset  int
	before  popup.Popup // where esc leads back to; nil: it closes
	w, h    int
}

// NewForm asks for values.
func NewForm(sh *kit.Shared, s Spec) *Form {
	f := &Form{sh: sh, s: s, guard: newGuard(), wrong: -1}
	for _, t := range []*string{&f.s.Title, &f.s.Asks, &f.s.Effect, &f.s.Needs, &f.s.Yes} {
		*t = kit.Clean(*t)
	}
	for _, x := range s.Fields {
		f.fields = append(f.fields, newField(x))
	}
	f.to(0)
	return f
}

// Back has esc lead back to another popup.
func (f *Form) Back(before popup.Popup) { f.before = before }

// current is the field that has the keys, nil for the button.
func (f *Form) current() *field {
	if f.at < len(f.fields) {
		return f.fields[f.at]
	}
	return nil
}

func (f *Form) to(i int) {
	if x := f.current(); x != nil && x.Kind == Text {
		x.text.Focus(false)
	}
	n := len(f.fields) + 1
	f.at = (i + n) % n
	if x := f.current(); x != nil && x.Kind == Text {
		x.text.Focus(true)
	}
}

// Update implements [popup.Popup]. A paste is typed and never confirms.
func (f *Form) Update(msg tea.Msg) (popup.Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return f.press(msg)
	case tea.PasteMsg:
		if x := f.current(); x != nil {
			x.typed(msg)
		}
		f.guard = newGuard()
	case kit.WheelMsg:
		if msg.Lines > 0 {
			f.to(min(f.at+1, len(f.fields)))
		} else {
			f.to(max(f.at-1, 0))
		}
	case kit.ClickMsg:
		f.guard = newGuard()
		f.click(msg.Y)
	}
	return f, nil
}

// click gives the keys to the field on a line. One beside the form does not throw away what was typed.
func (f *Form) click(y int) {
	if y < 0 {
		return
	}
	_, owner := f.rows(f.w)
	if i := f.offset + y - len(f.head(f.w)); i >= 0 && i < len(owner) {
		f.to(owner[i])
	}
}

func (f *Form) press(k tea.KeyPressMsg) (popup.Popup, tea.Cmd) {
	rest := f.guard.pressed()
	f.guard.soon = false
	again := f.entered
	f.entered = k.Keystroke() == "enter"
	x := f.current()
	inText := x != nil && x.Kind == Text
	switch key := k.Keystroke(); key {
	case "esc":
		return f.before, nil
	case "tab":
		f.to(f.at + 1)
	case "shift+tab":
		f.to(f.at - 1)
	case "ctrl+s":
		return f.send(f.s.Local || rest >= quietChord)
	case "ctrl+o":
		return f.pick()
	case "up", "down", "enter":
		switch {
		case inText:
			x.typed(k)
		case key == "up":
			f.to(max(f.at-1, 0))
		case key == "enter" && f.confirms():
			return f.send(f.s.Local || rest >= quiet || !again && rest >= quietChord)
		default:
			f.to(min(f.at+1, len(f.fields)))
		}
	case "left", "right", "space":
		if x != nil && (x.Kind == Choice || x.Kind == Bool) {
			step := 1
			if key == "left" {
				step = -1
			}
			x.turn(step)
			break
		}
		fallthrough
	default:
		if x != nil {
			x.typed(k)
		}
	}
	return f, nil
}

// confirms reports whether enter confirms where the keys are.
func (f *Form) confirms() bool { return f.at == len(f.fields) || f.s.Local && f.at == len(f.fields)-1 }

// pick opens the list from which the field's value is chosen.
func (f *Form) pick() (popup.Popup, tea.Cmd) {
	x := f.current()
	switch {
	case x == nil:
		return f, nil
	case x.Pick != nil:
		return x.Pick(f)
	case x.Kind != Choice:
		return f, nil
	}
	items := make([]popup.Item, len(x.Choices))
	for i, c := range x.Choices {
		items[i] = popup.Item{Label: kit.Clean(c), Msg: c}
	}
	return popup.NewList(f.sh, kit.Clean(x.Name), "take it", items).Into(f, func(msg tea.Msg) popup.Popup {
		x.set(msg.(string))
		return f
	}), nil
}

// Set gives the field that has the keys a value, as a list does from which it was chosen.
func (f *Form) Set(text string) {
	if x := f.current(); x != nil {
		x.set(text)
	}
}

// send sends the values if none of them is wrong.
func (f *Form) send(rested bool) (popup.Popup, tea.Cmd) {
	if !rested {
		f.guard.soon = true
		return f, nil
	}
	values := f.Values()
	f.wrong, f.why = -1, ""
	if f.s.Check != nil {
		if i, err := f.s.Check(values); err != nil {
			f.wrong, f.why = i, kit.SayError(err)
			if i >= 0 && i < len(f.fields) {
				f.to(i)
			}
			return f, nil
		}
	}
	return nil, kit.Send(f.s.Done(values))
}

// Values returns what the fields say, in their order.
func (f *Form) Values() []Value {
	values := make([]Value, len(f.fields))
	for i, x := range f.fields {
		values[i] = x.value()
	}
	return values
}

// Resize implements [popup.Popup].
func (f *Form) Resize(w, h int) {
	f.w, f.h = min(w, 90), h
	for _, x := range f.fields {
		if x.Kind == Text {
			x.text.Resize(max(4, f.w-4), areaLines)
		}
	}
	f.keepInSight()
}

// keepInSight scrolls to the field that has the keys, with what is said below it.
func (f *Form) keepInSight() {
	lines, owner := f.rows(f.w)
	first, last := len(lines), 0
	for i, o := range owner {
		if o == f.at {
			first, last = min(first, i), i
		}
	}
	room := max(1, f.h-len(f.head(f.w))-len(f.foot(f.w)))
	if f.at == len(f.fields) {
		first, last = len(lines)-1, len(lines)-1
	}
	f.offset = min(max(f.offset, last-room+1), first)
	f.offset = max(0, min(f.offset, len(lines)-room))
}

// Size implements [popup.Popup].
func (f *Form) Size() (w, h int) {
	lines, _ := f.rows(f.w)
	return f.w, min(f.h, len(f.head(f.w))+len(lines)+len(f.foot(f.w)))
}

// Title implements [popup.Popup].
func (f *Form) Title() string { return f.s.Title }

// Hint says that a key came too soon, else which field it is.
func (f *Form) Hint() string {
	if f.guard.soon {
		return tooSoon
	}
	if len(f.fields) < 2 || f.current() == nil {
		return ""
	}
	return strconv.Itoa(f.at+1) + " of " + strconv.Itoa(len(f.fields))
}

// Footer implements [popup.Popup].
func (f *Form) Footer() []kit.KeyWord {
	back := "close"
	if f.before != nil {
		back = "back"
	}
	enter := kit.KeyWord{Key: "enter", Word: "next"}
	if f.confirms() {
		enter.Word = f.s.Yes
	}
	if f.s.Local && len(f.fields) == 1 {
		return []kit.KeyWord{enter, {Key: "esc", Word: back}}
	}
	keys := []kit.KeyWord{enter, {Key: "tab", Word: "field"}, {Key: "ctrl+s", Word: f.s.Yes}, {Key: "esc", Word: back}}
	if x := f.current(); x != nil && x.Kind == Text {
		keys = keys[1:]
	}
	return keys
}

// head is what stands above the fields.
func (f *Form) head(w int) []string {
	out := head(f.sh.Styles, w, f.s.Asks, f.s.Effect, f.s.Warn, f.s.Needs)
	if most := f.h - 8; len(out) > max(1, most) {
		out = out[:max(1, most)]
	}
	if f.h > 9 {
		out = append(out, "")
	}
	return out
}

// foot is the button.
func (f *Form) foot(w int) []string {
	st := f.sh.Styles
	button := st.Dim.Render("[ ") + f.s.Yes + st.Dim.Render(" ]")
	if f.current() == nil {
		button = st.Selected.Render("[ " + f.s.Yes + " ]")
	}
	out := []string{" " + button}
	if f.why != "" && f.wrong < 0 {
		for i, l := range kit.Wrap(f.why, w-2, " ") {
			out = slices.Insert(out, i, st.Failed.Render(l))
		}
	}
	if f.h > 9 {
		out = append([]string{""}, out...)
	}
	return out
}

// rows are the lines of the fields, and the field that each belongs to.
func (f *Form) rows(w int) (lines []string, owner []int) {
	st := f.sh.Styles
	nameW := 0
	for _, x := range f.fields {
		nameW = max(nameW, kit.Width(kit.Clean(x.Name)))
	}
	nameW = min(nameW, max(8, w/3))
	for i, x := range f.fields {
		focused := i == f.at
		mark, name := "   ", st.Dim.Render(kit.FitMiddle(kit.Clean(x.Name), nameW))
		if focused {
			mark, name = " "+st.Accent.Render("›")+" ", st.Bold.Render(kit.FitMiddle(kit.Clean(x.Name), nameW))
		}
		add := func(l string) { lines, owner = append(lines, l), append(owner, i) }
		if focused && x.Kind == Text {
			add(mark + name)
			for _, l := range x.text.View() {
				add("   " + l)
			}
		} else {
			add(mark + name + "  " + x.shown(max(1, w-nameW-6), focused, st))
		}
		if i == f.wrong && f.why != "" {
			for _, l := range kit.Wrap(f.why, w-8, "     ") {
				add(st.Failed.Render(l))
			}
		}
		if help := x.help(); focused && help != "" {
			said := kit.Wrap(help, w-8, "     ")
			for _, l := range said[:min(len(said), 4)] {
				add(st.Dim.Render(l))
			}
		}
	}
	return lines, owner
}

// View implements [popup.Popup].
func (f *Form) View(w, h int) string {
	head, foot := f.head(w), f.foot(w)
	lines, _ := f.rows(w)
	room := max(1, h-len(head)-len(foot))
	from := max(0, min(f.offset, len(lines)-room))
	out := append(head, lines[from:min(len(lines), from+room)]...)
	return block(append(out, foot...), w, h)
}
