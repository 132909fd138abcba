package status

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// columns are the widths of the tree's columns, 0 where one is left out: name and sign, time, bar, node.
type columns struct{ name, time, bar, node int }

const (
	timeW    = 7 // " 12h34m"
	leastBar = 8 // below this a bar shows nothing
	mostBar  = 48
)

// columnsFor shares w cells among the columns. Signs, times and bars stand in columns, however long the names are.
func (p *Pane) columnsFor(w int) columns {
	names, nodes := 0, 0
	showNodes := p.severalNodes()
	for i := range p.rows {
		r := &p.rows[i]
		if r.step != nil || r.note != "" {
			continue
		}
		names = max(names, kit.Width(r.lead)+2+kit.Width(kit.Clean(r.stage.Name)))
		nodes = max(nodes, kit.Width(beside(r.stage, showNodes)))
	}
	c := columns{time: timeW}
	rest := w - 1 - 2 - c.time // the cursor before the name, a sign behind it
	c.name = min(names, max(8, rest))
	const leastName, barAndGaps = 14, leastBar + 3
	if over := c.name - max(leastName, w/3); over > 0 && rest-c.name < barAndGaps { // a bar is worth the middle of a long name
		c.name -= min(over, barAndGaps-rest+c.name)
	}
	rest -= c.name
	switch {
	case rest >= barAndGaps+2+4 && nodes > 0:
		c.node = min(nodes, rest-barAndGaps-2, max(12, rest/2))
		c.bar = min(rest-c.node-5, mostBar)
	case rest >= barAndGaps:
		c.bar = min(rest-3, mostBar)
	case rest-3 >= min(nodes, 12):
		c.node = min(nodes, rest-3)
	}
	return c
}

// beside is what stands at the end of a stage's line: where it runs, what it waits for.
func beside(s *stages.Stage, node bool) string {
	var out []string
	if n := kit.Clean(s.Node); node && n != "" {
		out = append(out, n)
	}
	if s.Why != "" {
		out = append(out, kit.Clean(s.Why))
	}
	if s.Paused > 0 && s.State != stages.Paused {
		out = append(out, "waited "+kit.Clock(s.Paused))
	}
	return strings.Join(out, "  ")
}

// severalNodes reports whether it is worth saying of each stage where it runs: the headline names the only node.
func (p *Pane) severalNodes() bool {
	if len(p.run.Nodes) != 1 {
		return true
	}
	for i := range p.rows {
		if r := &p.rows[i]; r.stage != nil && r.stage.Node != "" && r.stage.Node != p.run.Nodes[0] {
			return true
		}
	}
	return false
}

// axis is the time that the bars share: from the start of the run to its end, or as far as it is likely to go.
type axis struct{ from, to time.Time }

func (p *Pane) axis(now time.Time) axis {
	r := &p.run
	a := axis{r.StartedAt, now}
	for i := range p.rows {
		if s := p.rows[i].stage; s != nil && !s.StartedAt.IsZero() && (a.from.IsZero() || s.StartedAt.Before(a.from)) && !p.rows[i].ahead {
			a.from = s.StartedAt
		}
	}
	switch likely := r.StartedAt.Add(r.Estimated); {
	case r.Status.Ended():
		a.to = r.StartedAt.Add(r.Duration)
	case likely.After(now):
		a.to = likely
	}
	return a
}

// bar draws when a stage ran, in w cells.
func (a axis) bar(s *stages.Stage, w int, now time.Time, st *kit.Styles) string {
	total := a.to.Sub(a.from)
	if s.StartedAt.IsZero() || total <= 0 || s.State == stages.Unknown {
		return kit.Spaces(w)
	}
	cell := func(t time.Time) int {
		return min(max(0, int(float64(w)*float64(t.Sub(a.from))/float64(total))), w)
	}
	from := min(cell(s.StartedAt), w-1)
	n := max(1, cell(s.StartedAt.Add(s.Elapsed(now)))-from)
	style := st.Stage(s.State)
	if s.State == stages.Success {
		style = st.Dim
	}
	return kit.Spaces(from) + style.Render(strings.Repeat(st.Glyphs.Span, n)) + kit.Spaces(w-from-n)
}

