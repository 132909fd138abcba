package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

func TestDiffIsOfTheSelectedRunWhateverThePaneShowedBefore(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, played(jenkinstest.New(jenkinstest.Options{})), size[0], size[1])
			d.send(sampleSnapshot(time.Now()))
			d.press("D")
			want := "Compare " + kit.RunTitle(*d.m.runs.Current()) + " with"
			if d.m.popups.top == nil || d.m.popups.top.Title() != want {
				t.Fatalf("%v: the first D does not ask what to compare with:\n%s", size, d.screen())
			}
			// The pane is off the screen on the first two sizes; on the third it waits until the selection rests.
			d.press("esc", "tab", "esc", "j", "j")
			want = "Compare " + kit.RunTitle(*d.m.runs.Current()) + " with"
			if d.press("D"); d.m.popups.top == nil || d.m.popups.top.Title() != want {
				t.Errorf("%v: D on another run does not say %q:\n%s", size, want, d.screen())
			}
		})
	}
}

func TestTabGoesTheSameWayWhateverIsShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key  string
		want []kit.PaneID
	}{
		{"tab", []kit.PaneID{kit.PaneStatus, kit.PaneEnv, kit.PaneLog, kit.PaneRuns, kit.PaneStatus}},
		{"shift+tab", []kit.PaneID{kit.PaneLog, kit.PaneEnv, kit.PaneStatus, kit.PaneRuns, kit.PaneLog}},
	} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), 80, 24)
			d.send(sampleSnapshot(time.Now()))
			d.press("tab", "tab", "esc") // env is shown, the runs have the keys
			var got []kit.PaneID
			for range c.want {
				d.press(c.key)
				got = append(got, d.m.panes.want.Focus)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s goes %v, not %v", c.key, got, c.want)
			}
		})
	}
}

func TestBracketsTurnTheLowerPaneAndLeaveTheKeysWithTheRuns(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		for _, c := range []struct {
			key  string
			want kit.PaneID
		}{{"]", kit.PaneEnv}, {"]", kit.PaneLog}, {"]", kit.PaneStatus}, {"[", kit.PaneLog}, {"[", kit.PaneEnv}} {
			if d.press(c.key); d.m.panes.want.Lower != c.want || d.m.panes.want.Focus != kit.PaneRuns {
				t.Errorf("%s shows %v, %v has the keys", c.key, d.m.panes.want.Lower, d.m.panes.want.Focus)
			}
		}
		d.press("tab", "tab", "[")
		if d.m.panes.want.Lower != kit.PaneStatus || d.m.panes.want.Focus != kit.PaneStatus {
			t.Errorf("from env [ leads to %v, %v has the keys", d.m.panes.want.Lower, d.m.panes.want.Focus)
		}
	})
}

func TestBracketsGoRoundThePanesBelowTheRunsWhereOneFits(t *testing.T) {
	t.Parallel()
	for name, size := range map[string][2]int{"one": {60, 20}, "zoomed": {120, 40}} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), size[0], size[1])
			d.send(sampleSnapshot(time.Now()))
			if name == "zoomed" {
				d.press("z")
			}
			for _, c := range []struct {
				key  string
				want kit.PaneID
			}{{"]", kit.PaneStatus}, {"]", kit.PaneEnv}, {"]", kit.PaneLog}, {"]", kit.PaneStatus}, {"[", kit.PaneLog}} {
				if d.press(c.key); d.m.panes.want.Focus != c.want {
					t.Errorf("%s: %s leads to %v, want %v", name, c.key, d.m.panes.want.Focus, c.want)
				}
			}
			d.m.panes.want.FocusOn(kit.PaneRuns)
			if d.press("["); d.m.panes.want.Focus != kit.PaneLog {
				t.Errorf("%s: from the runs [ leads to %v", name, d.m.panes.want.Focus)
			}
		})
	}
}

func TestAKeyThatDoesNothingSaysSo(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		for key, want := range map[string]string{
			"9": "there is no list 9: L saves a filter as one", "e": "e (next error) works in log, not here", "f7": "f7 does nothing here; ? shows the keys",
			"c": "c (write a notification): no endpoint is configured", "]": "): all panes are on the screen",
			"W": "): the run has not failed",
		} {
			d.press(key)
			if !strings.Contains(d.screen(), want) {
				t.Errorf("%s does not say %q:\n%s", key, want, d.screen())
			}
		}
	})
}

func TestAReadOnlySessionSaysThatItIsOne(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		o.ReadOnly = true
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		for _, key := range []string{"c", "A"} {
			if d.press(key); !strings.Contains(d.screen(), "): the session is read-only") {
				t.Errorf("%s says another reason:\n%s", key, d.screen())
			}
		}
	})
}

