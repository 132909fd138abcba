package tui

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// body draws the panes, the focused one as having the keys or not, below what stands on the screen already.
func (l *layout) body(screen []string, keys bool) []string {
	top, bottom := len(screen), len(screen)
	for _, p := range l.plan.panes {
		bottom = max(bottom, p.at.y+p.at.h)
	}
	c := newCanvas(l.sh.Styles, l.w, bottom-top)
	for _, p := range l.plan.panes {
		p.at.y -= top
		l.draw(c, p, keys && p.id == l.want.focus)
	}
	for y := range bottom - top {
		screen = append(screen, c.line(y))
	}
	return screen
}

// draw puts a pane on the canvas, with what sets it off.
func (l *layout) draw(c *canvas, p placed, focused bool) {
	in := p.inner()
	if in.h > 0 {
		for i, line := range strings.Split(l.content(p.id, in.w, in.h), "\n") {
			c.text(in.x, in.y+i, in.w, line)
		}
	}
	if p.frame == bare {
		return
	}
	title, hint := l.titleAndHint(p)
	look := kit.Style{}
	if p.id == l.want.focus {
		look = l.sh.Styles.Bold
	}
	c.text(p.at.x+2, p.at.y, kit.Width(title), look.Render(title))
	c.text(p.at.x+p.at.w-2-kit.Width(hint), p.at.y, kit.Width(hint), l.sh.Styles.Dim.Render(hint))
	if p.frame == boxed {
		c.box(p.at, focused)
	} else {
		c.box(rect{p.at.x, p.at.y, p.at.w, 1}, focused)
	}
}

// titleAndHint returns what stands on a pane's upper border.
func (l *layout) titleAndHint(p placed) (title, hint string) {
	hints, room := l.hintsOf(p), p.titleRoom()
	if l.plan.shape == shapeTwo && p.id != kit.PaneRuns { // a long name gives way to the names of the other panes
		room = max(room/3, room-kit.Width(hints[len(hints)-1])-3)
	}
	return onBorder(p.at.w, l.titleOf(p, max(0, room)), hints)
}

// content returns what a pane draws, made to fit.
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

// hintsOf returns a pane's hint; the lower of two panes names the others that tab brings, and where there is no room for both
// those alone.
func (l *layout) hintsOf(p placed) []string {
	if p.id == kit.PaneRuns {
		hint := l.runs.Hint()
		if len(l.runs.List.Rows) <= l.runs.List.Height {
			return []string{hint}
		}
		at := l.runs.List.Position() // where the cursor stands in a list that is longer than its pane
		return []string{strings.TrimPrefix(hint+" · "+at, " · "), hint, at}
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

// border returns an upper border with a title and the first of the hints that there is room for.
func border(st *kit.Styles, w int, title string, hints []string, edge kit.Style) string {
	g := st.Glyphs
	title, hint := onBorder(w, title, hints)
	line := strings.Repeat(g.Border.Top, max(0, w-4-kit.Width(title)-kit.Width(hint)))
	if w < 4 {
		return edge.Render(g.Border.TopLeft + strings.Repeat(g.Border.Top, max(0, w-2)) + g.Border.TopRight)
	}
	return edge.Render(g.Border.TopLeft+g.Border.Top) + st.Bold.Render(title) + edge.Render(line) + st.Dim.Render(hint) + edge.Render(g.Border.Top+g.Border.TopRight)
}
