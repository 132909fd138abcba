package tui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/tui/compose"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/log"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// How long a note stays. An error stays longer, what is under way until something else is said.
const (
	noteFor  = 6 * time.Second
	errorFor = 20 * time.Second
)

// noteText is what the last action did, empty when that is long ago.
func (m *Model) noteText(now time.Time) string {
	n := &m.note
	age := now.Sub(n.at)
	switch {
	case n.Err != nil && age < errorFor:
		text := m.st.Failed.Render(m.st.Glyphs.Failure + " " + kit.Clean(n.Err.Error()))
		if h := kit.HintOf(n.Err); h != "" {
			text += "  " + m.st.Dim.Render(h)
		}
		return text
	case n.Err == nil && n.Text != "" && (n.Busy || age < noteFor):
		return kit.Clean(n.Text)
	}
	return ""
}

// errorLines is an error that the last action met, in as many lines of w cells as it takes to say what it is and what to
// do; nil if there is none.
func (m *Model) errorLines(w int, now time.Time) []string {
	n := &m.note
	if n.Err == nil || now.Sub(n.at) >= errorFor {
		return nil
	}
	if one := " " + m.noteText(now); kit.Width(one) < w {
		return []string{one}
	}
	var out []string
	for i, l := range kit.Wrap(kit.Clean(n.Err.Error()), w-4, "") {
		head := "   "
		if i == 0 {
			head = " " + m.st.Glyphs.Failure + " "
		}
		out = append(out, m.st.Failed.Render(head+l))
	}
	for _, l := range kit.Wrap(kit.HintOf(n.Err), w-4, "   ") {
		out = append(out, m.st.Dim.Render(l))
	}
	return out
}

// noteLines is what the last action did, in the lines that the plan has for it.
func (m *Model) noteLines(now time.Time) []string {
	ls := m.errorLines(m.w, now)
	if ls == nil {
		ls = []string{" " + m.noteText(now)}
	}
	return strings.Split(kit.Block(strings.Join(ls, "\n"), m.w, m.plan.note), "\n")
}

// footerLine is the keys that matter in the focused pane. Where there is no line for notes of their own, the note
// comes first; where a filter is typed its keys are shown.
func (m *Model) footerLine(now time.Time) string {
	switch {
	case m.popup != nil:
		return kit.Fit(m.keysLine(m.popup.footer()), m.w)
	case m.Typing():
		return m.typingFooter()
	}
	line := " "
	if m.plan.note == 0 {
		if n := m.noteText(now); n != "" {
			line = " " + kit.Fit(n, min(kit.Width(n), max(0, m.w-4))) + "  "
		}
	}
	// Help and quit are kept whatever else fits.
	tail := m.footerItem(kit.IntentHelp) + m.footerItem(kit.IntentQuit)
	focused := paneScopes[m.want.focus]
	for _, i := range m.footerOrder() {
		b := &m.keys.bindings[i]
		if m.wordOf(b) == "" || b.intent == kit.IntentHelp || b.intent == kit.IntentQuit || len(b.keys) == 0 ||
			m.keys.find(m, focused, b.keys[0]) != b { // off, of another pane, or the pane has the key for itself
			continue
		}
		item := m.footerItem(b.intent)
		if kit.Width(line)+kit.Width(item)+kit.Width(tail) > m.w {
			break
		}
		line += item
	}
	if kit.Width(line)+kit.Width(tail) <= m.w {
		line += tail
	}
	return kit.Fit(line, m.w)
}

// runsFirst is what the footer of the runs begins with: what leads to a run, then on from it.
var runsFirst = []kit.Intent{kit.IntentDown, kit.IntentEnter, kit.IntentBack, kit.IntentNextPane, kit.IntentFilter, kit.IntentPick, kit.IntentHistory, kit.IntentTab, kit.IntentCompose}

