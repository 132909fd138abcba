package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// body draws the panes, the focused one as having the keys or not, below what stands on the screen already. Panes beside each other come in the order of the plan,
// from left to right.
func (l *layout) body(screen []string, keys bool) []string {
	top := len(screen)
	for _, p := range l.plan.panes {
		for i, line := range l.framed(p, keys) {
			y := p.at.y + i
			for len(screen) <= y {
				screen = append(screen, "")
			}
			screen[y] += line
		}
	}
	for i := top; i < len(screen); i++ {
		if screen[i] == "" {
			screen[i] = kit.Spaces(l.w)
		}
	}
	return screen
}

// framed draws a pane with what sets it off: p.at.h lines of p.at.w cells.
func (l *layout) framed(p placed, keys bool) []string {
	in := p.inner()
	focused := keys && p.id == l.want.focus
	content := strings.Split(l.content(p.id, in.w, in.h), "\n")
	if in.h <= 0 {
		content = nil
	}
	if p.frame == bare {
		return content
	}
	out := make([]string, 0, p.at.h)
	edge := l.sh.Styles.Border
	if focused {
		edge = l.sh.Styles.Focus
	}
	g := l.sh.Styles.Glyphs
	if p.frame == ruled {
		out = append(out, l.rule(p, g.Horizontal, g.Horizontal, edge))
		for _, l := range content {
			out = append(out, " "+l+" ")
		}
		return out[:min(len(out), p.at.h)]
	}
	out = append(out, l.rule(p, g.TopLeft, g.TopRight, edge))
	side := edge.Render(g.Vertical)
	for _, l := range content {
		out = append(out, side+l+side)
	}
	return append(out, edge.Render(l.bottom(p)))
}

// bottom is the lower border of a pane. It shows the cursor's position in a list that is longer than its pane.
func (l *layout) bottom(p placed) string {
	g := l.sh.Styles.Glyphs
	at := ""
	if p.id == kit.PaneRuns && len(l.runs.Rows) > p.inner().h {
		at = " " + l.runs.Position() + " "
	}
	line := p.at.w - 3 - kit.Width(at)
	if line < 1 {
		at, line = "", p.at.w-3
	}
	return g.BottomLeft + strings.Repeat(g.Horizontal, max(0, line)) + at + g.Horizontal + g.BottomRight
}

// rule is the upper border of a pane: title left, hint right if there is room.
func (l *layout) rule(p placed, left, right string, edge kit.Style) string {
	hints, room := l.hintsOf(p), p.titleRoom()
	if l.plan.shape == shapeTwo && p.id != kit.PaneRuns { // a long name gives way to the names of the other panes
		room = max(room/3, room-kit.Width(hints[len(hints)-1])-3)
	}
	return border(l.sh.Styles, p.at.w, left, right, l.titleOf(p, max(0, room)), hints, edge, p.id == l.want.focus)
}

// content is what a pane draws, made to fit.
func (l *layout) content(id kit.PaneID, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	d := l.panes[id]
	switch {
	case d == nil:
		return kit.Block("", w, h)
	case id == kit.PaneRuns:
		return d.View(w, h) // exact already: measuring it again would double its cost
	}
	if l.runs.Current() == nil && !id.Alone() {
		return kit.Block("\n"+l.sh.Styles.Dim.Render("  No run is selected."), w, h)
	}
	if left, right := kit.MarginsOf(id, w); left+right > 0 {
		inner := w - left - right
		lines := strings.ReplaceAll(kit.Block(d.View(inner, h), inner, h), "\n", kit.Spaces(right)+"\n"+kit.Spaces(left))
		return kit.Spaces(left) + lines + kit.Spaces(right)
	}
	return kit.Block(d.View(w, h), w, h)
}

// titleOf names a pane; where only one fits it is a breadcrumb.
func (l *layout) titleOf(p placed, w int) string {
	if p.id == kit.PaneRuns {
		return l.runs.Title(w)
	}
	const crumb = "runs › "
	if l.plan.shape == shapeOne {
		w -= kit.Width(crumb)
	}
	title := kit.Sentence(p.id.String())
	if d := l.panes[p.id]; d != nil && (l.runs.Current() != nil || p.id.Alone()) {
		of := ""
		if run := l.runs.Current(); run != nil && !p.id.Alone() && len(l.sh.Opts.Controllers) > 1 {
			of = " " + l.sh.Styles.Glyphs.Sep + " " + kit.Clean(run.Controller)
		}
		if w-kit.Width(of) < 16 {
			of = ""
		}
		title = d.Title(w-kit.Width(of)) + of
	}
	if l.plan.shape == shapeOne {
		return crumb + title
	}
	return title
}

// hintsOf is a pane's hint; the lower of two panes names the others that tab brings, and where there is no room for both
// those alone.
func (l *layout) hintsOf(p placed) []string {
	if p.id == kit.PaneRuns {
		return []string{l.runs.Hint()}
	}
	hint, brief := "", ""
	if d := l.panes[p.id]; d != nil && (l.runs.Current() != nil || p.id.Alone()) {
		hint = d.Hint()
		if hint != "" {
			brief = d.Brief()
		}
	}
	if l.plan.shape != shapeTwo || p.id == kit.PaneCompose {
		return []string{hint, brief}
	}
	var names []string
	for _, id := range l.want.order(shapeTwo)[1:] {
		name := id.String()
		if id == p.id {
			name = strings.ToUpper(name)
		}
		names = append(names, "["+name+"]")
	}
	tabs := strings.Join(names, " ")
	if hint == "" || hint == p.id.String() {
		return []string{tabs}
	}
	if brief != "" {
		return []string{hint + "  " + tabs, brief + "  " + tabs, tabs}
	}
	return []string{hint + "  " + tabs, tabs}
}

// border is an upper border with a title and the first of the hints that there is room for.
func border(st *kit.Styles, w int, left, right, title string, hints []string, edge kit.Style, bold bool) string {
	g := st.Glyphs.Horizontal
	room := w - 2 - 2 // the corners and a line beside each
	if room < 4 {
		return edge.Render(left + strings.Repeat(g, max(0, w-2)) + right)
	}
	if kit.Width(title) > room-2 {
		title = ansi.Truncate(title, room-2, "…")
	}
	if title != "" {
		title = " " + title + " "
	}
	hint := ""
	for _, h := range hints {
		if h != "" && kit.Width(title)+kit.Width(h)+3 <= room {
			hint = " " + h + " "
			break
		}
	}
	line := strings.Repeat(g, max(0, room-kit.Width(title)-kit.Width(hint)))
	look := kit.Style{}
	if bold {
		look = st.Bold
	}
	return edge.Render(left+g) + look.Render(title) + edge.Render(line) + st.Dim.Render(hint) + edge.Render(g+right)
}
