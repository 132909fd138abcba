package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/header"
	"github.com/jenkwatch/jenkwatch/tui/kit"
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
	asOf := func(r *jenkins.Run) time.Time { return m.sh.AsOf(r, time.Now()) }
	v.WindowTitle, v.ProgressBar = m.term.title(m.follow.Title(asOf, m.sh.Glyphs)), m.term.progress(m.follow.Bar(asOf))
	return v
}

// frame returns the whole screen: m.panes.h lines of m.panes.w cells, or nothing before the size is known.
func (m *Model) frame() string {
	if m.panes.w <= 0 || m.panes.h <= 0 {
		return ""
	}
	now, st := time.Now(), m.sh.Styles
	screen, head, says := make([]string, 0, m.panes.h), m.header(), m.says()
	if m.panes.plan.Header {
		screen = append(screen, head.Line(now))
	}
	if m.panes.plan.Tabs {
		screen = append(screen, header.Tabs(m.sh, m.panes.w, m.runs.TabRow(m.panes.w-1), m.runs.Search.Filter.Text()))
	}
	trouble := head.Trouble(m.panes.w)
	screen = append(screen, trouble[:min(len(trouble), m.panes.plan.Trouble)]...)
	screen = m.panes.body(screen, m.popups.top == nil)
	if m.panes.plan.Note > 0 {
		ls := says.Lines(m.panes.w, now, st)
		if ls == nil {
			ls = []string{" " + says.Text(now, st)}
		}
		screen = append(screen, strings.Split(kit.Block(strings.Join(ls, "\n"), m.panes.w, m.panes.plan.Note), "\n")...)
	}
	if m.panes.plan.Footer {
		screen = append(screen, m.footerLine(says.Text(now, st)))
	}
	for len(screen) < m.panes.h {
		screen = append(screen, kit.Spaces(m.panes.w))
	}
	screen = screen[:m.panes.h]
	if m.popups.top != nil {
		m.popups.draw(&m.panes, screen)
	}
	out := strings.Join(screen, "\n")
	if m.opts.ASCII {
		out = toASCII.Replace(out)
	}
	return out
}

// header collects what the upper lines are made of.
func (m *Model) header() *header.Header {
	h := &header.Header{Shared: m.sh, Snaps: m.runs.Data.Snaps, W: m.panes.w, Listed: len(m.runs.List.Rows) > 0, Pushes: m.pushes}
	if m.panes.want.Compact {
		h.Hint = m.runs.Hint()
	}
	if m.facts().Sync {
		h.Sync = m.sync.Text(m.sh.Styles)
	}
	if p, ok := m.panes.all[kit.PaneSent].(*sent.Pane); ok {
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
