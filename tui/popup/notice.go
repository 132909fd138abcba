package popup

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// notice says what went wrong with what the user asked for, where a line would cut off what to do about it.
type notice struct {
	title string
	texts []string
	w, h  int
}

// NewNotice shows paragraphs until a key is pressed; empty ones are left out.
func NewNotice(title string, paragraphs ...string) Popup {
	return &notice{title: title, texts: paragraphs}
}

func (n *notice) Update(msg tea.Msg) (Popup, tea.Cmd) {
	switch msg.(type) {
	case tea.KeyPressMsg, kit.ClickMsg:
		return nil, nil
	}
	return n, nil
}

func (n *notice) Resize(w, h int)       { n.w, n.h = min(w, 78), h }
func (n *notice) Size() (w, h int)      { return n.w, min(n.h, len(n.lines(n.w))) }
func (n *notice) Title() string         { return n.title }
func (n *notice) Hint() string          { return "" }
func (n *notice) Footer() []kit.KeyWord { return []kit.KeyWord{{Key: "any key", Word: "close"}} }

func (n *notice) lines(w int) []string {
	out := []string{""}
	for _, t := range n.texts {
		if t != "" {
			out = append(append(out, kit.Wrap(t, w-2, " ")...), "")
		}
	}
	return out
}

func (n *notice) View(w, h int) string { return kit.Block(strings.Join(n.lines(w), "\n"), w, h) }
