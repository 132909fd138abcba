package runs

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Pane is the list of runs: running first, then the queue, then what ended. Its rows are made anew when a snapshot,
// a filter or the sort changes, never while drawing, so that a frame costs what is in sight only.
type Pane struct {
	kit.Base
	sh *kit.Shared

	// What the rows are made of.
	Snaps  []*watch.Snapshot // in the order of the controllers; nil before the first answer
	Opened []*jenkins.Run    // builds opened by name or from a history, newest first; shown above all
	// Followed reports whether the user follows a run; nil: none are.
	Followed func(*jenkins.Run) bool
	fresh    map[kit.BuildKey]bool // that failed since the last key was pressed
	Gone     map[kit.BuildKey]absent
	names    map[string]string // raw job name to the shown one
	Tabs     []kit.Filter
	Me       map[string][]string

	TabsApart bool                 // the tabs have a line of their own
	explained map[string]time.Time // when each controller was asked who started what has ended

	// How they are chosen and ordered.
	Tab    int
	Status int // index of statusFilters
	Sort   SortMode
	Group  bool
	Filter kit.Input
	Typed  bool         // the filter is being typed
	from   kit.BuildKey // what was selected when that began

	typed     query.Query // of Filter
	mistake   error       // in what is typed
	marks     marks
	suggested []string // how what is typed can go on
	marked    map[kit.BuildKey]bool

	Rows    []Row
	Listed  int   // of rows, without headings
	Counts  []int // of runs that each tab chooses
	Running int   // listed, and so on
	Queued  int
	Ended   int
	numberW int // cells of the widest number
	nameW   int // and of the longest name

	Cursor   int // index of rows; it stands on a run unless there is none
	Offset   int // index of the first row in sight
	focused  bool
	rest     int          // what offset was before the screen was resized
	Height   int          // rows in sight
	head     int          // lines above them that name the columns
	Selected kit.BuildKey // what the cursor follows
	since    time.Time    // when the selected queue item was queued
	part     section      // of the list, where the selected run stands
}

// Row is a line of the list: a run, or a heading when run is nil.
type Row struct {
	Run     *jenkins.Run
	Name    string // of the run or the heading, as shown
	Heading string
	count   int // of the heading's runs
	running int // of them
	nth     int // the run's place among all runs of the list
}

func New(sh *kit.Shared) *Pane {
	return &Pane{sh: sh, names: map[string]string{}, explained: map[string]time.Time{}}
}

// Name returns a job's name as shown; each is made once.
func (p *Pane) Name(job string) string {
	n, ok := p.names[job]
	if !ok {
		n = kit.Clean(jenkins.DisplayName(job))
		p.names[job] = n
	}
	return n
}

// Current returns the selected run, nil if the list is empty.
func (p *Pane) Current() *jenkins.Run {
	if p.Cursor < 0 || p.Cursor >= len(p.Rows) {
		return nil
	}
	return p.Rows[p.Cursor].Run
}

// Rebuild makes the rows anew and keeps the cursor on its run, on the same line of the screen where that is possible. A run
// that goes elsewhere in the list, because it ended, takes the cursor along: then the others stay where they are.
func (p *Pane) Rebuild() {
	line, offset, part := p.Cursor-p.Offset, p.Offset, p.part
	p.build()
	at := p.Find(p.Selected)
	if at < 0 && p.Selected.QueueID != 0 {
		at = p.findStarted()
	} else if at < 0 {
		at = p.Find(kit.BuildKey{Ref: p.Selected.Ref}) // the job was made again: see Replaced
	}
	if at < 0 {
		at = p.nearest(min(max(p.Cursor, 0), len(p.Rows)-1))
	}
	p.MoveTo(at)
	p.Offset = p.Cursor - line
	if part != p.part {
		p.Offset = offset
	}
	p.scroll()
}

// refilter makes the rows of another choice. A selected run that is not among them gives way to the first. What is shown
// begins with the first row, if the selected one is in sight then: the list is another.
func (p *Pane) refilter() {
	was := p.Selected
	p.Rebuild()
	if p.Selected != was {
		p.MoveTo(p.nearest(0))
	}
	p.Offset = 0
	p.scroll()
	p.rest = 0 // the new list may be given more lines
}

// Find returns the row of a run, -1 if it is not listed.
func (p *Pane) Find(build kit.BuildKey) int {
	if build.Ref == (jenkins.Ref{}) {
		return -1
	}
	return slices.IndexFunc(p.Rows, func(r Row) bool { return r.Run != nil && build.Names(r.Run) })
}

// findStarted returns the row of the build that the selected queue item became: the first of its job that started after
// it was queued. Jenkins gives the two no common name in one refresh. An item that was a part of a pipeline
// run became that run.
func (p *Pane) findStarted() int {
	if p.Selected.Number != 0 {
		run := kit.BuildKey{Ref: p.Selected.Ref}
		run.QueueID = 0
		return p.Find(run)
	}
	best := -1
	for i, r := range p.Rows {
		if r.Run == nil || r.Run.Number == 0 || r.Run.Controller != p.Selected.Controller || r.Run.Job != p.Selected.Job ||
			r.Run.StartedAt.Before(p.since) {
			continue
		}
		if best < 0 || r.Run.Number < p.Rows[best].Run.Number {
			best = i
		}
	}
	return best
}

