package tui

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func paneByName(name string) (kit.PaneID, bool) {
	i := slices.Index(kit.PaneNames[:], name)
	return kit.PaneID(max(i, 0)), i >= 0
}

// frame is how a pane is set off.
type frame int

const (
	boxed frame = iota // a border all round, which it shares with its neighbours
	ruled              // a rule above; the text stands where it would in a box, so that the focus moves no letter
	bare               // nothing, where there is no room
)

// rect is a part of the screen in cells. Those of panes beside each other have their border in common.
type rect struct{ x, y, w, h int }

func (r rect) holds(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// inner returns what a border leaves of it.
func (r rect) inner() rect { return rect{r.x + 1, r.y + 1, max(0, r.w-2), max(0, r.h-2)} }

// placed is a pane on the screen.
type placed struct {
	id    kit.PaneID
	at    rect
	frame frame
}

// inner returns the part of the screen that the pane itself draws.
func (p placed) inner() rect {
	switch p.frame {
	case boxed:
		return p.at.inner()
	case ruled:
		return rect{p.at.x + 1, p.at.y + 1, max(0, p.at.w-2), max(0, p.at.h-1)}
	}
	return p.at
}

// titleRoom returns how many cells there are for a title: the corners, a line and a space beside each are not its.
func (p placed) titleRoom() int { return p.at.w - 6 }

// shape is which panes fit.
type shape int

const (
	shapeOne  shape = iota // one pane at a time, with a breadcrumb
	shapeTwo               // the runs and, below, one other
	shapeFull              // the runs, status, env and the log, beside and below each other
)

// From these sizes on all panes fit: beside each other, in three columns, or one below the other.
const (
	besideW, besideH = 110, 30
	columnsW         = 260
	stackedH         = 48
)

func shapeFor(w, h int) shape {
	switch {
	case w >= besideW && h >= besideH, w >= 60 && h >= stackedH:
		return shapeFull
	case w >= 70 && h >= 18:
		return shapeTwo
	}
	return shapeOne
}

// plan is where everything stands, from top to bottom: header, tabs, trouble, panes, note, footer.
type plan struct {
	shape   shape
	header  bool
	tabs    bool
	trouble int // lines
	note    int // lines
	footer  bool
	panes   []placed
}

const (
	compactLines = 10
	fewestRows   = 4 // of the list of runs above another pane
)

// planFor places the panes on a screen of w by h cells. It is a pure function of its arguments.
func planFor(w, h int, x want) plan {
	if w <= 0 || h <= 0 {
		return plan{}
	}
	p := plan{shape: shapeFor(w, h)}
	if x.compact {
		h = min(h, compactLines)
	}
	compact := x.compact || h <= compactLines+2
	p.header = h >= 4
	p.footer = h >= 5
	p.tabs = p.shape == shapeFull && !x.compact
	p.note = max(lines(p.tabs), min(x.note, max(0, (h-6)/3)))
	p.trouble = min(x.trouble, max(0, (h-6)/3))
	top := lines(p.header) + lines(p.tabs) + p.trouble
	body := rect{0, top, w, max(0, h-top-p.note-lines(p.footer))}
	if body.h == 0 {
		return p
	}
	alone := boxed
	if compact || w < 30 {
		alone = ruled
	}
	if w < 12 || body.h < 3 {
		alone = bare
	}
	front := x.focus
	if x.compose && front == kit.PaneCompose {
		front = x.behind
	}
	switch {
	case x.compose && (p.shape == shapeOne || x.compact):
		p.panes = []placed{{kit.PaneCompose, body, alone}}
		return p
	case x.compact:
		p.panes = []placed{{kit.PaneRuns, body, bare}}
	case x.zoom || p.shape == shapeOne:
		p.panes = []placed{{front, body, alone}}
	case p.shape == shapeTwo:
		upper := max(5, body.h*9/22)
		if x.rows > 0 { // a short list leaves the rest to the other pane
			upper = min(upper, max(fewestRows, x.rows)+1)
		}
		p.panes = stacked(body, []kit.PaneID{kit.PaneRuns, x.lower}, []int{upper, body.h - upper})
	default:
		p.full(body, x)
	}
	if x.compose {
		p.coverLower(body)
	}
	return p
}

// full places all four panes.
func (p *plan) full(body rect, x want) {
	switch {
	case body.w < besideW:
		p.panes = stacked(body, []kit.PaneID{kit.PaneRuns, kit.PaneStatus, kit.PaneEnv, x.bottom}, shares(body.h, 9, 5, 4, 7))
	case body.w >= columnsW:
		cols := shares(body.w, 10, 7, 8)
		left, middle := rect{body.x, body.y, cols[0] + 1, body.h}, rect{body.x + cols[0], body.y, cols[1] + 1, body.h}
		right := rect{middle.x + cols[1], body.y, cols[2], body.h}
		p.panes = []placed{{kit.PaneRuns, left, boxed}}
		p.panes = append(p.panes, stacked(middle, []kit.PaneID{kit.PaneStatus, kit.PaneEnv}, shares(body.h, 5, 4))...)
		p.panes = append(p.panes, placed{x.bottom, right, boxed})
	default:
		left := body.w * 11 / 20
		if body.w > 140 {
			left = min(body.w*3/5, 170)
		}
		logH := max(9, body.h*3/10)
		upper := body.h - logH
		statusH := max(8, upper/2+1) // a stage is a line, and what the environment derives is folded
		p.panes = []placed{{kit.PaneRuns, rect{0, body.y, left + 1, upper + 1}, boxed}}
		right := rect{left, body.y, body.w - left, upper + 1}
		p.panes = append(p.panes, stacked(right, []kit.PaneID{kit.PaneStatus, kit.PaneEnv}, []int{statusH, upper + 1 - statusH})...)
		p.panes = append(p.panes, placed{x.bottom, rect{0, body.y + upper, body.w, logH}, boxed})
	}
}

// stacked places panes one below the other, of these heights, which make up that of the body. Each but the last has
// the upper border of the next as its lower one.
func stacked(body rect, ids []kit.PaneID, heights []int) []placed {
	var panes []placed
	y := body.y
	for i, id := range ids {
		h := heights[i]
		if i < len(ids)-1 {
			h++
		}
		panes = append(panes, placed{id, rect{body.x, y, body.w, h}, boxed})
		y += heights[i]
	}
	return panes
}

// shares divides n cells in these proportions; the last takes what is left.
func shares(n int, parts ...int) []int {
	sum := 0
	for _, x := range parts {
		sum += x
	}
	out, left := make([]int, len(parts)), n
	for i, x := range parts {
		out[i] = n * x / sum
		left -= out[i]
	}
	out[len(out)-1] += left
	return out
}

// coverLower makes room for the compose pane: it lies over the lower half, the panes it would cover leave.
func (p *plan) coverLower(body rect) {
	h := min(body.h, max(14, body.h/2))
	at := rect{body.x, body.y + body.h - h, body.w, h}
	top := at.y // of the first pane that leaves
	var kept []placed
	for _, x := range p.panes {
		if at.y-x.at.y < 2 { // not a line of it would be left
			top = min(top, x.at.y)
		} else {
			kept = append(kept, x)
		}
	}
	for i := range kept { // what went down to there goes down to the compose pane, whose upper border is its lower one
		if x := &kept[i].at; x.y+x.h-1 >= top {
			x.h = at.y - x.y + 1
		}
	}
	p.panes = append(kept, placed{kit.PaneCompose, at, boxed})
}

func lines(b bool) int {
	if b {
		return 1
	}
	return 0
}
