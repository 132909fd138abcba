package tui

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
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
			out = p.tree(nil, p.stages.Stages, "", now, st)
			active = activeLine(p.stages.Stages)
		}
	case p.known && r.Status.Ended() && p.stages.Source == jenkins.FromRefresh:
		out = append(out, st.dim.render(" the stages are not told: Jenkins has neither Pipeline Graph View nor Stage View"))
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
		out = append(out, st.waiting.render(" stages: "+clean(p.err.Error())))
		if h := hintOf(p.err); h != "" {
			out = append(out, st.dim.render("   "+h))
		}
	}
	return out, active
}

// activeLine is the line in the tree of the last stage that runs, waits or broke, -1 if all went well.
func activeLine(stages []jenkins.Stage) int {
	line, active := 0, -1
	var walk func([]jenkins.Stage)
	walk = func(stages []jenkins.Stage) {
		for i := range stages {
			switch stages[i].Status {
			case jenkins.StageRunning, jenkins.StagePaused, jenkins.StageFailure, jenkins.StageUnstable, jenkins.StageAborted:
				active = line
			}
			line++
			walk(stages[i].Children)
		}
	}
	walk(stages)
	return active
}

// stagePiece is a stage as one piece: "Build ✓ 1:40".
func stagePiece(s *jenkins.Stage, now time.Time, st *styles) string {
	out := clean(s.Name) + " " + st.stage(s.Status).render(st.glyphs.stage(s.Status))
	if t := stageTime(s, now); t != "" {
		out += " " + st.dim.render(t)
	}
	return out
}

// stageTime is how long a stage took or takes; empty if it has not started or was skipped.
func stageTime(s *jenkins.Stage, now time.Time) string {
	switch s.Status {
	case jenkins.StageRunning, jenkins.StagePaused:
		if !s.StartedAt.IsZero() {
			return clock(now.Sub(s.StartedAt))
		}
	case jenkins.StageSkipped, jenkins.StageUnknown:
		return ""
	}
	if s.Duration > 0 || !s.StartedAt.IsZero() {
		return clock(s.Duration)
	}
	return ""
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
			below = p.tree(nil, s.Children, spaces(width(line)), now, st)
		}
		line += stagePiece(s, now, st)
	}
	if width(line) > w {
		return nil
	}
	for _, l := range below {
		if width(l) > w {
			return nil
		}
	}
	return append([]string{line}, below...)
}

// tree draws stages one a line, their branches and inner stages beneath them.
func (p *statusPane) tree(out []string, stages []jenkins.Stage, indent string, now time.Time, st *styles) []string {
	nameW := 0
	for i := range stages {
		nameW = max(nameW, width(clean(stages[i].Name)))
	}
	nameW = min(nameW, 40)
	for i := range stages {
		s := &stages[i]
		twig := st.glyphs.tee
		next := indent + st.glyphs.vertical + " "
		if i == len(stages)-1 {
			twig = st.glyphs.corner
			next = indent + "  "
		}
		head := " "
		if indent != "" || s.Parallel {
			head = indent + st.dim.render(twig) + " "
		} else {
			next = "   "
		}
		name := clean(s.Name)
		if width(name) < nameW {
			name = fit(name, nameW)
		}
		l := head + name + " " + st.stage(s.Status).render(st.glyphs.stage(s.Status))
		if t := stageTime(s, now); t != "" {
			l += " " + st.dim.render(fitRight(t, 6))
		}
		if s.Node != "" {
			l += "  " + st.dim.render(clean(s.Node))
		}
		if s.Paused > 0 && s.Status != jenkins.StagePaused {
			l += st.dim.render("  waited " + clock(s.Paused))
		}
		out = append(out, strings.TrimRight(l, " "))
		out = p.tree(out, s.Children, next, now, st)
	}
	return out
}
