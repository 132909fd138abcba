package runs

import (
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// columns are the widths of the list's columns; zero leaves one out. Between two there is a gap of two cells, one
// before the number.
type columns struct {
	controller, name, number, word, state, stage, node, cause int
	pinned                                                    []string // names; each pinnedW wide
}

const (
	stateW  = 21 // "▰▰▰▰▰▱▱▱  3:12/5:40", "waits for input   12m", "FAILURE     2m   3:02"
	shortW  = 11 // "3:12/5:40" or the word of a result
	wordW   = 9  // the longest status, NOT_BUILT
	agoW    = 9  // "12m ago"
	pinnedW = 14
	barW    = 8
	narrow  = 16
)

// columnsFor shares w cells among the columns: the name keeps at least what its reader needs, then come state, stage,
// node, cause and the status as a word as far as there is room.
func (p *Pane) columnsFor(w int) columns {
	var c columns
	rest := w - 4 // the glyph between two spaces, and a space at the end
	c.number = min(p.numberW, max(0, rest-4))
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
	if full, short := p.controllerW(); full > 0 {
		// Which of several controllers it is must be seen however little room there is.
		if need(full, 24) {
			c.controller = full
		} else if need(short, 8) {
			c.controller = short
		}
	}
	if need(14, 24) {
		c.stage = 14
	}
	if need(12, 34) {
		c.node = 12
	}
	for _, name := range p.sh.Opts.Pinned { // somebody asked for them
		if len(c.pinned) == 3 || !need(pinnedW, 22) {
			break
		}
		c.pinned = append(c.pinned, name)
	}
	if need(20, 30) {
		c.cause = 20
	}
	if need(wordW, 36) {
		c.word = wordW
	}
	// What is left goes to the name as far as the longest needs it, then to cause, stage and node. In steps, so that the
	// columns rarely move when a name comes or goes.
	c.name = max(1, rest)
	enough := min((p.nameW+7)/8*8, 56)
	if over := c.name - max(enough, 28); over > 0 {
		give := func(to *int, cells int) {
			if *to > 0 {
				*to += cells
				c.name -= cells
			}
		}
		give(&c.stage, min(over/4, 12))
		give(&c.node, min(over/4, 10))
		give(&c.cause, max(0, c.name-max(enough, 28)))
	}
	return c
}

// controllerW is how many cells the controllers' names take, and how many of them at least tell one from the other; zero
// where there is only one.
func (p *Pane) controllerW() (full, short int) {
	const most = 12
	cs := p.sh.Opts.Controllers
	if len(cs) < 2 {
		return 0, 0
	}
	for i := range cs {
		full = min(most, max(full, kit.Width(kit.Clean(cs[i].Name))))
	}
	for short = 2; short < full; short++ {
		seen := map[string]bool{}
		for i := range cs {
			seen[controllerCell(cs[i].Name, short)] = true
		}
		if len(seen) == len(cs) {
			break
		}
	}
	return full, short
}

// controllerCell is a controller's name in w cells. In few it is cut without a sign that would take the room of a letter.
func controllerCell(name string, w int) string {
	name = kit.Clean(name)
	if w < 6 {
		name = ansi.Truncate(name, w, "")
	}
	return kit.FitMiddle(name, w)
}

// View draws the rows in sight: h lines of exactly w cells.
func (p *Pane) View(w, h int) string {
	st := p.sh.Styles
	if len(p.Rows) == 0 {
		return kit.Block(strings.Join(p.empty(w), "\n"), w, h)
	}
	c := p.columnsFor(w)
	now := time.Now()
	var b strings.Builder
	b.Grow(w * h * 2)
	for i := range h {
		if i > 0 {
			b.WriteByte('\n')
		}
		at := p.Offset + i
		if at >= len(p.Rows) {
			b.WriteString(kit.Spaces(w))
			continue
		}
		r := &p.Rows[at]
		if r.Run == nil {
			b.WriteString(kit.Fit(p.headingLine(r, w, c, st), w))
			continue
		}
		line := p.runLine(r, c, at == p.Cursor, now, st)
		if w < narrow {
			line = kit.Fit(line, w) // below this the cells do not add up to the width
		}
		switch {
		case at != p.Cursor:
		case p.focused:
			line = st.Selected.Over(line)
		default:
			line = st.Cursor.Over(line)
		}
		b.WriteString(line)
	}
	return b.String()
}

func (p *Pane) headingLine(r *Row, w int, c columns, st *kit.Styles) string {
	g := st.Glyphs.Horizontal
	label := " " + r.Heading + " "
	if p.Group {
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
	if r.Heading == "recent" && !p.Group {
		if names, at := c.endedNames(); names != "" && at > kit.Width(label)+4 {
			label += strings.Repeat(g, at-kit.Width(label)-3) + " " + names + " "
		}
	}
	return st.Dim.Render(" " + g + label + strings.Repeat(g, max(0, w-kit.Width(label)-3)))
}

// endedNames names the columns of ended runs, and returns in which cell the names begin; empty where there is no room.
func (c columns) endedNames() (names string, at int) {
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

func (p *Pane) runLine(r *Row, c columns, at bool, now time.Time, st *kit.Styles) string {
	run := r.Run
	var b strings.Builder
	b.Grow(256)
	if at {
		b.WriteString(st.Accent.Render(st.Glyphs.Mark))
	} else {
		b.WriteByte(' ')
	}
	gone := len(p.Gone) > 0 && p.Gone[kit.KeyOf(run)] != 0
	if gone {
		plain := *st
		plain.Good, plain.Failed, plain.Waiting = st.Dim, st.Dim, st.Dim
		st = &plain
	}
	if run.Waits() {
		b.WriteString(st.Status(jenkins.Queued).Render(st.Glyphs.Queued))
	} else {
		b.WriteString(st.Status(run.Status).Render(st.Glyphs.Status(run.Status)))
	}
	b.WriteByte(' ')
	if c.controller > 0 {
		b.WriteString(st.Dim.Render(controllerCell(run.Controller, c.controller)))
		b.WriteString("  ")
	}
	b.WriteString(p.nameCell(r.Name, c.name, &p.marks, st))
	if c.number > 0 {
		b.WriteByte(' ')
		b.WriteString(st.Dim.Render(kit.FitRight(kit.RunNumber(*run), c.number)))
	}
	cell := func(style kit.Style, s string, w int, words []string) {
		if w > 0 {
			b.WriteString("  ")
			b.WriteString(marked(kit.Fit(s, w), style, words, st))
		}
	}
	if c.word > 0 {
		cell(st.Status(run.Status), string(run.Status), c.word, p.marks.status)
	}
	if c.state > 0 {
		b.WriteString("  ")
		if gone {
			b.WriteString(st.Dim.Render(kit.Fit("not there any more", c.state)))
		} else {
			b.WriteString(p.stateCell(run, c, p.sh.AsOf(run, now), st))
		}
	}
	if c.stage > 0 {
		cell(kit.Style{}, p.stageText(run), c.stage, p.marks.stage)
	}
	if c.node > 0 {
		cell(st.Dim, nodesText(run.Nodes, c.node), c.node, p.marks.node)
	}
	if c.cause > 0 {
		cell(st.Dim, kit.CauseText(run), c.cause, p.marks.cause)
	}
	for _, name := range c.pinned {
		cell(kit.Style{}, p.sh.PinnedText(run, name), pinnedW, nil)
	}
	b.WriteByte(' ')
	return b.String()
}

// stateCell says how far a run is, in exactly c.state cells. Where there is no column for stages, the stage that failed
// stands in place of the result, which the glyph says.
func (p *Pane) stateCell(r *jenkins.Run, c columns, now time.Time, st *kit.Styles) string {
	elapsed := r.Elapsed(now)
	long := c.state == stateW
	waits := r.Waits()
	if waits {
		elapsed = r.Waited(now)
	}
	switch {
	case (r.Status == jenkins.Queued || waits) && long:
		style := st.Dim
		if r.Stuck {
			style = st.Waiting
		}
		return marked(kit.Fit(shortWhy(r), stateW-5), style, p.marks.text, st) + kit.FitRight(kit.Ago(elapsed), 5)
	case waits:
		return st.Status(jenkins.Queued).Render(kit.Fit("waits", c.state-5)) + kit.FitRight(kit.Ago(elapsed), 5)
	case r.Status == jenkins.Paused && long:
		return marked(kit.Fit("waits for input", stateW-5), st.Waiting, p.marks.text, st) + kit.FitRight(kit.Ago(elapsed), 5)
	case r.Status.Ended() && long && c.word > 0:
		return st.Dim.Render(kit.FitRight(kit.Ago(now.Sub(r.EndedAt()))+" ago", agoW)) + kit.FitRight(kit.Clock(r.Duration), stateW-agoW)
	case r.Status.Ended() && long:
		word := string(r.Status)
		if stage := p.failedStage(r); stage != "" && c.stage == 0 {
			word = stage
		}
		return marked(kit.FitMiddle(word, wordW), st.Status(r.Status), p.marks.status, st) + st.Dim.Render(kit.FitRight(kit.Ago(now.Sub(r.EndedAt())), 5)) +
			kit.FitRight(kit.Clock(r.Duration), stateW-wordW-5)
	case r.Status.Ended():
		return marked(kit.Fit(string(r.Status), c.state), st.Status(r.Status), p.marks.status, st)
	case r.Status == jenkins.Queued || r.Status == jenkins.Paused:
		return st.Status(r.Status).Render(kit.Fit(strings.ToLower(string(r.Status)), c.state-5)) + kit.FitRight(kit.Ago(elapsed), 5)
	}
	time := kit.Clock(elapsed)
	if r.Estimated > 0 {
		time += "/" + kit.Clock(r.Estimated)
	}
	late := r.Estimated > 0 && elapsed > r.Estimated
	style := kit.Style{}
	if late {
		style = st.Waiting
	}
	if !long {
		return style.Render(kit.FitRight(time, c.state))
	}
	if r.Estimated <= 0 {
		return kit.Spaces(barW+1) + kit.FitRight(time, stateW-barW-1)
	}
	return kit.Bar(elapsed, r.Estimated, barW, st) + style.Render(kit.FitRight(time, stateW-barW-1))
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

// failedStage is the stage in which an ended run failed, as far as it is known.
func (p *Pane) failedStage(r *jenkins.Run) string { return kit.Clean(p.sh.FailedStage(r)) }

// stageText is the stages that a run is in, and what another of its parts waits for, or the stage in which it failed.
func (p *Pane) stageText(r *jenkins.Run) string {
	if r.Status.Ended() {
		return p.failedStage(r)
	}
	s := kit.Clean(strings.Join(r.Stages, ", "))
	if r.Why != "" && s != "" && r.Status != jenkins.Queued {
		s += ", " + shortWhy(r)
	}
	return s
}

// shortWhy says in a few words why a queue item, or a pipeline, waits.
func shortWhy(r *jenkins.Run) string {
	why := kit.Clean(r.Why)
	label := lastQuoted(why)
	has := func(s string) bool { return strings.Contains(why, s) }
	switch {
	case has("no nodes with the label"), has("doesn") && has("have label"):
		if text := `no agent "` + label + `"`; kit.Width(text) <= stateW-5 {
			return text
		}
		return "no agent " + label
	case has("are offline"), has("is offline"):
		if label == "" {
			return "agents offline"
		}
		return label + " offline"
	case has("next available executor"):
		if label == "" {
			return "for an executor"
		}
		return "for " + label
	case has("quiet period"):
		return "quiet period"
	case has("is already in progress"):
		if f := strings.Fields(why); len(f) > 1 && strings.HasPrefix(f[1], "#") {
			return "behind " + f[1]
		}
		return "behind a build"
	case label != "" && (has("is already building") || has("Blocked by")): // another project
		return "behind " + label
	case why == "":
		return "queued"
	}
	return why
}

// lastQuoted is the last text in single quotes: ‘Jenkins’ doesn’t have label ‘arm64’.
func lastQuoted(s string) string {
	for _, q := range []string{"‘’", "''"} {
		open, end := string([]rune(q)[0]), string([]rune(q)[1])
		to := strings.LastIndex(s, end)
		if to < 0 {
			continue
		}
		if from := strings.LastIndex(s[:to], open); from >= 0 {
			return s[from+len(open) : to]
		}
	}
	return ""
}
