package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/layout"
)

// View draws the screen. It changes nothing.
func (m *Model) View() tea.View {
	v := tea.NewView(m.frame())
	v.AltScreen = true
	v.ReportFocus = true
	if m.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.WindowTitle, v.ProgressBar = m.title(), m.progress()
	return v
}

// frame returns the whole screen: m.h lines of m.w cells, or nothing before the size is known.
func (m *Model) frame() string {
	if m.w <= 0 || m.h <= 0 {
		return ""
	}
	now := time.Now()
	screen, head := make([]string, 0, m.h), m.header()
	if m.plan.Header {
		screen = append(screen, head.line(now))
	}
	if m.plan.Tabs {
		screen = append(screen, head.tabs())
	}
	trouble := head.trouble(m.w)
	screen = append(screen, trouble[:min(len(trouble), m.plan.Trouble)]...)
	screen = m.body(screen, m.popup == nil)
	if m.plan.Note > 0 {
		ls := m.saidLines(now)
		if ls == nil {
			ls = []string{" " + m.said(now)}
		}
		screen = append(screen, strings.Split(kit.Block(strings.Join(ls, "\n"), m.w, m.plan.Note), "\n")...)
	}
	if m.plan.Footer {
		screen = append(screen, m.footerLine(m.said(now)))
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

// said is what the footer says: an error, else what happened to followed runs, else what the last action did.
func (m *Model) said(now time.Time) string {
	if !m.news.none() && !m.note.failed(now) {
		return m.news.line(m.sh.Styles)
	}
	return m.note.text(now, m.sh.Styles)
}

// saidMost is how many lines what is said takes at most, unless it is an error.
const saidMost = 2

// saidLines returns what the footer says in as many lines as it takes, where one is not enough or it is an error; else nil.
func (m *Model) saidLines(now time.Time) []string {
	if ls := m.note.errorLines(m.w, now, m.sh.Styles); ls != nil {
		return ls
	}
	said := m.said(now)
	if kit.Width(said)+2 <= m.w {
		return nil
	}
	ls := strings.Split(ansi.Wrap(said, max(1, m.w-2), ""), "\n")
	if len(ls) > saidMost {
		ls[saidMost-1] = kit.Fit(ls[saidMost-1]+" "+strings.Join(ls[saidMost:], " "), m.w-1)
		ls = ls[:saidMost]
	}
	for i := range ls {
		ls[i] = " " + ls[i]
	}
	return ls
}

// toASCII replaces what is drawn without a glyph of the table.
var toASCII = strings.NewReplacer("…", "~", "·", "-", "›", ">", "•", "*", "↑", "^", "↓", "v", "←", "<", "→", ">", "↵", "|",
	"‘", "'", "’", "'", "“", `"`, "”", `"`, "„", `"`, "–", "-", "—", "-")

// overlay lays the popup over the screen.
func (m *Model) overlay(screen []string) {
	at := m.popupAt()
	in := at.Inner()
	if in.W < 1 || in.H < 1 {
		if len(screen) > 0 {
			copy(screen, strings.Split(m.popup.View(m.w, len(screen)), "\n"))
		}
		return
	}
	layout.Overlay(screen, m.w, at, m.sh.Styles, m.popup.Title(), m.popup.Hint(), m.popup.View(in.W, in.H))
}

// popupAt returns where the popup stands, its border included.
func (m *Model) popupAt() layout.Rect {
	w, h := m.popup.Size()
	return m.plan.Over(m.w, m.h, w, h)
}
