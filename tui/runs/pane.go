package runs

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Pane is the list of runs: running first, then the queue, then what ended. Its rows are made anew when a snapshot,
// a filter or the sort changes, never while drawing, so that a frame costs what is in sight only.
type Pane struct {
	kit.Base
	sh *kit.Shared

	Data   Data   // what the rows are made of
	Lists  Lists  // which of it is chosen,
	Search Search // and what is typed to choose among that
	Sort   SortMode
	Group  bool // by folder
	List   List // the rows
	totals totals
	widths widths

	// Followed reports whether the user follows a run; nil: none are.
	Followed func(*jenkins.Run) bool
	fresh    buildSet // failed since the last key was pressed
	marked   buildSet // are acted on together

	TabsApart bool // the tabs have a line of their own
	focused   bool
	head      int // lines above the rows that name the columns
}

func New(sh *kit.Shared) *Pane {
	return &Pane{sh: sh, fresh: buildSet{}, marked: buildSet{},
		Data: Data{sh: sh, names: map[string]string{}, explained: map[string]time.Time{}}}
}

// Current returns the selected run, nil if the list is empty.
func (p *Pane) Current() *jenkins.Run { return p.List.Current() }

// Rebuild makes the rows anew, with the cursor on its run.
func (p *Pane) Rebuild() { p.List.replace(p.choose()) }

// refilter makes the rows of another choice.
func (p *Pane) refilter() { p.List.restart(p.choose()) }

// choose returns the rows of what is to be shown. They take the place of those of the list.
func (p *Pane) choose() []Row {
	p.Search.read()
	c := chooser{data: &p.Data, lists: &p.Lists, typed: &p.Search.query, sort: p.Sort, group: p.Group, now: time.Now(), rows: p.List.Rows}
	p.totals = c.choose()
	p.Lists.counts = p.totals.counts
	p.widths = widthsOf(c.rows, p.sh)
	return c.rows
}

// Show does nothing: the list is about all runs.
func (p *Pane) Show(jenkins.Run) tea.Cmd { return nil }

func (p *Pane) Focus(on bool) { p.focused = on }

// Resize learns how many rows are in sight.
func (p *Pane) Resize(w, h int) {
	p.head = headLines(w, h)
	p.List.resize(h - p.head)
}

// Open puts the cursor on a build, which comes above the list if it is not in it.
func (p *Pane) Open(r jenkins.Run) {
	if i := p.List.Find(kit.KeyOf(&r)); i >= 0 {
		p.List.MoveTo(i)
		p.List.scroll()
		return
	}
	p.Data.open(&r)
	p.List.Selected = kit.KeyOf(&r)
	p.Rebuild()
}

func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kit.Intent:
		p.Do(msg)
	case kit.ClickMsg:
		p.List.click(msg.Y - p.head)
	case kit.WheelMsg:
		p.List.Move(msg.Lines)
	case kit.UnmarkMsg:
		p.marked.remove(msg.Runs)
	case tea.KeyPressMsg:
		p.typeKey(msg)
	case tea.PasteMsg:
		if p.Search.Typed && p.Search.update(msg) {
			p.typed()
		}
	}
	return nil
}

func (p *Pane) Do(in kit.Intent) {
	if n, ok := in.Lines(p.List.Height); ok {
		p.List.Move(n)
		return
	}
	switch in {
	case kit.IntentFilter:
		p.Search.begin(p.List.Selected)
		p.Search.suggest(p.Data.vocabulary)
	case kit.IntentSort:
		p.Sort = p.Sort.next()
		p.refilter()
	case kit.IntentStatus:
		p.Lists.Status = (p.Lists.Status + 1) % len(StatusFilters)
		p.refilter()
	case kit.IntentGroup:
		p.Group = !p.Group
		p.refilter()
	case kit.IntentMarkRun:
		if r := p.Current(); r != nil {
			p.marked.toggle(r)
			p.List.Move(1)
		}
	}
}

