package footer

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestKeysOfAPopupAreNotCut: the last ones are left out where there is no room.
func TestKeysOfAPopupAreNotCut(t *testing.T) {
	t.Parallel()
	keys := []kit.KeyWord{{Key: "enter", Word: "open"}, {Key: "esc", Word: "close"}, {Key: "ctrl+r", Word: "ask again"}}
	st := kittest.Shared().Styles
	for w, want := range map[int]string{80: " enter open  esc close  ctrl+r ask again", 30: " enter open  esc close", 22: " enter open  esc close", 12: " enter open"} {
		if got := strings.TrimRight(ansi.Strip(PopupLine(keys, w, st)), " "); got != want {
			t.Errorf("in %d cells: %q, want %q", w, got, want)
		}
	}
}
