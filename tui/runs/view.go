package runs

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// View draws the rows in sight: h lines of exactly w cells.
func (p *Pane) View(w, h int) string {
	if len(p.List.Rows) == 0 {
		return kit.Block(strings.Join(p.empty(w), "\n"), w, h)
	}
	t := p.table(w)
	var b strings.Builder
	b.Grow(w * h * 2)
	if headLines(w, h) > 0 {
		b.WriteString(t.headings(w))
		b.WriteByte('\n')
		h--
	}
	for i := range h {
		if i > 0 {
			b.WriteByte('\n')
		}
		at := p.List.Offset + i
		if at >= len(p.List.Rows) {
			b.WriteString(kit.Spaces(w))
			continue
		}
		r := &p.List.Rows[at]
		if r.Run == nil {
			b.WriteString(kit.Fit(t.headingLine(r, w), w))
			continue
		}
		signs := p.signsOf(r.Run)
		signs.cursor = at == p.List.Cursor
		line := t.runLine(r, signs)
		if w < narrow {
			line = kit.Fit(line, w) // below this the cells do not add up to the width
		}
		switch {
		case !signs.cursor:
		case p.focused:
			line = t.st.Selected.Over(line)
		default:
			line = t.st.Cursor.Over(line)
		}
		b.WriteString(line)
	}
	return b.String()
}

// Lines returns how many lines all rows take in a pane of w cells, 0 where there are none.
func (p *Pane) Lines(w int) int {
	if len(p.List.Rows) == 0 {
		return 0
	}
	return len(p.List.Rows) + headLines(w, len(p.List.Rows)+1)
}

// table returns what draws the rows of a frame in w cells.
func (p *Pane) table(w int) *table {
	t := &table{sh: p.sh, st: p.sh.Styles, marks: &p.Search.marks, grouped: p.Group, now: time.Now(), names: controllerNames(p.sh.Opts.Controllers)}
	t.cols = columnsFor(w, p.widths, t.names, p.sh.Opts)
	return t
}

// signs are what a row says of its run beside its values.
type signs struct{ cursor, fresh, marked, followed, gone bool }

func (p *Pane) signsOf(r *jenkins.Run) signs {
	return signs{fresh: p.fresh.has(r), marked: p.marked.has(r), followed: p.Followed != nil && p.Followed(r),
		gone: len(p.Data.Gone) > 0 && p.Data.Gone[kit.KeyOf(r)] != 0}
}

// table draws rows in columns.
type table struct {
	sh      *kit.Shared
	st      *kit.Styles
	marks   *marks
	grouped bool
	now     time.Time
	cols    columns
	names   controllers
}

func (t *table) runLine(r *Row, is signs) string {
	run, c, st := r.Run, &t.cols, t.st
	var b strings.Builder
	b.Grow(256)
	switch {
	case is.cursor:
		b.WriteString(st.Accent.Render(st.Glyphs.Mark))
	case is.fresh:
		b.WriteString(st.Failed.Render("!"))
	default:
		b.WriteByte(' ')
	}
	if is.gone {
		plain := *st
		plain.Good, plain.Failed, plain.Waiting = st.Dim, st.Dim, st.Dim
		st = &plain
	}
	if run.Waits() {
		b.WriteString(st.Status(jenkins.Queued).Render(st.Glyphs.Queued))
	} else {
		b.WriteString(st.Status(run.Status).Render(st.Glyphs.Status(run.Status)))
	}
	switch {
	case is.marked:
		b.WriteString(st.Accent.Render(st.Glyphs.Live))
	case is.followed:
		b.WriteString(st.Accent.Render(st.Glyphs.Followed))
	default:
		b.WriteByte(' ')
	}
	if c.controller > 0 {
		b.WriteString(st.Dim.Render(t.names.text(run.Controller, c.controller)))
		b.WriteString("  ")
	}
	b.WriteString(nameCell(r.Name, c.name, t.marks, st))
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
		cell(st.Status(run.Status), string(run.Status), c.word, t.marks.status)
	}
	if c.state > 0 {
		b.WriteString("  ")
		if is.gone {
			b.WriteString(st.Dim.Render(kit.Fit("not there any more", c.state)))
		} else {
			b.WriteString(t.stateCell(run, t.sh.AsOf(run, t.now), st))
		}
	}
	if c.stage > 0 {
		cell(kit.Style{}, stageText(run, t.sh), c.stage, t.marks.stage)
	}
	if c.node > 0 {
		cell(st.Dim, nodesText(run.Nodes, c.node), c.node, t.marks.node)
	}
	if c.cause > 0 {
		cell(st.Dim, causeText(run, c.cause), c.cause, t.marks.cause)
	}
	for _, name := range c.pinned {
		cell(kit.Style{}, t.sh.PinnedText(run, name), pinnedW, nil)
	}
	b.WriteByte(' ')
	return b.String()
}

// stateCell says how far a run is, in exactly c.state cells. Where there is no column for stages, the stage that failed
// stands in place of the result, which the glyph says.
func (t *table) stateCell(r *jenkins.Run, now time.Time, st *kit.Styles) string {
	c := &t.cols
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
		return marked(kit.Fit(shortWhy(r), stateW-5), style, t.marks.text, st) + kit.FitRight(kit.Ago(elapsed), 5)
	case waits:
		return st.Status(jenkins.Queued).Render(kit.Fit("waits", c.state-5)) + kit.FitRight(kit.Ago(elapsed), 5)
	case r.Status == jenkins.Paused && long:
		return marked(kit.Fit("waits for input", stateW-5), st.Waiting, t.marks.text, st) + kit.FitRight(kit.Ago(elapsed), 5)
	case r.Status.Ended() && long && c.word > 0:
		return st.Dim.Render(kit.FitRight(kit.Ago(now.Sub(r.EndedAt()))+" ago", agoW)) + kit.FitRight(kit.Clock(r.Duration), stateW-agoW)
	case r.Status.Ended() && long:
		word := string(r.Status)
		if stage := failedStage(r, t.sh); stage != "" && c.stage == 0 {
			word = stage
		}
		return marked(kit.FitMiddle(word, wordW), st.Status(r.Status), t.marks.status, st) + st.Dim.Render(kit.FitRight(kit.Ago(now.Sub(r.EndedAt())), 5)) +
			kit.FitRight(kit.Clock(r.Duration), stateW-wordW-5)
	case r.Status.Ended():
		return marked(kit.Fit(string(r.Status), c.state), st.Status(r.Status), t.marks.status, st)
	case r.Status == jenkins.Queued || r.Status == jenkins.Paused:
		return st.Status(r.Status).Render(kit.Fit(strings.ToLower(string(r.Status)), c.state-5)) + kit.FitRight(kit.Ago(elapsed), 5)
	}
	elapsed = t.sh.Built(r, now)
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

// failedStage returns the stage in which an ended run failed, as far as it is known.
func failedStage(r *jenkins.Run, sh *kit.Shared) string { return kit.Clean(sh.FailedStage(r)) }

// stageText returns the stages that a run is in, and what another of its parts waits for, or the stage in which it failed.
func stageText(r *jenkins.Run, sh *kit.Shared) string {
	if r.Status.Ended() {
		return failedStage(r, sh)
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

// lastQuoted returns the last text in single quotes: ‘Jenkins’ doesn’t have label ‘arm64’.
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
