package runs

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// StandardTabs returns the tabs that everybody has, before those of the config.
func StandardTabs() []kit.Filter {
	return []kit.Filter{
		{Name: "All"},
		{Name: "Mine", Query: query.Must("is:mine")},
		{Name: "Failing", Query: query.Must("is:failing")},
	}
}

// StatusFilters are what the status key goes round; the first chooses all.
var StatusFilters = []kit.Filter{
	{},
	{Name: "running", Query: query.Must("is:running")},
	{Name: "waiting", Query: query.Must("is:waiting")},
	{Name: "failed", Query: query.Must("status:failure,unstable")},
	{Name: "succeeded", Query: query.Must("status:success")},
	{Name: "stopped", Query: query.Must("status:aborted,not_built")},
}

// Lists are the lists that can be chosen by a number, and which one of them and of the statuses is chosen.
type Lists struct {
	Tabs   []kit.Filter
	Tab    int // index of Tabs
	Status int // index of StatusFilters
	counts []count
}

// count is of how many runs a list has.
type count struct {
	runs    int
	partial bool // who started what has ended is not known, so that some may be missing
}

func (l *Lists) chosen() *kit.Filter { return &l.Tabs[l.Tab] }

func (l *Lists) status() *kit.Filter { return &StatusFilters[l.Status] }

func (l *Lists) narrowed() bool { return l.Tab != 0 || l.Status != 0 }

// choose chooses a list and reports whether it is another than before.
func (l *Lists) choose(tab int) bool {
	if tab < 0 || tab >= len(l.Tabs) || tab == l.Tab {
		return false
	}
	l.Tab = tab
	return true
}

// save keeps a query as a list of this name, beside those of the config or in place of a saved one, and chooses it.
func (l *Lists) save(name string, q query.Query) {
	at := len(l.Tabs)
	for i := range l.Tabs {
		if l.Tabs[i].Saved && strings.EqualFold(l.Tabs[i].Name, name) {
			at = i
		}
	}
	if at == len(l.Tabs) {
		l.Tabs = append(l.Tabs, kit.Filter{})
	}
	l.Tabs[at] = kit.Filter{Name: name, Query: q, Saved: true}
	l.Tab, l.Status = at, 0
}

// remove forgets the chosen list if it was saved from the screen, and reports whether it was.
func (l *Lists) remove() bool {
	if !l.chosen().Saved {
		return false
	}
	l.Tabs = append(l.Tabs[:l.Tab:l.Tab], l.Tabs[l.Tab+1:]...)
	l.Tab = 0
	return true
}

const tabGap = "   "

// row returns the lists side by side; those whose number is among keys are drawn with it. In w cells the first ones are
// left out until the chosen one is seen, with room for a sign that others follow.
func (l *Lists) row(w int, keys []string, st *kit.Styles) string {
	texts := l.texts(keys, st)
	first := l.first(w, texts)
	row := strings.Join(texts[first:], tabGap)
	if first > 0 {
		row = st.Dim.Render(st.Glyphs.More) + " " + row
	}
	return row
}

// first returns which list is the first that is seen in w cells.
func (l *Lists) first(w int, texts []string) int {
	first := 0
	for first < l.Tab && kit.Width(strings.Join(texts[first:l.Tab+1], tabGap))+moreW*min(first, 1)+moreW > w {
		first++
	}
	return first
}

// moreW is how many cells the sign takes that there are more lists.
const moreW = 2

// at returns the list that a cell of the row in w cells belongs to.
func (l *Lists) at(x, w int, keys []string, st *kit.Styles) (tab int, ok bool) {
	texts := l.texts(keys, st)
	from, first := 0, l.first(w, texts)
	if first > 0 {
		from = moreW
	}
	for i := first; i < len(texts); i++ {
		to := from + kit.Width(texts[i])
		if x >= from && x < to {
			return i, true
		}
		from = to + len(tabGap)
	}
	return 0, false
}

func (l *Lists) texts(keys []string, st *kit.Styles) []string {
	texts := make([]string, len(l.Tabs))
	for i := range texts {
		texts[i] = l.text(i, keys, st)
	}
	return texts
}

func (l *Lists) text(i int, keys []string, st *kit.Styles) string {
	name, n := kit.Clean(l.Tabs[i].Name), "0"
	if i < len(l.counts) {
		n = strconv.Itoa(l.counts[i].runs)
		if l.counts[i].partial {
			n += " now"
		}
	}
	key := ""
	if digit := strconv.Itoa(i + 1); slices.Contains(keys, digit) {
		key = digit + " "
	}
	if i == l.Tab {
		return st.Match.Render(key + name + " " + n)
	}
	return st.Key.Render(key) + name + st.Dim.Render(" "+n)
}

// Text returns the lists saved from the screen for [Lists.Restore], one a line: name, tab, query.
func (l *Lists) Text() string {
	var b strings.Builder
	for _, t := range l.Tabs {
		if t.Saved {
			b.WriteString(t.Name + "\t" + t.Query.String() + "\n")
		}
	}
	return b.String()
}

// Restore adds the lists of a text. What cannot be read of a query is left out of it.
func (l *Lists) Restore(text string) {
	for line := range strings.Lines(text) {
		name, filter, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if q, _ := query.Parse(filter); ok && name != "" {
			l.Tabs = append(l.Tabs, kit.Filter{Name: name, Query: q, Saved: true})
		}
	}
}
