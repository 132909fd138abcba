package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// View draws the screen. It changes nothing that is seen and costs what is in sight, or nothing where the last message
// brought nothing to be seen: Bubble Tea asks for a frame after every one.
func (m *Model) View() tea.View {
	if !m.quiet {
		m.drawn, m.seen = m.frame(), true
	}
	v := tea.NewView(m.drawn)
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
		screen = append(screen, m.noteLines(now)...)
	}
	if m.plan.footer {
		screen = append(screen, m.footerLine(now))
	}
	for len(screen) < m.h {
		screen = append(screen, spaces(m.w))
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
			screen[i] = spaces(m.w)
		}
	}
	return screen
}

// framed draws a pane with what sets it off: p.at.h lines of p.at.w cells.
func (m *Model) framed(p placed) []string {
	in := p.inner()
	focused := p.id == m.want.focus && m.popup == nil
	content := strings.Split(m.content(p.id, in.w, in.h, p.id == m.want.focus), "\n")
	if in.h <= 0 {
		content = nil
	}
	if p.frame == bare {
		return content
	}
	out := make([]string, 0, p.at.h)
	edge := m.st.border
	if focused {
		edge = m.st.focus
	}
	g := m.st.glyphs
	if p.frame == ruled {
		out = append(out, m.rule(p, g.horizontal, g.horizontal, edge))
		for _, l := range content {
			out = append(out, " "+l+" ")
		}
		return out[:min(len(out), p.at.h)]
	}
	out = append(out, m.rule(p, g.topLeft, g.topRight, edge))
	side := edge.render(g.vertical)
	for _, l := range content {
		out = append(out, side+l+side)
	}
	return append(out, edge.render(m.bottom(p)))
}

// bottom is the lower border of a pane. Where the list is longer than its pane it tells where the cursor stands.
func (m *Model) bottom(p placed) string {
	g := m.st.glyphs
	at := ""
	if p.id == paneRuns && len(m.runs.rows) > p.inner().h {
		at = " " + m.runs.position() + " "
	}
	line := p.at.w - 3 - width(at)
	if line < 1 {
		at, line = "", p.at.w-3
	}
	return g.bottomLeft + strings.Repeat(g.horizontal, max(0, line)) + at + g.horizontal + g.bottomRight
}

// rule is the upper border of a pane: title left, hint right if there is room.
func (m *Model) rule(p placed, left, right string, edge style) string {
	hints, room := m.hintsOf(p), p.titleRoom()
	if m.plan.shape == shapeTwo && p.id != paneRuns { // a long name gives way to the names of the other panes
		room = max(room/3, room-width(hints[len(hints)-1])-3)
	}
	return m.border(p.at.w, left, right, m.titleOf(p, max(0, room)), hints, edge, p.id == m.want.focus)
}

// border is an upper border with a title and the first of the hints that there is room for.
func (m *Model) border(w int, left, right, title string, hints []string, edge style, bold bool) string {
	g := m.st.glyphs.horizontal
	room := w - 2 - 2 // the corners and a line beside each
	if room < 4 {
		return edge.render(left + strings.Repeat(g, max(0, w-2)) + right)
	}
	if width(title) > room-2 {
		title = ansi.Truncate(title, room-2, "…")
	}
	if title != "" {
		title = " " + title + " "
	}
	hint := ""
	for _, h := range hints {
		if h != "" && width(title)+width(h)+3 <= room {
			hint = " " + h + " "
			break
		}
	}
	line := strings.Repeat(g, max(0, room-width(title)-width(hint)))
	look := style{}
	if bold {
		look = m.st.bold
	}
	return edge.render(left+g) + look.render(title) + edge.render(line) + m.st.dim.render(hint) + edge.render(g+right)
}

// content is what a pane draws, made to fit.
func (m *Model) content(id paneID, w, h int, focused bool) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	if id == paneRuns {
		if len(m.runs.rows) == 0 {
			return block(strings.Join(m.emptyRuns(w), "\n"), w, h)
		}
		return m.runs.view(w, h, focused, m.st) // exact already: measuring it again would double its cost
	}
	d := m.details[id]
	if d == nil {
		return block("", w, h)
	}
	if m.runs.current() == nil && !id.alone() {
		return block("\n"+m.st.dim.render("  No run is selected."), w, h)
	}
	if left, right := marginsOf(id, w); left+right > 0 {
		inner := w - left - right
		lines := strings.ReplaceAll(block(d.view(inner, h, m.st), inner, h), "\n", spaces(right)+"\n"+spaces(left))
		return spaces(left) + lines + spaces(right)
	}
	return block(d.view(w, h, m.st), w, h)
}

