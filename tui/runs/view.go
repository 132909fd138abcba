package runs

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

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
	if headLines(w, h) > 0 {
		b.WriteString(p.headings(w, c, st))
		b.WriteByte('\n')
		h--
	}
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

func (p *Pane) runLine(r *Row, c columns, at bool, now time.Time, st *kit.Styles) string {
	run := r.Run
	var b strings.Builder
	b.Grow(256)
	switch {
	case at:
		b.WriteString(st.Accent.Render(st.Glyphs.Mark))
	case p.fresh[kit.KeyOf(run)]:
		b.WriteString(st.Failed.Render("!"))
	default:
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
	switch {
	case len(p.marked) > 0 && p.marked[kit.KeyOf(run)]:
		b.WriteString(st.Accent.Render(st.Glyphs.Live))
	case p.Followed != nil && p.Followed(run):
		b.WriteString(st.Accent.Render(st.Glyphs.Followed))
	default:
		b.WriteByte(' ')
	}
	if c.controller > 0 {
		b.WriteString(st.Dim.Render(p.controllerText(run.Controller, c.controller)))
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
		cell(st.Dim, causeText(run, c.cause), c.cause, p.marks.cause)
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
	elapsed = p.sh.Built(r, now)
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
func (p *Pane) failedStage(r *jenkins.Run) string { return kit.Clean(p.sh.FailedStage(r)) }

// stageText returns the stages that a run is in, and what another of its parts waits for, or the stage in which it failed.
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
