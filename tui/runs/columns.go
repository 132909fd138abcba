package runs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Columns are the columns that can be chosen in the config, in their own order: that in which they get room.
var Columns = []string{"stage", "node", "cause", "status"}

// columns are the widths of the list's columns; zero leaves one out. Between two there is a gap of two cells, one
// before the number.
type columns struct {
	controller, name, number, word, state, stage, node, cause int
	pinned                                                    []string // names; each pinnedW wide
}

const (
	stateW = 21 // "▰▰▰▰▰▱▱▱  3:12/5:40", "waits for input   12m", "FAILURE     2m   3:02"
	shortW = 11 // "3:12/5:40" or the word of a result
	wordW  = 9  // the longest status, NOT_BUILT
	stageW = 10

	longStageW = 24
	whoW       = 10 // who started a build
	causeW     = 14 // by which build, or by whom
	agoW       = 9  // "12m ago"
	pinnedW    = 14
	barW       = 8
	narrow     = 16
)

// widths are how many cells the widest number, the longest name and the longest stage take.
type widths struct{ number, name, stage int }

func widthsOf(rows []Row, sh *kit.Shared) (w widths) {
	highest := 0
	for i := range rows {
		if r := rows[i].Run; r != nil {
			w.name = max(w.name, kit.Width(rows[i].Name))
			highest = max(highest, r.Number)
			if text := stageText(r, sh); text != "" {
				w.stage = max(w.stage, kit.Width(text))
			}
		}
	}
	if highest > 0 {
		w.number = len("#") + len(strconv.Itoa(highest))
	}
	return w
}

// columnsFor shares w cells among the columns: the name keeps at least what its reader needs, then come state, stage,
// node, cause and the status as a word as far as there is room.
func columnsFor(w int, rows widths, of controllers, o *kit.Options) columns {
	var c columns
	rest := w - 4 // the glyph between two spaces, and a space at the end
	c.number = min(rows.number, max(0, rest-4))
	if c.number > 0 {
		rest -= c.number + 1
	}
	need := func(cells, name int) bool {
		if rest-cells-2 < name {
			return false
		}
		rest -= cells + 2
		return true
	}
	switch {
	case need(stateW, 14):
		c.state = stateW
	case need(shortW, 8):
		c.state = shortW
	}
	if full, short := of.widths(); full > 0 {
		// Which of several controllers it is must be seen however little room there is.
		if need(full, 16+stageW+2) {
			c.controller = full
		} else if need(short, 8) {
			c.controller = short
		}
	}
	chosen := o.Columns
	if chosen == nil {
		chosen = Columns
	}
	for i, name := range chosen {
		switch {
		case name == "stage" && (need(stageW, 18) || c.controller > 0 && need(stageW, 16)):
			c.stage = stageW
		case name == "node" && need(12, 28):
			c.node = 12
		case name == "cause" && need(20, 30):
			c.cause = 20
		case name == "cause" && need(whoW, 18): // who it was, at least
			c.cause = whoW
		}
		if i == 0 {
			c.pinned = pinnedFor(o.Pinned, need)
		}
	}
	if slices.Contains(chosen, "status") && need(wordW, 36) {
		c.word = wordW
	}
	// What is left goes to the name as far as the longest needs it, then to cause, stage and node. In steps, so that the
	// columns rarely move when a name comes or goes.
	c.name = max(1, rest)
	enough := min((rows.name+7)/8*8, 56)
	if over := c.name - max(enough, 28); over > 0 {
		give := func(to *int, cells int) {
			if *to > 0 {
				*to += cells
				c.name -= cells
			}
		}
		give(&c.stage, min(over/4, 14))
		give(&c.node, min(over/4, 10))
		give(&c.cause, max(0, c.name-max(enough, 28)))
	}
	// A stage that does not fit takes of the cause, which can be said in short.
	if long := min((rows.stage+3)/4*4, longStageW) - c.stage; c.stage > 0 && long > 0 {
		long = min(long, max(0, c.cause-whoW))
		c.stage, c.cause = c.stage+long, c.cause-long
	}
	return c
}

// pinnedFor returns the pinned variables that there is room for.
func pinnedFor(names []string, need func(cells, name int) bool) []string {
	var pinned []string
	for _, name := range names {
		if len(pinned) == 3 || !need(pinnedW, 22) {
			break
		}
		pinned = append(pinned, name)
	}
	return pinned
}

