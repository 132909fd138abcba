// Package footer draws the last lines of the screen from values: what was said, and the keys that matter.
package footer

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Footer is what the last line is made of: the keys that matter in the focused pane.
type Footer struct {
	W      int
	Styles *kit.Styles
	Keys   *keys.Map
	Facts  keys.Facts
	Scope  keys.Scope // of the focused pane
	Pane   kit.Footer
	Tabs   int    // how many lists there are
	Note   string // where it has no line of its own
	Covers bool   // the pane covers the others, so that the way back must be shown
}

// Line returns the keys that there is room for, the note before them; help and quit are kept whatever else fits.
func (f *Footer) Line() string {
	tail := f.item(f.Keys.Of(kit.IntentHelp)) + f.item(f.Keys.Of(kit.IntentQuit))
	return f.fill(tail, func(b *keys.Binding) bool {
		return b.Intent != kit.IntentHelp && b.Intent != kit.IntentQuit
	})
}

// Typing returns the keys while text is read: those of the compose pane work beside the letters.
func (f *Footer) Typing() string {
	words := f.Pane.Typing
	if words == nil {
		words = []kit.KeyWord{{Key: "enter", Word: "keep"}, {Key: "esc", Word: "drop"}, {Key: "↑↓", Word: "select"}}
	}
	if f.Scope != keys.Compose {
		return f.reading(words)
	}
	return f.fill(keyWords(words, f.Styles), func(b *keys.Binding) bool {
		return b.Scope == keys.Compose || slices.Contains(f.Pane.First, b.Intent)
	})
}

// reading returns what is wrong with the text that is read, in as many words as there is room for, and the keys. Of what it can be
// completed to, only what fits.
func (f *Footer) reading(words []kit.KeyWord) string {
	line := " "
	for i, text := range f.Pane.Wrong {
		if kit.Width(text)+1 <= f.W || i == len(f.Pane.Wrong)-1 {
			line += f.Styles.Waiting.Render(kit.Fit(text, min(kit.Width(text), f.W-1))) + "  "
			break
		}
	}
	whole := func() string { return strings.TrimRight(line+keyWords(words, f.Styles), " ") }
	for kit.Width(whole()) > f.W {
		last := len(words) - 1
		for last >= 0 && words[last].Key != "" {
			last--
		}
		if last < 0 {
			break
		}
		words = slices.Delete(slices.Clone(words), last, last+1)
	}
	if len(f.Pane.Wrong) > 0 && kit.Width(whole()) > f.W {
		words = nil
	}
	return kit.Fit(whole(), f.W)
}

// fill puts in the keys that are wanted as far as there is room for them before the tail.
func (f *Footer) fill(tail string, wanted func(*keys.Binding) bool) string {
	line := " "
	if f.Note != "" {
		line += kit.Fit(f.Note, min(kit.Width(f.Note), max(0, f.W-4))) + "  "
	}
	for _, b := range f.order() {
		if len(b.Keys) == 0 || f.word(b) == "" || !wanted(b) || f.Keys.Find(f.Facts, f.Scope, b.Keys[0]) != b {
			continue // off, of another pane, or the pane has the key for itself
		}
		item := f.item(b)
		if kit.Width(line)+kit.Width(item)+kit.Width(tail) > f.W {
			break
		}
		line += item
	}
	if kit.Width(line)+kit.Width(tail) <= f.W {
		line += tail
	}
	return kit.Fit(line, f.W)
}

// order returns the bindings in the order in which there is room for them.
func (f *Footer) order() []*keys.Binding {
	order := make([]*keys.Binding, 0, len(f.Keys.Bindings))
	for _, in := range f.Pane.First {
		order = append(order, f.Keys.Of(in))
	}
	for i := range f.Keys.Bindings {
		if b := &f.Keys.Bindings[i]; !slices.Contains(f.Pane.First, b.Intent) {
			order = append(order, b)
		}
	}
	return order
}

// word returns what a key does, which may be another thing in the focused pane; empty: it is not in the footer.
func (f *Footer) word(b *keys.Binding) string {
	if word, ok := f.Pane.Words[b.Intent]; ok && b.Shown(f.Facts) {
		return word
	}
	if b.Intent == kit.IntentBack && !f.Covers || !b.Shown(f.Facts) {
		return ""
	}
	return b.Short
}

// item returns a key and its word; moving shows both arrows.
func (f *Footer) item(b *keys.Binding) string {
	if len(b.Keys) == 0 {
		return ""
	}
	key := kit.KeyLabel(b.Keys[0])
	switch {
	case b.Intent == kit.IntentDown:
		key = f.Keys.Of(kit.IntentUp).Label() + key
	case b.Intent == kit.IntentSearchNext:
		key += " " + f.Keys.Of(kit.IntentSearchPrev).Label()
	case b.Intent == kit.IntentTab && slices.Contains(b.Keys, "1"): // one for each
		key = "1-" + strconv.Itoa(min(f.Tabs, 9))
	}
	return keyWords([]kit.KeyWord{{Key: key, Word: f.word(b)}}, f.Styles)
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

// PopupLine returns the keys of a popup that there is room for.
func PopupLine(keys []kit.KeyWord, w int, st *kit.Styles) string {
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
