package tui

import (
	"slices"
	"strconv"
	"strings"
	"time"
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
	case n.err != nil && age < errorFor:
		text := m.st.failed.render(m.st.glyphs.failure + " " + clean(n.err.Error()))
		if h := hintOf(n.err); h != "" {
			text += "  " + m.st.dim.render(h)
		}
		return text
	case n.err == nil && n.text != "" && (n.busy || age < noteFor):
		return clean(n.text)
	}
	return ""
}

// errorLines is an error that the last action met, in as many lines of w cells as it takes to say what it is and what to
// do; nil if there is none.
func (m *Model) errorLines(w int, now time.Time) []string {
	n := &m.note
	if n.err == nil || now.Sub(n.at) >= errorFor {
		return nil
	}
	if one := " " + m.noteText(now); width(one) < w {
		return []string{one}
	}
	var out []string
	for i, l := range wrap(clean(n.err.Error()), w-4, "") {
		head := "   "
		if i == 0 {
			head = " " + m.st.glyphs.failure + " "
		}
		out = append(out, m.st.failed.render(head+l))
	}
	for _, l := range wrap(hintOf(n.err), w-4, "   ") {
		out = append(out, m.st.dim.render(l))
	}
	return out
}

// noteLines is what the last action did, in the lines that the plan has for it.
func (m *Model) noteLines(now time.Time) []string {
	ls := m.errorLines(m.w, now)
	if ls == nil {
		ls = []string{" " + m.noteText(now)}
	}
	return strings.Split(block(strings.Join(ls, "\n"), m.w, m.plan.note), "\n")
}

// footerLine is the keys that matter in the focused pane. Where there is no line for notes of their own, the note
// comes first; where a filter is typed its keys are shown.
func (m *Model) footerLine(now time.Time) string {
	switch {
	case m.popup != nil:
		return fit(m.keysLine(m.popup.footer()), m.w)
	case m.typing():
		return m.typingFooter()
	}
	line := " "
	if m.plan.note == 0 {
		if n := m.noteText(now); n != "" {
			line = " " + fit(n, min(width(n), max(0, m.w-4))) + "  "
		}
	}
	// Help and quit are kept whatever else fits.
	tail := m.footerItem(intentHelp) + m.footerItem(intentQuit)
	focused := paneScopes[m.want.focus]
	for _, i := range m.footerOrder() {
		b := &m.keys.bindings[i]
		if m.wordOf(b) == "" || b.intent == intentHelp || b.intent == intentQuit || len(b.keys) == 0 ||
			m.keys.find(m, focused, b.keys[0]) != b { // off, of another pane, or the pane has the key for itself
			continue
		}
		item := m.footerItem(b.intent)
		if width(line)+width(item)+width(tail) > m.w {
			break
		}
		line += item
	}
	if width(line)+width(tail) <= m.w {
		line += tail
	}
	return fit(line, m.w)
}

// runsFirst is what the footer of the runs begins with: what leads to a run, then on from it.
var runsFirst = []intent{intentDown, intentEnter, intentBack, intentNextPane, intentFilter, intentPick, intentHistory, intentTab, intentCompose}

// footerOrder is the bindings in the order in which the focused pane's footer has room for them.
func (m *Model) footerOrder() []int {
	order := make([]int, 0, len(m.keys.bindings))
	if m.want.focus == paneRuns {
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
		line += m.st.key.render(k[0]) + " " + m.st.dim.render(k[1]) + "  "
	}
	return line
}

// footerItem is a key and its word; moving shows both arrows.
func (m *Model) footerItem(in intent) string {
	for i := range m.keys.bindings {
		b := &m.keys.bindings[i]
		if b.intent != in || len(b.keys) == 0 {
			continue
		}
		key := keyLabel(b.keys[0])
		switch {
		case in == intentDown:
			key = keyLabel(m.keys.key(intentUp)) + key
		case in == intentSearchNext:
			key += " " + keyLabel(m.keys.key(intentSearchPrev))
		case in == intentTab && slices.Contains(b.keys, "1"): // one for each
			key = "1-" + strconv.Itoa(min(len(m.runs.tabs), 9))
		}
		return m.st.key.render(key) + " " + m.st.dim.render(m.wordOf(b)) + "  "
	}
	return ""
}

// covers tells whether what is shown covers the rest of the screen, so that its footer must tell the way back.
func (m *Model) covers() bool {
	return m.want.compact || m.want.zoom && m.canZoom() || m.plan.shape == shapeOne && m.want.focus != paneRuns
}

// wordOf is the footer's word for a key, which may mean another thing in the focused pane.
func (m *Model) wordOf(b *binding) string {
	focus := m.want.focus
	if p, ok := m.details[paneSent].(*deliveriesPane); ok && focus == paneSent {
		if word, is := p.wordOf(b.intent); is {
			return word
		}
	}
	switch {
	case b.intent == intentDown && (focus == paneStatus || focus == paneLog):
		return "scroll"
	case b.intent == intentWhole && m.composing().whole:
		return "the text"
	case b.intent == intentDown && focus == paneCompose:
		return "scroll"
	case b.intent == intentFilter && focus == paneLog:
		return "search"
	case b.intent == intentFilter && focus == paneStatus:
		return ""
	case b.intent == intentBack && !m.covers():
		return ""
	case b.intent == intentTab && focus != paneRuns:
		return ""
	case b.intent == intentSearchNext:
		if l, ok := m.details[paneLog].(*logPane); !ok || l.find == nil {
			return ""
		}
	case b.intent == intentEnter && focus == paneStatus:
		return "log"
	case b.intent == intentEnter && focus != paneRuns:
		return "" // it is in the pane's border, or no more than another key does
	}
	return b.short
}

func (m *Model) typingFooter() string {
	switch m.want.focus {
	case paneCompose:
		return m.composeFooter()
	case paneLog:
		return fit(m.keysLine([][2]string{{"enter", "search"}, {"esc", "close"}}), m.w)
	}
	line := m.keysLine([][2]string{{"enter", "keep"}, {"esc", "drop"}, {"↑↓", "select"}})
	if m.want.focus == paneRuns && m.want.compact {
		line = " /" + m.runs.filter.view(max(4, m.w/2), m.st) + " " + line
	}
	return fit(line, m.w)
}

// composing is the compose pane; one that does nothing where there is none.
func (m *Model) composing() *composePane {
	if p, ok := m.details[paneCompose].(*composePane); ok {
		return p
	}
	return &composePane{}
}

// composeFooter is the compose pane's keys, and the note where it has no line of its own.
func (m *Model) composeFooter() string {
	line := " "
	if n := m.noteText(time.Now()); n != "" && m.plan.note == 0 {
		line += fit(n, min(width(n), max(0, m.w-4))) + "  "
	}
	tail := m.keysLine([][2]string{{"esc", "keep and close"}})[1:]
	if p := m.composing(); p.whole {
		line += m.footerItem(intentDown) + m.footerItem(intentWhole)
		tail = m.keysLine([][2]string{{"esc", "the text"}})[1:]
	} else if p.asked {
		tail = m.keysLine([][2]string{{"esc", "the text"}})[1:]
	}
	for i := range m.keys.bindings {
		b := &m.keys.bindings[i]
		if b.scope != scopeCompose || b.short == "" || len(b.keys) == 0 || b.intent == intentWhole && m.composing().whole {
			continue
		}
		item := m.footerItem(b.intent)
		if width(line)+width(item)+width(tail) > m.w {
			break
		}
		line += item
	}
	return fit(line+tail, m.w)
}