func (t *table) headingLine(r *Row, w int) string {
	st := t.st
	g := st.Glyphs.Border.Top
	label := " " + r.Heading + " "
	if t.grouped {
		count := strconv.Itoa(r.count)
		switch r.running {
		case 0:
		case r.count:
			count += " running"
		default:
			count = strconv.Itoa(r.running) + " running of " + count
		}
		label = " " + r.Heading + "  " + count + " "
	}
	label = strings.TrimRight(kit.Fit(label, min(kit.Width(label), max(0, w-4))), " ") + " "
	if r.Heading == "recent" && !t.grouped {
		if names, at := t.cols.endedNames(); names != "" && at > kit.Width(label)+4 {
			label += strings.Repeat(g, at-kit.Width(label)-3) + " " + names + " "
		}
	}
	return st.Dim.Render(" " + g + label + strings.Repeat(g, max(0, w-kit.Width(label)-3)))
}

// endedNames names the columns of ended runs, and returns in which cell the names begin; empty where there is no room.
func (c *columns) endedNames() (names string, at int) {
	if c.state != stateW {
		return "", 0
	}
	at = len("x  ") + c.name + len("  ")
	if c.controller > 0 {
		at += c.controller + 2
	}
	if c.number > 0 {
		at += c.number + 1
	}
	if c.word > 0 {
		return kit.Fit("result", c.word) + "  " + kit.FitRight("ended", agoW) + kit.FitRight("took", stateW-agoW), at
	}
	return kit.Fit("result", wordW) + kit.FitRight("ended", 5) + kit.FitRight("took", stateW-wordW-5), at
}

// nodesText names nodes in w cells: all of them, or the first and how many more there are.
func nodesText(nodes []string, w int) string {
	all := kit.Clean(strings.Join(nodes, ", "))
	if len(nodes) < 2 || kit.Width(all) <= w {
		return all
	}
	more := " +" + strconv.Itoa(len(nodes)-1)
	first := kit.Clean(nodes[0])
	return kit.FitMiddle(first, min(kit.Width(first), max(1, w-len(more)))) + more
}

// headings names the columns.
func (t *table) headings(w int) string {
	c := &t.cols
	var b strings.Builder
	b.WriteString("   ")
	cell := func(name string, w int) {
		if w > 0 {
			b.WriteString(kit.Fit(name, w) + "  ")
		}
	}
	cell("", c.controller)
	b.WriteString(kit.Fit("job", c.name))
	if c.number > 0 {
		number := "build"
		if c.number < len(number) {
			number = "#"
		}
		b.WriteString(" " + kit.FitRight(number, c.number))
	}
	b.WriteString("  ")
	cell("status", c.word)
	cell("progress", c.state)
	cell("stage", c.stage)
	cell("node", c.node)
	who := "started by"
	if c.cause < len(who) {
		who = "who"
	}
	cell(who, c.cause)
	for _, name := range c.pinned {
		cell(kit.Clean(name), pinnedW)
	}
	return t.st.Dim.Render(kit.Fit(strings.TrimRight(b.String(), " "), w))
}

// headingsFrom is from how many lines on the list names its columns.
const headingsFrom = 12

// headLines returns how many lines of a pane of this size name the columns.
func headLines(w, h int) int {
	if h < headingsFrom || w < 40 {
		return 0
	}
	return 1
}

// causeText is why a run was started, in w cells: as it is, or else who started it. Behind it comes the whole reason why
// a queue item waits, where there is room: the progress says it in short.
func causeText(r *jenkins.Run, w int) string {
	if len(r.Causes) == 0 {
		return kit.CauseText(r)
	}
	text := strings.TrimPrefix(r.Causes[0].Short(r.Job), "by ") // the heading says it
	if kit.Width(text) > w {
		text = kit.Clean(r.Causes[0].Who(r.Job))
	}
	if r.Causes[0].UpstreamJob != "" {
		text = kit.FitMiddle(text, min(w, kit.Width(text))) // the number of the build is at the end
	}
	if why := "  " + kit.Clean(r.Why); r.Status == jenkins.Queued && r.Why != "" && kit.Width(text+why) <= w {
		text += why
	}
	return text
}

// CheckColumns returns an error unless these are columns of the list of runs.
func CheckColumns(names []string) error {
	for i, name := range names {
		what := "there is no column %q"
		if slices.Contains(names[:i], name) {
			what = "the column %q is named twice"
		} else if slices.Contains(Columns, name) {
			continue
		}
		return &kit.SaidError{What: "columns: " + fmt.Sprintf(what, name),
			Fix: kit.DidYouMean(name, Columns) + "The columns are " + strings.Join(Columns, ", ") + "; pinned adds variables."}
	}
	return nil
}
