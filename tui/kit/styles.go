package kit

import (
	"strings"

	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// Style is how a piece of text looks: the sequence that switches it on. The zero value is the terminal's own look.
//
// These are plain strings and not lipgloss styles because a frame has hundreds of them and is drawn in well under a
// millisecond.
type Style struct{ On string }

const Reset = "\x1b[m"

// Render draws s in this style and goes back to the terminal's own.
func (t Style) Render(s string) string {
	if t.On == "" || s == "" {
		return s
	}
	return t.On + s + Reset
}

// Over lays the style beneath text that is styled already, such as a row that is selected.
func (t Style) Over(s string) string {
	if t.On == "" {
		return s
	}
	return t.On + strings.ReplaceAll(s, Reset, Reset+t.On) + Reset
}

// Styles are the looks by role. A role is never all there is to see: a glyph or a word says the same.
type Styles struct {
	Glyphs *Glyphs

	Bold, Dim, Accent         Style // dim: what is old or only a label
	Border, Focus             Style // of a pane, and of the focused one
	Selected, Cursor          Style // the row under the cursor in the focused pane, and in another one (use over)
	Good, Failed, Waiting     Style // glyphs of success; what broke; what waits or is late
	Running, old, Key, Header Style
	Match                     Style // what a filter or a search found
	Secret                    Style // masked values
	Added, Removed, Changed   Style // in a diff
	Mark                      Style // a controller's mark, loud
}

// Look is what a terminal can show.
type Look struct {
	Dark    bool
	Unasked bool // whether it is dark is not known yet: only what reads well on both is used
	NoColor bool
	Profile colorprofile.Profile
}

// NewStyles makes the styles for a terminal. With 256 colours or more they are chosen for its background; with 16 they
// are the terminal's own, of which only those are used that people's schemes keep readable; with none only bold, faint,
// underline and reverse remain.
func NewStyles(l Look, g *Glyphs) *Styles {
	s := &Styles{
		Glyphs:   g,
		Bold:     Style{"\x1b[1m"},
		Dim:      Style{"\x1b[2m"},
		Selected: Style{"\x1b[7m"},
		Cursor:   Style{"\x1b[1m"},
		Match:    Style{"\x1b[1;4m"},
		Key:      Style{"\x1b[1m"},
		Focus:    Style{"\x1b[1m"},
		Accent:   Style{"\x1b[1m"},
		Header:   Style{"\x1b[1m"},
		Secret:   Style{"\x1b[2m"},
		Mark:     Style{"\x1b[1;7m"},
		old:      Style{"\x1b[2m"},
		Border:   Style{"\x1b[2m"},
		Failed:   Style{"\x1b[1m"},
	}
	if l.NoColor || l.Profile <= colorprofile.ASCII {
		return s
	}
	if l.Unasked {
		l.Profile = min(l.Profile, colorprofile.ANSI)
		s.Selected = s.Bold // not the reverse of the terminal's own, which is loud, and gone in a moment
	}
	// pick takes the colour of the palette of 16, else the one for a dark or a light background.
	pick := func(attr, basic, dark, light string) Style {
		c := basic
		if l.Profile >= colorprofile.ANSI256 {
			c = "38;5;" + light
			if l.Dark {
				c = "38;5;" + dark
			}
		}
		return Style{"\x1b[" + attr + c + "m"}
	}
	s.Accent = pick("", "36", "80", "30")
	s.Focus = s.Accent
	s.Header = pick("1;", "36", "80", "30")
	s.Good = pick("", "32", "114", "28")
	s.Failed = pick("", "31", "203", "160")
	s.Waiting = pick("", "33", "214", "130")
	s.Running = pick("", "34", "75", "26")
	s.Match = pick("4;", "36", "80", "30")
	s.Added, s.Removed, s.Changed = s.Good, s.Failed, s.Waiting
	s.Mark = pick("1;7;", "31", "203", "160")
	if l.Profile >= colorprofile.ANSI256 {
		s.Dim = pick("", "", "245", "243")
		s.old, s.Secret = s.Dim, s.Dim
		s.Border = pick("", "", "240", "250")
		s.Selected = Style{"\x1b[1;48;5;254m"}
		if l.Dark {
			s.Selected = Style{"\x1b[1;48;5;237m"}
		}
	}
	return s
}

// Status is the style of a status's glyph.
func (s *Styles) Status(v jenkins.Status) Style {
	switch v {
	case jenkins.Running, jenkins.Start:
		return s.Running
	case jenkins.Paused, jenkins.Unstable:
		return s.Waiting
	case jenkins.Success, jenkins.Complete:
		return s.Good
	case jenkins.Failure:
		return s.Failed
	}
	return s.Dim
}

// Stage is the style of a stage's glyph.
func (s *Styles) Stage(v stages.State) Style {
	switch v {
	case stages.Running:
		return s.Running
	case stages.Queued, stages.Paused, stages.Unstable:
		return s.Waiting
	case stages.Success:
		return s.Good
	case stages.Failure:
		return s.Failed
	}
	return s.Dim
}
