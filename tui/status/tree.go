package status

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
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

// treeView draws the rows of a tree.
type treeView struct {
	cols  columns
	axis  axis
	rows  []row
	nodes bool // it is worth saying where each stage runs
	waits *stages.Stage
	now   time.Time
	st    *kit.Styles
}

// view lays the rows of a run's tree out in w cells, as they stand at the time now by the controller's clock.
func (t *stageTree) view(run *jenkins.Run, w int, now time.Time, st *kit.Styles) *treeView {
	v := &treeView{rows: t.rows, nodes: t.severalNodes(run.Nodes), waits: t.stages.Waiting(run), now: now, st: st}
	v.cols, v.axis = t.columnsFor(w, v.nodes), t.axisOf(run, now)
	return v
}

// columnsFor shares w cells among the columns. Signs, times and bars stand in columns, however long the names are.
func (t *stageTree) columnsFor(w int, showNodes bool) columns {
	names, nodes := 0, 0
	for i := range t.rows {
		r := &t.rows[i]
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
func (t *stageTree) severalNodes(ofRun []string) bool {
	if len(ofRun) != 1 {
		return true
	}
	for i := range t.rows {
		if r := &t.rows[i]; r.stage != nil && r.stage.Node != "" && r.stage.Node != ofRun[0] {
			return true
		}
	}
	return false
}

// axis is the time that the bars share: from the start of the run to its end, or as far as it is likely to go.
type axis struct{ from, to time.Time }

func (t *stageTree) axisOf(r *jenkins.Run, now time.Time) axis {
	a := axis{r.StartedAt, now}
	for i := range t.rows {
		if s := t.rows[i].stage; s != nil && !s.StartedAt.IsZero() && (a.from.IsZero() || s.StartedAt.Before(a.from)) && !t.rows[i].ahead {
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

// line draws row i in exactly w cells. selected: it is under the cursor; focused: of a pane that has the keys.
func (v *treeView) line(i, w int, selected, focused bool) string {
	r, st := &v.rows[i], v.st
	mark := " "
	if selected {
		mark = st.Accent.Render(st.Glyphs.Mark)
	}
	var line string
	switch {
	case r.note != "":
		line = st.Dim.Render(kit.Fit(r.lead+r.note, w-1))
	case r.step != nil:
		line = st.Dim.Render(r.lead) + kit.StepLine(r.step, w-2-kit.Width(r.lead), v.now, st)
	default:
		line = v.stageLine(r)
	}
	line = kit.Fit(mark+line, w)
	switch {
	case !selected:
		return line
	case focused:
		return st.Selected.Over(line)
	}
	return st.Cursor.Over(line)
}

func (v *treeView) stageLine(r *row) string {
	s, st := r.stage, v.st
	open := " "
	switch {
	case r.hides:
		open = st.Glyphs.Right
	case r.opens:
		open = st.Glyphs.Down
	}
	name := kit.FitMiddle(kit.Clean(s.Name), v.cols.name-kit.Width(r.lead)-2)
	if r.ahead { // what it did in the last run is only what it may take
		took := ""
		if s.Duration > 0 {
			took = "~" + kit.Clock(s.Duration)
		}
		return st.Dim.Render(r.lead + open + " " + name + " " + st.Glyphs.NotBuilt + kit.FitRight(took, v.cols.time))
	}
	state := s.State
	if state == stages.Running && (s.Why != "" || s == v.waits) { // for a node, as its row in the list says
		state = stages.Queued
	}
	line := st.Dim.Render(r.lead+open) + " " + name + " " + st.Stage(state).Render(st.Glyphs.Stage(state)) +
		st.Dim.Render(kit.FitRight(kit.StageTime(s, v.now), v.cols.time))
	if v.cols.bar > 0 {
		line += "  " + v.axis.bar(s, v.cols.bar, v.now, st)
	}
	if v.cols.node > 0 {
		text := beside(s, v.nodes)
		line += "  " + st.Dim.Render(kit.Fit(text, min(v.cols.node, kit.Width(text))))
	}
	return line
}
