// Package layout is where everything stands on the screen, and who has the keys: [For] makes a [Plan] of the size and of what
// is wanted on it, a [Canvas] draws the borders that panes share. It knows no pane but by its ID.
package layout

import "github.com/jenkwatch/jenkwatch/tui/kit"

// Frame is how a pane is set off.
type Frame int

const (
	Boxed Frame = iota // a border all round, which it shares with its neighbours
	Ruled              // a rule above; the text stands where it would in a box, so that the focus moves no letter
	Bare               // nothing, where there is no room
)

// Rect is a part of the screen in cells. Those of panes beside each other have their border in common.
type Rect struct{ X, Y, W, H int }

// Holds reports whether a cell is in it.
func (r Rect) Holds(x, y int) bool { return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H }

// Inner returns what a border leaves of it.
func (r Rect) Inner() Rect { return Rect{r.X + 1, r.Y + 1, max(0, r.W-2), max(0, r.H-2)} }

// Placed is a pane on the screen.
type Placed struct {
	ID    kit.PaneID
	At    Rect
	Frame Frame
}

// Inner returns the part of the screen that the pane itself draws.
func (p Placed) Inner() Rect {
	switch p.Frame {
	case Boxed:
		return p.At.Inner()
	case Ruled:
		return Rect{p.At.X + 1, p.At.Y + 1, max(0, p.At.W-2), max(0, p.At.H-1)}
	}
	return p.At
}

// TitleRoom returns how many cells there are for a title: the corners, a line and a space beside each are not its.
func (p Placed) TitleRoom() int { return p.At.W - 6 }

// Shape is which panes fit.
type Shape int

const (
	One  Shape = iota // one pane at a time, with a breadcrumb
	Two               // the runs and, below, one other
	Full              // the runs, status, env and the log, beside and below each other
)

// From these sizes on all panes fit: beside each other, in three columns, or one below the other.
const (
	besideW, besideH = 110, 30
	columnsW         = 260
	stackedH         = 48
)

func shapeFor(w, h int) Shape {
	switch {
	case w >= besideW && h >= besideH, w >= 60 && h >= stackedH:
		return Full
	case w >= 70 && h >= 18:
		return Two
	}
	return One
}

// Plan is where everything stands, from top to bottom: header, tabs, trouble, panes, note, footer.
type Plan struct {
	Shape   Shape
	Header  bool
	Tabs    bool
	Trouble int // lines
	Note    int // lines
	Footer  bool
	Panes   []Placed
}

// TabsRow returns the line of the screen that the tabs stand in, FooterRow that of the footer, where the plan has them.
func (p *Plan) TabsRow() int { return lines(p.Header) }

func (p *Plan) FooterRow() int {
	row := 0
	for _, x := range p.Panes {
		row = max(row, x.At.Y+x.At.H)
	}
	return row + p.Note
}

// Over returns where a popup of w by h cells stands on a screen, its border included: the footer shows its keys, and is left free.
func (p *Plan) Over(screenW, screenH, w, h int) Rect {
	w, h = min(w+2, screenW), min(h+2, screenH)
	return Rect{(screenW - w) / 2, max(0, screenH-lines(p.Footer)-h) / 2, w, h}
}

// PopupRoom returns how many lines a popup can have on a screen of h.
func (p *Plan) PopupRoom(h int) int { return max(0, h-2-lines(p.Footer)) }

const (
	compactLines = 10
	fewestRows   = 4 // of the list of runs above another pane
)

