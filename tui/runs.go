package tui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// runsPane is the list of runs: running first, then the queue, then what ended. Its rows are made anew when a snapshot,
// a filter or the sort changes, never while drawing, so that a frame costs what is in sight only.
type runsPane struct {
	sh *shared

	// What the rows are made of.
	snaps  []*watch.Snapshot // in the order of the controllers; nil before the first answer
	opened []*jenkins.Run    // builds opened by name or from a history, newest first; shown above all
	gone   map[jenkins.Ref]absent
	names  map[string]string // raw job name to the shown one
	bare   map[string]string // shown name to the searched one, where that is another
	tabs   []Filter
	me     map[string][]string

	// How they are chosen and ordered.
	tab    int
	status int // index of statusFilters
	sort   sortMode
	group  bool
	filter input
	typed  bool        // the filter is being typed
	from   jenkins.Ref // what was selected when that began

	past    past // of the rows, those of what has ended
	rows    []row
	listed  int   // of rows, without headings
	counts  []int // of runs that each tab chooses
	running int
	queued  int
	numberW int // cells of the widest number
	nameW   int // and of the longest name

	cursor   int         // index of rows; it stands on a run unless there is none
	offset   int         // index of the first row in sight
	rest     int         // what offset was before the screen was resized
	height   int         // rows in sight
	selected jenkins.Ref // what the cursor follows
	since    time.Time   // when the selected queue item was queued
	part     section     // of the list, where the selected run stands
}

// row is a line of the list: a run, or a heading when run is nil.
type row struct {
	run     *jenkins.Run
	name    string // of the run or the heading, as shown
	heading string
	count   int // of the heading's runs
	running int // of them
	nth     int // the run's place among all runs of the list
}

func newRunsPane(sh *shared) *runsPane {
	return &runsPane{sh: sh, names: map[string]string{}, bare: map[string]string{}}
}

// name is a job's name as shown; each is made once.
func (p *runsPane) name(job string) string {
	n, ok := p.names[job]
	if !ok {
		n = clean(jenkins.DisplayName(job))
		p.names[job] = n
	}
	return n
}

// searched is a shown name as it is searched; each is made once.
func (p *runsPane) searched(name string) string {
	if isASCII(name) {
		return name
	}
	bare, ok := p.bare[name]
	if !ok {
		bare = searched(name)
		p.bare[name] = bare
	}
	return bare
}

// current is the selected run, nil if the list is empty.
func (p *runsPane) current() *jenkins.Run {
	if p.cursor < 0 || p.cursor >= len(p.rows) {
		return nil
	}
	return p.rows[p.cursor].run
}

// rebuild makes the rows anew and keeps the cursor on its run, on the same line of the screen where that is possible. A run
// that goes elsewhere in the list, because it ended, takes the cursor along: then the others stay where they are.
func (p *runsPane) rebuild() {
	line, offset, part := p.cursor-p.offset, p.offset, p.part
	p.build()
	at := p.find(p.selected)
	if at < 0 && p.selected.QueueID != 0 {
		at = p.findStarted()
	}
	if at < 0 {
		at = p.nearest(min(max(p.cursor, 0), len(p.rows)-1))
	}
	p.moveTo(at)
	p.offset = p.cursor - line
	if part != p.part {
		p.offset = offset
	}
	p.scroll()
}

// refilter makes the rows of another choice. A selected run that is not among them gives way to the first. What is shown
// begins with the first row, if the selected one is in sight then: the list is another.
func (p *runsPane) refilter() {
	was := p.selected
	p.rebuild()
	if p.selected != was {
		p.moveTo(p.nearest(0))
	}
	p.offset = 0
	p.scroll()
}

// find returns the row of a run, -1 if it is not listed.
func (p *runsPane) find(ref jenkins.Ref) int {
	if ref == (jenkins.Ref{}) {
		return -1
	}
	return slices.IndexFunc(p.rows, func(r row) bool { return r.run != nil && r.run.Ref == ref })
}

// findStarted returns the row of the build that the selected queue item became: the first of its job that started after
// it was queued. Jenkins gives the two no common name in what one refresh tells. An item that was a part of a pipeline
// run became that run.
func (p *runsPane) findStarted() int {
	if p.selected.Number != 0 {
		run := p.selected
		run.QueueID = 0
		return p.find(run)
	}
	best := -1
	for i, r := range p.rows {
		if r.run == nil || r.run.Number == 0 || r.run.Controller != p.selected.Controller || r.run.Job != p.selected.Job ||
			r.run.StartedAt.Before(p.since) {
			continue
		}
		if best < 0 || r.run.Number < p.rows[best].run.Number {
			best = i
		}
	}
	return best
}

// nearest returns the row with a run that is nearest to i, the one below first; -1 if there is none.
func (p *runsPane) nearest(i int) int {
	for d := range len(p.rows) {
		if j := i + d; j >= 0 && j < len(p.rows) && p.rows[j].run != nil {
			return j
		}
		if j := i - d; j >= 0 && j < len(p.rows) && p.rows[j].run != nil {
			return j
		}
	}
	return -1
}

// moveTo puts the cursor on row i and remembers its run.
func (p *runsPane) moveTo(i int) {
	p.cursor = max(i, 0)
	if r := p.current(); r != nil {
		p.selected, p.since, p.part = r.Ref, r.QueuedAt, sectionOf(r)
	}
}

