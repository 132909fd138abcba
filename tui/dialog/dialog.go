// Package dialog asks before something is changed: whether to do it, and with which values. What was answered comes back as
// a message; a dialog changes nothing itself.
//
// Its forms are made of Bubbles' inputs and not of huh's, whose cursors blink, which wakes the program twice a second, and
// whose file picker reads folders in Update.
package dialog

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// quiet is how long the keyboard must have rested before a key can confirm: neither a double press nor a key that repeats
// does, nor a paste that a terminal without bracketed paste sends as key presses.
const quiet = 300 * time.Millisecond

// quietChord is the same for a chord, which is not pressed by mistake for another key: those who type fast need not wait.
const quietChord = 100 * time.Millisecond

// guard knows when the last key was pressed.
type guard struct {
	last time.Time
	soon bool // the last key would have confirmed, but came too soon
}

func newGuard() guard { return guard{last: time.Now()} }

// pressed notes a key press and returns how long the keyboard had rested before it.
func (g *guard) pressed() time.Duration {
	now := time.Now()
	rest := now.Sub(g.last)
	g.last = now
	return rest
}

// head is what stands above the answers or the fields: the question, what it does, what speaks against it, what it takes.
func head(st *kit.Styles, w int, asks, effect string, warn []string, needs string) []string {
	var out []string
	add := func(look kit.Style, text string) {
		for _, l := range kit.Wrap(text, w-2, " ") {
			out = append(out, look.Render(kit.Fit(l, min(kit.Width(l), w))))
		}
	}
	add(st.Bold, asks)
	add(kit.Style{}, effect)
	for _, text := range warn {
		add(st.Waiting, kit.Clean(text))
	}
	add(st.Dim, needs)
	return out
}

const tooSoon = "that was too quick: press it again"

// waiting stands in the place of a dialog until Jenkins has answered.
type waiting struct {
	title, text string
	before      popup.Popup
	then        func(tea.Msg) (popup.Popup, tea.Cmd, bool)
	w, h        int
}

// NewWaiting says what is asked. Each message goes to then, which reports whether it is the answer, and returns what is open
// after it. esc gives up waiting.
func NewWaiting(title, text string, then func(tea.Msg) (popup.Popup, tea.Cmd, bool)) popup.Popup {
	return &waiting{title: kit.Clean(title), text: kit.Clean(text), then: then}
}

// Back has esc lead back to another popup, also from what the answer opens.
func (x *waiting) Back(before popup.Popup) { x.before = before }

// Behind has esc in a popup lead back to the one before it, where both are there and it can.
func Behind(open, before popup.Popup) {
	if p, ok := open.(interface{ Back(popup.Popup) }); ok && before != nil {
		p.Back(before)
	}
}

func (x *waiting) Update(msg tea.Msg) (popup.Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if msg.Keystroke() == "esc" {
			return x.before, nil
		}
		return x, nil
	case kit.ClickMsg:
		if msg.Y < 0 {
			return nil, nil
		}
		return x, nil
	}
	if open, cmd, ok := x.then(msg); ok {
		Behind(open, x.before)
		return open, cmd
	}
	return x, nil
}

func (x *waiting) Resize(w, h int)       { x.w, x.h = min(w, dialogW), h }
func (x *waiting) Size() (w, h int)      { return x.w, min(x.h, 2+len(kit.Wrap(x.text, x.w-2, " "))) }
func (x *waiting) Title() string         { return x.title }
func (x *waiting) Hint() string          { return "" }
func (x *waiting) Footer() []kit.KeyWord { return []kit.KeyWord{{Key: "esc", Word: "leave"}} }

func (x *waiting) View(w, h int) string {
	return block(append([]string{""}, kit.Wrap(x.text, w-2, " ")...), w, h)
}
