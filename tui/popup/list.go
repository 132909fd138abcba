package popup

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/sahilm/fuzzy"

	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Item is a line of a list.
type Item struct {
	Label string  // what the query is matched against
	Note  string  // beside it, right
	Msg   tea.Msg // sent when the item is chosen

	glyph string // before it, styled; empty for none
	more  string // after the label, where there is room for it
	begin bool   // the label's beginning says most: a long one loses its end, not its middle
}

// List lets one of many be chosen by typing a part of its name.
type List struct {
	sh    *kit.Shared
	title string
	does  string // what enter does, for the footer
	query kit.Input
	items []Item
	state string // shown instead of an empty list: under way, an error, nothing there

	hits   []fuzzy.Match // of items, in the order shown
	cursor int
	offset int
	before Popup                   // where esc leads back to; nil: it closes
	taken  func(msg tea.Msg) Popup // takes what was chosen, and returns what is open then; nil: it is sent

	w, room, h int // cells; lines that there are; lines of items

	more  func() tea.Cmd                  // asks for further items; nil if there are none
	again func() tea.Cmd                  // asks for everything anew; nil where that cannot be
	got   func(msg tea.Msg) tea.Cmd       // takes the answers
	enter func(item int) (Popup, tea.Cmd) // what enter does instead of sending the item's message
	alts  []alt
	large bool                   // it takes the screen
	count string                 // said before how many items there are
	foot  func(w int) string     // a line at the bottom, empty for none
	back  func() (tea.Cmd, bool) // what esc does first, and whether it did
}

// mostWide is how many cells a large popup takes at most.
const mostWide = 140

// alt is a further key that does something with an item.
type alt struct {
	kit.KeyWord
	do func(item int) (Popup, tea.Cmd)
}

// NewList shows items to choose from; enter names what is done with the chosen one.
func NewList(sh *kit.Shared, title, enter string, items []Item) *List {
	l := &List{sh: sh, title: title, does: enter, items: items}
	l.choose()
	return l
}

// leftMsg is the choice that does nothing.
type leftMsg struct{}

// NewChoice returns the list of a [kit.ChooseMsg].
func NewChoice(sh *kit.Shared, c kit.ChooseMsg) *List {
	items := make([]Item, len(c.Choices))
	for i, x := range c.Choices {
		if x.Msg == nil { // to leave things as they are is a choice, too
			x.Msg = leftMsg{}
		}
		items[i] = Item{Label: x.Label, Note: x.Note, Msg: x.Msg}
	}
	return NewList(sh, c.Name, "take it", items)
}

// Into has the list lead back to another popup: esc to before, and a choice to what take makes of it.
func (l *List) Into(before Popup, take func(msg tea.Msg) Popup) *List {
	l.before, l.taken = before, take
	return l
}

// Back has esc lead back to another popup, unless it leads to one already.
func (l *List) Back(before Popup) {
	if l.before == nil {
		l.before = before
	}
}

// choose applies the query to the items. Without a query they keep their order.
func (l *List) choose() {
	l.hits = l.hits[:0]
	if words := query.TypedWords(l.query.Text()); len(words) > 0 {
		l.hits = l.find(words)
	} else {
		for i := range l.items {
			l.hits = append(l.hits, fuzzy.Match{Index: i})
		}
	}
	l.moveTo(l.cursor)
}

