package dialog

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// dialogW is how many cells a dialog takes where there is room.
const dialogW = 78

// Question is what a [Confirm] asks. Its texts are made safe where they are drawn.
type Question struct {
	Title   string   // of the popup
	Asks    string   // one sentence with a question mark
	Effect  string   // what it does
	Needs   string   // the permission it takes
	Warn    []string // what speaks against it
	Lines   []string // what it is about: several builds, a difference; scrolled where there is no room
	Diff    bool     // Lines are a unified diff
	Yes, No string   // words of the buttons
	Careful bool     // enter does not confirm until the button was chosen: it cannot be undone
	// Type must be typed to confirm, Why says why. Empty: nothing is typed.
	Type, Why string

	Msg  tea.Msg // sent when confirmed
	Keys []Key   // what else can be done from here
}

// Key is one more key of a dialog.
type Key struct {
	kit.KeyWord
	Do func() (popup.Popup, tea.Cmd)
}

// Confirm asks one question. y confirms, n and esc do not; enter does what the chosen button says.
type Confirm struct {
	sh     *kit.Shared
	q      Question
	guard  guard
	yes    bool // the chosen button
	typed  kit.Input
	offset int         // first of Lines in sight
	before popup.Popup // where esc leads back to; nil: it closes
	w, h   int
}

// NewConfirm asks a question.
func NewConfirm(sh *kit.Shared, q Question) *Confirm {
	for _, s := range []*string{&q.Title, &q.Asks, &q.Effect, &q.Needs, &q.Why, &q.Yes, &q.No} {
		*s = kit.Clean(*s)
	}
	return &Confirm{sh: sh, q: q, guard: newGuard(), yes: !q.Careful}
}

// Back has esc, and no, lead back to another popup.
func (c *Confirm) Back(before popup.Popup) { c.before = before }

// Update implements [popup.Popup]. A paste never confirms, and types nothing.
func (c *Confirm) Update(msg tea.Msg) (popup.Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return c.press(msg)
	case tea.PasteMsg:
		c.guard = newGuard()
	case kit.ClickMsg:
		c.guard = newGuard()
		switch {
		case msg.Y < 0:
			return nil, nil
		case c.leaves(msg):
			return c.before, nil
		}
	case kit.WheelMsg:
		c.scroll(msg.Lines)
	}
	return c, nil
}

// leaves reports whether a click is on the answer that leaves things as they are. No click is a yes.
func (c *Confirm) leaves(click kit.ClickMsg) bool {
	_, h := c.Size()
	at := len(" [ y ") + kit.Width(c.q.Yes) + len(" ]  ")
	return c.q.Type == "" && click.Y == h-1 && click.X >= at && click.X < at+len("[ n ")+kit.Width(c.q.No)+len(" ]")
}

func (c *Confirm) press(k tea.KeyPressMsg) (popup.Popup, tea.Cmd) {
	rested := c.guard.pressed() >= quiet
	c.guard.soon = false
	key := k.Keystroke()
	switch key {
	case "esc":
		return c.before, nil
	case "up":
		c.scroll(-1)
	case "down":
		c.scroll(1)
	case "pgup":
		c.scroll(-max(1, c.room()-1))
	case "pgdown":
		c.scroll(max(1, c.room()-1))
	case "enter":
		switch {
		case c.q.Type != "":
			if c.typed.Text() == c.q.Type {
				return c.confirm(rested)
			}
		case c.yes:
			return c.confirm(rested)
		default:
			return c.before, nil
		}
	default:
		return c.letter(k, rested)
	}
	return c, nil
}

// letter handles the keys that are letters where something has to be typed.
func (c *Confirm) letter(k tea.KeyPressMsg, rested bool) (popup.Popup, tea.Cmd) {
	key := k.Keystroke()
	for _, own := range c.q.Keys {
		if key == own.Key {
			return own.Do()
		}
	}
	if c.q.Type != "" {
		c.typed.Update(k)
		return c, nil
	}
	switch key {
	case "y":
		return c.confirm(rested)
	case "n", "q":
		return c.before, nil
	case "left", "right", "tab", "shift+tab":
		c.yes = !c.yes
	}
	return c, nil
}

func (c *Confirm) confirm(rested bool) (popup.Popup, tea.Cmd) {
	if !rested {
		c.guard.soon = true
		return c, nil
	}
	return nil, kit.Send(c.q.Msg)
}

