package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

func TestOneKeyMapFeedsFooterHelpPaletteAndTable(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.Keys = map[string][]string{"refresh": {"ctrl+r"}, "help": {"h", "?"}}
		d := drive(t, o, 240, 100)
		d.send(sampleSnapshot(time.Now()))
		if !strings.Contains(d.screen(), "h help") {
			t.Errorf("the footer does not show the key of the config:\n%s", d.screen())
		}
		d.press("h")
		help := d.screen()
		for i := range d.m.keys.Bindings {
			b := &d.m.keys.Bindings[i]
			if b.On(d.m.facts()) && !strings.Contains(help, b.Desc) {
				t.Errorf("help does not tell of %q", b.Intent)
			}
		}
		if !strings.Contains(help, "ctrl+r") {
			t.Error("help does not show the key of the config")
		}
		d.press("esc", ":")
		d.write("ask jenkins now")
		if !strings.Contains(d.screen(), "ctrl+r") {
			t.Errorf("the palette does not show the key of the config:\n%s", d.screen())
		}
		d.press("enter")
		if !strings.Contains(d.screen(), "asking Jenkins") {
			t.Errorf("the palette does not do it:\n%s", d.screen())
		}
		for i := range keys.New(nil).Bindings {
			if desc := keys.New(nil).Bindings[i].Desc; !strings.Contains(keys.Table(), "| "+desc+" |") {
				t.Errorf("the table does not tell: %s", desc)
			}
		}
	})
}

func TestWithoutColourNoColourIsDrawn(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.NoColor = true
		d := drive(t, o, 120, 40)
		plainPanes(d)
		d.send(sampleSnapshot(time.Now()))
		for _, keys := range [][]string{{"j"}, {"enter"}, {":"}, {"esc", "?"}} {
			d.press(keys...)
			for _, seq := range sequences(d.frame()) {
				if !slices.Contains([]string{"\x1b[m", "\x1b[1m", "\x1b[2m", "\x1b[7m", "\x1b[1;4m", "\x1b[1;4;4m", "\x1b[1;7m"}, seq) {
					t.Errorf("after %v: %q is a colour", keys, seq)
				}
			}
		}
	})
}

// sequences returns the escape sequences of a frame.
func sequences(s string) []string {
	var out []string
	for {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			return out
		}
		j := strings.IndexByte(s[i:], 'm')
		out = append(out, s[i:i+j+1])
		s = s[i+j+1:]
	}
}

func TestWithSixteenColoursOnlyTheTerminalsOwnAreUsed(t *testing.T) {
	t.Parallel()
	for _, dark := range []bool{true, false} {
		st := kit.NewStyles(kit.Look{Dark: dark, Profile: colorprofile.ANSI}, &kit.UnicodeGlyphs)
		for _, s := range []kit.Style{st.Accent, st.Failed, st.Waiting, st.Good, st.Running, st.Dim, st.Border, st.Selected, st.Mark} {
			if strings.Contains(s.On, "38;5") || strings.Contains(s.On, "48;5") {
				t.Errorf("%q needs 256 colours", s.On)
			}
		}
	}
}

func TestEveryStatusHasItsOwnGlyph(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]*kit.Glyphs{"unicode": &kit.UnicodeGlyphs, "ascii": &kit.ASCIIGlyphs} {
		seen := map[string]jenkins.Status{}
		for _, s := range []jenkins.Status{jenkins.Queued, jenkins.Running, jenkins.Paused, jenkins.Success, jenkins.Unstable,
			jenkins.Failure, jenkins.Aborted, jenkins.NotBuilt} {
			sign := g.Status(s)
			if other, ok := seen[sign]; ok {
				t.Errorf("%s: %s and %s look the same without colour", name, s, other)
			}
			seen[sign] = s
			if kit.Width(sign) != 1 {
				t.Errorf("%s: %s is %d cells wide", name, s, kit.Width(sign))
			}
		}
	}
}

func TestSCIIModeDrawsASCIIOnly(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.ASCII = true
		for _, size := range goldenSizes {
			d := drive(t, o, size[0], size[1])
			plainPanes(d)
			s := sampleSnapshot(time.Now())
			s.Queue[0].Why = "'Jenkins' doesn't have label 'arm64'"
			d.send(s)
			d.send(status.StagesMsg{Ref: d.m.runs.List.Selected.Ref, Stages: sampleStages(time.Now())})
			for _, keys := range [][]string{{"j", "j"}, {"enter"}, {":"}, {"esc", "?"}, {"esc", "esc", "/", "s"}} {
				d.press(keys...)
				for _, r := range d.screen() {
					if r > 0x7e {
						t.Fatalf("%v after %v: %q is drawn:\n%s", size, keys, r, d.screen())
					}
				}
			}
		}
	})
}

func TestFooterShowsTheKeysOfThePopup(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for key, want := range map[string]string{
			"p": "esc close", "b": "esc close", ":": "enter run", "?": "↑↓ scroll  any other key closes",
		} {
			d := drive(t, testOptions(), 80, 24)
			d.send(sampleSnapshot(time.Now()))
			d.press(key)
			lines := strings.Split(d.screen(), "\n")
			if got := lines[len(lines)-1]; !strings.Contains(got, want) || strings.Contains(got, "zoom") {
				t.Errorf("after %s the footer is %q", key, got)
			}
		}
	})
}
