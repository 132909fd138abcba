package status

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// stageLines draws the stages: side by side with their branches beneath if they fit, else as a tree. The second value
// is the line of the stage that matters most now, the last one that runs, waits or broke; -1 if there is none.
func (p *Pane) stageLines(w int, now time.Time, st *kit.Styles) ([]string, int) {
	r := &p.Run
	if !r.Pipeline || r.Number == 0 {
		return nil, -1
	}
	var out []string
	active := -1
	switch {
	case p.known && len(p.stages.Stages) > 0:
		out = p.across(w, now, st)
		if out == nil {
			out = p.tree(twigs(nil, p.stages.Stages, "", st.Glyphs), w-1, now, st)
			active = activeLine(p.stages.Stages)
		}
	case p.known && r.Status.Ended() && p.stages.Source == stages.Refresh:
		out = append(out, st.Dim.Render(" the stages are not known: Jenkins has neither Pipeline Graph View nor Stage View"))
	case p.known && r.Status.Ended():
		out = append(out, st.Dim.Render(" no stages"))
	case len(r.Stages) > 0:
		for _, name := range r.Stages {
			out = append(out, " "+st.Running.Render(st.Glyphs.Running)+" "+kit.Clean(name))
		}
	case p.asking:
		out = append(out, st.Dim.Render(" asking for the stages"+st.Glyphs.More))
	}
	if p.err != nil {
		for _, l := range kit.Wrap("Stages: "+kit.WhatOf(p.err), w-2, " ") {
			out = append(out, st.Waiting.Render(l))
		}
		for _, l := range kit.Wrap(kit.HintOf(p.err), w-4, "   ") {
			out = append(out, st.Dim.Render(l))
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
func stagePiece(s *stages.Stage, now time.Time, st *kit.Styles) string {
	out := kit.Clean(s.Name) + " " + st.Stage(s.State).Render(st.Glyphs.Stage(s.State))
	if t := kit.StageTime(s, now); t != "" {
		out += " " + st.Dim.Render(t)
	}
	return out
}

// across draws the top stages on one line and, below each, its branches. It returns nil where that does not fit or
// where branches of several stages would run into each other.
func (p *Pane) across(w int, now time.Time, st *kit.Styles) []string {
	line := " "
	join := " " + st.Glyphs.Horizontal + " "
	var below []string
	for i := range p.stages.Stages {
		s := &p.stages.Stages[i]
		if i > 0 {
			line += st.Dim.Render(join)
		}
		if len(s.Children) > 0 {
			if below != nil {
				return nil
			}
			ts := twigs(nil, s.Children, kit.Spaces(kit.Width(line)), st.Glyphs)
			if nameWidth(ts)+besideName > w-1 {
				return nil
			}
			below = p.tree(ts, w-1, now, st)
		}
		line += stagePiece(s, now, st)
	}
	if kit.Width(line) > w {
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
func twigs(out []twig, list []stages.Stage, indent string, g *kit.Glyphs) []twig {
	for i := range list {
		s := &list[i]
		lead, next := " ", "   "
		switch last := i == len(list)-1; {
		case indent == "" && s.Kind != stages.Branch:
		case last:
			lead, next = indent+g.Corner+" ", indent+"  "
		default:
			lead, next = indent+g.Tee+" ", indent+g.Vertical+" "
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
		n = max(n, kit.Width(t.lead)+kit.Width(kit.Clean(t.stage.Name)))
	}
	return n
}

// tree draws twigs in w cells: signs and times stand in columns, however long the names are.
func (p *Pane) tree(ts []twig, w int, now time.Time, st *kit.Styles) []string {
	names := min(nameWidth(ts), max(8, w-besideName))
	nodes := p.severalNodes()
	timeW := 0
	for _, t := range ts {
		timeW = max(timeW, kit.Width(kit.StageTime(t.stage, now)))
	}
	out := make([]string, 0, len(ts))
	for _, t := range ts {
		s := t.stage
		l := st.Dim.Render(t.lead) + kit.FitMiddle(kit.Clean(s.Name), names-kit.Width(t.lead)) + " " + st.Stage(s.State).Render(st.Glyphs.Stage(s.State))
		add := func(text string) {
			if text != "" && kit.Width(l)+kit.Width(text) <= w {
				l += st.Dim.Render(text)
			}
		}
		if timeW > 0 {
			add(" " + kit.FitRight(kit.StageTime(s, now), timeW))
		}
		if node := kit.Clean(s.Node); node != "" && nodes {
			add("  " + node)
		}
		if s.Why != "" {
			add("  " + kit.Clean(s.Why))
		}
		if s.Paused > 0 && s.State != stages.Paused {
			add("  waited " + kit.Clock(s.Paused))
		}
		out = append(out, strings.TrimRight(l, " "))
	}
	return out
}

// severalNodes tells whether it is worth saying of each stage where it runs: the headline names the only node.
func (p *Pane) severalNodes() bool {
	if len(p.Run.Nodes) != 1 {
		return true
	}
	for _, t := range twigs(nil, p.stages.Stages, "", &kit.UnicodeGlyphs) {
		if t.stage.Node != "" && t.stage.Node != p.Run.Nodes[0] {
			return true
		}
	}
	return false
}
