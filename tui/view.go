package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// View draws the screen. It changes nothing.
func (m *Model) View() tea.View {
	v := tea.NewView(m.frame())
	v.AltScreen = true
	v.ReportFocus = true
	if m.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

// frame is the whole screen: m.h lines of m.w cells, or nothing before the size is known.
func (m *Model) frame() string {
	if m.w <= 0 || m.h <= 0 {
		return ""
	}
	now := time.Now()
	screen := make([]string, 0, m.h)
	if m.plan.header {
		screen = append(screen, m.headerLine(now))
	}
	if m.plan.tabs {
		screen = append(screen, m.tabLine())
	}
	trouble := m.troubleLines(m.w)
	screen = append(screen, trouble[:min(len(trouble), m.plan.trouble)]...)
	screen = m.body(screen)
	if m.plan.note > 0 {
		ls := m.note.errorLines(m.w, now, m.sh.Styles)
		if ls == nil {
			ls = []string{" " + m.note.text(now, m.sh.Styles)}
		}
		screen = append(screen, strings.Split(kit.Block(strings.Join(ls, "\n"), m.w, m.plan.note), "\n")...)
	}
	if m.plan.footer {
		screen = append(screen, m.footerLine(m.note.text(now, m.sh.Styles)))
	}
	for len(screen) < m.h {
		screen = append(screen, kit.Spaces(m.w))
	}
	screen = screen[:m.h]
	if m.popup != nil {
		m.overlay(screen)
	}
	out := strings.Join(screen, "\n")
	if m.opts.ASCII {
		out = toASCII.Replace(out)
	}
	return out
}

// toASCII replaces what is drawn without a glyph of the table.
var toASCII = strings.NewReplacer("…", "~", "·", "-", "›", ">", "•", "*", "↑", "^", "↓", "v", "←", "<", "→", ">", "↵", "|",
	"‘", "'", "’", "'", "“", `"`, "”", `"`, "„", `"`, "–", "-", "—", "-")

// body draws the panes below what stands on the screen already. Panes beside each other come in the order of the plan,
// from left to right.
func (m *Model) body(screen []string) []string {
	top := len(screen)
	for _, p := range m.plan.panes {
		for i, line := range m.framed(p) {
			y := p.at.y + i
			for len(screen) <= y {
				screen = append(screen, "")
			}
			screen[y] += line
		}
	}
	for i := top; i < len(screen); i++ {
		if screen[i] == "" {
			screen[i] = kit.Spaces(m.w)
		}
	}
	return screen
}

// framed draws a pane with what sets it off: p.at.h lines of p.at.w cells.
func (m *Model) framed(p placed) []string {
	in := p.inner()
	focused := p.id == m.want.focus && m.popup == nil
	content := strings.Split(m.content(p.id, in.w, in.h), "\n")
	if in.h <= 0 {
		content = nil
	}
	if p.frame == bare {
		return content
	}
	out := make([]string, 0, p.at.h)
	edge := m.sh.Styles.Border
	if focused {
		edge = m.sh.Styles.Focus
	}
	g := m.sh.Styles.Glyphs
	if p.frame == ruled {
		out = append(out, m.rule(p, g.Horizontal, g.Horizontal, edge))
		for _, l := range content {
			out = append(out, " "+l+" ")
		}
		return out[:min(len(out), p.at.h)]
	}
	out = append(out, m.rule(p, g.TopLeft, g.TopRight, edge))
	side := edge.Render(g.Vertical)
	for _, l := range content {
		out = append(out, side+l+side)
	}
	return append(out, edge.Render(m.bottom(p)))
}

// bottom is the lower border of a pane. Where the list is longer than its pane it tells where the cursor stands.
func (m *Model) bottom(p placed) string {
	g := m.sh.Styles.Glyphs
	at := ""
	if p.id == kit.PaneRuns && len(m.runs.Rows) > p.inner().h {
		at = " " + m.runs.Position() + " "
	}
	line := p.at.w - 3 - kit.Width(at)
	if line < 1 {
		at, line = "", p.at.w-3
	}
	return g.BottomLeft + strings.Repeat(g.Horizontal, max(0, line)) + at + g.Horizontal + g.BottomRight
}

// rule is the upper border of a pane: title left, hint right if there is room.
func (m *Model) rule(p placed, left, right string, edge kit.Style) string {
	hints, room := m.hintsOf(p), p.titleRoom()
	if m.plan.shape == shapeTwo && p.id != kit.PaneRuns { // a long name gives way to the names of the other panes
		room = max(room/3, room-kit.Width(hints[len(hints)-1])-3)
	}
	return m.border(p.at.w, left, right, m.titleOf(p, max(0, room)), hints, edge, p.id == m.want.focus)
}

// border is an upper border with a title and the first of the hints that there is room for.
func (m *Model) border(w int, left, right, title string, hints []string, edge kit.Style, bold bool) string {
	g := m.sh.Styles.Glyphs.Horizontal
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
		look = m.sh.Styles.Bold
	}
	return edge.Render(left+g) + look.Render(title) + edge.Render(line) + m.sh.Styles.Dim.Render(hint) + edge.Render(g+right)
}

