package footer

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// How long a note stays. An error stays longer, what is under way until something else is said.
const (
	noteFor  = 6 * time.Second
	ErrorFor = 20 * time.Second
)

// Readable is how long something must have been in sight before a key takes it away: a key that was already on its way is no answer.
const Readable = 500 * time.Millisecond

// Note is what the last action did, and when that was said.
type Note struct {
	kit.NoteMsg
	at time.Time
}

// NewNote returns a note that is made now.
func NewNote(msg kit.NoteMsg) Note { return Note{msg, time.Now()} }

// Unread reports whether it says what became of an action, so recently that no key can be the answer to it.
func (n *Note) Unread(now time.Time) bool { return n.Stays && now.Sub(n.at) < Readable }

// failed reports whether there is an error to show.
func (n *Note) failed(now time.Time) bool {
	return n.Err != nil && (n.Stays || now.Sub(n.at) < ErrorFor)
}

// Line returns the note in one line, empty when it was made long ago.
func (n *Note) Line(now time.Time, st *kit.Styles) string {
	switch {
	case n.failed(now):
		text := st.Failed.Render(st.Glyphs.Failure + " " + kit.Clean(n.Err.Error()))
		if h := kit.HintOf(n.Err); h != "" {
			text += "  " + st.Dim.Render(h)
		}
		return text
	case n.Err == nil && n.Text != "" && (n.Busy || n.Stays || now.Sub(n.at) < noteFor):
		return kit.Clean(n.Text)
	}
	return ""
}

// errorLines returns an error in as many lines of w cells as it takes to say what it is and what to do; nil if there is none.
func (n *Note) errorLines(w int, now time.Time, st *kit.Styles) []string {
	if !n.failed(now) {
		return nil
	}
	if one := " " + n.Line(now, st); kit.Width(one) < w {
		return []string{one}
	}
	return kit.Problem(w, kit.Clean(n.Err.Error()), kit.HintOf(n.Err), st, st.Dim)
}

// Message is what the footer says besides the keys: an error or what has just become of an action, else what happened to followed runs,
// else what the last action did.
type Message struct {
	News string // what happened to followed runs; empty for nothing
	Note Note
}

// HidesNews reports whether there are news that the note covers.
func (m *Message) HidesNews(now time.Time) bool {
	return m.News != "" && (m.Note.failed(now) || m.Note.Stays && now.Sub(m.Note.at) < noteFor)
}

// Text returns the message in one line.
func (m *Message) Text(now time.Time, st *kit.Styles) string {
	if m.News != "" && !m.HidesNews(now) {
		return m.News
	}
	return m.Note.Line(now, st)
}

// mostLines is how many lines a message takes at most, unless it is an error.
const mostLines = 2

// Lines returns the message in as many lines of w cells as it takes, where one is not enough or it is an error; else nil.
func (m *Message) Lines(w int, now time.Time, st *kit.Styles) []string {
	if ls := m.Note.errorLines(w, now, st); ls != nil {
		return ls
	}
	said := m.Text(now, st)
	if kit.Width(said)+2 <= w {
		return nil
	}
	ls := strings.Split(ansi.Wrap(said, max(1, w-2), ""), "\n")
	if len(ls) > mostLines {
		ls[mostLines-1] = kit.Fit(ls[mostLines-1]+" "+strings.Join(ls[mostLines:], " "), w-1)
		ls = ls[:mostLines]
	}
	for i := range ls {
		ls[i] = " " + ls[i]
	}
	return ls
}
