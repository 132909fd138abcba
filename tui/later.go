package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// blankPane stands where a pane will be.
type blankPane struct {
	name string
	run  jenkins.Run
}

func (p *blankPane) show(run jenkins.Run) tea.Cmd     { p.run = run; return nil }
func (p *blankPane) hide()                            {}
func (p *blankPane) update(tea.Msg) tea.Cmd           { return nil }
func (p *blankPane) view(w, h int, st *styles) string { return block("", w, h) }
func (p *blankPane) title(w int) string               { return p.name + "  " + runTitle(p.run) }
func (p *blankPane) hint() string                     { return "" }
func (p *blankPane) typing() bool                     { return false }
func (p *blankPane) back() bool                       { return false }

func newEnvPane(*shared) pane { return &blankPane{name: "Env"} }