// move moves the cursor by n runs' worth of lines and past headings.
func (p *runsPane) move(n int) {
	if len(p.rows) == 0 {
		return
	}
	i := min(max(p.cursor+n, 0), len(p.rows)-1)
	step := 1
	if n < 0 {
		step = -1
	}
	for i >= 0 && i < len(p.rows) && p.rows[i].run == nil {
		i += step
	}
	if i < 0 || i >= len(p.rows) {
		i = p.nearest(min(max(i, 0), len(p.rows)-1))
	}
	p.moveTo(i)
	p.scroll()
}

// scroll keeps the cursor in sight, with the heading above it if that fits.
func (p *runsPane) scroll() {
	h := max(p.height, 1)
	top := p.cursor
	if top > 0 && top <= len(p.rows) && p.rows[top-1].run == nil && h > 1 {
		top--
	}
	p.offset = min(p.offset, top)
	p.offset = max(p.offset, p.cursor-h+1)
	p.offset = max(0, min(p.offset, len(p.rows)-h))
	p.rest = p.offset
}

// resize tells how many rows are in sight. A window that was small for a moment shows afterwards what it did before.
func (p *runsPane) resize(h int) {
	if h != p.height {
		rest := p.rest
		p.height, p.offset = h, rest
		p.scroll()
		p.rest = rest
	}
}

// open puts the cursor on a build, which comes above the list if it is not in it.
func (p *runsPane) open(r jenkins.Run) {
	const most = 20
	if i := p.find(r.Ref); i >= 0 {
		p.moveTo(i)
		p.scroll()
		return
	}
	p.opened = slices.DeleteFunc(p.opened, func(o *jenkins.Run) bool { return o.Ref == r.Ref })
	p.opened = slices.Insert(p.opened, 0, &r)
	p.opened = p.opened[:min(len(p.opened), most)]
	p.selected = r.Ref
	p.rebuild()
}

// close takes the selected build from those opened by name and tells whether it was one.
func (p *runsPane) close() bool {
	n := len(p.opened)
	p.opened = slices.DeleteFunc(p.opened, func(o *jenkins.Run) bool { return o.Ref == p.selected })
	if len(p.opened) == n {
		return false
	}
	p.rebuild()
	return true
}

// position is where the cursor stands among the runs, headings not counted: "3 of 22".
func (p *runsPane) position() string {
	nth := 0
	if p.current() != nil {
		nth = p.rows[p.cursor].nth
	}
	return strconv.Itoa(nth) + " of " + strconv.Itoa(p.listed)
}

func (p *runsPane) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case intent:
		p.do(msg)
	case clickMsg:
		if i := p.offset + msg.y; i >= 0 && i < len(p.rows) && p.rows[i].run != nil {
			p.moveTo(i)
			p.scroll()
		}
	case wheelMsg:
		p.move(msg.lines)
	case tea.KeyPressMsg:
		p.typeKey(msg)
	case tea.PasteMsg:
		if p.typed && p.filter.update(msg) {
			p.refilter()
		}
	}
	return nil
}

func (p *runsPane) do(in intent) {
	if n, ok := in.lines(p.height); ok {
		p.move(n)
		return
	}
	switch in {
	case intentFilter:
		p.typed, p.from = true, p.selected
	case intentSort:
		p.sort = p.sort.next()
		p.refilter()
	case intentStatus:
		p.status = (p.status + 1) % len(statusFilters)
		p.refilter()
	case intentGroup:
		p.group = !p.group
		p.refilter()
	}
}

// typeKey handles a key while the filter is typed: the cursor keys still move, enter keeps the filter, esc (see back)
// drops it.
func (p *runsPane) typeKey(k tea.KeyPressMsg) {
	switch k.Keystroke() {
	case "enter", "tab":
		p.typed = false
	case "up":
		p.move(-1)
		p.from = p.selected // chosen, not only come across
	case "down":
		p.move(1)
		p.from = p.selected
	case "pgup":
		p.do(intentPageUp)
		p.from = p.selected
	case "pgdown":
		p.do(intentPageDown)
		p.from = p.selected
	default:
		if p.filter.update(k) {
			p.refilter()
		}
	}
}

func (p *runsPane) typing() bool { return p.typed }

// back drops the filter, then the status filter, then an opened build. A filter that was only being typed leaves no
// trace.
func (p *runsPane) back() bool {
	switch {
	case p.typed || p.filter.text() != "":
		if p.typed { // the cursor goes back to where the typing took it from
			p.selected = p.from
		}
		p.typed = false
		p.filter.set("")
		p.refilter()
	case p.status != 0:
		p.status = 0
		p.refilter()
	default:
		return p.close()
	}
	return true
}

func (p *runsPane) choose(tab int) {
	if tab >= 0 && tab < len(p.tabs) && tab != p.tab {
		p.tab = tab
		p.refilter()
	}
}

// folder is the part of a shown name before its last slash, or the multibranch project of a branch with slashes.
func folder(job string) string {
	if i := strings.LastIndexByte(job, '/'); i >= 0 {
		return clean(jenkins.DisplayName(job[:i]))
	}
	return ""
}