// typeKey handles a key while the filter is typed: the cursor keys still move, enter keeps the filter, esc (see back)
// drops it.
func (p *Pane) typeKey(k tea.KeyPressMsg) {
	switch key := k.Keystroke(); key {
	case "tab":
		if p.Search.take() {
			p.typed()
			return
		}
		p.keepFilter()
	case "enter":
		p.keepFilter()
	case "up", "down", "pgup", "pgdown":
		p.Do(map[string]kit.Intent{"up": kit.IntentUp, "down": kit.IntentDown, "pgup": kit.IntentPageUp, "pgdown": kit.IntentPageDown}[key])
		p.Search.from = p.List.Selected // chosen, not only come across
	default:
		if p.Search.update(k) {
			p.typed()
		}
	}
}

// typed shows what the text chooses that has just been typed.
func (p *Pane) typed() {
	p.Search.suggest(p.Data.vocabulary)
	p.refilter()
}

// keepFilter ends the typing, unless there is a mistake to correct, which the footer shows.
func (p *Pane) keepFilter() {
	p.Search.suggested = nil
	p.refilter()
	p.Search.Typed = p.Search.mistake != nil
}

func (p *Pane) Typing() bool { return p.Search.Typed }

// footerFirst is what leads to a run, then on from it.
var footerFirst = []kit.Intent{kit.IntentDown, kit.IntentEnter, kit.IntentAnswer, kit.IntentFilter, kit.IntentStarted, kit.IntentStop, kit.IntentFollowRun, kit.IntentBack,
	kit.IntentNextPane, kit.IntentBuild, kit.IntentPick, kit.IntentHistory, kit.IntentTab, kit.IntentCompose}

// Footer gives the list the keys for opening things.
func (p *Pane) Footer() kit.Footer {
	f := kit.Footer{First: footerFirst, Words: map[kit.Intent]string{kit.IntentEnter: "open", kit.IntentTab: "lists"}}
	if p.Current() == nil {
		delete(f.Words, kit.IntentEnter)
		f.Words[kit.IntentDown] = ""
	}
	if p.Search.Typed {
		p.Search.footer(&f)
		return f
	}
	switch { // as Back does
	case len(p.marked) > 0:
		f.Words[kit.IntentBack] = "unmark"
	case p.Search.text() != "":
		f.Words[kit.IntentBack] = "drop filter"
	case p.Lists.Status != 0:
		f.Words[kit.IntentBack] = "all statuses"
	}
	if p.Search.text() != "" {
		f.First = slices.Insert(slices.Clone(f.First), slices.Index(f.First, kit.IntentBuild), kit.IntentSaveList)
		f.Words[kit.IntentSaveList] = "save list"
	}
	return f
}

// Back drops the marks, then the filter, then the status filter, then an opened build. A filter that was only being typed leaves no
// trace.
func (p *Pane) Back() bool {
	switch {
	case !p.Search.Typed && len(p.marked) > 0:
		clear(p.marked)
	case p.Search.Typed || p.Search.text() != "":
		if p.Search.Typed { // the cursor goes back to where the typing took it from
			p.List.Selected = p.Search.from
		}
		p.Search.drop()
		p.refilter()
	case p.Lists.Status != 0:
		p.Lists.Status = 0
		p.refilter()
	case p.Data.close(p.List.Selected):
		p.Rebuild()
	default:
		return false
	}
	return true
}

// Choose chooses a list.
func (p *Pane) Choose(tab int) {
	if p.Lists.choose(tab) {
		p.refilter()
	}
}

// SaveList keeps all that narrows the list as a list of this name, beside those of the config or in place of a saved one,
// chooses it, and returns the number of its key.
func (p *Pane) SaveList(name string) int {
	text, _ := p.Chosen()
	q, _ := query.Parse(text) // what cannot be read was left out of the list, too
	p.Lists.save(name, q)
	p.Search.drop()
	p.refilter()
	return p.Lists.Tab + 1
}

