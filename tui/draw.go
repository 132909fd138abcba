package tui

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/layout"
)

// body draws the panes, the focused one as having the keys or not, below what stands on the screen already.
func (l *paneSet) body(screen []string, keys bool) []string {
	top, bottom := len(screen), len(screen)
	for _, p := range l.plan.Panes {
		bottom = max(bottom, p.At.Y+p.At.H)
	}
	c := layout.NewCanvas(l.sh.Styles, l.w, bottom-top)
	for _, p := range l.plan.Panes {
		p.At.Y -= top
		l.draw(c, p, keys && p.ID == l.want.Focus)
	}
	for y := range bottom - top {
		screen = append(screen, c.Line(y))
	}
	return screen
}

// draw puts a pane on the canvas, with what sets it off.
func (l *paneSet) draw(c *layout.Canvas, p layout.Placed, focused bool) {
	in := p.Inner()
	if in.H > 0 {
		for i, line := range strings.Split(l.content(p.ID, in.W, in.H), "\n") {
			c.Text(in.X, in.Y+i, in.W, line)
		}
	}
	if p.Frame == layout.Bare {
		return
	}
	title, hint := l.titleAndHint(p)
	look := kit.Style{}
	if p.ID == l.want.Focus {
		look = l.sh.Styles.Bold
	}
	c.Text(p.At.X+2, p.At.Y, kit.Width(title), look.Render(title))
	c.Text(p.At.X+p.At.W-2-kit.Width(hint), p.At.Y, kit.Width(hint), l.sh.Styles.Dim.Render(hint))
	edge := p.At
	if p.Frame == layout.Ruled {
		edge.H = 1
	}
	c.Box(edge, focused)
}

// titleAndHint returns what stands on a pane's upper border.
func (l *paneSet) titleAndHint(p layout.Placed) (title, hint string) {
	hints, room := l.hintsOf(p), p.TitleRoom()
	if l.plan.Shape == layout.Two && p.ID != kit.PaneRuns { // a long name gives way to the names of the other panes
		room = max(room/3, room-kit.Width(hints[len(hints)-1])-3)
	}
	return layout.OnBorder(p.At.W, l.titleOf(p, max(0, room)), hints)
}

// content returns what a pane draws, made to fit.
func (l *paneSet) content(id kit.PaneID, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	d := l.all[id]
	switch {
	case d == nil:
		return kit.Block("", w, h)
	case id == kit.PaneRuns:
		return d.View(w, h) // exact already: measuring it again would double its cost
	}
	if l.blank(id) {
		return kit.Block("\n"+l.sh.Styles.Dim.Render("  No run is selected."), w, h)
	}
	if left, right := kit.MarginsOf(id, w); left+right > 0 {
		inner := w - left - right
		lines := strings.ReplaceAll(kit.Block(d.View(inner, h), inner, h), "\n", kit.Spaces(right)+"\n"+kit.Spaces(left))
		return kit.Spaces(left) + lines + kit.Spaces(right)
	}
	return kit.Block(d.View(w, h), w, h)
}

// blank reports whether a pane is about the selected run, and none is selected.
func (l *paneSet) blank(id kit.PaneID) bool {
	return l.runs.Current() == nil && id != kit.PaneRuns && !id.Alone()
}

// titleOf names a pane; where only one fits it is a breadcrumb.
func (l *paneSet) titleOf(p layout.Placed, w int) string {
	if p.ID == kit.PaneRuns {
		return l.runs.Title(w)
	}
	const crumb = "runs › "
	if l.plan.Shape == layout.One {
		w -= kit.Width(crumb)
	}
	title := kit.Sentence(p.ID.String())
	if d := l.all[p.ID]; d != nil && (l.runs.Current() != nil || p.ID.Alone()) {
		of := ""
		if run := l.runs.Current(); run != nil && !p.ID.Alone() && len(l.sh.Opts.Controllers) > 1 {
			of = " " + l.sh.Styles.Glyphs.Sep + " " + kit.Clean(run.Controller)
		}
		if w-kit.Width(of) < 16 {
			of = ""
		}
		title = d.Title(w-kit.Width(of)) + of
	}
	if l.plan.Shape == layout.One {
		return crumb + title
	}
	return title
}

// hintsOf returns a pane's hint; the lower of two panes names the others that tab brings, and where there is no room for both
// those alone.
func (l *paneSet) hintsOf(p layout.Placed) []string {
	if p.ID == kit.PaneRuns {
		hint := l.runs.Hint()
		if len(l.runs.List.Rows) <= l.runs.List.Height {
			return []string{hint}
		}
		at := l.runs.List.Position() // where the cursor stands in a list that is longer than its pane
		return []string{strings.TrimPrefix(hint+" · "+at, " · "), hint, at}
	}
	hint, brief := "", ""
	if d := l.all[p.ID]; d != nil && (l.runs.Current() != nil || p.ID.Alone()) {
		hint = d.Hint()
		if hint != "" {
			brief = d.Brief()
		}
	}
	if l.plan.Shape != layout.Two || p.ID == kit.PaneCompose {
		return []string{hint, brief}
	}
	var names []string
	for _, id := range l.want.Order(layout.Two)[1:] {
		name := id.String()
		if id == p.ID {
			name = strings.ToUpper(name)
		}
		names = append(names, "["+name+"]")
	}
	tabs := strings.Join(names, " ")
	if hint == "" || hint == p.ID.String() {
		return []string{tabs}
	}
	if brief != "" {
		return []string{hint + "  " + tabs, brief + "  " + tabs, tabs}
	}
	return []string{hint + "  " + tabs, tabs}
}
