package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestWhatIsInsideABuildIsOneKeyAway(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 120, 40)
		plainPanes(d)
		d.send(sampleSnapshot(time.Now()))
		for _, pane := range []string{"", "enter"} { // from the list, and from the status pane
			if pane != "" {
				d.press(pane)
			}
			for key, title := range map[string]string{"T": "Tests of infra/nightly images #902", "a": "Artifacts of infra/nightly images #902",
				"d": "Changes of infra/nightly images #902", "U": "Up- and downstream of infra/nightly images #902", "C": "Nodes"} {
				d.press(key)
				if d.m.popups.top == nil || d.m.popups.top.Title() != title {
					t.Errorf("%s opens %v", key, d.m.popups.top)
				}
				if got := d.screen(); !strings.Contains(got, "There is no controller to ask.") {
					t.Errorf("%s shows\n%s", key, got)
				}
				d.press("esc")
				if d.m.popups.top != nil {
					t.Errorf("esc leaves what %s opened", key)
				}
			}
		}
		d.press("esc")
		d.selectJob("shop/web/feature%2Flogin") // a queue item
		for _, key := range []string{"T", "a", "d", "U"} {
			d.press(key)
			if d.m.popups.top != nil {
				t.Errorf("%s opens %q for a queue item", key, d.m.popups.top.Title())
				d.press("esc")
			}
		}
		d.press("C")
		if d.m.popups.top == nil {
			t.Error("the nodes of a queue item's controller are not shown")
		}
	})
}
