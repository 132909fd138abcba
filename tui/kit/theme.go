package kit

import (
	"fmt"
	"image/color"
	"maps"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/query"
)

// Theme is how the config wants the screen to look.
type Theme struct {
	Name       string            // one of Themes; empty: auto
	Background string            // one of Backgrounds; empty: what the terminal says
	Colors     map[string]string // by role, instead of the theme's: see ParseColor
}

// The themes. Auto goes by the terminal's background.
const (
	ThemeAuto       = "auto"
	ThemeDark       = "dark"
	ThemeLight      = "light"
	ThemeColorBlind = "color-blind"
	ThemePlain      = "plain" // no colors: bold, faint, underline and reverse only
)

var (
	Themes      = []string{ThemeAuto, ThemeDark, ThemeLight, ThemeColorBlind, ThemePlain}
	Backgrounds = []string{ThemeAuto, ThemeDark, ThemeLight}
)

// role is a style that has a name in the config.
type role struct {
	style      func(*Styles) []*Style
	background bool           // the color is that of the background
	look       lipgloss.Style // beside the color
}

func one(style func(*Styles) *Style) func(*Styles) []*Style {
	return func(s *Styles) []*Style { return []*Style{style(s)} }
}

var roles = map[string]role{
	"accent":   {style: func(s *Styles) []*Style { return []*Style{&s.Accent, &s.Focus} }},
	"border":   {style: one(func(s *Styles) *Style { return &s.Border })},
	"dim":      {style: func(s *Styles) []*Style { return []*Style{&s.Dim, &s.old, &s.Secret} }},
	"failed":   {style: func(s *Styles) []*Style { return []*Style{&s.Failed, &s.Removed} }},
	"good":     {style: func(s *Styles) []*Style { return []*Style{&s.Good, &s.Added} }},
	"header":   {style: one(func(s *Styles) *Style { return &s.Header }), look: lipgloss.NewStyle().Bold(true)},
	"key":      {style: one(func(s *Styles) *Style { return &s.Key }), look: lipgloss.NewStyle().Bold(true)},
	"mark":     {style: one(func(s *Styles) *Style { return &s.Mark }), look: lipgloss.NewStyle().Bold(true).Reverse(true)},
	"match":    {style: one(func(s *Styles) *Style { return &s.Match }), look: lipgloss.NewStyle().Underline(true)},
	"running":  {style: one(func(s *Styles) *Style { return &s.Running })},
	"selected": {style: one(func(s *Styles) *Style { return &s.Selected }), background: true, look: lipgloss.NewStyle().Bold(true)},
	"waiting":  {style: func(s *Styles) []*Style { return []*Style{&s.Waiting, &s.Changed} }},
}

// Roles are the names of the colors that the config can change.
func Roles() []string { return slices.Sorted(maps.Keys(roles)) }

var basicColors = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

// parseColor reads a color: "203" of the 256, "#ff8700", or one of the terminal's own sixteen, "red", "bright-red".
func parseColor(s string) (color.Color, error) {
	name, bright := strings.CutPrefix(s, "bright-")
	if i := slices.Index(basicColors, name); i >= 0 {
		if bright {
			i += 8
		}
		return ansi.BasicColor(i), nil
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < 256 {
		return ansi.IndexedColor(n), nil
	}
	if hex, ok := strings.CutPrefix(s, "#"); ok && len(hex) == 6 {
		if n, err := strconv.ParseUint(hex, 16, 24); err == nil {
			return ansi.RGBColor{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n)}, nil
		}
	}
	return nil, &SaidError{What: fmt.Sprintf("%q is not a color", s), Fix: "Write a number from 0 to 255, #rrggbb, or " +
		strings.Join(basicColors, ", ") + ", each also with bright- in front."}
}

// Check returns an error unless the theme can be used.
func (t *Theme) Check() error {
	if err := oneOf("theme", t.Name, Themes); err != nil {
		return err
	}
	if err := oneOf("background", t.Background, Backgrounds); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(t.Colors)) {
		if err := oneOf("colors", name, Roles()); err != nil {
			return err
		}
		if _, err := parseColor(t.Colors[name]); err != nil {
			return &SaidError{What: "colors." + name + ": " + err.Error(), Fix: HintOf(err)}
		}
	}
	return nil
}

// oneOf reports a value that is not one of those allowed, and which of them was probably meant.
func oneOf(key, value string, allowed []string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	fix := "It is one of " + strings.Join(allowed, ", ") + "."
	for _, a := range allowed {
		if query.Distance(value, a) <= 2 {
			fix = fmt.Sprintf("Did you mean %q? ", a) + fix
			break
		}
	}
	return &SaidError{What: fmt.Sprintf("%s: there is no %q", key, value), Fix: fix}
}

// settle is the look that a theme makes of what is known of the terminal.
func (t *Theme) settle(l Look) Look {
	switch {
	case t.Name == ThemePlain:
		l.NoColor = true
	case t.Name == ThemeDark, t.Name != ThemeLight && t.Background == ThemeDark:
		l.Dark, l.Unasked, l.Unknown = true, false, false
	case t.Name == ThemeLight, t.Background == ThemeLight:
		l.Dark, l.Unasked, l.Unknown = false, false, false
	}
	return l
}

// paint gives the roles the colors of the config.
func (t *Theme) paint(s *Styles, p colorprofile.Profile) {
	for name, value := range t.Colors {
		c, err := parseColor(value)
		r, ok := roles[name]
		if err != nil || !ok { // it was checked
			continue
		}
		look := r.look.Foreground(p.Convert(c))
		if r.background {
			look = r.look.Background(p.Convert(c))
		}
		for _, to := range r.style(s) {
			*to = newStyle(look)
		}
	}
}
