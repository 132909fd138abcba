package layout

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Want is what the plan depends on besides the size.
type Want struct {
	Focus   kit.PaneID
	Lower   kit.PaneID    // the pane below the runs where two fit
	Bottom  kit.PaneID    // the pane at the bottom where all fit: log or sent
	Before  [2]kit.PaneID // what had the focus, and what was below the runs, before the list of what was sent
	Zoom    bool
	Compact bool
	Compose bool       // the compose pane is open, over the lower half
	Behind  kit.PaneID // what had the focus before it was opened
	Trouble int        // lines that the banner would like
	Rows    int        // lines that the list of runs takes where two panes fit; 0: as many as there are for it
	Note    int        // lines that an error of what was last done would like
}

// FocusOn gives a pane the keys and brings it onto the screen.
func (x *Want) FocusOn(id kit.PaneID) {
	x.Focus = id
	if id == kit.PaneCompose {
		return
	}
	x.Compact = x.Compact && id == kit.PaneRuns
	if id != kit.PaneRuns {
		x.Lower = id
	}
	if id == kit.PaneLog || id == kit.PaneSent {
		x.Bottom = id
	}
}

// Turn moves the focus round the panes, always in the same order.
func (x *Want) Turn(s Shape, step int) {
	order := x.Order(s)
	i := max(0, slices.Index(order, x.Focus))
	x.FocusOn(order[(i+step+len(order))%len(order)])
}

// TurnLower shows the next or the previous of the panes below the runs. Where the runs are on the screen beside it and have the
// keys, they keep them.
func (x *Want) TurnLower(s Shape, step int) {
	order, focus := x.Order(s)[1:], x.Focus
	stay := focus == kit.PaneRuns && s == Two && !x.Zoom
	at := slices.Index(order, focus)
	switch {
	case stay:
		at = max(0, slices.Index(order, x.Lower))
	case at < 0 && step < 0: // from the runs to the last
		at = 0
	}
	x.FocusOn(order[(at+step+len(order))%len(order)])
	if stay {
		x.Focus = focus
	}
}

// LeaveSent brings back what the list of what was sent took the place of, and returns the pane that had the keys then.
func (x *Want) LeaveSent() kit.PaneID {
	if x.Bottom == kit.PaneSent {
		x.Bottom = kit.PaneLog
	}
	if x.Lower == kit.PaneSent {
		x.Lower = x.Before[1]
	}
	return x.Before[0]
}

// OpenCompose opens the compose pane over the lower half, or gives it the keys again.
func (x *Want) OpenCompose() {
	if x.Focus == kit.PaneCompose {
		return
	}
	x.Compose, x.Behind = true, x.Focus
	x.FocusOn(kit.PaneCompose)
}

// CloseCompose gives the keys back to the pane that had them. What was typed is the pane's to keep.
func (x *Want) CloseCompose() {
	if x.Compose {
		x.Compose, x.Focus = false, x.Behind
	}
}

// ToggleSent shows what was sent, or what was there before.
func (x *Want) ToggleSent() {
	if x.Focus == kit.PaneSent {
		x.Focus = x.LeaveSent()
		return
	}
	if x.Bottom != kit.PaneSent {
		x.Before = [2]kit.PaneID{x.Focus, x.Lower}
	}
	x.FocusOn(kit.PaneSent)
}

// Covers reports whether what is shown covers the rest of the screen.
func (x *Want) Covers(s Shape) bool {
	return x.Compact || x.Zoom && s != One || s == One && x.Focus != kit.PaneRuns
}

// Order returns the panes that tab goes round.
func (x Want) Order(s Shape) []kit.PaneID {
	all := []kit.PaneID{kit.PaneRuns, kit.PaneStatus, kit.PaneEnv, kit.PaneLog}
	if x.Bottom == kit.PaneSent {
		if s == Full {
			all[3] = kit.PaneSent
		} else {
			all = append(all, kit.PaneSent)
		}
	}
	return all
}
