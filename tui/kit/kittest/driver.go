package kittest

import (
	"strings"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Driver plays the root for one pane, inside a synctest bubble: it runs its commands and hands back what they answer.
type Driver struct {
	Pane   kit.Pane
	Notes  []kit.NoteMsg
	Copied []kit.CopyMsg
	Gone   []kit.GoneMsg
	Menu   kit.ChooseMsg // that the pane asked for last

	msgs chan tea.Msg
}

func NewDriver(p kit.Pane) *Driver {
	return &Driver{Pane: p, msgs: make(chan tea.Msg, 1000)}
}

func (d *Driver) Run(cmd tea.Cmd) {
	if cmd != nil {
		go func() { d.msgs <- cmd() }()
	}
}

// settle runs until nothing is left to do but to wait.
func (d *Driver) Settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-d.msgs:
			switch msg := msg.(type) {
			case nil:
			case tea.BatchMsg:
				for _, cmd := range msg {
					d.Run(cmd)
				}
			case kit.NoteMsg:
				d.Notes = append(d.Notes, msg)
			case kit.ChooseMsg:
				d.Menu = msg
			case kit.GoneMsg:
				d.Gone = append(d.Gone, msg)
			case kit.CopyMsg:
				d.Copied = append(d.Copied, msg)
			default:
				d.Run(d.Pane.Update(msg))
			}
		default:
			return
		}
	}
}

func (d *Driver) Show(run jenkins.Run) { d.Run(d.Pane.Show(run)); d.Settle() }

// wait lets time pass.
func (d *Driver) Wait(t time.Duration) {
	for end := time.Now().Add(t); time.Now().Before(end); {
		time.Sleep(min(50*time.Millisecond, time.Until(end)))
		d.Settle()
	}
}

// do sends intents, or keys while the pane is typing: "text:foo" types foo, "key:enter" presses enter.
func (d *Driver) Do(what ...string) {
	for _, s := range what {
		if text, ok := strings.CutPrefix(s, "text:"); ok {
			for _, r := range text {
				d.Run(d.Pane.Update(tea.KeyPressMsg{Code: r, Text: string(r)}))
				d.Settle()
			}
			continue
		}
		if key, ok := strings.CutPrefix(s, "key:"); ok {
			d.Run(d.Pane.Update(KeyPress(key)))
			d.Settle()
			continue
		}
		if s == "back" {
			d.Pane.Back()
			continue
		}
		d.Run(d.Pane.Update(kit.Intent(s)))
		d.Settle()
	}
}

// choose takes the entry of the menu with this label; without such an entry it does nothing.
func (d *Driver) Choose(label string) {
	for _, c := range d.Menu.Choices {
		if c.Label == label {
			d.Run(d.Pane.Update(c.Msg))
			d.Settle()
		}
	}
}

func (d *Driver) Frame(w, h int) string { return d.Pane.View(w, h) }

// text is the frame without colours.
func (d *Driver) Text(w, h int) string { return Unstyled(d.Frame(w, h)) }
