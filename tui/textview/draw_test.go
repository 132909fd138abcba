package textview

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// TestLineThatIsJumpedToIsDrawnWithoutTheColoursOfTheLog: they were chosen for the terminal's own background.
func TestLineThatIsJumpedToIsDrawnWithoutTheColoursOfTheLog(t *testing.T) {
	t.Parallel()
	l := Line{Text: "a \x1b[31mred\x1b[0m \x1b[1;34;41mblue\x1b[0m \x1b[38;5;52mdark\x1b[0m \x1b[2;38;2;1;2;3mfaint"}
	for _, look := range []kit.Look{
		{Profile: colorprofile.TrueColor, Dark: true}, {Profile: colorprofile.ANSI256}, {Profile: colorprofile.ANSI, Dark: true},
		{Profile: colorprofile.ANSI}, {Unasked: true, Profile: colorprofile.TrueColor}, {NoColor: true},
	} {
		d := Look{St: kit.NewStyles(look, &kit.UnicodeGlyphs), W: 40}
		rows := d.Rows(nil, l, true, 0, 1)
		got := rows[0]
		for _, on := range []string{d.St.Selected.On, "\x1b[0m", "\x1b[0;1m", kit.Reset} {
			got = strings.ReplaceAll(got, on, "")
		}
		if got != "a red blue dark faint" || !strings.Contains(rows[0], d.St.Selected.On) {
			t.Errorf("%+v: %q", look, rows[0])
		}
		if plain := d.Rows(nil, l, false, 0, 1)[0]; !look.NoColor && !strings.Contains(plain, "\x1b[0;31mred") {
			t.Errorf("%+v: another line is drawn as %q", look, plain)
		}
	}
}
