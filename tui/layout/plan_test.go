package layout

import (
	"testing"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func TestPanesShareTheirBorders(t *testing.T) {
	t.Parallel()
	for w := 12; w <= 320; w += 7 {
		for h := 3; h <= 110; h += 5 {
			for _, x := range []Want{
				{Lower: kit.PaneStatus, Bottom: kit.PaneLog}, {Lower: kit.PaneEnv, Bottom: kit.PaneSent, Compose: true, Focus: kit.PaneCompose},
				{Lower: kit.PaneLog, Bottom: kit.PaneLog, Zoom: true, Focus: kit.PaneLog}, {Compact: true, Lower: kit.PaneStatus},
			} {
				p := For(w, h, x)
				seen := map[[2]int]bool{} // cells inside a pane
				for _, pane := range p.Panes {
					in := pane.Inner()
					if pane.At.X < 0 || pane.At.X+pane.At.W > w || pane.At.Y+pane.At.H > h || in.H < 1 && pane.Frame == Boxed {
						t.Fatalf("%dx%d %+v: %+v is not on the screen", w, h, x, pane)
					}
					for y := in.Y; y < in.Y+in.H; y++ {
						for _, c := range []int{in.X, in.X + in.W - 1} {
							if seen[[2]int{c, y}] {
								t.Fatalf("%dx%d %+v: two panes draw on %d, %d", w, h, x, c, y)
							}
							seen[[2]int{c, y}] = true
						}
					}
				}
			}
		}
	}
}
