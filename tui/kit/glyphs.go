package kit

import (
	"charm.land/lipgloss/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// Glyphs are the signs that the screen is drawn with, each one cell wide.
type Glyphs struct {
	Running, Queued, Paused, Success, Unstable, Failure, aborted, NotBuilt string

	Live, Pin, Followed, full, empty, Sep, More, Mark, Down, Right string

	Tee, Corner string          // lead to what belongs to the line above
	Border      lipgloss.Border // of panes and popups

	cursor, Mask string

	Span string // a cell of a stage's time on the axis
}

var UnicodeGlyphs = Glyphs{
	Running: "▶", Queued: "…", Paused: "‖", Success: "✓", Unstable: "◐", Failure: "✗", aborted: "⊘", NotBuilt: "○",
	Live: "●", Pin: "★", Followed: "»", full: "▰", empty: "▱", Sep: "·", More: "…", Mark: "▌", Down: "▾", Right: "▸",
	Tee: "├", Corner: "└", Border: lipgloss.RoundedBorder(),
	cursor: "▏", Mask: "•", Span: "━",
}

var ASCIIGlyphs = Glyphs{
	Running: ">", Queued: ".", Paused: "=", Success: "+", Unstable: "~", Failure: "x", aborted: "/", NotBuilt: "o",
	Live: "*", Pin: "*", Followed: ":", full: "#", empty: ".", Sep: "-", More: "~", Mark: "|", Down: "v", Right: ">",
	Tee: "|", Corner: "`", Border: lipgloss.ASCIIBorder(),
	cursor: "_", Mask: "*", Span: "=",
}

// Edge returns the cell of a border by where it goes on: 1 up, 2 down, 4 left, 8 right, added.
func (g *Glyphs) Edge(to uint8) string {
	b := &g.Border
	return [...]string{" ", b.Left, b.Left, b.Left, b.Top, b.BottomRight, b.TopRight, b.MiddleRight, b.Top, b.BottomLeft,
		b.TopLeft, b.MiddleLeft, b.Top, b.MiddleBottom, b.MiddleTop, b.Middle}[to]
}

// Status returns the one-cell sign of a status.
func (g *Glyphs) Status(s jenkins.Status) string {
	switch s {
	case jenkins.Running, jenkins.Start:
		return g.Running
	case jenkins.Queued:
		return g.Queued
	case jenkins.Paused:
		return g.Paused
	case jenkins.Success, jenkins.Complete:
		return g.Success
	case jenkins.Unstable:
		return g.Unstable
	case jenkins.Failure:
		return g.Failure
	case jenkins.Aborted:
		return g.aborted
	}
	return g.NotBuilt
}

// Stage returns the one-cell sign of a stage's status.
func (g *Glyphs) Stage(s stages.State) string {
	switch s {
	case stages.Running:
		return g.Running
	case stages.Queued:
		return g.Queued
	case stages.Paused:
		return g.Paused
	case stages.Success:
		return g.Success
	case stages.Unstable:
		return g.Unstable
	case stages.Failure:
		return g.Failure
	case stages.Aborted:
		return g.aborted
	case stages.Skipped, stages.NotBuilt:
		return g.NotBuilt
	}
	return g.Sep
}
