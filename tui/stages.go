package tui

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// stageLines draws the stages: side by side with their branches beneath if they fit, else as a tree. The second value
// is the line of the stage that matters most now, the last one that runs, waits or broke; -1 if there is none.
func (p *statusPane) stageLines(w int, now time.Time, st *styles) ([]string, int) {
	r := &p.run
	if !r.Pipeline || r.Number == 0 {
		return nil, -1
	}
	var out []string
	active := -1
	switch {
	case p.known && len(p.stages.Stages) > 0:
		out = p.across(w, now, st)
		if out == nil {
			out = p.tree(twigs(nil, p.stages.Stages, "", st.glyphs), w-1, now, st)
			active = activeLine(p.stages.Stages)
		}
	case p.known && r.Status.Ended() && p.stages.Source == stages.Refresh:
		out = append(out, st.dim.render(" the stages are not known: Jenkins has neither Pipeline Graph View nor Stage View"))
	case p.known && r.Status.Ended():
		out = append(out, st.dim.render(" no stages"))
	case len(r.Stages) > 0:
		for _, name := range r.Stages {
			out = append(out, " "+st.running.render(st.glyphs.running)+" "+clean(name))
		}
	case p.asking:
		out = append(out, st.dim.render(" asking for the stages"+st.glyphs.more))
	}
	if p.err != nil {
		for _, l := range wrap("Stages: "+whatOf(p.err), w-2, " ") {
			out = append(out, st.waiting.render(l))
		}
		for _, l := range wrap(hintOf(p.err), w-4, "   ") {
			out = append(out, st.dim.render(l))
		}
	}
	return out, active
}

// activeLine is the line in the tree of the last stage that runs, waits or broke, -1 if all went well.
func activeLine(all []stages.Stage) int {
	line, active := 0, -1
	var walk func([]stages.Stage)
	walk = func(list []stages.Stage) {
		for i := range list {
			switch list[i].State {
			case stages.Running, stages.Queued, stages.Paused, stages.Failure, stages.Unstable, stages.Aborted:
				active = line
			}
			line++
			walk(list[i].Children)
		}
	}
	walk(all)
	return active
}

// stagePiece is a stage as one piece: "Build ✓ 1:40".
func stagePiece(s *stages.Stage, now time.Time, st *styles) string {
	out := clean(s.Name) + " " + st.stage(s.State).render(st.glyphs.stage(s.State))
	if t := stageTime(s, now); t != "" {
		out += " " + st.dim.render(t)
	}
	return out
}

// stageTime is how long a stage took or takes; empty if it has not started or was skipped.
func stageTime(s *stages.Stage, now time.Time) string {
	if !timed(s.State, s.StartedAt, s.Duration) {
		return ""
	}
	return clock(s.Elapsed(now))
}

// timed reports whether it is known how long a stage or step takes.
func timed(state stages.State, start time.Time, took time.Duration) bool {
	switch state {
	case stages.Skipped, stages.NotBuilt, stages.Unknown:
		return false
	}
	return took != 0 || !start.IsZero()
}

// across draws the top stages on one line and, below each, its branches. It returns nil where that does not fit or
// where branches of several stages would run into each other.
func (p *statusPane) across(w int, now time.Time, st *styles) []string {
	line := " "
	join := " " + st.glyphs.horizontal + " "
	var below []string
	for i := range p.stages.Stages {
		s := &p.stages.Stages[i]
		if i > 0 {
			line += st.dim.render(join)
		}
		if len(s.Children) > 0 {
			if below != nil {
				return nil
			}
			ts := twigs(nil, s.Children, spaces(width(line)), st.glyphs)
			if nameWidth(ts)+besideName > w-1 {
				return nil
			}
			below = p.tree(ts, w-1, now, st)
		}
		line += stagePiece(s, now, st)
	}
	if width(line) > w {
		return nil
	}
	return append([]string{line}, below...)
}

// twig is a stage's line in the tree: what stands before its name, and the stage.
type twig struct {
	lead  string
	stage *stages.Stage
}

// twigs lays stages out one a line, their branches and inner stages beneath them.
func twigs(out []twig, list []stages.Stage, indent string, g *glyphs) []twig {
	for i := range list {
		s := &list[i]
		lead, next := " ", "   "
		switch last := i == len(list)-1; {
		case indent == "" && s.Kind != stages.Branch:
		case last:
			lead, next = indent+g.corner+" ", indent+"  "
		default:
			lead, next = indent+g.tee+" ", indent+g.vertical+" "
		}
		out = twigs(append(out, twig{lead, s}), s.Children, next, g)
	}
	return out
}

// besideName is what a stage's sign and time take.
const besideName = len(" x") + len(" 12h34m")

// nameWidth is how many cells the names take with what stands before them.
func nameWidth(ts []twig) int {
	n := 0
	for _, t := range ts {
		n = max(n, width(t.lead)+width(clean(t.stage.Name)))
	}
	return n
}

// tree draws twigs in w cells: signs and times stand in columns, however long the names are.
func (p *statusPane) tree(ts []twig, w int, now time.Time, st *styles) []string {
	names := min(nameWidth(ts), max(8, w-besideName))
	nodes := p.severalNodes()
	timeW := 0
	for _, t := range ts {
		timeW = max(timeW, width(stageTime(t.stage, now)))
	}
	out := make([]string, 0, len(ts))
	for _, t := range ts {
		s := t.stage
		l := st.dim.render(t.lead) + fitMiddle(clean(s.Name), names-width(t.lead)) + " " + st.stage(s.State).render(st.glyphs.stage(s.State))
		add := func(text string) {
			if text != "" && width(l)+width(text) <= w {
				l += st.dim.render(text)
			}
		}
		if timeW > 0 {
			add(" " + fitRight(stageTime(s, now), timeW))
		}
		if node := clean(s.Node); node != "" && nodes {
			add("  " + node)
		}
		if s.Why != "" {
			add("  " + clean(s.Why))
		}
		if s.Paused > 0 && s.State != stages.Paused {
			add("  waited " + clock(s.Paused))
		}
		out = append(out, strings.TrimRight(l, " "))
	}
	return out
}

// severalNodes tells whether it is worth saying of each stage where it runs: the headline names the only node.
func (p *statusPane) severalNodes() bool {
	if len(p.run.Nodes) != 1 {
		return true
	}
	for _, t := range twigs(nil, p.stages.Stages, "", &unicodeGlyphs) {
		if t.stage.Node != "" && t.stage.Node != p.run.Nodes[0] {
			return true
		}
	}
	return false
}
