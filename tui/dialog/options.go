package dialog

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// Options lets one of a few be chosen, each with all that its note says.
type Options struct {
	sh     *kit.Shared
	title  string
	items  []popup.Item
	at     int         // the chosen one
	offset int         // first line in sight
	before popup.Popup // where esc leads back to; nil: it closes
	w, h   int
}

// NewOptions shows a few items to choose from.
func NewOptions(sh *kit.Shared, title string, items []popup.Item) *Options {
	o := &Options{sh: sh, title: kit.Clean(title)}
	for _, it := range items {
		it.Label, it.Note = kit.Clean(it.Label), kit.Clean(it.Note)
		o.items = append(o.items, it)
	}
	return o
}

// Back has esc lead back to another popup.
func (o *Options) Back(before popup.Popup) { o.before = before }

// Update implements [popup.Popup].
func (o *Options) Update(msg tea.Msg) (popup.Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch msg.Keystroke() {
		case "esc", "q":
			return o.before, nil
		case "up", "k", "ctrl+p", "shift+tab":
			o.to(o.at - 1)
		case "down", "j", "ctrl+n", "tab":
			o.to(o.at + 1)
		case "home":
			o.to(0)
		case "end":
			o.to(len(o.items) - 1)
		case "enter":
			return o.take()
		}
	case kit.WheelMsg:
		o.to(o.at + msg.Lines)
	case kit.ClickMsg:
		if msg.Y < 0 {
			return nil, nil
		}
		if _, owner := o.lines(o.w); o.offset+msg.Y < len(owner) && owner[o.offset+msg.Y] >= 0 {
			o.to(owner[o.offset+msg.Y])
			return o.take()
		}
	}
	return o, nil
}

func (o *Options) to(i int) {
	o.at = max(0, min(i, len(o.items)-1))
	o.keepInSight()
}

func (o *Options) take() (popup.Popup, tea.Cmd) {
	if o.at >= len(o.items) {
		return o, nil
	}
	return nil, kit.Send(o.items[o.at].Msg)
}

// keepInSight scrolls to the chosen item and its note.
func (o *Options) keepInSight() {
	lines, owner := o.lines(o.w)
	first, last := len(lines), 0
	for i, n := range owner {
		if n == o.at {
			first, last = min(first, i), i
		}
	}
	o.offset = min(max(o.offset, last-max(1, o.h)+1), first)
	o.offset = max(0, min(o.offset, len(lines)-o.h))
}

// Resize implements [popup.Popup].
func (o *Options) Resize(w, h int) {
	o.w, o.h = min(w, dialogW), h
	o.keepInSight()
}

// Size implements [popup.Popup].
func (o *Options) Size() (w, h int) {
	lines, _ := o.lines(o.w)
	return o.w, min(o.h, max(1, len(lines)))
}

// Title implements [popup.Popup].
func (o *Options) Title() string { return o.title }

// Hint implements [popup.Popup].
func (o *Options) Hint() string {
	if lines, _ := o.lines(o.w); o.offset+o.h < len(lines) {
		return "more below"
	}
	return ""
}

// Footer implements [popup.Popup].
func (o *Options) Footer() []kit.KeyWord {
	back := "close"
	if o.before != nil {
		back = "back"
	}
	return []kit.KeyWord{{Key: "↑↓", Word: "choose"}, {Key: "enter", Word: "take it"}, {Key: "esc", Word: back}}
}

// lines are all lines, and the item that each belongs to; -1: none. A note stands below its label.
func (o *Options) lines(w int) (lines []string, owner []int) {
	st := o.sh.Styles
	add := func(i int, line string) { lines, owner = append(lines, line), append(owner, i) }
	title := kit.Wrap(o.title, w-2, " ")
	if kit.Width(o.title) > w-4 { // more than the border has room for
		for _, l := range title {
			add(-1, st.Bold.Render(l))
		}
		add(-1, "")
	}
	for i, it := range o.items {
		mark, look := "   ", kit.Style{}
		if i == o.at {
			mark, look = " "+st.Accent.Render("›")+" ", st.Bold
		}
		for n, l := range kit.Wrap(it.Label, w-4, "") {
			if n > 0 {
				mark = "   "
			}
			add(i, mark+look.Render(l))
		}
		for _, l := range kit.Wrap(it.Note, w-6, "     ") {
			add(i, st.Dim.Render(l))
		}
	}
	return lines, owner
}

// View implements [popup.Popup].
func (o *Options) View(w, h int) string {
	lines, _ := o.lines(w)
	from := max(0, min(o.offset, len(lines)-h))
	return kit.Block(strings.Join(lines[from:min(len(lines), from+h)], "\n"), w, h)
}
