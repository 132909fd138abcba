package tui

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

func TestAStageOfTheStatusPaneIsChosen(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.selectJob("shop/checkout/main")
		d.send(status.StagesMsg{Ref: d.m.runs.List.Selected.Ref, Stages: sampleStages(time.Now())})
		d.press("tab", "S")
		if s := d.screen(); !strings.Contains(s, "Stage of shop/checkout/main #412") || !strings.Contains(s, "Test > unit") {
			t.Fatalf("it offers:\n%s", s)
		}
		d.write("lint")
		d.press("enter")
		if s := d.screen(); d.m.popups.top != nil || !regexp.MustCompile("│▌ +├ +lint").MatchString(s) {
			t.Errorf("it shows:\n%s", s)
		}
	})
}

// TestAPopupTakesAwayWhatWasSaidBefore, which would stand above it; an error stays.
func TestAPopupTakesAwayWhatWasSaidBefore(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.send(kit.NoteMsg{Text: "shop/checkout/main #412 still runs 20s after it was asked to end", Busy: true})
		d.send(kit.ChooseMsg{Name: "Answer", Choices: []kit.Choice{{Label: "yes"}}})
		if s := d.screen(); strings.Contains(s, "still runs") || !strings.Contains(s, "Answer") {
			t.Errorf("over the chooser:\n%s", s)
		}
	})
}

func TestCtrlSOutsideAFormSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("ctrl+s")
		if s := d.screen(); !strings.Contains(s, "ctrl+s sends what is written or filled in: nothing is, here") {
			t.Errorf("it says:\n%s", s)
		}
	})
}
