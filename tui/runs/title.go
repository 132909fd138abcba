package runs

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

const (
	tabGap    = "   "
	tabsAfter = "Runs  "
)

// Title names the list and everything that narrows or orders it.
func (p *Pane) Title(w int) string {
	title := "Runs"
	if p.titleHasTabs(w) {
		return tabsAfter + p.TabRow()
	}
	if p.Tab != 0 && !p.TabsApart {
		title += " · " + kit.Clean(p.Tabs[p.Tab].Name)
	}
	if p.Status != 0 {
		title += " · " + StatusFilters[p.Status].Name
	}
	if p.Sort != "" {
		title += " · by " + string(p.Sort)
	}
	switch {
	case p.Typed:
		title += "  /" + p.Filter.View(max(4, w-kit.Width(title)-3), p.sh.Styles)
		if text := p.Filter.Text(); len(p.suggested) > 0 {
			if rest, ok := strings.CutPrefix(p.suggested[0], text); ok {
				title += p.sh.Styles.Dim.Render(kit.Clean(rest))
			}
		}
	case p.Filter.Text() != "":
		title += "  /" + p.Filter.Text()
	}
	return title
}

// titleHasTabs reports whether the tabs stand in the title of the list, of w cells: where they have no line of their own,
// as long as there is nothing more urgent to say.
func (p *Pane) titleHasTabs(w int) bool {
	answered := func(s *watch.Snapshot) bool { return s != nil && !s.At.IsZero() }
	return slices.ContainsFunc(p.Snaps, answered) && !p.TabsApart && p.Status == 0 && p.Sort == "" && !p.Typed && p.Filter.Text() == "" &&
		kit.Width(tabsAfter)+kit.Width(p.TabRow()) <= w
}

// TabRow returns all saved filters side by side.
func (p *Pane) TabRow() string {
	texts := make([]string, len(p.Tabs))
	for i := range texts {
		texts[i] = p.tabText(i)
	}
	return strings.Join(texts, tabGap)
}

// TabAt returns the tab that a cell of the row of tabs belongs to.
func (p *Pane) TabAt(x int) (tab int, ok bool) {
	from := 0
	for i := range p.Tabs {
		to := from + kit.Width(p.tabText(i))
		if x >= from && x < to {
			return i, true
		}
		from = to + len(tabGap)
	}
	return 0, false
}

// TitleTabAt returns the tab that a cell of a title of w cells belongs to.
func (p *Pane) TitleTabAt(x, w int) (tab int, ok bool) {
	if !p.titleHasTabs(w) {
		return 0, false
	}
	return p.TabAt(x - kit.Width(tabsAfter))
}

func (p *Pane) tabText(i int) string {
	name := kit.Clean(p.Tabs[i].Name)
	count := "0"
	if i < len(p.Counts) {
		count = strconv.Itoa(p.Counts[i])
	}
	if p.unexplained(&p.Tabs[i]) {
		count += " now" // who started what has ended is not known
	}
	key := ""
	if n := strconv.Itoa(i + 1); slices.Contains(p.sh.Keys[kit.IntentTab], n) {
		key = n + " "
	}
	if i == p.Tab {
		return p.sh.Styles.Match.Render(key + name + " " + count)
	}
	return p.sh.Styles.Key.Render(key) + name + p.sh.Styles.Dim.Render(" "+count)
}

// Hint counts what is listed.
func (p *Pane) Hint() string {
	var parts []string
	if text := p.markedText(); text != "" {
		parts = append(parts, text)
	}
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+what)
		}
	}
	add(p.Running, "running")
	add(p.Queued, "queued")
	if p.narrowed() {
		add(p.Ended, "ended")
	}
	if len(parts) == 0 && slices.ContainsFunc(p.Snaps, func(s *watch.Snapshot) bool { return s != nil && !s.At.IsZero() }) {
		if p.narrowed() {
			return "none"
		}
		return "nothing runs"
	}
	return strings.Join(parts, " · ")
}
