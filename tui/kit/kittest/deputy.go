package kittest

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Deputy plays the root: it runs a pane's commands one after the other and keeps what is for the root.
type Deputy struct {
	Pane interface{ Update(tea.Msg) tea.Cmd }

	Notes  []kit.NoteMsg
	Menus  []kit.ChooseMsg
	Copies []kit.CopyMsg
	Closed bool
}

func (a *Deputy) Run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			a.Run(c)
		}
	case kit.NoteMsg:
		a.Notes = append(a.Notes, msg)
	case kit.ChooseMsg:
		a.Menus = append(a.Menus, msg)
	case kit.CopyMsg:
		a.Copies = append(a.Copies, msg)
	case kit.CloseMsg:
		a.Closed = true
	default:
		a.Send(msg)
	}
}

func (a *Deputy) Send(msg tea.Msg) { a.Run(a.Pane.Update(msg)) }

func (a *Deputy) Write(text string) {
	for _, r := range text {
		if r == '\n' {
			a.Send(KeyPress("enter"))
			continue
		}
		a.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func (a *Deputy) Choose(t testing.TB, label string) {
	t.Helper()
	for _, c := range a.Menus[len(a.Menus)-1].Choices {
		if c.Label == label {
			a.Send(c.Msg)
			return
		}
	}
	t.Fatalf("the menu has no %q", label)
}

func (a *Deputy) LastNote() string {
	if len(a.Notes) == 0 {
		return ""
	}
	n := a.Notes[len(a.Notes)-1]
	if n.Err != nil {
		return n.Err.Error() + " / " + kit.HintOf(n.Err)
	}
	return n.Text
}
