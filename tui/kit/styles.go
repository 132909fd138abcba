package kit

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// Style is how a piece of text looks: the sequence that a Lip Gloss style begins with. The zero value is the terminal's
// own look. Only the sequence is kept, because a frame has hundreds of styled texts and is drawn in well under a
// millisecond, while lipgloss.Style.Render takes 20 microseconds.
type Style struct{ On string }

// newStyle keeps the sequence of a Lip Gloss style.
func newStyle(s lipgloss.Style) Style {
	on, _, _ := strings.Cut(s.Render("x"), "x")
	if s.GetUnderline() { // which it says twice
		on = strings.Replace(on, ";4m", "m", 1)
	}
	return Style{on}
}

// Underlined returns the style with an underline added.
func (t Style) Underlined() Style {
	return Style{t.On + newStyle(lipgloss.NewStyle().Underline(true)).On}
}

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
	Unknown bool // it does not say whether it is dark: the same, for good
	NoColor bool
	Profile colorprofile.Profile
	Theme   Theme
}

// NewStyles makes the styles for a terminal. With 256 colours or more they are chosen for its background; with 16 they
// are the terminal's own, of which only those are used that people's schemes keep readable; with none only bold, faint,
// underline and reverse remain.
func NewStyles(l Look, g *Glyphs) *Styles {
	l = l.Theme.settle(l)
	plain := lipgloss.NewStyle()
	bold, faint := plain.Bold(true), plain.Faint(true)
	s := &Styles{
		Glyphs:   g,
		Bold:     newStyle(bold),
		Dim:      newStyle(faint),
		Selected: newStyle(plain.Reverse(true)),
		Cursor:   newStyle(bold),
		Match:    newStyle(bold.Underline(true)),
		Key:      newStyle(bold),
		Focus:    newStyle(bold),
		Accent:   newStyle(bold),
		Header:   newStyle(bold),
		Secret:   newStyle(faint),
		Mark:     newStyle(bold.Reverse(true)),
		old:      newStyle(faint),
		Border:   newStyle(faint),
		Failed:   newStyle(bold),
	}
	if l.NoColor || l.Profile <= colorprofile.ASCII {
		return s
	}
	terminal := l.Profile
	if l.Unasked || l.Unknown {
		l.Profile = min(l.Profile, colorprofile.ANSI)
	}
	if l.Unasked {
		s.Selected = s.Bold // not the reverse of the terminal's own, which is loud, and gone in a moment
	}
	// paint sets the colour of the palette of 16, else the one for a dark or a light background.
	paint := func(s lipgloss.Style, basic, dark, light string) Style {
		switch {
		case l.Profile < colorprofile.ANSI256:
			return newStyle(s.Foreground(lipgloss.Color(basic)))
		case l.Dark:
			return newStyle(s.Foreground(lipgloss.Color(dark)))
		}
		return newStyle(s.Foreground(lipgloss.Color(light)))
	}
	s.Accent = paint(plain, cyan, "80", "30")
	s.Focus = s.Accent
	s.Header = paint(bold, cyan, "80", "30")
	s.Good = paint(plain, green, "114", "28")
	s.Failed = paint(plain, red, "203", "160")
	s.Waiting = paint(plain, yellow, "214", "130")
	s.Running = paint(plain, blue, "75", "26")
	if l.Theme.Name == ThemeColorBlind { // after Okabe and Ito: no red beside a green
		s.Good = paint(plain, blue, "75", "25")
		s.Failed = paint(bold, yellow, "208", "166")
		s.Waiting = paint(plain, magenta, "176", "97")
		s.Running = paint(plain, cyan, "116", "30")
	}
	s.Match = paint(plain.Underline(true), cyan, "80", "30")
	s.Added, s.Removed, s.Changed = s.Good, s.Failed, s.Waiting
	s.Mark = paint(bold.Reverse(true), red, "203", "160")
	if l.Profile >= colorprofile.ANSI256 {
		s.Dim = paint(plain, "", "245", "243")
		s.old, s.Secret = s.Dim, s.Dim
		s.Border = paint(plain, "", "240", "250")
		s.Selected = newStyle(bold.Background(lipgloss.Color("254")))
		if l.Dark {
			s.Selected = newStyle(bold.Background(lipgloss.Color("237")))
		}
	}
	l.Theme.paint(s, terminal)
	return s
}

// Colours of the palette of 16, which the user's colour scheme defines.
const (
	red     = "1"
	green   = "2"
	yellow  = "3"
	blue    = "4"
	magenta = "5"
	cyan    = "6"
)

// Status returns the style of a status's glyph.
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

// Stage returns the style of a stage's glyph.
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

// Coloured reports whether colours may be drawn at all.
func (s *Styles) Coloured() bool { return s.Good.On != "" }