// nearest returns the row with a run that is nearest to i, the one below first; -1 if there is none.
func (p *Pane) nearest(i int) int {
	for d := range len(p.Rows) {
		if j := i + d; j >= 0 && j < len(p.Rows) && p.Rows[j].Run != nil {
			return j
		}
		if j := i - d; j >= 0 && j < len(p.Rows) && p.Rows[j].Run != nil {
			return j
		}
	}
	return -1
}

// MoveTo puts the cursor on row i and remembers its run.
func (p *Pane) MoveTo(i int) {
	p.Cursor = max(i, 0)
	if r := p.Current(); r != nil {
		p.Selected, p.since, p.part = kit.KeyOf(r), r.QueuedAt, sectionOf(r)
	}
}

// Move moves the cursor by n runs' worth of lines and past headings.
func (p *Pane) Move(n int) {
	if len(p.Rows) == 0 {
		return
	}
	i := min(max(p.Cursor+n, 0), len(p.Rows)-1)
	step := 1
	if n < 0 {
		step = -1
	}
	for i >= 0 && i < len(p.Rows) && p.Rows[i].Run == nil {
		i += step
	}
	if i < 0 || i >= len(p.Rows) {
		i = p.nearest(min(max(i, 0), len(p.Rows)-1))
	}
	p.MoveTo(i)
	p.scroll()
}

// scroll keeps the cursor in sight, with the heading above it if that fits.
func (p *Pane) scroll() {
	h := max(p.Height, 1)
	top := p.Cursor
	if top > 0 && top <= len(p.Rows) && p.Rows[top-1].Run == nil && h > 1 {
		top--
	}
	p.Offset = min(p.Offset, top)
	p.Offset = max(p.Offset, p.Cursor-h+1)
	p.Offset = max(0, min(p.Offset, len(p.Rows)-h))
	p.rest = p.Offset
}

// Show does nothing: the list is about all runs.
func (p *Pane) Show(jenkins.Run) tea.Cmd { return nil }

func (p *Pane) Focus(on bool) { p.focused = on }

// Resize learns how many rows are in sight. A window that was small for a moment shows afterwards what it did before.
func (p *Pane) Resize(w, h int) {
	p.head = headLines(w, h)
	h -= p.head
	if h != p.Height {
		rest := p.rest
		p.Height, p.Offset = h, rest
		p.scroll()
		p.rest = rest
	}
}

// Open puts the cursor on a build, which comes above the list if it is not in it.
func (p *Pane) Open(r jenkins.Run) {
	const most = 20
	if i := p.Find(kit.KeyOf(&r)); i >= 0 {
		p.MoveTo(i)
		p.scroll()
		return
	}
	p.Opened = slices.DeleteFunc(p.Opened, func(o *jenkins.Run) bool { return jenkins.SameBuild(o, &r) })
	p.Opened = slices.Insert(p.Opened, 0, &r)
	p.Opened = p.Opened[:min(len(p.Opened), most)]
	p.Selected = kit.KeyOf(&r)
	p.Rebuild()
}

// close takes the selected build from those opened by name and reports whether it was one.
func (p *Pane) close() bool {
	n := len(p.Opened)
	p.Opened = slices.DeleteFunc(p.Opened, func(o *jenkins.Run) bool { return p.Selected.Names(o) })
	if len(p.Opened) == n {
		return false
	}
	p.Rebuild()
	return true
}

// Position returns where the cursor stands among the runs, headings not counted: "3 of 22".
func (p *Pane) Position() string {
	nth := 0
	if p.Current() != nil {
		nth = p.Rows[p.Cursor].nth
	}
	return strconv.Itoa(nth) + " of " + strconv.Itoa(p.Listed)
}

func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kit.Intent:
		p.Do(msg)
	case kit.ClickMsg:
		if i := p.Offset + msg.Y - p.head; msg.Y >= p.head && i < len(p.Rows) && p.Rows[i].Run != nil {
			p.MoveTo(i)
			p.scroll()
		}
	case kit.WheelMsg:
		p.Move(msg.Lines)
	case kit.UnmarkMsg:
		p.unmark(msg.Runs)
	case tea.KeyPressMsg:
		p.typeKey(msg)
	case tea.PasteMsg:
		if p.Typed && p.Filter.Update(msg) {
			p.suggest()
			p.refilter()
		}
	}
	return nil
}

func (p *Pane) Do(in kit.Intent) {
	if n, ok := in.Lines(p.Height); ok {
		p.Move(n)
		return
	}
	switch in {
	case kit.IntentFilter:
		p.Typed, p.from = true, p.Selected
		p.suggest()
	case kit.IntentSort:
		p.Sort = p.Sort.next()
		p.refilter()
	case kit.IntentStatus:
		p.Status = (p.Status + 1) % len(StatusFilters)
		p.refilter()
	case kit.IntentGroup:
		p.Group = !p.Group
		p.refilter()
	case kit.IntentMarkRun:
		p.markRun()
	}
}

