package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/header"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/layout"
	"github.com/jenkwatch/jenkwatch/tui/sent"
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
	now, st := time.Now(), m.sh.Styles
	screen, head, says := make([]string, 0, m.h), m.header(), m.says()
	if m.plan.Header {
		screen = append(screen, head.Line(now))
	}
	if m.plan.Tabs {
		screen = append(screen, header.Tabs(m.sh, m.w, m.runs.TabRow(m.w-1), m.runs.Search.Filter.Text()))
	}
	trouble := head.Trouble(m.w)
	screen = append(screen, trouble[:min(len(trouble), m.plan.Trouble)]...)
	screen = m.body(screen, m.popup == nil)
	if m.plan.Note > 0 {
		ls := says.Lines(m.w, now, st)
		if ls == nil {
			ls = []string{" " + says.Text(now, st)}
		}
		screen = append(screen, strings.Split(kit.Block(strings.Join(ls, "\n"), m.w, m.plan.Note), "\n")...)
	}
	if m.plan.Footer {
		screen = append(screen, m.footerLine(says.Text(now, st)))
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

// header collects what the upper lines are made of.
func (m *Model) header() *header.Header {
	h := &header.Header{Shared: m.sh, Snaps: m.runs.Data.Snaps, W: m.w, Listed: len(m.runs.List.Rows) > 0, Pushes: m.pushes}
	if m.want.Compact {
		h.Hint = m.runs.Hint()
	}
	if m.facts().Sync {
		h.Sync = m.sync.Text(m.sh.Styles)
	}
	if p, ok := m.panes[kit.PaneSent].(*sent.Pane); ok {
		h.Waiting = p.Waiting()
	}
	return h
}

// says returns what the footer says.
func (m *Model) says() footer.Message {
	says := footer.Message{Note: m.note}
	if !m.follow.News.None() {
		says.News = m.follow.News.Line(m.sh.Styles)
	}
	return says
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
