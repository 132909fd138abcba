package tui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// footer is what the last line is made of: the keys that matter in the focused pane.
type footer struct {
	w      int
	st     *kit.Styles
	keys   *keys.Map
	facts  keys.Facts
	scope  keys.Scope // of the focused pane
	pane   kit.Footer
	tabs   int    // how many lists there are
	note   string // where it has no line of its own
	covers bool   // the pane covers the others, so that the way back must be shown
}

// line returns the keys that there is room for, the note before them; help and quit are kept whatever else fits.
func (f *footer) line() string {
	tail := f.item(f.keys.Of(kit.IntentHelp)) + f.item(f.keys.Of(kit.IntentQuit))
	return f.fill(tail, func(b *keys.Binding) bool {
		return b.Intent != kit.IntentHelp && b.Intent != kit.IntentQuit
	})
}

// typing returns the keys while text is read: those of the compose pane work beside the letters.
func (f *footer) typing() string {
	words := f.pane.Typing
	if words == nil {
		words = []kit.KeyWord{{Key: "enter", Word: "keep"}, {Key: "esc", Word: "drop"}, {Key: "↑↓", Word: "select"}}
	}
	if f.scope != keys.Compose {
		wrong := ""
		if f.pane.Wrong != "" {
			wrong = f.st.Waiting.Render(f.pane.Wrong) + "  "
		}
		return kit.Fit(" "+wrong+keyWords(words, f.st), f.w)
	}
	return f.fill(keyWords(words, f.st), func(b *keys.Binding) bool {
		return b.Scope == keys.Compose || slices.Contains(f.pane.First, b.Intent)
	})
}

// fill puts in the keys that are wanted as far as there is room for them before the tail.
func (f *footer) fill(tail string, wanted func(*keys.Binding) bool) string {
	line := " "
	if f.note != "" {
		line += kit.Fit(f.note, min(kit.Width(f.note), max(0, f.w-4))) + "  "
	}
	for _, b := range f.order() {
		if len(b.Keys) == 0 || f.word(b) == "" || !wanted(b) || f.keys.Find(f.facts, f.scope, b.Keys[0]) != b {
			continue // off, of another pane, or the pane has the key for itself
		}
		item := f.item(b)
		if kit.Width(line)+kit.Width(item)+kit.Width(tail) > f.w {
			break
		}
		line += item
	}
	if kit.Width(line)+kit.Width(tail) <= f.w {
		line += tail
	}
	return kit.Fit(line, f.w)
}

// order returns the bindings in the order in which there is room for them.
func (f *footer) order() []*keys.Binding {
	order := make([]*keys.Binding, 0, len(f.keys.Bindings))
	for _, in := range f.pane.First {
		order = append(order, f.keys.Of(in))
	}
	for i := range f.keys.Bindings {
		if b := &f.keys.Bindings[i]; !slices.Contains(f.pane.First, b.Intent) {
			order = append(order, b)
		}
	}
	return order
}

// word returns what a key does, which may be another thing in the focused pane; empty: it is not in the footer.
func (f *footer) word(b *keys.Binding) string {
	if word, ok := f.pane.Words[b.Intent]; ok && b.Shown(f.facts) {
		return word
	}
	if b.Intent == kit.IntentBack && !f.covers || !b.Shown(f.facts) {
		return ""
	}
	return b.Short
}

// item returns a key and its word; moving shows both arrows.
func (f *footer) item(b *keys.Binding) string {
	if len(b.Keys) == 0 {
		return ""
	}
	key := kit.KeyLabel(b.Keys[0])
	switch {
	case b.Intent == kit.IntentDown:
		key = f.keys.Of(kit.IntentUp).Label() + key
	case b.Intent == kit.IntentSearchNext:
		key += " " + f.keys.Of(kit.IntentSearchPrev).Label()
	case b.Intent == kit.IntentTab && slices.Contains(b.Keys, "1"): // one for each
		key = "1-" + strconv.Itoa(min(f.tabs, 9))
	}
	return keyWords([]kit.KeyWord{{Key: key, Word: f.word(b)}}, f.st)
}

// keyWords is keys with what they do.
func keyWords(keys []kit.KeyWord, st *kit.Styles) string {
	var b strings.Builder
	for _, k := range keys {
		if k.Key != "" {
			b.WriteString(st.Key.Render(k.Key) + " ")
		}
		b.WriteString(st.Dim.Render(k.Word) + "  ")
	}
	return b.String()
}

// footer collects what the last line is made of.
func (m *Model) footer(note string) *footer {
	f := &footer{w: m.w, st: m.sh.Styles, keys: m.keys, facts: m.facts(), scope: keys.ScopeOf(m.want.Focus), tabs: len(m.runs.Lists.Tabs),
		covers: m.want.Covers(m.plan.Shape)}
	if p := m.panes[m.want.Focus]; p != nil {
		f.pane = p.Footer()
	}
	if m.want.Focus == kit.PaneRuns && m.want.Zoom {
		delete(f.pane.Words, kit.IntentBack) // it ends the zoom first
	}
	if m.plan.Note == 0 {
		f.note = note
	}
	return f
}

// footerLine returns the keys of what has them: a popup, a pane that reads text, or the focused pane.
func (m *Model) footerLine(note string) string {
	switch {
	case m.popup != nil:
		return popupLine(m.popup.Footer(), m.w, m.sh.Styles)
	case !m.typing():
		return m.footer(note).line()
	case m.want.Focus == kit.PaneRuns && m.want.Compact: // there is no border that would show the filter
		filter := " /" + m.runs.Search.Filter.View(max(4, m.w/2), m.sh.Styles) + " "
		return kit.Fit(filter+m.footer("").typing(), m.w)
	}
	return m.footer(note).typing()
}

// popupLine returns the keys of a popup that there is room for.
func popupLine(keys []kit.KeyWord, w int, st *kit.Styles) string {
	line := ""
	for i := range keys {
		gap := " "
		if i > 0 {
			gap = "  "
		}
		item := gap + strings.TrimRight(keyWords(keys[i:i+1], st), " ")
		if i > 0 && kit.Width(line)+kit.Width(item) > w {
			break
		}
		line += item
	}
	return kit.Fit(line, w)
}