// typeKey handles a key while the filter is typed: the cursor keys still move, enter keeps the filter, esc (see back)
// drops it.
func (p *Pane) typeKey(k tea.KeyPressMsg) {
	switch k.Keystroke() {
	case "tab":
		if len(p.suggested) > 0 {
			p.Filter.Set(p.suggested[0])
			p.suggest()
			p.refilter()
			return
		}
		p.keepFilter()
	case "enter":
		p.keepFilter()
	case "up":
		p.Move(-1)
		p.from = p.Selected // chosen, not only come across
	case "down":
		p.Move(1)
		p.from = p.Selected
	case "pgup":
		p.Do(kit.IntentPageUp)
		p.from = p.Selected
	case "pgdown":
		p.Do(kit.IntentPageDown)
		p.from = p.Selected
	default:
		if p.Filter.Update(k) {
			p.suggest()
			p.refilter()
		}
	}
}

// keepFilter ends the typing, unless there is a mistake to correct, which the footer shows.
func (p *Pane) keepFilter() {
	p.suggested = nil
	p.refilter()
	p.Typed = p.mistake != nil
}

func (p *Pane) Typing() bool { return p.Typed }

// footerFirst is what leads to a run, then on from it.
var footerFirst = []kit.Intent{kit.IntentDown, kit.IntentEnter, kit.IntentAnswer, kit.IntentFilter, kit.IntentStarted, kit.IntentStop, kit.IntentFollowRun, kit.IntentBack,
	kit.IntentNextPane, kit.IntentBuild, kit.IntentPick, kit.IntentHistory, kit.IntentTab, kit.IntentCompose}

// Footer gives the list the keys for opening things.
func (p *Pane) Footer() kit.Footer {
	f := kit.Footer{First: footerFirst, Words: map[kit.Intent]string{kit.IntentEnter: "open", kit.IntentTab: "lists"}}
	if p.Current() == nil {
		delete(f.Words, kit.IntentEnter)
	}
	if !p.Typed {
		switch { // as Back does
		case len(p.marked) > 0:
			f.Words[kit.IntentBack] = "unmark"
		case p.Filter.Text() != "":
			f.Words[kit.IntentBack] = "drop filter"
		case p.Status != 0:
			f.Words[kit.IntentBack] = "all statuses"
		}
		if p.Filter.Text() != "" {
			f.First = slices.Insert(slices.Clone(f.First), slices.Index(f.First, kit.IntentBuild), kit.IntentSaveList)
			f.Words[kit.IntentSaveList] = "save list"
		}
		return f
	}
	if p.mistake != nil {
		f.Wrong = kit.Clean(p.mistake.Error())
	}
	f.Typing = []kit.KeyWord{{Key: "enter", Word: "keep"}, {Key: "esc", Word: "drop"}}
	for i, s := range p.suggested[:min(len(p.suggested), 6)] {
		key := ""
		if i == 0 {
			key = "tab"
		}
		f.Typing = slices.Insert(f.Typing, i, kit.KeyWord{Key: key, Word: lastWord(s)})
	}
	if len(p.suggested) == 0 {
		f.Typing = append(f.Typing, kit.KeyWord{Key: "@user", Word: "status: job: older:2h !not"})
	}
	return f
}

// lastWord returns what a completion adds to or puts in place of the last word.
func lastWord(text string) string {
	inQuotes := false
	at := 0
	for i, r := range text {
		if r == '"' {
			inQuotes = !inQuotes
		}
		if r == ' ' && !inQuotes {
			at = i + 1
		}
	}
	return kit.Clean(text[at:])
}

// Snapshot returns the latest of a controller, nil before its first answer.
func (p *Pane) Snapshot(controller string) *watch.Snapshot {
	for i, s := range p.Snaps {
		if p.sh.Opts.Controllers[i].Name == controller {
			return s
		}
	}
	return nil
}

// Back drops the marks, then the filter, then the status filter, then an opened build. A filter that was only being typed leaves no
// trace.
func (p *Pane) Back() bool {
	switch {
	case !p.Typed && p.unmarkAll():
	case p.Typed || p.Filter.Text() != "":
		if p.Typed { // the cursor goes back to where the typing took it from
			p.Selected = p.from
		}
		p.Typed, p.suggested = false, nil
		p.Filter.Set("")
		p.refilter()
	case p.Status != 0:
		p.Status = 0
		p.refilter()
	default:
		return p.close()
	}
	return true
}

func (p *Pane) Choose(tab int) {
	if tab >= 0 && tab < len(p.Tabs) && tab != p.Tab {
		p.Tab = tab
		p.refilter()
	}
}

// folder returns the part of a shown name before its last slash, or the multibranch project of a branch with slashes.
func folder(job string) string {
	if i := strings.LastIndexByte(job, '/'); i >= 0 {
		return kit.Clean(jenkins.DisplayName(job[:i]))
	}
	return ""
}
