package popup

import (
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestHelpKeepsAHeadingWithItsKeys: in whatever columns there is room for.
func TestHelpKeepsAHeadingWithItsKeys(t *testing.T) {
	t.Parallel()
	for first := 1; first < 12; first++ {
		keys := func(n int) (out []kit.KeyWord) {
			for range n {
				out = append(out, kit.KeyWord{Key: "k", Word: "does something"})
			}
			return out
		}
		h := NewHelp(kittest.Shared(), []Section{{"One", keys(first)}, {"Two", keys(3)}, {"Three", keys(4)}}).(*help)
		for height := 4; height < 20; height++ {
			h.Resize(120, height)
			text := kittest.Unstyled(h.View(h.Size()))
			for at := h.rows - 1; at < len(h.lines); at += h.rows {
				if heading(h.lines[at]) {
					t.Errorf("%d keys in %d lines: a column ends with the heading %s:\n%s", first, height, h.lines[at].Key, text)
				}
			}
			if height >= h.rows && !strings.Contains(text, "Three") {
				t.Errorf("%d keys in %d lines: a section is missing:\n%s", first, height, text)
			}
		}
	}
}
