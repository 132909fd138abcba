package tui

import (
	"time"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// How long a note stays. An error stays longer, what is under way until something else is said.
const (
	noteFor  = 6 * time.Second
	errorFor = 20 * time.Second
)

// note is what the last action did, and when that was said.
type note struct {
	kit.NoteMsg
	at time.Time
}

func newNote(msg kit.NoteMsg) note { return note{msg, time.Now()} }

// failed reports whether there is an error to show.
func (n *note) failed(now time.Time) bool { return n.Err != nil && now.Sub(n.at) < errorFor }

// text returns the note in one line, empty when it was made long ago.
func (n *note) text(now time.Time, st *kit.Styles) string {
	switch {
	case n.failed(now):
		text := st.Failed.Render(st.Glyphs.Failure + " " + kit.Clean(n.Err.Error()))
		if h := kit.HintOf(n.Err); h != "" {
			text += "  " + st.Dim.Render(h)
		}
		return text
	case n.Err == nil && n.Text != "" && (n.Busy || now.Sub(n.at) < noteFor):
		return kit.Clean(n.Text)
	}
	return ""
}

// errorLines returns an error in as many lines of w cells as it takes to say what it is and what to do; nil if there is none.
func (n *note) errorLines(w int, now time.Time, st *kit.Styles) []string {
	if !n.failed(now) {
		return nil
	}
	if one := " " + n.text(now, st); kit.Width(one) < w {
		return []string{one}
	}
	return problem(w, kit.Clean(n.Err.Error()), kit.HintOf(n.Err), st, st.Dim)
}

// problem returns what is wrong and, below it, what to do, in lines of at most w cells.
func problem(w int, what, hint string, st *kit.Styles, hintLook kit.Style) []string {
	var out []string
	for i, l := range kit.Wrap(what, w-4, "") {
		head := "   "
		if i == 0 {
			head = " " + st.Glyphs.Failure + " "
		}
		out = append(out, st.Failed.Render(head+l))
	}
	for _, l := range kit.Wrap(hint, w-4, "   ") {
		out = append(out, hintLook.Render(l))
	}
	return out
}