func TestQuitSaysOnceThatNotificationsWait(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		o := testOptions()
		box := kittest.OpenOutbox(t, []sender.Endpoint{kittest.Endpoint("down", "POST", "http://127.0.0.1:1/")})
		o.Outbox = func(context.Context) (*outbox.Outbox, error) { return box, nil }
		d := drive(t, o, 120, 40)
		if _, err := box.Add(t.Context(), sender.Notification{Endpoint: "down"}); err != nil {
			t.Fatal(err)
		}
		d.send(sent.OutboxChanged{})
		d.press("q")
		if s := d.screen(); len(d.out) > 0 || !strings.Contains(s, "1 notification not delivered yet. Quit?") {
			t.Fatalf("q leaves with %v:\n%s", d.out, s)
		}
		d.press("esc", "q")
		if len(d.out) == 0 {
			t.Errorf("the second q does not leave:\n%s", d.screen())
		}
	})
}

func TestTheFooterIsClicked(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 160, 40)
		d.send(sampleSnapshot(time.Now()))
		click := func(text string) {
			t.Helper()
			lines := strings.Split(d.screen(), "\n")
			before, _, ok := strings.Cut(lines[len(lines)-1], text)
			if !ok {
				t.Fatalf("the footer has no %q: %s", text, lines[len(lines)-1])
			}
			d.send(tea.MouseClickMsg{X: kit.Width(before), Y: d.m.panes.h - 1, Button: tea.MouseLeft})
		}
		click("z zoom")
		if !d.m.panes.want.Zoom {
			t.Error("a click on zoom does not zoom")
		}
		click("/ filter")
		d.write("shop")
		click("enter keep")
		if d.m.runs.Search.Typed || d.m.runs.Search.Filter.Text() != "shop" {
			t.Errorf("a click on keep leaves %q, typed %v", d.m.runs.Search.Filter.Text(), d.m.runs.Search.Typed)
		}
		click("? help")
		click("any other key")
		if d.m.popups.top == nil {
			t.Error("what is no key closes the help")
		}
	})
}

// sending is options with an outbox that cannot be opened, which is enough for its pane to be there.
func sending() kit.Options {
	o := testOptions()
	o.Outbox = func(context.Context) (*outbox.Outbox, error) { return nil, errors.New("not today") }
	return o
}

func TestEscLeavesSentForWhatWasShownBefore(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, sending(), size[0], size[1])
			d.send(sampleSnapshot(time.Now()))
			d.press("tab", "tab")
			before := d.m.panes.want
			for _, leave := range []string{"esc", "x"} {
				d.press("x")
				if d.m.panes.want.Focus != kit.PaneSent {
					t.Fatalf("%v: x leads to %v", size, d.m.panes.want.Focus)
				}
				d.press(leave)
				if d.m.panes.want.Focus != kit.PaneEnv || d.m.panes.want.Lower != kit.PaneEnv || d.m.panes.want.Bottom != before.Bottom {
					t.Errorf("%v: %s leads to %v over %v and %v", size, leave, d.m.panes.want.Focus, d.m.panes.want.Lower, d.m.panes.want.Bottom)
				}
			}
		})
	}
}

func TestEnterOnARunShowsTheRunThoughSentIsBelow(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, sending(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("x", "tab") // round to the runs
		if d.m.panes.want.Focus != kit.PaneRuns || d.m.panes.want.Lower != kit.PaneSent {
			t.Fatalf("tab leads to %v over %v", d.m.panes.want.Focus, d.m.panes.want.Lower)
		}
		if got := d.m.prefs().Lower; got != "status" {
			t.Errorf("the next start would show %s below the runs", got)
		}
		if d.press("enter"); d.m.panes.want.Focus != kit.PaneStatus || strings.Contains(d.screen(), "[SENT]") {
			t.Errorf("enter leads to %v:\n%s", d.m.panes.want.Focus, d.screen())
		}
	})
}

func TestZoomIsNoStateWhereOnePaneIsShownAnyway(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 60, 20)
		d.send(sampleSnapshot(time.Now()))
		d.press("enter", "enter", "enter", "z")
		if d.m.panes.want.Focus != kit.PaneLog || d.m.panes.want.Zoom {
			t.Fatalf("enter leads to %v, zoom %v", d.m.panes.want.Focus, d.m.panes.want.Zoom)
		}
		if d.press("esc"); d.m.panes.want.Focus != kit.PaneRuns {
			t.Errorf("esc leads to %v", d.m.panes.want.Focus)
		}
	})
}

func TestFooterOfTheRunsSaysWhatLeadsOn(t *testing.T) {
	t.Parallel()
	for size, want := range map[[2]int]string{
		{60, 20}: " ↑↓ select  enter open  / filter  X stop  ? help  q quit",
		{80, 24}: " ↑↓ select  enter open  / filter  X stop  f follow  tab pane  ? help  q quit",
	} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, sending(), size[0], size[1])
			d.send(sampleSnapshot(time.Now()))
			lines := strings.Split(d.screen(), "\n")
			if got := strings.TrimRight(lines[len(lines)-1], " "); got != want {
				t.Errorf("%v: the footer is %q", size, got)
			}
		})
	}
}

