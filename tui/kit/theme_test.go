package kit

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

func TestThemesSettleTheLook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		theme    Theme
		look     Look
		selected string // what the selected row begins with
		failed   string
	}{
		{Theme{}, Look{Dark: true}, "\x1b[1;48;5;237m", "\x1b[38;5;203m"},
		{Theme{}, Look{}, "\x1b[1;48;5;254m", "\x1b[38;5;160m"},
		{Theme{}, Look{Dark: true, Unknown: true}, "\x1b[7m", "\x1b[31m"}, // reads well on both
		{Theme{Background: "light"}, Look{Dark: true, Unknown: true}, "\x1b[1;48;5;254m", "\x1b[38;5;160m"},
		{Theme{Name: ThemeLight}, Look{Dark: true}, "\x1b[1;48;5;254m", "\x1b[38;5;160m"},
		{Theme{Name: ThemeDark}, Look{Unasked: true}, "\x1b[1;48;5;237m", "\x1b[38;5;203m"},
		{Theme{Name: ThemePlain}, Look{Dark: true}, "\x1b[7m", "\x1b[1m"},
		{Theme{Name: ThemeColorBlind}, Look{Dark: true}, "\x1b[1;48;5;237m", "\x1b[1;38;5;208m"},
		{Theme{Name: ThemeColorBlind, Background: "light"}, Look{Dark: true}, "\x1b[1;48;5;254m", "\x1b[1;38;5;166m"},
		{Theme{Colors: map[string]string{"failed": "#ff0080", "selected": "22"}}, Look{Dark: true}, "\x1b[1;48;5;22m", "\x1b[38;2;255;0;128m"},
		{Theme{Colors: map[string]string{"failed": "bright-red"}}, Look{Dark: true}, "\x1b[1;48;5;237m", "\x1b[91m"},
		{Theme{Name: ThemePlain, Colors: map[string]string{"failed": "red"}}, Look{Dark: true}, "\x1b[7m", "\x1b[1m"},
	} {
		c.look.Profile, c.look.Theme = colorprofile.TrueColor, c.theme
		s := NewStyles(c.look, &UnicodeGlyphs)
		if s.Selected.On != c.selected || s.Failed.On != c.failed {
			t.Errorf("%+v: selected %q, failed %q", c.look, s.Selected.On, s.Failed.On)
		}
	}
	s := NewStyles(Look{Dark: true, Profile: colorprofile.ANSI, Theme: Theme{Colors: map[string]string{"good": "#00ff00"}}}, &UnicodeGlyphs)
	if strings.Contains(s.Good.On, "38;2") {
		t.Errorf("a terminal of 16 colors is given %q", s.Good.On)
	}
}

func TestAThemeThatIsNoneSaysWhatWasMeant(t *testing.T) {
	t.Parallel()
	for want, theme := range map[string]Theme{
		`theme: there is no "drak"`:               {Name: "drak"},
		`background: there is no "lihgt"`:         {Background: "lihgt"},
		`colors: there is no "fialed"`:            {Colors: map[string]string{"fialed": "red"}},
		`colors.failed: "rad" is not a color`:     {Colors: map[string]string{"failed": "rad"}},
		`colors.failed: "#ff00" is not a color`:   {Colors: map[string]string{"failed": "#ff00"}},
		`colors.failed: "256" is not a color`:     {Colors: map[string]string{"failed": "256"}},
		`colors.failed: "bright-" is not a color`: {Colors: map[string]string{"failed": "bright-"}},
	} {
		if err := theme.Check(); err == nil || err.Error() != want || HintOf(err) == "" {
			t.Errorf("%+v: %v, %s", theme, err, HintOf(err))
		}
	}
	ok := Theme{Name: ThemeColorBlind, Background: "dark", Colors: map[string]string{"selected": "237", "good": "bright-blue"}}
	if err := ok.Check(); err != nil {
		t.Error(err)
	}
}