// content is what a pane draws, made to fit.
func (m *Model) content(id kit.PaneID, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	d := m.panes[id]
	switch {
	case d == nil:
		return kit.Block("", w, h)
	case id == kit.PaneRuns:
		return d.View(w, h) // exact already: measuring it again would double its cost
	}
	if m.runs.Current() == nil && !id.Alone() {
		return kit.Block("\n"+m.sh.Styles.Dim.Render("  No run is selected."), w, h)
	}
	if left, right := kit.MarginsOf(id, w); left+right > 0 {
		inner := w - left - right
		lines := strings.ReplaceAll(kit.Block(d.View(inner, h), inner, h), "\n", kit.Spaces(right)+"\n"+kit.Spaces(left))
		return kit.Spaces(left) + lines + kit.Spaces(right)
	}
	return kit.Block(d.View(w, h), w, h)
}

// titleOf names a pane; where only one fits it is a breadcrumb.
func (m *Model) titleOf(p placed, w int) string {
	if p.id == kit.PaneRuns {
		return m.runs.Title(w)
	}
	const crumb = "runs › "
	if m.plan.shape == shapeOne {
		w -= kit.Width(crumb)
	}
	title := kit.Sentence(p.id.String())
	if d := m.panes[p.id]; d != nil && (m.runs.Current() != nil || p.id.Alone()) {
		of := ""
		if run := m.runs.Current(); run != nil && !p.id.Alone() && len(m.opts.Controllers) > 1 {
			of = " " + m.sh.Styles.Glyphs.Sep + " " + kit.Clean(run.Controller)
		}
		if w-kit.Width(of) < 16 {
			of = ""
		}
		title = d.Title(w-kit.Width(of)) + of
	}
	if m.plan.shape == shapeOne {
		return crumb + title
	}
	return title
}

// hintsOf is a pane's hint; the lower of two panes names the others that tab brings, and where there is no room for both
// those alone.
func (m *Model) hintsOf(p placed) []string {
	if p.id == kit.PaneRuns {
		return []string{m.runs.Hint()}
	}
	hint, brief := "", ""
	if d := m.panes[p.id]; d != nil && (m.runs.Current() != nil || p.id.Alone()) {
		hint = d.Hint()
		if hint != "" {
			brief = d.Brief()
		}
	}
	if m.plan.shape != shapeTwo || p.id == kit.PaneCompose {
		return []string{hint, brief}
	}
	var names []string
	for _, id := range m.want.order(shapeTwo)[1:] {
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

// overlay lays the popup over the screen.
func (m *Model) overlay(screen []string) {
	at := m.popupAt()
	in := at.inner()
	if in.w < 1 || in.h < 1 {
		if len(screen) > 0 {
			copy(screen, strings.Split(m.popup.View(m.w, len(screen)), "\n"))
		}
		return
	}
	g, edge := m.sh.Styles.Glyphs, m.sh.Styles.Focus
	box := []string{m.border(at.w, g.TopLeft, g.TopRight, m.popup.Title(), []string{m.popup.Hint()}, edge, true)}
	for _, l := range strings.Split(m.popup.View(in.w, in.h), "\n") {
		box = append(box, edge.Render(g.Vertical)+kit.Fit(l, in.w)+edge.Render(g.Vertical))
	}
	box = append(box, edge.Render(g.BottomLeft+strings.Repeat(g.Horizontal, in.w)+g.BottomRight))
	for i, l := range box {
		y := at.y + i
		if y >= len(screen) {
			break
		}
		under := screen[y]
		rest := m.w - at.x - at.w
		screen[y] = kit.Fit(ansi.Truncate(under, at.x, ""), at.x) + kit.Reset + l + kit.FitRight(clean.LastCells(under, rest), rest)
		screen[y] = kit.Fit(screen[y], m.w)
	}
}

// popupAt is where the popup stands, its border included.
func (m *Model) popupAt() rect {
	w, h := m.popup.Size()
	w, h = min(w+2, m.w), min(h+2, m.h)
	return rect{(m.w - w) / 2, max(0, m.h-lines(m.plan.footer)-h) / 2, w, h}
}