// For places the panes on a screen of w by h cells. It is a pure function of its arguments.
func For(w, h int, x Want) Plan {
	if w <= 0 || h <= 0 {
		return Plan{}
	}
	p := Plan{Shape: shapeFor(w, h)}
	if x.Compact {
		h = min(h, compactLines)
	}
	compact := x.Compact || h <= compactLines+2
	p.Header = h >= 4
	p.Footer = h >= 5
	p.Tabs = p.Shape == Full && !x.Compact
	p.Note = max(lines(p.Tabs), min(x.Note, max(0, (h-6)/3)))
	p.Trouble = min(x.Trouble, max(0, (h-6)/3))
	top := lines(p.Header) + lines(p.Tabs) + p.Trouble
	body := Rect{0, top, w, max(0, h-top-p.Note-lines(p.Footer))}
	if body.H == 0 {
		return p
	}
	alone := Boxed
	if compact || w < 30 {
		alone = Ruled
	}
	if w < 12 || body.H < 3 {
		alone = Bare
	}
	front := x.Focus
	if x.Compose && front == kit.PaneCompose {
		front = x.Behind
	}
	switch {
	case x.Compose && (p.Shape == One || x.Compact):
		p.Panes = []Placed{{kit.PaneCompose, body, alone}}
		return p
	case x.Compact:
		p.Panes = []Placed{{kit.PaneRuns, body, Bare}}
	case x.Zoom || p.Shape == One:
		p.Panes = []Placed{{front, body, alone}}
	case p.Shape == Two:
		upper := max(5, body.H*9/22)
		if x.Rows > 0 { // a short list leaves the rest to the other pane
			upper = min(upper, max(fewestRows, x.Rows)+1)
		}
		p.Panes = stacked(body, []kit.PaneID{kit.PaneRuns, x.Lower}, []int{upper, body.H - upper})
	default:
		p.full(body, x)
	}
	if x.Compose {
		p.coverLower(body)
	}
	return p
}

// full places all four panes.
func (p *Plan) full(body Rect, x Want) {
	switch {
	case body.W < besideW:
		p.Panes = stacked(body, []kit.PaneID{kit.PaneRuns, kit.PaneStatus, kit.PaneEnv, x.Bottom}, shares(body.H, 9, 5, 4, 7))
	case body.W >= columnsW:
		cols := shares(body.W, 10, 7, 8)
		left, middle := Rect{body.X, body.Y, cols[0] + 1, body.H}, Rect{body.X + cols[0], body.Y, cols[1] + 1, body.H}
		right := Rect{middle.X + cols[1], body.Y, cols[2], body.H}
		p.Panes = []Placed{{kit.PaneRuns, left, Boxed}}
		p.Panes = append(p.Panes, stacked(middle, []kit.PaneID{kit.PaneStatus, kit.PaneEnv}, shares(body.H, 5, 4))...)
		p.Panes = append(p.Panes, Placed{x.Bottom, right, Boxed})
	default:
		left := body.W * 11 / 20
		if body.W > 140 {
			left = min(body.W*3/5, 170)
		}
		logH := max(9, body.H*3/10)
		upper := body.H - logH
		statusH := max(8, upper/2+1) // a stage is a line, and what the environment derives is folded
		p.Panes = []Placed{{kit.PaneRuns, Rect{0, body.Y, left + 1, upper + 1}, Boxed}}
		right := Rect{left, body.Y, body.W - left, upper + 1}
		p.Panes = append(p.Panes, stacked(right, []kit.PaneID{kit.PaneStatus, kit.PaneEnv}, []int{statusH, upper + 1 - statusH})...)
		p.Panes = append(p.Panes, Placed{x.Bottom, Rect{0, body.Y + upper, body.W, logH}, Boxed})
	}
}

// stacked places panes one below the other, of these heights, which make up that of the body. Each but the last has
// the upper border of the next as its lower one.
func stacked(body Rect, ids []kit.PaneID, heights []int) []Placed {
	var panes []Placed
	y := body.Y
	for i, id := range ids {
		h := heights[i]
		if i < len(ids)-1 {
			h++
		}
		panes = append(panes, Placed{id, Rect{body.X, y, body.W, h}, Boxed})
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
func (p *Plan) coverLower(body Rect) {
	h := min(body.H, max(14, body.H/2))
	at := Rect{body.X, body.Y + body.H - h, body.W, h}
	top := at.Y // of the first pane that leaves
	var kept []Placed
	for _, x := range p.Panes {
		if at.Y-x.At.Y < 2 { // not a line of it would be left
			top = min(top, x.At.Y)
		} else {
			kept = append(kept, x)
		}
	}
	for i := range kept { // what went down to there goes down to the compose pane, whose upper border is its lower one
		if x := &kept[i].At; x.Y+x.H-1 >= top {
			x.H = at.Y - x.Y + 1
		}
	}
	p.Panes = append(kept, Placed{kit.PaneCompose, at, Boxed})
}

func lines(b bool) int {
	if b {
		return 1
	}
	return 0
}
