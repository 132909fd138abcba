package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestFooterNamesTheKeysOfTheNextMatchWhileSomethingIsSearchedFor(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.m.panes.want.FocusOn(kit.PaneLog)
		d.send(kit.TickMsg{})
		if strings.Contains(d.screen(), "n N match") {
			t.Error("before anything is searched for")
		}
		d.press("/")
		d.write("tests")
		d.press("enter")
		if got := d.screen(); !strings.Contains(got, "n N match") {
			t.Errorf("while it is searched for:\n%s", got)
		}
	})
}

func TestFooterTellsTheWayBackFromWhatCoversTheRest(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		for _, step := range []struct {
			key  string
			back bool
		}{{"tab", false}, {"z", true}, {"esc", false}, {"esc", false}, {"Z", true}, {"Z", false}} {
			d.press(step.key)
			if got := strings.Contains(d.screen(), "esc back"); got != step.back {
				t.Errorf("after %s the footer shows the way back: %v\n%s", step.key, got, d.screen())
			}
		}
		d.send(tea.WindowSizeMsg{Width: 60, Height: 20})
		if d.press("enter"); !strings.Contains(d.screen(), "esc back") {
			t.Errorf("where one pane fits:\n%s", d.screen())
		}
	})
}

func TestFilterFromTheStatusPaneIsTheLists(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("tab", "/")
		d.write("bench")
		if got := d.m.runs.Current(); d.m.panes.want.Focus != kit.PaneRuns || got == nil || got.Job != "tools/bench" {
			t.Errorf("the focus is on %v, selected is %v", d.m.panes.want.Focus, got)
		}
	})
}

func TestALongNoteTakesTwoLinesAboveTheKeys(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 60, 20)
		d.send(sampleSnapshot(time.Now()))
		d.send(kit.NoteMsg{Text: "shop/checkout/main #412 still runs 20s after it was asked to end: X on it offers to terminate it"})
		lines := strings.Split(d.screen(), "\n")
		if len(lines) != 20 || !strings.HasPrefix(lines[17], " shop/checkout/main #412 still runs 20s") || !strings.HasSuffix(strings.TrimRight(lines[18], " "), "offers to terminate it") ||
			!strings.Contains(lines[19], "q quit") {
			t.Errorf("the note is cut, or hides the keys:\n%s", d.screen())
		}
		d.send(kit.NoteMsg{Text: "copied the URL"})
		if lines = strings.Split(d.screen(), "\n"); !strings.HasPrefix(lines[19], " copied the URL  ") {
			t.Errorf("a short one has lines of its own:\n%s", d.screen())
		}
	})
}

func TestFooterSaysWhereEscLeads(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		for _, step := range []struct{ key, want string }{
			{"space", "esc unmark"}, {"esc", ""}, {"/", "esc drop"}, {"m", "esc drop"}, {"enter", "esc drop filter"}, {"z", "esc back"},
			{"esc", "esc drop filter"}, {"esc", ""},
		} {
			d.press(step.key)
			lines := strings.Split(d.screen(), "\n")
			if got := lines[len(lines)-1]; step.want != "" && !strings.Contains(got, step.want) || step.want == "" && strings.Contains(got, "esc ") {
				t.Errorf("after %s the footer is %q, want %q", step.key, got, step.want)
			}
		}
	})
}
