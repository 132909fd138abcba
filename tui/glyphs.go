package tui

import (
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// glyphs are the signs that the screen is drawn with, each one cell wide.
type glyphs struct {
	running, queued, paused, success, unstable, failure, aborted, notBuilt string

	live, pin, full, empty, sep, more, mark, down, right string

	horizontal, vertical, topLeft, topRight, bottomLeft, bottomRight, tee, corner string

	cursor, mask string
}

var unicodeGlyphs = glyphs{
	running: "▶", queued: "…", paused: "‖", success: "✓", unstable: "◐", failure: "✗", aborted: "⊘", notBuilt: "○",
	live: "●", pin: "★", full: "▰", empty: "▱", sep: "·", more: "…", mark: "▌", down: "▾", right: "▸",
	horizontal: "─", vertical: "│", topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯", tee: "├", corner: "└",
	cursor: "▏", mask: "•",
}

var asciiGlyphs = glyphs{
	running: ">", queued: ".", paused: "=", success: "+", unstable: "~", failure: "x", aborted: "/", notBuilt: "o",
	live: "*", pin: "*", full: "#", empty: ".", sep: "-", more: "~", mark: "|", down: "v", right: ">",
	horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+", tee: "|", corner: "`",
	cursor: "_", mask: "*",
}

// status is the one-cell sign of a status.
func (g *glyphs) status(s jenkins.Status) string {
	switch s {
	case jenkins.Running, jenkins.Start:
		return g.running
	case jenkins.Queued:
		return g.queued
	case jenkins.Paused:
		return g.paused
	case jenkins.Success, jenkins.Complete:
		return g.success
	case jenkins.Unstable:
		return g.unstable
	case jenkins.Failure:
		return g.failure
	case jenkins.Aborted:
		return g.aborted
	}
	return g.notBuilt
}

// stage is the one-cell sign of a stage's status.
func (g *glyphs) stage(s stages.State) string {
	switch s {
	case stages.Running:
		return g.running
	case stages.Queued:
		return g.queued
	case stages.Paused:
		return g.paused
	case stages.Success:
		return g.success
	case stages.Unstable:
		return g.unstable
	case stages.Failure:
		return g.failure
	case stages.Aborted:
		return g.aborted
	case stages.Skipped, stages.NotBuilt:
		return g.notBuilt
	}
	return g.sep
}
