package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestComposeDraftComesBackAtTheNextStart(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		var kept kit.Prefs
		o := testOptions()
		o.Endpoints = kittest.SampleEndpoints(t)
		o.Outbox = func(context.Context) (*outbox.Outbox, error) { return nil, errors.New("not today") }
		o.SavePrefs = func(p kit.Prefs) error { kept = p; return nil }
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("c")
		d.write("not sent yet")
		d.send(savePrefsMsg{})
		if !strings.Contains(d.screen(), "draft saved") {
			t.Errorf("the border does not say that the draft is saved:\n%s", d.screen())
		}
		d.press("esc")
		if kept.Draft != "not sent yet" {
			t.Fatalf("kept %q", kept.Draft)
		}
		o.Prefs = kept
		d = drive(t, o, 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("c")
		if !strings.Contains(d.screen(), "not sent yet") {
			t.Errorf("the draft is gone:\n%s", d.screen())
		}
	})
}