// marginsOf is how many cells are kept free beside what a pane draws: text does not stand at the border, where there is
// room. A console is cut there, and a list keeps its own margin, over which its cursor goes.
func marginsOf(id paneID, w int) (left, right int) {
	switch {
	case w < roomy:
	case id == paneLog:
		return 1, 0
	case id == paneCompose:
		return 1, 1
	}
	return 0, 0
}

// roomy is from how many cells there are margins.
const roomy = 40

// rightOf is how many cells a list of w keeps free on its right.
func rightOf(w int) int {
	if w < roomy {
		return 0
	}
	return 1
}

// titleOf names a pane; where only one fits it is a breadcrumb.
func (m *Model) titleOf(p placed, w int) string {
	if p.id == paneRuns {
		return m.runsTitle(w)
	}
	const crumb = "runs › "
	if m.plan.shape == shapeOne {
		w -= width(crumb)
	}
	title := sentence(p.id.String())
	if d := m.details[p.id]; d != nil && (m.runs.current() != nil || p.id.alone()) {
		of := ""
		if run := m.runs.current(); run != nil && !p.id.alone() && len(m.opts.Controllers) > 1 {
			of = " " + m.st.glyphs.sep + " " + clean(run.Controller)
		}
		if w-width(of) < 16 {
			of = ""
		}
		title = d.title(w-width(of)) + of
	}
	if m.plan.shape == shapeOne {
		return crumb + title
	}
	return title
}

// hintsOf is a pane's hint; the lower of two panes names the others that tab brings, and where there is no room for both
// those alone.
func (m *Model) hintsOf(p placed) []string {
	if p.id == paneRuns {
		return []string{m.runsHint()}
	}
	hint := ""
	if d := m.details[p.id]; d != nil && (m.runs.current() != nil || p.id.alone()) {
		hint = d.hint()
	}
	brief := ""
	if l, ok := m.details[p.id].(*logPane); ok && hint != "" {
		brief = l.brief()
	}
	if m.plan.shape != shapeTwo || p.id == paneCompose {
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
	in := rect{at.x + 1, at.y + 1, at.w - 2, at.h - 2}
	if in.w < 1 || in.h < 1 {
		if len(screen) > 0 {
			copy(screen, strings.Split(m.popup.view(m.w, len(screen), m.st), "\n"))
		}
		return
	}
	g, edge := m.st.glyphs, m.st.focus
	box := []string{m.border(at.w, g.topLeft, g.topRight, m.popup.title(), []string{m.popup.hint()}, edge, true)}
	for _, l := range strings.Split(m.popup.view(in.w, in.h, m.st), "\n") {
		box = append(box, edge.render(g.vertical)+fit(l, in.w)+edge.render(g.vertical))
	}
	box = append(box, edge.render(g.bottomLeft+strings.Repeat(g.horizontal, in.w)+g.bottomRight))
	for i, l := range box {
		y := at.y + i
		if y >= len(screen) {
			break
		}
		under := screen[y]
		rest := m.w - at.x - at.w
		screen[y] = fit(ansi.Truncate(under, at.x, ""), at.x) + reset + l + fitRight(jenkins.LastCells(under, rest), rest)
		screen[y] = fit(screen[y], m.w)
	}
}

// popupAt is where the popup stands, its border included.
func (m *Model) popupAt() rect {
	rw, rh := m.popupRoom()
	w, h := m.popup.size(rw, rh)
	w, h = min(w, rw)+2, min(h, rh)+2
	return rect{(m.w - w) / 2, max(0, rh+2-h) / 2, min(w, m.w), min(h, m.h)}
}

// popupRoom is how large the content of a popup may be: its keys stay in sight in the footer.
func (m *Model) popupRoom() (w, h int) { return max(0, m.w-2), max(0, m.h-2-lines(m.plan.footer)) }

// popupClick is the line of the popup's content that was pressed, -1 outside of it.
func (m *Model) popupClick(x, y int) int {
	at := m.popupAt()
	if !(rect{at.x + 1, at.y + 1, at.w - 2, at.h - 2}).holds(x, y) {
		return -1
	}
	return y - at.y - 1
}
