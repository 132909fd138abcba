package tui

import (
	"strings"

	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// style is how a piece of text looks: the sequence that switches it on. The zero value is the terminal's own look.
//
// These are plain strings and not lipgloss styles because a frame has hundreds of them and is drawn in well under a
// millisecond.
type style struct{ on string }

const reset = "\x1b[m"

// render draws s in this style and goes back to the terminal's own.
func (t style) render(s string) string {
	if t.on == "" || s == "" {
		return s
	}
	return t.on + s + reset
}

// over lays the style beneath text that is styled already, such as a row that is selected.
func (t style) over(s string) string {
	if t.on == "" {
		return s
	}
	return t.on + strings.ReplaceAll(s, reset, reset+t.on) + reset
}

// styles are the looks by role. A role is never all there is to see: a glyph or a word says the same.
type styles struct {
	glyphs *glyphs

	bold, dim, accent         style // dim: what is old or only a label
	border, focus             style // of a pane, and of the focused one
	selected, cursor          style // the row under the cursor in the focused pane, and in another one (use over)
	good, failed, waiting     style // glyphs of success; what broke; what waits or is late
	running, old, key, header style
	match                     style // what a filter or a search found
	secret                    style // masked values
	added, removed, changed   style // in a diff
	mark                      style // a controller's mark, loud
}

// look is what a terminal can show.
type look struct {
	dark    bool
	unasked bool // whether it is dark is not known yet: only what reads well on both is used
	noColor bool
	profile colorprofile.Profile
}

// newStyles makes the styles for a terminal. With 256 colours or more they are chosen for its background; with 16 they
// are the terminal's own, of which only those are used that people's schemes keep readable; with none only bold, faint,
// underline and reverse remain.
func newStyles(l look, g *glyphs) *styles {
	s := &styles{
		glyphs:   g,
		bold:     style{"\x1b[1m"},
		dim:      style{"\x1b[2m"},
		selected: style{"\x1b[7m"},
		cursor:   style{"\x1b[1m"},
		match:    style{"\x1b[1;4m"},
		key:      style{"\x1b[1m"},
		focus:    style{"\x1b[1m"},
		accent:   style{"\x1b[1m"},
		header:   style{"\x1b[1m"},
		secret:   style{"\x1b[2m"},
		mark:     style{"\x1b[1;7m"},
		old:      style{"\x1b[2m"},
		border:   style{"\x1b[2m"},
		failed:   style{"\x1b[1m"},
	}
	if l.noColor || l.profile <= colorprofile.ASCII {
		return s
	}
	if l.unasked {
		l.profile = min(l.profile, colorprofile.ANSI)
		s.selected = s.bold // not the reverse of the terminal's own, which is loud, and gone in a moment
	}
	// pick takes the colour of the palette of 16, else the one for a dark or a light background.
	pick := func(attr, basic, dark, light string) style {
		c := basic
		if l.profile >= colorprofile.ANSI256 {
			c = "38;5;" + light
			if l.dark {
				c = "38;5;" + dark
			}
		}
		return style{"\x1b[" + attr + c + "m"}
	}
	s.accent = pick("", "36", "80", "30")
	s.focus = s.accent
	s.header = pick("1;", "36", "80", "30")
	s.good = pick("", "32", "114", "28")
	s.failed = pick("", "31", "203", "160")
	s.waiting = pick("", "33", "214", "130")
	s.running = pick("", "34", "75", "26")
	s.match = pick("4;", "36", "80", "30")
	s.added, s.removed, s.changed = s.good, s.failed, s.waiting
	s.mark = pick("1;7;", "31", "203", "160")
	if l.profile >= colorprofile.ANSI256 {
		s.dim = pick("", "", "245", "243")
		s.old, s.secret = s.dim, s.dim
		s.border = pick("", "", "240", "250")
		s.selected = style{"\x1b[1;48;5;254m"}
		if l.dark {
			s.selected = style{"\x1b[1;48;5;237m"}
		}
	}
	return s
}

// status is the style of a status's glyph.
func (s *styles) status(v jenkins.Status) style {
	switch v {
	case jenkins.Running, jenkins.Start:
		return s.running
	case jenkins.Paused, jenkins.Unstable:
		return s.waiting
	case jenkins.Success, jenkins.Complete:
		return s.good
	case jenkins.Failure:
		return s.failed
	}
	return s.dim
}

// stage is the style of a stage's glyph.
func (s *styles) stage(v stages.State) style {
	switch v {
	case stages.Running:
		return s.running
	case stages.Queued, stages.Paused, stages.Unstable:
		return s.waiting
	case stages.Success:
		return s.good
	case stages.Failure:
		return s.failed
	}
	return s.dim
}
