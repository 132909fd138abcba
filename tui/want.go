package tui

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// want is what the plan depends on besides the size.
type want struct {
	focus   kit.PaneID
	lower   kit.PaneID    // the pane below the runs where two fit
	bottom  kit.PaneID    // the pane at the bottom where all fit: log or sent
	before  [2]kit.PaneID // what had the focus, and what was below the runs, before the list of what was sent
	zoom    bool
	compact bool
	compose bool       // the compose pane is open, over the lower half
	behind  kit.PaneID // what had the focus before it was opened
	trouble int        // lines that the banner would like
	rows    int        // lines that the list of runs takes where two panes fit; 0: as many as there are for it
	note    int        // lines that an error of what was last done would like
}

// focusOn gives a pane the keys and brings it onto the screen.
func (x *want) focusOn(id kit.PaneID) {
	x.focus = id
	if id == kit.PaneCompose {
		return
	}
	x.compact = x.compact && id == kit.PaneRuns
	if id != kit.PaneRuns {
		x.lower = id
	}
	if id == kit.PaneLog || id == kit.PaneSent {
		x.bottom = id
	}
}

// turn moves the focus round the panes, always in the same order.
func (x *want) turn(s shape, step int) {
	order := x.order(s)
	i := max(0, slices.Index(order, x.focus))
	x.focusOn(order[(i+step+len(order))%len(order)])
}

// turnLower shows the next or the previous of the panes below the runs. Where the runs are on the screen beside it and have the
// keys, they keep them.
func (x *want) turnLower(s shape, step int) {
	order, focus := x.order(s)[1:], x.focus
	stay := focus == kit.PaneRuns && s == shapeTwo && !x.zoom
	at := slices.Index(order, focus)
	switch {
	case stay:
		at = max(0, slices.Index(order, x.lower))
	case at < 0 && step < 0: // from the runs to the last
		at = 0
	}
	x.focusOn(order[(at+step+len(order))%len(order)])
	if stay {
		x.focus = focus
	}
}

// leaveSent brings back what the list of what was sent took the place of, and returns the pane that had the keys then.
func (x *want) leaveSent() kit.PaneID {
	if x.bottom == kit.PaneSent {
		x.bottom = kit.PaneLog
	}
	if x.lower == kit.PaneSent {
		x.lower = x.before[1]
	}
	return x.before[0]
}

// openCompose opens the compose pane over the lower half, or gives it the keys again.
func (x *want) openCompose() {
	if x.focus == kit.PaneCompose {
		return
	}
	x.compose, x.behind = true, x.focus
	x.focusOn(kit.PaneCompose)
}

// closeCompose gives the keys back to the pane that had them. What was typed is the pane's to keep.
func (x *want) closeCompose() {
	if x.compose {
		x.compose, x.focus = false, x.behind
	}
}

// toggleSent shows what was sent, or what was there before.
func (x *want) toggleSent() {
	if x.focus == kit.PaneSent {
		x.focus = x.leaveSent()
		return
	}
	if x.bottom != kit.PaneSent {
		x.before = [2]kit.PaneID{x.focus, x.lower}
	}
	x.focusOn(kit.PaneSent)
}

// covers reports whether what is shown covers the rest of the screen.
func (x *want) covers(s shape) bool {
	return x.compact || x.zoom && s != shapeOne || s == shapeOne && x.focus != kit.PaneRuns
}

// order returns the panes that tab goes round.
func (x want) order(s shape) []kit.PaneID {
	all := []kit.PaneID{kit.PaneRuns, kit.PaneStatus, kit.PaneEnv, kit.PaneLog}
	if x.bottom == kit.PaneSent {
		if s == shapeFull {
			all[3] = kit.PaneSent
		} else {
			all = append(all, kit.PaneSent)
		}
	}
	return all
}
