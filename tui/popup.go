package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// popup is what lies over the panes and has the keys while it is open. Esc closes it.
type popup interface {
	press(m *Model, k tea.KeyPressMsg) tea.Cmd
	paste(m *Model, msg tea.PasteMsg) tea.Cmd
	click(m *Model, line int) tea.Cmd // line of the content, -1 for outside
	wheel(m *Model, lines int) tea.Cmd
	receive(m *Model, msg tea.Msg) tea.Cmd // any message that is not input
	size(w, h int) (int, int)              // of the content, at most w by h
	View(w, h int, st *kit.Styles) string
	Title() string
	Hint() string
	footer() []kit.KeyWord // keys and what they do here
}

// item is a line of a list popup.
type item struct {
	label string // what the query is matched against
	note  string // beside it, right
	glyph string // before it, styled; empty for none
	begin bool   // the label's beginning tells most: a long one loses its end, not its middle
	do    func(m *Model) tea.Cmd
}

// listPopup lets one of many be chosen by typing a part of its name.
type listPopup struct {
	name  string
	does  string // what enter does, for the footer
	query kit.Input
	items []item
	state string // shown instead of an empty list: under way, an error, nothing there

	hits   []fuzzy.Match // of items, in the order shown
	cursor int
	offset int
	height int
	before popup // where esc leads back to; nil: the panes

	more func(m *Model) tea.Cmd // asks for further items; nil if there are none
	got  func(m *Model, msg tea.Msg) tea.Cmd
	alt  func(m *Model, i int) tea.Cmd // what alt's key does with an item
	key  kit.KeyWord                   // of alt, and its word in the footer
}

// choose applies the query to the items. Without a query they keep their order.
func (l *listPopup) choose() {
	l.hits = l.hits[:0]
	if words := kit.TypedWords(l.query.Text()); len(words) > 0 {
		l.hits = l.find(words)
	} else {
		for i := range l.items {
			l.hits = append(l.hits, fuzzy.Match{Index: i})
		}
	}
	l.moveTo(l.cursor)
}

// find returns the items in which each word is found, the best first.
func (l *listPopup) find(words []string) []fuzzy.Match {
	best := map[int]fuzzy.Match{}
	for n, word := range words {
		next := map[int]fuzzy.Match{}
		for _, m := range fuzzy.FindFromNoSort(word, labels(l.items)) {
			was, ok := best[m.Index]
			if n > 0 && !ok {
				continue
			}
			m.Score += was.Score
			m.MatchedIndexes = append(was.MatchedIndexes, m.MatchedIndexes...)
			next[m.Index] = m
		}
		best = next
	}
	hits := make([]fuzzy.Match, 0, len(best))
	for _, m := range best {
		hits = append(hits, m)
	}
	slices.SortFunc(hits, func(a, b fuzzy.Match) int {
		if a.Score != b.Score {
			return b.Score - a.Score
		}
		return a.Index - b.Index
	})
	return hits
}

// labels lets fuzzy read the items.
type labels []item

func (s labels) String(i int) string {
	bare, _ := kit.Unaccented(s[i].label)
	return bare
}

func (s labels) Len() int { return len(s) }

func (l *listPopup) moveTo(i int) {
	l.cursor = max(0, min(i, len(l.hits)-1))
	h := max(1, l.height)
	l.offset = max(min(l.offset, l.cursor), l.cursor-h+1, 0)
}

// move moves the cursor and asks for more items when it nears the end of those there are.
func (l *listPopup) move(m *Model, n int) tea.Cmd {
	l.moveTo(l.cursor + n)
	if l.more != nil && l.cursor >= len(l.hits)-max(1, l.height) {
		return l.more(m)
	}
	return nil
}

func (l *listPopup) chosen() int {
	if l.cursor < len(l.hits) {
		return l.hits[l.cursor].Index
	}
	return -1
}

func (l *listPopup) press(m *Model, k tea.KeyPressMsg) tea.Cmd {
	page := max(1, l.height-1)
	switch key := k.Keystroke(); key {
	case "esc":
		m.popup = l.before
	case "enter":
		return l.take(m)
	case "up", "ctrl+k", "ctrl+p":
		return l.move(m, -1)
	case "down", "ctrl+j", "ctrl+n":
		return l.move(m, 1)
	case "pgup":
		return l.move(m, -page)
	case "pgdown":
		return l.move(m, page)
	case "ctrl+home":
		return l.move(m, -len(l.hits))
	case "ctrl+end":
		return l.move(m, len(l.hits))
	default:
		if l.alt != nil && key == l.key.Key {
			if i := l.chosen(); i >= 0 {
				return l.alt(m, i)
			}
			return nil
		}
		if l.query.Update(k) {
			l.cursor, l.offset = 0, 0
			l.choose()
		}
	}
	return nil
}