func TestPaletteBeginsWithDeedsAndFitsItsItems(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press(":")
		s := d.screen()
		for _, not := range []string{"one line up", "Next pane", "Compact: compact:", "Filter: filter"} {
			if strings.Contains(s, not) {
				t.Errorf("the palette begins with %q:\n%s", not, s)
			}
		}
		d.press("esc")
		d.send(kit.ChooseMsg{Name: "Compare with", Choices: []kit.Choice{{Label: "previous"}, {Label: "good"}, {Label: "failed"}, {Label: "other"}}})
		if got, want := d.m.popups.rect(&d.m.panes).H, 4+1+2; got != want {
			t.Errorf("the picker is %d lines high, want %d:\n%s", got, want, d.screen())
		}
		d.write("zzz")
		if got := d.m.popups.rect(&d.m.panes).H; got != 4+1+2 || !strings.Contains(d.screen(), "Nothing matches.") {
			t.Errorf("with nothing found it is %d lines high:\n%s", got, d.screen())
		}
	})
}

func TestBordersNameTheKeysOfTheFocusedPaneOnly(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, sending(), 120, 40)
		d.m.panes.all[kit.PaneEnv].Show(kittest.RunningRun(1))
		for _, c := range []struct {
			focus kit.PaneID
			id    kit.PaneID
			keys  string
			want  bool
		}{
			{kit.PaneRuns, kit.PaneEnv, "/ filter", false}, {kit.PaneEnv, kit.PaneEnv, "/ filter", true}, {kit.PaneRuns, kit.PaneEnv, "D diff", true},
		} {
			d.m.panes.want.FocusOn(c.focus)
			d.m.arrange()
			if got := d.m.panes.all[c.id].Hint(); strings.Contains(got, c.keys) != c.want {
				t.Errorf("with the focus on %v the border of %v says %q", c.focus, c.id, got)
			}
		}
	})
}

func TestTextDoesNotStandAtTheBorder(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, sending(), 80, 24)
		s := sampleSnapshot(time.Now())
		s.Runs[2].Parameters[0].Value = strings.Repeat("long ", 40)
		d.send(s)
		d.selectJob("shop/checkout/main")
		d.press("tab", "tab")
		if s := d.screen(); !strings.Contains(s, "parameter │") {
			t.Errorf("the source is not a cell away from the border:\n%s", s)
		}
		d.press("c")
		d.write(strings.Repeat("word ", 40))
		for i, l := range strings.Split(d.screen(), "\n") {
			if r := []rune(l); i > 12 && r[0] == '│' && (r[1] != ' ' || r[len(r)-2] != ' ') {
				t.Errorf("line %d of the compose pane stands at the border: %q", i, l)
			}
		}
	})
}

func TestDiffWithoutARunSaysSo(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("/")
		d.write("zzz")
		d.press("enter", "D")
		if d.m.popups.top != nil || !strings.Contains(d.screen(), "no run is selected") {
			t.Errorf("it does not:\n%s", d.screen())
		}
	})
}

func TestFooterNamesEachKeyOnce(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 240, 60)
		d.send(sampleSnapshot(time.Now()))
		for range 4 {
			d.press("tab")
			seen := map[string]bool{}
			for item := range strings.SplitSeq(strings.TrimSpace(d.m.footerLine("")), "  ") {
				key, _, _ := strings.Cut(item, " ")
				if seen[key] {
					t.Errorf("pane %d names %s twice:\n%s", d.m.panes.want.Focus, key, d.m.footerLine(""))
				}
				seen[key] = true
			}
		}
	})
}

func TestThePaletteFindsWhatOtherPanesDo(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press(":")
		d.write("next error")
		if !strings.Contains(d.screen(), "log e ") {
			t.Errorf("it does not say where the key works:\n%s", d.screen())
		}
		if d.press("enter"); d.m.panes.want.Focus != kit.PaneLog {
			t.Errorf("the keys are with %v", d.m.panes.want.Focus)
		}
		d.press("esc", ":")
		d.write("next pane")
		if d.press("enter"); d.m.panes.want.Focus == kit.PaneRuns {
			t.Error("what works everywhere does nothing")
		}
	})
}

// TestWithoutARunItsPanesDoNothing: where the filter leaves no run, they neither act on the one that was selected nor ask about it.
func TestWithoutARunItsPanesDoNothing(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := jenkinstest.New(jenkinstest.Options{})
		d := drive(t, played(c), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("/")
		d.write("nothing-is-called-so")
		d.press("enter")
		d.rest()
		if d.m.runs.Current() != nil {
			t.Fatal("a run is selected")
		}
		for range 3 { // status, env, log
			d.press("tab")
			before := len(c.Requests())
			for _, key := range []string{"enter", "S", "e", "j"} {
				if d.press(key); d.m.popups.top != nil || len(c.Requests()) != before {
					t.Errorf("%s in %v does something:\n%s", key, d.m.panes.want.Focus, d.screen())
				}
			}
			if line := d.m.footerLine(""); strings.Contains(line, "stages") || strings.Contains(line, "error") || strings.Contains(line, "whole log") {
				t.Errorf("%v offers %q", d.m.panes.want.Focus, line)
			}
		}
		before := len(c.Requests())
		d.send(sampleSnapshot(time.Now().Add(10 * time.Second)))
		time.Sleep(10 * time.Second)
		d.send(sampleSnapshot(time.Now()))
		if n := len(c.Requests()); n != before {
			t.Errorf("%d requests about a run that is not selected", n-before)
		}
	})
}
