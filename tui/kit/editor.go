package kit

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// Editor is bubbles' text area with what it lacks: undo, and no keys of its own where the compose pane has better use
// for them. Its cursor does not blink, which would wake the program twice a second. It is made when it is first needed,
// since it has room for ten thousand lines from the first one on.
type Editor struct {
	made     *textarea.Model
	w, h     int
	done     []textState // to go back to, oldest first
	undone   []textState
	lastKind editKind
}

// textState is a text and where the cursor stands in it.
type textState struct {
	text     string
	row, col int
}

// editKind is what a key did, so that a typed word is undone as one.
type editKind int

const (
	editOther editKind = iota
	editLetter
	editErase
)

const (
	undoSteps = 500
	undoBytes = 8 << 20
)

// NewEditor returns one that begins with text: undo does not take it away.
func NewEditor(text string) Editor {
	var e Editor
	e.area().SetValue(areaText(text))
	return e
}

func (e *Editor) area() *textarea.Model {
	if e.made != nil {
		return e.made
	}
	a := textarea.New()
	a.Prompt = ""
	a.ShowLineNumbers = false
	a.CharLimit, a.MaxHeight = 0, 0
	a.EndOfBufferCharacter = ' '
	plain := lipgloss.NewStyle()
	look := textarea.StyleState{Base: plain, Text: plain, LineNumber: plain, CursorLineNumber: plain, CursorLine: plain,
		EndOfBuffer: plain, Placeholder: plain, Prompt: plain, Selection: plain.Reverse(true)}
	a.SetStyles(textarea.Styles{Focused: look, Blurred: look})
	for _, b := range []*key.Binding{ // sent, or chosen, or undone with these
		&a.KeyMap.Paste, &a.KeyMap.TransposeCharacterBackward, &a.KeyMap.CopySelection,
	} {
		b.SetEnabled(false)
	}
	a.KeyMap.LineEnd.SetKeys("end")
	a.KeyMap.LinePrevious.SetKeys("up")
	e.made = &a
	e.Resize(e.w, e.h)
	return e.made
}

// Text returns what is written.
func (e *Editor) Text() string {
	if e.made == nil {
		return ""
	}
	return strings.ReplaceAll(e.made.Value(), tab, "\t")
}

// tab stands for a tab in the text area, which would replace a real one by spaces. It is drawn as one.
const tab = "\U0010ff09"

// areaText returns a text as the text area takes it, which would take each half of a CRLF for a line break.
func areaText(s string) string { return areaTexts.Replace(s) }

var areaTexts = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", tab)

// onceCR halves the line ends of a text whose lines ended in CRLF: terminals paste LF as CR, so that two CR come for each
// (tmux 3.3). Text that had empty lines between its lines looks the same, but for its end.
func onceCR(s string) string {
	if !strings.HasSuffix(s, "\r\r") || strings.Contains(s, "\n") || strings.Contains(strings.ReplaceAll(s, "\r\r", ""), "\r") {
		return s
	}
	return strings.ReplaceAll(s, "\r\r", "\r")
}

// Focus gives the keys to the editor or takes them away, with its cursor.
func (e *Editor) Focus(on bool) {
	switch {
	case on && !e.area().Focused():
		_ = e.area().Focus() // its command blinks the cursor
		e.reveal()
	case !on && e.made != nil:
		e.made.Blur()
	}
}

// Resize gives the editor its size in cells.
func (e *Editor) Resize(w, h int) {
	e.w, e.h = max(2, w), max(1, h)
	if e.made == nil || e.w == e.made.Width() && e.h == e.made.Height() {
		return
	}
	e.made.SetWidth(e.w)
	e.made.SetHeight(e.h)
	e.reveal()
}

func (e *Editor) state() textState {
	return textState{e.area().Value(), e.area().Line(), e.area().Column()}
}

// Set replaces the text, as one step that can be undone.
func (e *Editor) Set(text string) {
	before := e.state()
	text = areaText(text)
	if text == before.text {
		return
	}
	e.remember(before)
	e.lastKind = editOther
	e.area().SetValue(text)
	e.reveal()
}

// reveal scrolls to the cursor, if there is one: the text area itself does that with keys only.
func (e *Editor) reveal() { *e.area(), _ = e.area().Update(nil) }

// Update handles a key or a paste and reports whether the text changed.
func (e *Editor) Update(msg tea.Msg) bool {
	if paste, ok := msg.(tea.PasteMsg); ok {
		msg = tea.PasteMsg{Content: areaText(onceCR(paste.Content))}
	}
	before := e.state()
	kind := editKindOf(msg)
	a := e.area()
	*a, _ = a.Update(msg)
	if a.Value() == before.text {
		if a.Line() != before.row || a.Column() != before.col {
			e.lastKind = editOther // what is typed elsewhere is another step
		}
		return false
	}
	if kind == editOther || kind != e.lastKind {
		e.remember(before)
	}
	e.undone = nil
	e.lastKind = kind
	return true
}

func editKindOf(msg tea.Msg) editKind {
	k, ok := msg.(tea.KeyPressMsg)
	switch {
	case !ok:
		return editOther
	case k.Code == tea.KeyBackspace && k.Mod == 0, k.Code == tea.KeyDelete && k.Mod == 0:
		return editErase
	case k.Text != "" && k.Text != " ":
		return editLetter
	}
	return editOther
}

func (e *Editor) remember(s textState) {
	e.done = append(e.done, s)
	e.undone = nil
	size := 0
	for i := len(e.done) - 1; i >= 0; i-- {
		if size += len(e.done[i].text); size > undoBytes || len(e.done)-i > undoSteps {
			e.done = append([]textState(nil), e.done[i+1:]...)
			return
		}
	}
}

// CanUndo reports whether there is a step to take back.
func (e *Editor) CanUndo() bool { return len(e.done) > 0 }

// Undo takes the last step back, Redo takes it again; each reports whether there was one.
func (e *Editor) Undo() bool { return e.swap(&e.done, &e.undone) }
func (e *Editor) Redo() bool { return e.swap(&e.undone, &e.done) }

func (e *Editor) swap(from, to *[]textState) bool {
	n := len(*from)
	if n == 0 {
		return false
	}
	*to = append(*to, e.state())
	s := (*from)[n-1]
	*from = (*from)[:n-1]
	e.lastKind = editOther
	e.area().SetValue(s.text)
	for range s.text + "\n" { // up line by line, as they are wrapped; never more steps than there are characters
		if e.area().Line() <= s.row {
			break
		}
		e.area().CursorUp()
	}
	e.area().SetCursorColumn(s.col)
	e.reveal()
	return true
}

// View returns the text area's lines.
func (e *Editor) View() []string {
	return strings.Split(strings.ReplaceAll(e.area().View(), tab, " "), "\n")
}