// find returns the items in which each word is found, the best first.
func (l *List) find(words []string) []fuzzy.Match {
	best, list := map[int]fuzzy.Match{}, labels(l.items)
	for n, word := range words {
		next := map[int]fuzzy.Match{}
		for _, m := range fuzzy.FindFromNoSort(word, list) {
			was, ok := best[m.Index]
			if n > 0 && !ok {
				continue
			}
			m.Score += was.Score + togetherScore(list.String(m.Index), word)
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

// togetherScore puts labels that have the letters of a word together before those that only have them in this order,
// and first those in which a word begins with them.
func togetherScore(label, word string) int {
	label, word = strings.ToLower(label), strings.ToLower(word)
	switch {
	case strings.HasPrefix(label, word) || strings.Contains(label, " "+word):
		return 2000
	case strings.Contains(label, word):
		return 1000
	}
	return 0
}

// labels lets fuzzy read the items.
type labels []Item

func (s labels) String(i int) string {
	bare, _ := query.Unaccented(s[i].Label)
	return bare
}

func (s labels) Len() int { return len(s) }

func (l *List) moveTo(i int) {
	l.cursor = max(0, min(i, len(l.hits)-1))
	h := max(1, l.h)
	l.offset = max(min(l.offset, l.cursor, len(l.hits)-h), l.cursor-h+1, 0)
}

// move moves the cursor and asks for more items when it nears the end of those there are.
func (l *List) move(n int) (Popup, tea.Cmd) {
	l.moveTo(l.cursor + n)
	if l.more != nil && l.cursor >= len(l.hits)-max(1, l.h) {
		return l, l.more()
	}
	return l, nil
}

// chosen returns the item under the cursor, -1 if there is none.
func (l *List) chosen() int {
	if l.cursor < len(l.hits) {
		return l.hits[l.cursor].Index
	}
	return -1
}

// Update implements [Popup].
func (l *List) Update(msg tea.Msg) (Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return l.press(msg)
	case tea.PasteMsg:
		l.typed(msg)
	case kit.WheelMsg:
		return l.move(msg.Lines)
	case kit.ClickMsg:
		switch i := l.offset + msg.Y - 1; {
		case msg.Y < 0:
			return nil, nil
		case msg.Y >= 1 && i < len(l.hits):
			l.moveTo(i)
			return l.take()
		}
	default:
		if l.got != nil {
			return l, l.got(msg)
		}
	}
	return l, nil
}

func (l *List) press(k tea.KeyPressMsg) (Popup, tea.Cmd) {
	page := max(1, l.h-1)
	switch key := k.Keystroke(); key {
	case "esc":
		if l.back != nil {
			if cmd, did := l.back(); did {
				return l, cmd
			}
		}
		return l.before, nil
	case "ctrl+r":
		if l.again != nil {
			return l, l.again()
		}
	case "enter":
		return l.take()
	case "up", "ctrl+k", "ctrl+p":
		return l.move(-1)
	case "down", "ctrl+j", "ctrl+n":
		return l.move(1)
	case "pgup":
		return l.move(-page)
	case "pgdown":
		return l.move(page)
	case "ctrl+home":
		return l.move(-len(l.hits))
	case "ctrl+end":
		return l.move(len(l.hits))
	default:
		for _, a := range l.alts {
			if i := l.chosen(); a.Key == key {
				if i >= 0 {
					return a.do(i)
				}
				return l, nil
			}
		}
		if key == "/" && l.query.Text() == "" { // who would filter does so already
			return l, nil
		}
		l.typed(k)
	}
	return l, nil
}

// typed hands a key or a paste to the query. Another query begins with its best item.
func (l *List) typed(msg tea.Msg) {
	if l.query.Update(msg) {
		l.cursor, l.offset = 0, 0
		l.choose()
	}
}

// take closes the list and sends what the chosen item stands for.
func (l *List) take() (Popup, tea.Cmd) {
	i := l.chosen()
	switch {
	case i < 0:
		return l, nil
	case l.enter != nil:
		return l.enter(i)
	case l.items[i].Msg == nil:
		return l, nil
	}
	if l.taken != nil {
		return l.taken(l.items[i].Msg), nil
	}
	return nil, kit.Send(l.items[i].Msg)
}

// Resize implements [Popup].
func (l *List) Resize(w, h int) {
	most := 90
	if l.large {
		most = mostWide
	}
	l.w, l.room = min(w, most), h
	_, high := l.Size()
	if l.h = max(1, high-1); l.foot != nil && l.foot(l.w) != "" {
		l.h = max(1, l.h-1)
	}
	l.moveTo(l.cursor)
}

// Size is as high as the items need, once they are all there: what is typed does not change it.
func (l *List) Size() (w, h int) {
	most := min(l.room, max(8, l.room*2/3))
	if l.large {
		return l.w, min(l.room, max(12, 2+len(l.items))) // one for what is typed, one for the foot
	}
	if l.state == "" && l.more == nil {
		most = min(most, max(1+len(l.items), 4)) // what is typed, and room to say that nothing matches
	}
	return l.w, most
}

// Title implements [Popup].
func (l *List) Title() string { return l.title }

// Hint returns how many items there are.
func (l *List) Hint() string {
	n := strconv.Itoa(len(l.hits))
	if len(l.items) != len(l.hits) {
		n += " of " + strconv.Itoa(len(l.items))
	}
	if l.more != nil {
		n += "+"
	}
	if l.count != "" {
		n = l.count + " " + l.sh.Glyphs.Sep + " " + n
	}
	return n
}

// Footer implements [Popup].
func (l *List) Footer() []kit.KeyWord {
	back := "close"
	if l.before != nil {
		back = "back"
	}
	keys := []kit.KeyWord{{Key: "esc", Word: back}}
	if len(l.hits) > 0 {
		keys = []kit.KeyWord{{Key: "↑↓", Word: "choose"}, {Key: "enter", Word: l.does}, {Key: "esc", Word: back}}
		for _, a := range l.alts {
			keys = append(keys, a.KeyWord)
		}
	}
	if l.again != nil {
		keys = append(keys, kit.KeyWord{Key: "ctrl+r", Word: "ask again"})
	}
	return keys
}

// View draws the query and, below it, the items.
func (l *List) View(w, h int) string {
	st := l.sh.Styles
	out := []string{kit.Fit(" "+st.Dim.Render("›")+" "+l.query.View(w-4, st), w)}
	foot := ""
	if l.foot != nil && h > 2 {
		foot = l.foot(w)
	}
	if foot != "" {
		h--
	}
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
	block := kit.Block(strings.Join(out, "\n"), w, h)
	if foot != "" {
		block += "\n" + kit.Fit(foot, w)
	}
	return block
}

func (l *List) line(i, w int, st *kit.Styles) string {
	hit := l.hits[i]
	it := l.items[hit.Index]
	head := " "
	if it.glyph != "" {
		head += it.glyph + " "
	}
	noteW := 0
	if it.Note != "" {
		noteW = min(kit.Width(it.Note), max(w/2, w-kit.Width(head)-kit.Width(it.Label)-3)) // a short label leaves it room
	}
	room := max(1, w-kit.Width(head)-noteW-2)
	name := kit.FitMiddle(it.Label, room)
	if it.begin {
		name = kit.Fit(it.Label, room)
	}
	if len(hit.MatchedIndexes) > 0 && kit.Width(it.Label) <= room {
		found := map[int]bool{}
		_, at := query.Unaccented(it.Label)
		for _, x := range hit.MatchedIndexes {
			if at != nil {
				x = at[x]
			}
			found[x] = true
		}
		name = kit.Marked(it.Label, found, st) + kit.Spaces(room-kit.Width(it.Label))
	}
	if left := room - kit.Width(it.Label) - 2; it.more != "" && left >= 8 {
		name = ansi.Truncate(name, kit.Width(it.Label), "") + "  " + st.Dim.Render(kit.Fit(it.more, left))
	}
	line := kit.Fit(head+name+" "+st.Dim.Render(kit.Fit(it.Note, noteW)), w)
	if i == l.cursor {
		line = st.Selected.Over(line)
	}
	return line
}