// rowLine draws row i in exactly w cells.
func (p *Pane) rowLine(i, w int, c columns, a axis, now time.Time, st *kit.Styles) string {
	r := &p.rows[i]
	mark := " "
	if i == p.at {
		mark = st.Accent.Render(st.Glyphs.Mark)
	}
	var line string
	switch {
	case r.note != "":
		line = st.Dim.Render(kit.Fit(r.lead+r.note, w-1))
	case r.step != nil:
		line = st.Dim.Render(r.lead) + kit.StepLine(r.step, w-2-kit.Width(r.lead), now, st)
	default:
		line = p.stageLine(r, c, a, now, st)
	}
	line = kit.Fit(mark+line, w)
	switch {
	case i != p.at:
		return line
	case p.focused:
		return st.Selected.Over(line)
	}
	return st.Cursor.Over(line)
}

func (p *Pane) stageLine(r *row, c columns, a axis, now time.Time, st *kit.Styles) string {
	s := r.stage
	open := " "
	switch {
	case r.hides:
		open = st.Glyphs.Right
	case r.opens:
		open = st.Glyphs.Down
	}
	name := kit.FitMiddle(kit.Clean(s.Name), c.name-kit.Width(r.lead)-2)
	if r.ahead { // what it did in the last run is only what it may take
		took := ""
		if s.Duration > 0 {
			took = "~" + kit.Clock(s.Duration)
		}
		return st.Dim.Render(r.lead + open + " " + name + " " + st.Glyphs.NotBuilt + kit.FitRight(took, c.time))
	}
	line := st.Dim.Render(r.lead+open) + " " + name + " " + st.Stage(s.State).Render(st.Glyphs.Stage(s.State)) +
		st.Dim.Render(kit.FitRight(kit.StageTime(s, now), c.time))
	if c.bar > 0 {
		line += "  " + a.bar(s, c.bar, now, st)
	}
	if c.node > 0 {
		text := beside(s, p.severalNodes())
		line += "  " + st.Dim.Render(kit.Fit(text, min(c.node, kit.Width(text))))
	}
	return line
}

// noRows says why there are no stages, or what those that are shown leave out.
func (p *Pane) noRows(w int, st *kit.Styles) []string {
	r := &p.run
	if !r.Pipeline || r.Number == 0 {
		return nil
	}
	var out []string
	say := func(text string) {
		for _, l := range kit.Wrap(text, w-2, " ") {
			out = append(out, st.Dim.Render(l))
		}
	}
	switch {
	case p.known && p.stages.Missing() != "":
		say(p.stages.Missing())
	case p.known && len(p.rows) == 0 && r.Status.Ended():
		say("no stages")
	case !p.known && p.asking && len(p.rows) == 0:
		say("asking for the stages" + st.Glyphs.More)
	}
	if p.err != nil {
		for _, l := range kit.Wrap("Stages: "+kit.WhatOf(p.err), w-2, " ") {
			out = append(out, st.Waiting.Render(l))
		}
		for _, l := range kit.Wrap(kit.HintOf(p.err), w-4, "   ") {
			out = append(out, st.Dim.Render(l))
		}
	}
	return out
}

// waited is how long the run has waited for input, as far as its steps or the watcher know.
func (p *Pane) waited(now time.Time) time.Duration {
	return max(p.pausedFor(now.Add(p.run.Ahead)), p.run.InputWait)
}

// pausedFor is how long a run has waited for input, as far as its steps say.
func (p *Pane) pausedFor(now time.Time) time.Duration {
	var total time.Duration
	var walk func([]stages.Stage)
	walk = func(list []stages.Stage) {
		for i := range list {
			s := &list[i]
			for j := range s.Steps {
				step := &s.Steps[j]
				total += step.Paused
				if step.State == stages.Paused && step.Paused == 0 {
					total += step.Elapsed(now)
				}
			}
			if len(s.Steps) == 0 && len(s.Children) == 0 {
				total += s.Paused
			}
			walk(s.Children)
		}
	}
	walk(p.stages.Stages)
	return min(total, p.run.Elapsed(now))
}