func (c *Confirm) scroll(n int) {
	c.offset = max(0, min(c.offset+n, len(c.q.Lines)-c.room()))
}

// room is how many of the lines are in sight.
func (c *Confirm) room() int {
	return max(0, min(len(c.q.Lines), c.h-len(c.head(c.w))-len(c.foot(c.w))))
}

// Resize implements [popup.Popup].
func (c *Confirm) Resize(w, h int) {
	c.w, c.h = min(w, dialogW), h
	if c.q.Diff {
		c.w = min(w, 120)
	}
	c.scroll(0)
}

// Size implements [popup.Popup].
func (c *Confirm) Size() (w, h int) {
	return c.w, min(c.h, len(c.head(c.w))+len(c.q.Lines)+len(c.foot(c.w)))
}

// Title implements [popup.Popup].
func (c *Confirm) Title() string { return c.q.Title }

// Hint says that there is more, or that a key came too soon.
func (c *Confirm) Hint() string {
	switch {
	case c.guard.soon:
		return tooSoon
	case c.offset+c.room() < len(c.q.Lines):
		return "more below"
	}
	return ""
}

// Footer implements [popup.Popup].
func (c *Confirm) Footer() []kit.KeyWord {
	keys := []kit.KeyWord{{Key: "y", Word: c.q.Yes}, {Key: "n", Word: c.q.No}}
	if c.q.Type != "" {
		keys = []kit.KeyWord{{Key: "enter", Word: c.q.Yes}, {Key: "esc", Word: c.q.No}}
	}
	for _, k := range c.q.Keys {
		keys = append(keys, k.KeyWord)
	}
	if c.room() < len(c.q.Lines) {
		keys = append(keys, kit.KeyWord{Key: "↑↓", Word: "scroll"})
	}
	return keys
}

// head is what stands above the lines.
func (c *Confirm) head(w int) []string {
	out := head(c.sh.Styles, w, c.q.Asks, c.q.Effect, c.q.Warn, c.q.Needs)
	if len(c.q.Lines) > 0 {
		out = append(out, "")
	}
	if most := c.h - len(c.foot(w)) - min(3, len(c.q.Lines)); len(out) > max(1, most) { // the question and the answers stay
		out = out[:max(1, most)]
	}
	return out
}

// foot is the answers.
func (c *Confirm) foot(w int) []string {
	st := c.sh.Styles
	if c.q.Type != "" {
		out := []string{""}
		for _, l := range kit.Wrap(c.q.Why, w-2, " ") {
			out = append(out, st.Waiting.Render(l))
		}
		label := " type " + kit.Clean(c.q.Type) + " to " + c.q.Yes + ": "
		if kit.Width(label) > w-12 {
			label = " type its name: "
		}
		return append(out, label+c.typed.View(max(1, w-kit.Width(label)-1), st))
	}
	yes, no := " y "+c.q.Yes+" ", " n "+c.q.No+" "
	if c.yes {
		yes = st.Selected.Render("[" + yes + "]")
		no = " " + no + " "
	} else {
		yes = " " + yes + " "
		no = st.Selected.Render("[" + no + "]")
	}
	return []string{"", " " + yes + "  " + no}
}

// View implements [popup.Popup].
func (c *Confirm) View(w, h int) string {
	st := c.sh.Styles
	out := c.head(w)
	for _, l := range c.q.Lines[c.offset : c.offset+c.room()] {
		text := kit.Clean(strings.ReplaceAll(l, "\t", "    "))
		text = " " + kit.Fit(text, min(kit.Width(text), w-2))
		switch {
		case !c.q.Diff:
		case strings.HasPrefix(l, "+"):
			text = st.Added.Render(text)
		case strings.HasPrefix(l, "-"):
			text = st.Removed.Render(text)
		case strings.HasPrefix(l, "@@"):
			text = st.Dim.Render(text)
		}
		out = append(out, text)
	}
	return block(append(out, c.foot(w)...), w, h)
}

// block makes lines exactly h of w cells; where there are too many the last one, with the answers, stays.
func block(lines []string, w, h int) string {
	if len(lines) > h && h > 0 {
		lines = append(lines[:h-1:h-1], lines[len(lines)-1])
	}
	return kit.Block(strings.Join(lines, "\n"), w, h)
}
