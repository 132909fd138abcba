package tui

import (
	tea "charm.land/bubbletea/v2"
)

// Model is the root model.
type Model struct {
	opts Options
}

// New makes the screen. It does no I/O.
func New(o Options) *Model { return &Model{opts: o} }

// Init asks the terminal for its background.
func (m *Model) Init() tea.Cmd { return tea.RequestBackgroundColor }

// Update handles a message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) { return m, nil }

// View draws the screen.
func (m *Model) View() tea.View { return tea.NewView("") }

func (m *Model) canCompose() bool { return false }
func (m *Model) canDiff() bool    { return true }
func (m *Model) canFollow() bool  { return true }
func (m *Model) canSend() bool    { return false }
