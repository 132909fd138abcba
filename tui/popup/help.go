package popup

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Section is a heading of the help and the keys below it.
type Section struct {
	Title string
	Keys  []kit.KeyWord
}

// help shows the keys. Those that move a list scroll it, any other closes it.
type help struct {
	sh     *kit.Shared
	lines  []kit.KeyWord // without a word: a heading
	keyW   int
	offset int
	w, h   int
}

// NewHelp shows the keys by section.
func NewHelp(sh *kit.Shared, sections []Section) Popup {
	h := &help{sh: sh}
	for _, s := range sections {
		if len(s.Keys) == 0 {
			continue
		}
		if len(h.lines) > 0 {
			h.lines = append(h.lines, kit.KeyWord{})
		}
		h.lines = append(h.lines, kit.KeyWord{Key: s.Title})
		h.lines = append(h.lines, s.Keys...)
		for _, k := range s.Keys {
			h.keyW = max(h.keyW, kit.Width(k.Key))
		}
	}
	return h
}

func (h *help) Update(msg tea.Msg) (Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		for in, keys := range h.sh.Keys {
			if n, moves := in.Lines(h.h); moves && slices.Contains(keys, msg.String()) {
				h.scroll(n)
				return h, nil
			}
		}
		return nil, nil
	case kit.ClickMsg:
		if msg.Y < 0 {
			return nil, nil
		}
	case kit.WheelMsg:
		h.scroll(msg.Lines)
	}
	return h, nil
}

func (h *help) scroll(n int) { h.offset = max(0, min(h.offset+n, len(h.lines)-h.h)) }

func (h *help) Resize(w, height int) {
	h.w, h.h = min(w, 78), min(height, len(h.lines))
	h.scroll(0)
}

func (h *help) Size() (w, height int) { return h.w, h.h }
func (h *help) Title() string         { return "Keys" }

func (h *help) Hint() string {
	if h.offset+h.h < len(h.lines) {
		return "more below"
	}
	return ""
}

func (h *help) Footer() []kit.KeyWord {
	arrows := kit.KeyLabel(h.sh.Key(kit.IntentUp)) + kit.KeyLabel(h.sh.Key(kit.IntentDown))
	return []kit.KeyWord{{Key: arrows, Word: "scroll"}, {Key: "any other key", Word: "closes"}}
}

func (h *help) View(w, height int) string {
	st := h.sh.Styles
	var out []string
	for _, l := range h.lines[h.offset:min(len(h.lines), h.offset+height)] {
		if l.Word == "" {
			out = append(out, kit.Fit(" "+st.Header.Render(l.Key), w))
			continue
		}
		out = append(out, kit.Fit("  "+st.Key.Render(kit.Fit(l.Key, h.keyW))+"  "+l.Word, w))
	}
	return kit.Block(strings.Join(out, "\n"), w, height)
}