// take closes the popup and does what the chosen item is for.
func (l *listPopup) take(m *Model) tea.Cmd {
	i := l.chosen()
	if i < 0 {
		return nil
	}
	m.popup = nil
	return l.items[i].do(m)
}

func (l *listPopup) paste(_ *Model, msg tea.PasteMsg) tea.Cmd {
	if l.query.Update(msg) {
		l.cursor, l.offset = 0, 0
		l.choose()
	}
	return nil
}

// click chooses the line that was pressed; a press outside closes.
func (l *listPopup) click(m *Model, line int) tea.Cmd {
	switch i := l.offset + line - 1; {
	case line < 0:
		m.popup = nil
	case line >= 1 && i < len(l.hits):
		l.moveTo(i)
		return l.take(m)
	}
	return nil
}

func (l *listPopup) wheel(m *Model, n int) tea.Cmd { return l.move(m, n) }

func (l *listPopup) receive(m *Model, msg tea.Msg) tea.Cmd {
	if l.got == nil {
		return nil
	}
	return l.got(m, msg)
}

// size is as high as its items need, once they are all there: what is typed does not change it.
func (l *listPopup) size(w, h int) (int, int) {
	most := min(h, max(8, h*2/3))
	if l.state == "" && l.more == nil {
		most = min(most, max(1+len(l.items), 4)) // what is typed, and room to say that nothing matches
	}
	return min(w, 90), most
}

func (l *listPopup) Title() string { return l.name }

func (l *listPopup) Hint() string {
	n := strconv.Itoa(len(l.hits))
	if len(l.items) != len(l.hits) {
		n += " of " + strconv.Itoa(len(l.items))
	}
	if l.more != nil {
		n += "+"
	}
	return n
}

func (l *listPopup) footer() []kit.KeyWord {
	back := "close"
	if l.before != nil {
		back = "back"
	}
	keys := []kit.KeyWord{{Key: "↑↓", Word: "choose"}, {Key: "enter", Word: l.does}, {Key: "esc", Word: back}}
	if l.alt != nil {
		keys = append(keys, l.key)
	}
	return keys
}

func (l *listPopup) View(w, h int, st *kit.Styles) string {
	out := []string{kit.Fit(" "+st.Dim.Render("›")+" "+l.query.View(w-4, st), w)}
	rows := h - 1
	offset := max(0, min(max(l.offset, l.cursor-rows+1), l.cursor))
	for i := offset; i < min(len(l.hits), offset+rows); i++ {
		out = append(out, l.line(i, w, st))
	}
	if len(l.hits) == 0 {
		text := l.state
		if text == "" || l.query.Text() != "" && len(l.items) > 0 {
			text = "Nothing matches. Backspace widens it, esc closes."
		}
		out = append(out, "")
		out = append(out, kit.Wrap(text, w-4, "  ")...)
	} else if l.state != "" && len(out) < h {
		out = append(out, st.Dim.Render(kit.Fit("   "+l.state, w)))
	}
	return kit.Block(strings.Join(out, "\n"), w, h)
}

func (l *listPopup) line(i, w int, st *kit.Styles) string {
	hit := l.hits[i]
	it := l.items[hit.Index]
	head := " "
	if it.glyph != "" {
		head += it.glyph + " "
	}
	noteW := 0
	if it.note != "" {
		noteW = min(kit.Width(it.note), w/2)
	}
	room := max(1, w-kit.Width(head)-noteW-2)
	name := kit.FitMiddle(it.label, room)
	if it.begin {
		name = kit.Fit(it.label, room)
	}
	if len(hit.MatchedIndexes) > 0 && kit.Width(it.label) <= room {
		found := map[int]bool{}
		_, at := kit.Unaccented(it.label)
		for _, x := range hit.MatchedIndexes {
			if at != nil {
				x = at[x]
			}
			found[x] = true
		}
		name = kit.Marked(it.label, found, st) + kit.Spaces(room-kit.Width(it.label))
	}
	line := kit.Fit(head+name+" "+st.Dim.Render(kit.Fit(it.note, noteW)), w)
	if i == l.cursor {
		line = st.Selected.Over(line)
	}
	return line
}

// newChoice is the popup of a chooseMsg.
func newChoice(c kit.ChooseMsg) *listPopup {
	l := &listPopup{name: c.Name, does: "take it"}
	for _, x := range c.Choices {
		l.items = append(l.items, item{label: x.Label, note: x.Note, do: func(*Model) tea.Cmd { return kit.Send(x.Msg) }})
	}
	l.choose()
	return l
}
