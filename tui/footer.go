package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// footer collects what the last line is made of.
func (m *Model) footer(note string) *footer.Footer {
	f := &footer.Footer{W: m.panes.w, Styles: m.sh.Styles, Keys: m.keys, Facts: m.facts(), Scope: keys.ScopeOf(m.panes.want.Focus), Tabs: len(m.runs.Lists.Tabs),
		Covers: m.panes.want.Covers(m.panes.plan.Shape)}
	if m.panes.blank(m.panes.want.Focus) {
		f.Scope = "" // its keys would do nothing
	} else if p := m.panes.all[m.panes.want.Focus]; p != nil {
		f.Pane = p.Footer()
	}
	if m.panes.want.Focus == kit.PaneRuns && m.panes.want.Zoom {
		delete(f.Pane.Words, kit.IntentBack) // it ends the zoom first
	}
	if m.panes.plan.Note == 0 {
		f.Note = note
	}
	return f
}

// footerLine returns the keys of what has them: a popup, a pane that reads text, or the focused pane.
func (m *Model) footerLine(note string) string {
	switch {
	case m.popups.top != nil:
		return footer.PopupLine(m.popups.top.Footer(), m.panes.w, m.sh.Styles)
	case !m.panes.typing():
		return m.footer(note).Line()
	case m.panes.want.Focus == kit.PaneRuns && m.panes.want.Compact: // there is no border that would show the filter
		filter := " /" + m.runs.Search.Filter.View(max(4, m.panes.w/2), m.sh.Styles) + " "
		return kit.Fit(filter+m.footer("").Typing(), m.panes.w)
	}
	return m.footer(note).Typing()
}

// clickFooter does what the item of the footer in a column names, as its key would.
func (m *Model) clickFooter(x int) tea.Cmd {
	says := m.says()
	item := footer.ItemAt(ansi.Strip(m.footerLine(says.Text(time.Now(), m.sh.Styles))), x)
	if item == "" {
		return nil
	}
	words := []kit.KeyWord(nil)
	f := m.footer("")
	switch {
	case m.popups.top != nil:
		words = m.popups.top.Footer()
	case m.panes.typing():
		words = f.Pane.Typing
	}
	for _, k := range words {
		if m.popups.asksBefore() && k.Key != "esc" && k.Key != "n" {
			continue // a click may go astray
		}
		if press, ok := footer.PressOf(k.Key); ok && footer.Names(item, k, f.Styles) {
			return m.press(press)
		}
	}
	if m.popups.top != nil || m.panes.typing() && f.Scope != keys.Compose {
		return nil
	}
	if b := f.At(item); b != nil {
		m.note = footer.Note{}
		return m.do(b.Intent, "")
	}
	return nil
}
