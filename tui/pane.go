package tui

import (
	"context"
	"regexp"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// pane is a part of the screen that shows something about the focused run. Panes are plain structs: the root decides
// which of them are on the screen, where, and which one has the keys; it draws their borders.
type pane interface {
	// show makes run the one the pane is about. It is called when the selection settles on another run, when the
	// same run was refreshed (same Ref, newer values), and when the pane comes onto the screen. A pane off the screen
	// is not called: it asks Jenkins for nothing.
	show(run jenkins.Run) tea.Cmd
	// hide tells that the pane left the screen: it stops following until show is called again.
	hide()
	// update handles a message: the pane's own, which reach it wherever the focus is; an [intent], a [clickMsg] or a
	// [wheelMsg] while it is focused; and, while it is typing, every tea.KeyPressMsg and tea.PasteMsg.
	update(msg tea.Msg) tea.Cmd
	// view draws exactly h lines of exactly w cells or fewer, without a border. It changes nothing.
	view(w, h int, st *styles) string
	// title is drawn into the upper border, left; at most w cells.
	title(w int) string
	// hint is drawn into the upper border, right, if there is room: a count, a state, a key or two.
	hint() string
	// typing tells that the pane reads text (a filter, a search), so that keys are letters and not commands.
	typing() bool
	// back goes one step back inside the pane (clears its filter, closes its popup) and tells whether there was one.
	back() bool
}

// shared is what every pane may read. The root owns it and changes it only in Update.
type shared struct {
	opts    *Options
	glyphs  *glyphs
	focused bool // the terminal has the focus, as far as it tells
	pins    pins
	away    map[string]absence // controllers that do not answer
	readers map[string]*stages.Reader
}

// absence tells of a controller that does not answer.
type absence struct {
	since time.Time // when it was first missed
	known time.Time // of its last answer
}

// asOf is the time that the clocks of a run show: while its controller is away they stand still, since one that ticked on
// would only guess, and do not jump back either.
func (s *shared) asOf(r *jenkins.Run, now time.Time) time.Time {
	if a, away := s.away[r.Controller]; away && !r.Status.Ended() && a.since.Before(now) {
		return a.since
	}
	return now
}

// context is the program's own, which commands ask with.
func (s *shared) context() context.Context {
	if s.opts.Context == nil {
		return context.Background()
	}
	return s.opts.Context
}

// client returns the client of the controller with this name, nil if there is none.
func (s *shared) client(controller string) *jenkins.Client {
	for i := range s.opts.Controllers {
		if c := &s.opts.Controllers[i]; c.Name == controller {
			return c.Client
		}
	}
	return nil
}

// envOf returns what asks a controller for environments, nil if there is no such controller.
func (s *shared) envOf(controller string) *env.Client {
	for i := range s.opts.Controllers {
		c := &s.opts.Controllers[i]
		if c.Name != controller || c.Client == nil {
			continue
		}
		if c.Env == nil {
			c.Env = &env.Client{Client: c.Client}
		}
		return c.Env
	}
	return nil
}

// consoleOf returns what reads a controller's consoles, nil if there is no such controller.
func (s *shared) consoleOf(controller string) *console.Client {
	for i := range s.opts.Controllers {
		c := &s.opts.Controllers[i]
		if c.Name != controller || c.Client == nil {
			continue
		}
		if c.Console == nil {
			c.Console = &console.Client{Client: c.Client}
		}
		return c.Console
	}
	return nil
}

// stagesOf returns what reads the stages of a controller's runs, nil if there is no such controller.
func (s *shared) stagesOf(controller string) *stages.Reader {
	c := s.client(controller)
	if c == nil {
		return nil
	}
	if r := s.readers[controller]; r != nil {
		return r
	}
	if s.readers == nil {
		s.readers = map[string]*stages.Reader{}
	}
	r := &stages.Reader{Client: c}
	s.readers[controller] = r
	return r
}

// own is the user's own patterns of what is secret, for what is drawn of a controller.
func (s *shared) own(controller string) []*regexp.Regexp {
	if c := s.client(controller); c != nil {
		return c.Own
	}
	return nil
}

// Messages that any pane may return from a command to have the root do something.
type (
	// pokeMsg has a controller asked now: a pane has learned of something that the list does not show yet.
	pokeMsg struct{ controller string }

	// noteMsg is shown in the footer until something else is.
	noteMsg struct {
		text string
		err  error // its text, and its hint if it has one, are shown instead of text
		busy bool  // the deed is still under way
	}
	// copyMsg puts text on the clipboard of the terminal (OSC 52, which works over SSH) and says so.
	copyMsg struct {
		text string
		what string // "the URL", "TARGET", "26 variables as dotenv"
	}
	// closeMsg closes the compose pane.
	closeMsg struct{}
	// chooseMsg lets the user choose one of a few things; the message of the one that was chosen goes to the panes.
	chooseMsg struct {
		name    string
		choices []choice
	}
	// openMsg opens an http(s) URL of one of our controllers in the browser.
	openMsg struct{ url string }
)

// choice is one of the things that a chooseMsg lets the user choose.
type choice struct {
	label, note string
	msg         tea.Msg
}

// Messages that the root sends to a pane.
type (
	// clickMsg is a press of the left button at a cell of the pane; (0,0) is its upper left one.
	clickMsg struct{ x, y int }
	// wheelMsg is a turn of the wheel: lines down, or up if negative.
	wheelMsg struct{ lines int }
	// tickMsg comes once a second while something on the screen ticks. It is passed to every pane on the screen.
	tickMsg struct{}
)

// send makes a command of a message that is known already.
func send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// note makes a command that shows text in the footer.
func note(text string) tea.Cmd { return send(noteMsg{text: text}) }