// footerOrder is the bindings in the order in which the focused pane's footer has room for them.
func (m *Model) footerOrder() []int {
	order := make([]int, 0, len(m.keys.bindings))
	if m.want.focus == kit.PaneRuns {
		for _, in := range runsFirst {
			order = append(order, slices.IndexFunc(m.keys.bindings, func(b binding) bool { return b.intent == in }))
		}
	}
	for i := range m.keys.bindings {
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	return order
}

// keysLine is keys with what they do.
func (m *Model) keysLine(keys [][2]string) string {
	line := " "
	for _, k := range keys {
		line += m.st.Key.Render(k[0]) + " " + m.st.Dim.Render(k[1]) + "  "
	}
	return line
}

// footerItem is a key and its word; moving shows both arrows.
func (m *Model) footerItem(in kit.Intent) string {
	for i := range m.keys.bindings {
		b := &m.keys.bindings[i]
		if b.intent != in || len(b.keys) == 0 {
			continue
		}
		key := keyLabel(b.keys[0])
		switch {
		case in == kit.IntentDown:
			key = keyLabel(m.keys.key(kit.IntentUp)) + key
		case in == kit.IntentSearchNext:
			key += " " + keyLabel(m.keys.key(kit.IntentSearchPrev))
		case in == kit.IntentTab && slices.Contains(b.keys, "1"): // one for each
			key = "1-" + strconv.Itoa(min(len(m.runs.Tabs), 9))
		}
		return m.st.Key.Render(key) + " " + m.st.Dim.Render(m.wordOf(b)) + "  "
	}
	return ""
}

// covers tells whether what is shown covers the rest of the screen, so that its footer must tell the way back.
func (m *Model) covers() bool {
	return m.want.compact || m.want.zoom && m.canZoom() || m.plan.shape == shapeOne && m.want.focus != kit.PaneRuns
}

// wordOf is the footer's word for a key, which may mean another thing in the focused pane.
func (m *Model) wordOf(b *binding) string {
	focus := m.want.focus
	if p, ok := m.details[kit.PaneSent].(*sent.Pane); ok && focus == kit.PaneSent {
		if word, is := p.WordOf(b.intent); is {
			return word
		}
	}
	switch {
	case b.intent == kit.IntentDown && (focus == kit.PaneStatus || focus == kit.PaneLog):
		return "scroll"
	case b.intent == kit.IntentWhole && m.composing().Whole:
		return "the text"
	case b.intent == kit.IntentDown && focus == kit.PaneCompose:
		return "scroll"
	case b.intent == kit.IntentFilter && focus == kit.PaneLog:
		return "search"
	case b.intent == kit.IntentFilter && focus == kit.PaneStatus:
		return ""
	case b.intent == kit.IntentBack && !m.covers():
		return ""
	case b.intent == kit.IntentTab && focus != kit.PaneRuns:
		return ""
	case b.intent == kit.IntentSearchNext:
		if l, ok := m.details[kit.PaneLog].(*log.Pane); !ok || l.Find == nil {
			return ""
		}
	case b.intent == kit.IntentEnter && focus == kit.PaneStatus:
		return "log"
	case b.intent == kit.IntentEnter && focus != kit.PaneRuns:
		return "" // it is in the pane's border, or no more than another key does
	}
	return b.short
}

func (m *Model) typingFooter() string {
	switch m.want.focus {
	case kit.PaneCompose:
		return m.composeFooter()
	case kit.PaneLog:
		return kit.Fit(m.keysLine([][2]string{{"enter", "search"}, {"esc", "close"}}), m.w)
	}
	line := m.keysLine([][2]string{{"enter", "keep"}, {"esc", "drop"}, {"↑↓", "select"}})
	if m.want.focus == kit.PaneRuns && m.want.compact {
		line = " /" + m.runs.Filter.View(max(4, m.w/2), m.st) + " " + line
	}
	return kit.Fit(line, m.w)
}

// composing is the compose pane; one that does nothing where there is none.
func (m *Model) composing() *compose.Pane {
	if p, ok := m.details[kit.PaneCompose].(*compose.Pane); ok {
		return p
	}
	return &compose.Pane{}
}

// composeFooter is the compose pane's keys, and the note where it has no line of its own.
func (m *Model) composeFooter() string {
	line := " "
	if n := m.noteText(time.Now()); n != "" && m.plan.note == 0 {
		line += kit.Fit(n, min(kit.Width(n), max(0, m.w-4))) + "  "
	}
	tail := m.keysLine([][2]string{{"esc", "keep and close"}})[1:]
	if p := m.composing(); p.Whole {
		line += m.footerItem(kit.IntentDown) + m.footerItem(kit.IntentWhole)
		tail = m.keysLine([][2]string{{"esc", "the text"}})[1:]
	} else if p.Asked {
		tail = m.keysLine([][2]string{{"esc", "the text"}})[1:]
	}
	for i := range m.keys.bindings {
		b := &m.keys.bindings[i]
		if b.scope != scopeCompose || b.short == "" || len(b.keys) == 0 || b.intent == kit.IntentWhole && m.composing().Whole {
			continue
		}
		item := m.footerItem(b.intent)
		if kit.Width(line)+kit.Width(item)+kit.Width(tail) > m.w {
			break
		}
		line += item
	}
	return kit.Fit(line+tail, m.w)
}
