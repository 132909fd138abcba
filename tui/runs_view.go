package tui

import (
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/sahilm/fuzzy"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
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
	pinnedW = 14
	barW    = 8
	narrow  = 16
)

// columnsFor shares w cells among the columns: the name keeps at least what its reader needs, then come state, stage,
// node, cause and the status as a word as far as there is room.
func (p *runsPane) columnsFor(w int) columns {
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
	for _, name := range p.sh.opts.Pinned { // somebody asked for them
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
func (p *runsPane) controllerW() (full, short int) {
	const most = 12
	cs := p.sh.opts.Controllers
	if len(cs) < 2 {
		return 0, 0
	}
	for i := range cs {
		full = min(most, max(full, width(clean(cs[i].Name))))
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
	name = clean(name)
	if w < 6 {
		name = ansi.Truncate(name, w, "")
	}
	return fitMiddle(name, w)
}

// view draws the rows in sight: h lines of exactly w cells.
func (p *runsPane) view(w, h int, focused bool, st *styles) string {
	c := p.columnsFor(w)
	now := time.Now()
	words := typedWords(p.filter.text())
	var b strings.Builder
	b.Grow(w * h * 2)
	for i := range h {
		if i > 0 {
			b.WriteByte('\n')
		}
		at := p.offset + i
		if at >= len(p.rows) {
			b.WriteString(spaces(w))
			continue
		}
		r := &p.rows[at]
		if r.run == nil {
			b.WriteString(fit(p.headingLine(r, w, st), w))
			continue
		}
		line := p.runLine(r, c, at == p.cursor, words, now, st)
		if w < narrow {
			line = fit(line, w) // below this the cells do not add up to the width
		}
		switch {
		case at != p.cursor:
		case focused:
			line = st.selected.over(line)
		default:
			line = st.cursor.over(line)
		}
		b.WriteString(line)
	}
	return b.String()
}

func (p *runsPane) headingLine(r *row, w int, st *styles) string {
	g := st.glyphs.horizontal
	label := " " + r.heading + " "
	if p.group {
		count := strconv.Itoa(r.count)
		switch r.running {
		case 0:
		case r.count:
			count += " running"
		default:
			count = strconv.Itoa(r.running) + " running of " + count
		}
		label = " " + r.heading + "  " + count + " "
	}
	label = strings.TrimRight(fit(label, min(width(label), max(0, w-4))), " ") + " "
	return st.dim.render(" " + g + label + strings.Repeat(g, max(0, w-width(label)-3)))
}

func (p *runsPane) runLine(r *row, c columns, at bool, words []string, now time.Time, st *styles) string {
	run := r.run
	var b strings.Builder
	b.Grow(256)
	if at {
		b.WriteString(st.accent.render(st.glyphs.mark))
	} else {
		b.WriteByte(' ')
	}
	gone := len(p.gone) > 0 && p.gone[run.Ref] != 0
	if gone {
		plain := *st
		plain.good, plain.failed, plain.waiting = st.dim, st.dim, st.dim
		st = &plain
	}
	if run.Waits() {
		b.WriteString(st.status(jenkins.Queued).render(st.glyphs.queued))
	} else {
		b.WriteString(st.status(run.Status).render(st.glyphs.status(run.Status)))
	}
	b.WriteByte(' ')
	if c.controller > 0 {
		b.WriteString(st.dim.render(controllerCell(run.Controller, c.controller)))
		b.WriteString("  ")
	}
	b.WriteString(p.nameCell(r.name, c.name, words, st))
	if c.number > 0 {
		b.WriteByte(' ')
		b.WriteString(st.dim.render(fitRight(runNumber(*run), c.number)))
	}
	cell := func(style style, s string, w int) {
		if w > 0 {
			b.WriteString("  ")
			b.WriteString(style.render(fit(s, w)))
		}
	}
	if c.word > 0 {
		cell(st.status(run.Status), string(run.Status), c.word)
	}
	if c.state > 0 {
		b.WriteString("  ")
		if gone {
			b.WriteString(st.dim.render(fit("not there any more", c.state)))
		} else {
			b.WriteString(stateCell(run, c, p.sh.asOf(run, now), st))
		}
	}
	if c.stage > 0 {
		cell(style{}, stageText(run), c.stage)
	}
	if c.node > 0 {
		cell(st.dim, nodesText(run.Nodes, c.node), c.node)
	}
	if c.cause > 0 {
		cell(st.dim, causeText(run), c.cause)
	}
	for _, name := range c.pinned {
		cell(style{}, p.sh.pinnedText(run, name), pinnedW)
	}
	b.WriteByte(' ')
	return b.String()
}

// nameCell draws a name; what the filter found in it is marked if the name is whole.
func (p *runsPane) nameCell(name string, w int, words []string, st *styles) string {
	if len(words) == 0 || width(name) > w {
		return fitMiddle(name, w)
	}
	found := map[int]bool{}
	bare, at := unaccented(name)
	for _, word := range words {
		for _, m := range fuzzy.FindNoSort(word, []string{bare}) {
			for _, i := range m.MatchedIndexes {
				if at != nil {
					i = at[i]
				}
				found[i] = true
			}
		}
	}
	return marked(name, found, st) + spaces(w-width(name))
}

// marked draws s with the characters at the found byte offsets marked.
func marked(s string, found map[int]bool, st *styles) string {
	if len(found) == 0 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if found[i] {
			b.WriteString(st.match.render(string(r)))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// stateCell tells how far a run is, in exactly c.state cells.
func stateCell(r *jenkins.Run, c columns, now time.Time, st *styles) string {
	elapsed := r.Elapsed(now)
	long := c.state == stateW
	waits := r.Waits()
	if waits {
		elapsed = r.Waited(now)
	}
	switch {
	case (r.Status == jenkins.Queued || waits) && long:
		style := st.dim
		if r.Stuck {
			style = st.waiting
		}
		return style.render(fit(shortWhy(r), stateW-5)) + fitRight(ago(elapsed), 5)
	case waits:
		return st.status(jenkins.Queued).render(fit("waits", c.state-5)) + fitRight(ago(elapsed), 5)
	case r.Status == jenkins.Paused && long:
		return st.waiting.render(fit("waits for input", stateW-5)) + fitRight(ago(elapsed), 5)
	case r.Status.Ended() && long && c.word > 0:
		return st.dim.render(fitRight(ago(now.Sub(r.EndedAt()))+" ago", 9)) + fitRight(clock(r.Duration), stateW-9)
	case r.Status.Ended() && long:
		return st.status(r.Status).render(fit(string(r.Status), wordW)) + st.dim.render(fitRight(ago(now.Sub(r.EndedAt())), 5)) +
			fitRight(clock(r.Duration), stateW-wordW-5)
	case r.Status.Ended():
		return st.status(r.Status).render(fit(string(r.Status), c.state))
	case r.Status == jenkins.Queued || r.Status == jenkins.Paused:
		return st.status(r.Status).render(fit(strings.ToLower(string(r.Status)), c.state-5)) + fitRight(ago(elapsed), 5)
	}
	time := clock(elapsed)
	if r.Estimated > 0 {
		time += "/" + clock(r.Estimated)
	}
	late := r.Estimated > 0 && elapsed > r.Estimated
	style := style{}
	if late {
		style = st.waiting
	}
	if !long {
		return style.render(fitRight(time, c.state))
	}
	if r.Estimated <= 0 {
		return spaces(barW+1) + fitRight(time, stateW-barW-1)
	}
	return bar(elapsed, r.Estimated, barW, st) + style.render(fitRight(time, stateW-barW-1))
}

// bar draws w cells of progress and one more that is marked when the run is late.
func bar(elapsed, estimated time.Duration, w int, st *styles) string {
	if estimated <= 0 || w <= 0 {
		return spaces(w + 1)
	}
	full := int(int64(w) * int64(elapsed) / int64(estimated))
	full = min(max(full, 0), w)
	if elapsed > estimated {
		return st.waiting.render(strings.Repeat(st.glyphs.full, w) + "!")
	}
	return st.running.render(strings.Repeat(st.glyphs.full, full)) +
		st.dim.render(strings.Repeat(st.glyphs.empty, w-full)) + " "
}

// nodesText names nodes in w cells: all of them, or the first and how many more there are.
func nodesText(nodes []string, w int) string {
	all := clean(strings.Join(nodes, ", "))
	if len(nodes) < 2 || width(all) <= w {
		return all
	}
	more := " +" + strconv.Itoa(len(nodes)-1)
	first := clean(nodes[0])
	return fitMiddle(first, min(width(first), max(1, w-len(more)))) + more
}

// stageText is the stages that a run is in, and what another of its parts waits for.
func stageText(r *jenkins.Run) string {
	s := clean(strings.Join(r.Stages, ", "))
	if r.Why != "" && s != "" && r.Status != jenkins.Queued {
		s += ", " + shortWhy(r)
	}
	return s
}

// causeText is the first cause, shortened for a column; a queue item's is the whole reason it waits.
func causeText(r *jenkins.Run) string {
	if r.Status == jenkins.Queued && r.Why != "" {
		return clean(r.Why)
	}
	if len(r.Causes) == 0 {
		return ""
	}
	return r.Causes[0].Short(r.Job)
}

// shown is a variable's value as it is drawn: what looks like a secret is masked.
func (s *shared) shown(controller string, v env.Variable) string {
	vars := []env.Variable{v}
	env.MarkSecrets(vars, s.own(controller)...)
	return s.masks(vars[0].Shown(false))
}

// masks is text with its masks in the signs that the screen is drawn with.
func (s *shared) masks(text string) string {
	if s.glyphs.mask == unicodeGlyphs.mask {
		return text
	}
	return strings.ReplaceAll(text, unicodeGlyphs.mask, s.glyphs.mask)
}

// shortWhy says in a few words why a queue item, or a pipeline, waits.
func shortWhy(r *jenkins.Run) string {
	why := clean(r.Why)
	label := lastQuoted(why)
	has := func(s string) bool { return strings.Contains(why, s) }
	switch {
	case has("no nodes with the label"), has("doesn") && has("have label"):
		if text := `no agent "` + label + `"`; width(text) <= stateW-5 {
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
