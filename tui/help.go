package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// helpPopup shows the keys, those of the focused pane first.
type helpPopup struct {
	m      *Model
	lines  []string // unstyled: keys and what they do, or a heading
	keyW   int
	offset int
}

func newHelp(m *Model) popup {
	h := &helpPopup{m: m}
	focused := paneScopes[m.want.focus]
	scopes := []scope{focused, everywhere}
	for _, s := range paneScopes {
		if s != focused {
			scopes = append(scopes, s)
		}
	}
	for _, s := range scopes {
		var part []string
		for _, i := range m.keys.deedsFirst() {
			b := &m.keys.bindings[i]
			if b.scope != s || !b.on(m.facts()) || len(b.keys) == 0 {
				continue
			}
			keys := keyLabels(b.keys)
			h.keyW = max(h.keyW, kit.Width(keys))
			part = append(part, keys+"\t"+b.desc)
		}
		if len(part) > 0 {
			if len(h.lines) > 0 {
				h.lines = append(h.lines, "")
			}
			h.lines = append(append(h.lines, string(s)), part...)
		}
	}
	return h
}

func (h *helpPopup) press(m *Model, k tea.KeyPressMsg) tea.Cmd {
	b := m.keys.find(m.facts(), "", k.String())
	if b == nil {
		m.popup = nil
		return nil
	}
	if n, ok := b.intent.Lines(m.h - 5); ok {
		h.scroll(n)
	} else {
		m.popup = nil
	}
	return nil
}

func (h *helpPopup) scroll(n int) {
	_, height := h.size(h.m.popupRoom())
	h.offset = max(0, min(h.offset+n, len(h.lines)-height))
}

func (h *helpPopup) paste(*Model, tea.PasteMsg) tea.Cmd { return nil }
func (h *helpPopup) receive(*Model, tea.Msg) tea.Cmd    { return nil }

func (h *helpPopup) wheel(_ *Model, n int) tea.Cmd {
	h.scroll(n)
	return nil
}

func (h *helpPopup) click(m *Model, line int) tea.Cmd {
	if line < 0 {
		m.popup = nil
	}
	return nil
}

func (h *helpPopup) size(w, height int) (int, int) { return min(w, 78), min(height, len(h.lines)) }
func (h *helpPopup) Title() string                 { return "Keys" }

func (h *helpPopup) Hint() string {
	if _, height := h.size(h.m.popupRoom()); h.offset+height < len(h.lines) {
		return "more below"
	}
	return ""
}

func (h *helpPopup) footer() []kit.KeyWord {
	return []kit.KeyWord{{Key: keyLabel(h.m.sh.Key(kit.IntentUp)) + keyLabel(h.m.sh.Key(kit.IntentDown)), Word: "scroll"}, {Key: "any other key", Word: "closes"}}
}

func (h *helpPopup) View(w, height int, st *kit.Styles) string {
	var out []string
	offset := max(0, min(h.offset, len(h.lines)-height))
	for _, l := range h.lines[offset:min(len(h.lines), offset+height)] {
		keys, desc, ok := strings.Cut(l, "\t")
		if !ok {
			out = append(out, kit.Fit(" "+st.Header.Render(l), w))
			continue
		}
		out = append(out, kit.Fit("  "+st.Key.Render(kit.Fit(keys, h.keyW))+"  "+desc, w))
	}
	return kit.Block(strings.Join(out, "\n"), w, height)
}
