package popup

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// text is all about one thing of a list, to which esc leads back. The keys that move a list scroll it.
type text struct {
	sh     *kit.Shared
	title  string
	draw   func(w int, st *kit.Styles) []string // its lines
	before Popup
	got    func(msg tea.Msg) tea.Cmd // takes the answers
	keys   []textKey

	lines        []string
	offset, w, h int
}

// textKey is a key that does something with what the text is about.
type textKey struct {
	kit.KeyWord
	do func() (Popup, tea.Cmd)
}

func (t *text) Update(msg tea.Msg) (Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return t.press(msg)
	case kit.ClickMsg:
		if msg.Y < 0 {
			return nil, nil
		}
	case kit.WheelMsg:
		t.scroll(msg.Lines)
	case tea.PasteMsg:
	default:
		var cmds []tea.Cmd
		if t.got != nil {
			cmds = append(cmds, t.got(msg))
		}
		if t.before != nil { // it may have asked
			_, cmd := t.before.Update(msg)
			cmds = append(cmds, cmd)
		}
		return t, tea.Batch(cmds...)
	}
	return t, nil
}

func (t *text) press(k tea.KeyPressMsg) (Popup, tea.Cmd) {
	key := k.String()
	for _, own := range t.keys {
		if own.Key == key {
			return own.do()
		}
	}
	if key == "esc" || key == "left" {
		return t.before, nil
	}
	for in, keys := range t.sh.Keys {
		if !slices.Contains(keys, key) {
			continue
		}
		switch n, moves := in.Lines(t.h); {
		case moves:
			t.scroll(n)
		case in == kit.IntentTop:
			t.scroll(-len(t.lines))
		case in == kit.IntentBottom:
			t.scroll(len(t.lines))
		}
	}
	return t, nil
}

func (t *text) scroll(n int) { t.offset = max(0, min(t.offset+n, len(t.lines)-t.h)) }

func (t *text) Resize(w, h int) {
	t.w = min(w, mostWide)
	t.lines = t.draw(max(1, t.w-2), t.sh.Styles)
	t.h = h
	t.scroll(0)
}

func (t *text) Size() (w, h int) { return t.w, t.h }
func (t *text) Title() string    { return t.title }

func (t *text) Hint() string {
	if t.offset+t.h < len(t.lines) {
		return "more below"
	}
	return ""
}

func (t *text) Footer() []kit.KeyWord {
	arrows := kit.KeyLabel(t.sh.Key(kit.IntentUp)) + kit.KeyLabel(t.sh.Key(kit.IntentDown))
	keys := []kit.KeyWord{{Key: arrows, Word: "scroll"}, {Key: "esc", Word: "back"}}
	for _, k := range t.keys {
		keys = append(keys, k.KeyWord)
	}
	return keys
}

func (t *text) View(w, h int) string {
	shown := t.lines[min(t.offset, len(t.lines)):]
	out := make([]string, 0, h)
	for _, l := range shown[:min(len(shown), h)] {
		out = append(out, kit.Fit(" "+l, w))
	}
	return kit.Block(strings.Join(out, "\n"), w, h)
}

// part returns a heading and, below it, an outside text; nothing where there is no text.
func part(heading, body string, w int, st *kit.Styles) []string {
	if strings.TrimSpace(body) == "" {
		return nil
	}
	out := []string{"", st.Header.Render(heading)}
	for _, l := range kit.FormText(strings.Trim(body, "\n"), max(1, w-2)) {
		out = append(out, "  "+l)
	}
	return out
}

// NewOutput shows what a command printed.
func NewOutput(sh *kit.Shared, title, output string) Popup {
	return &text{sh: sh, title: kit.Clean(title), draw: func(w int, _ *kit.Styles) []string {
		return kit.FormText(strings.Trim(output, "\n"), w)
	}}
}
