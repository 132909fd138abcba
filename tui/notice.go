package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// noticePopup says what went wrong with what the user asked for, where a line would cut off what to do about it.
type noticePopup struct {
	name  string
	texts []string
}

func newNotice(name string, texts ...string) *noticePopup { return &noticePopup{name, texts} }

func (n *noticePopup) press(m *Model, _ tea.KeyPressMsg) tea.Cmd {
	m.popup = nil
	return nil
}

func (n *noticePopup) click(m *Model, _ int) tea.Cmd {
	m.popup = nil
	return nil
}

func (n *noticePopup) paste(*Model, tea.PasteMsg) tea.Cmd { return nil }
func (n *noticePopup) receive(*Model, tea.Msg) tea.Cmd    { return nil }
func (n *noticePopup) wheel(*Model, int) tea.Cmd          { return nil }
func (n *noticePopup) Title() string                      { return n.name }
func (n *noticePopup) Hint() string                       { return "" }
func (n *noticePopup) footer() []kit.KeyWord              { return []kit.KeyWord{{Key: "any key", Word: "close"}} }

func (n *noticePopup) lines(w int) []string {
	out := []string{""}
	for _, t := range n.texts {
		if t != "" {
			out = append(append(out, kit.Wrap(t, w-2, " ")...), "")
		}
	}
	return out
}

func (n *noticePopup) size(w, h int) (int, int) {
	w = min(w, 78)
	return w, min(h, len(n.lines(w)))
}

func (n *noticePopup) View(w, h int, st *kit.Styles) string {
	return kit.Block(strings.Join(n.lines(w), "\n"), w, h)
}