// RemoveList forgets the chosen list, which was saved from the screen.
func (p *Pane) RemoveList() {
	if p.Lists.remove() {
		p.refilter()
	}
}

// Chosen returns the query of all that narrows the list, and whether there is such.
func (p *Pane) Chosen() (text string, narrowed bool) {
	return query.Join(p.Lists.chosen().Query.String(), p.Lists.status().Query.String(), p.Search.text()), p.narrowed()
}

// narrowed reports whether the list is another than that of all runs.
func (p *Pane) narrowed() bool { return p.Lists.narrowed() || p.Search.text() != "" }

// Choice is what the user chose to see.
type Choice struct {
	tab, status int
	group       bool
	filter      string
}

// Choice returns what is listed, and whether its filter is still being typed.
func (p *Pane) Choice() (c Choice, typed bool) {
	return Choice{p.Lists.Tab, p.Lists.Status, p.Group, p.Search.text()}, p.Search.Typed
}

// Marked returns the marked runs that are listed, in the list's order. A mark on one that a filter hides counts for nothing:
// what nobody sees is not acted on.
func (p *Pane) Marked() []jenkins.Run { return p.marked.among(p.List.Rows) }

// MarkFresh marks a build that has just failed.
func (p *Pane) MarkFresh(r *jenkins.Run) { p.fresh.add(r) }

// ForgetFresh takes these marks away: the user is there.
func (p *Pane) ForgetFresh() { clear(p.fresh) }

const (
	tabsAfter = "Runs  "
	allTabs   = 1 << 20 // cells, enough for any lists
)

// TabRow returns the lists side by side in w cells, or a little more than that.
func (p *Pane) TabRow(w int) string { return p.Lists.row(w, p.sh.Keys[kit.IntentTab], p.sh.Styles) }

// TabAt returns the list that a cell of that row belongs to.
func (p *Pane) TabAt(x, w int) (tab int, ok bool) {
	return p.Lists.at(x, w, p.sh.Keys[kit.IntentTab], p.sh.Styles)
}

// Title names the list and everything that narrows or orders it.
func (p *Pane) Title(w int) string {
	if p.titleHasTabs(w) {
		return tabsAfter + p.TabRow(allTabs)
	}
	title := "Runs"
	if p.Lists.Tab != 0 && !p.TabsApart {
		title += " · " + kit.Clean(p.Lists.chosen().Name)
	}
	if p.Lists.Status != 0 {
		title += " · " + p.Lists.status().Name
	}
	if p.Sort != "" {
		title += " · by " + string(p.Sort)
	}
	return title + p.Search.title(w-kit.Width(title), p.sh.Styles)
}

// titleHasTabs reports whether the tabs stand in the title of the list, of w cells: where they have no line of their own,
// as long as there is nothing more urgent to say.
func (p *Pane) titleHasTabs(w int) bool {
	return p.Data.answered() && !p.TabsApart && p.Lists.Status == 0 && p.Sort == "" && !p.Search.Typed && p.Search.text() == "" &&
		kit.Width(tabsAfter)+kit.Width(p.TabRow(allTabs)) <= w
}

// TitleTabAt returns the tab that a cell of a title of w cells belongs to.
func (p *Pane) TitleTabAt(x, w int) (tab int, ok bool) {
	if !p.titleHasTabs(w) {
		return 0, false
	}
	return p.TabAt(x-kit.Width(tabsAfter), allTabs)
}

// Hint counts what is listed.
func (p *Pane) Hint() string {
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+what)
		}
	}
	add(len(p.Marked()), "marked")
	add(p.totals.running, "running")
	add(p.totals.queued, "queued")
	if p.narrowed() {
		add(p.totals.ended, "ended")
	}
	if len(parts) == 0 && p.Data.answered() {
		if p.narrowed() {
			return "none"
		}
		return "nothing runs"
	}
	return strings.Join(parts, " · ")
}
