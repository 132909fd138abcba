package log

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

func (p *Pane) look(w int, st *kit.Styles) textview.Look {
	return textview.Look{St: st, W: w, Left: p.left, Wrap: p.wrap, Times: p.times, Find: p.find}
}

// isHidden reports whether a line takes no room on the screen.
func (p *Pane) isHidden(l textview.Line) bool { return p.quiet && l.IsPipeline() }

// height is how many rows a line takes.
func (p *Pane) height(d textview.Look, l textview.Line) int {
	if p.isHidden(l) {
		return 0
	}
	return d.Height(l)
}

// hidden is how many lines of the window are hidden.
func (p *Pane) hidden() int {
	n := 0
	for i := range p.win.lines {
		if p.isHidden(p.win.lines[i]) {
			n++
		}
	}
	return n
}

// topLine is the first line on the screen.
func (p *Pane) topLine() int {
	if p.follow {
		top, _ := p.endTop(p.w, p.h)
		return top
	}
	return min(p.top, max(0, len(p.win.lines)-1))
}

// endTop is where the screen begins when it shows the end.
func (p *Pane) endTop(w, h int) (top, row int) {
	need := h
	d := p.look(w, nil)
	for i := len(p.win.lines) - 1; i >= 0; i-- {
		n := p.height(d, p.win.lines[i])
		if n >= need {
			return i, n - need
		}
		need -= n
	}
	return 0, 0
}

// settleTop leaves the end: the screen stays where it is.
func (p *Pane) settleTop() {
	if p.follow {
		p.top, p.row = p.endTop(p.w, p.h)
		p.follow = false
	}
}

// move goes n rows down, or up if negative.
func (p *Pane) move(n int) {
	d := p.look(p.w, nil)
	for n < 0 && (p.row > 0 || p.top > 0) {
		if p.row > 0 {
			p.row--
			n++
			continue
		}
		p.top--
		if rows := p.height(d, p.win.lines[p.top]); rows > 0 {
			p.row = rows - 1
			n++
		}
	}
	for n > 0 && p.top < len(p.win.lines) {
		rows := p.height(d, p.win.lines[p.top])
		if rows > 0 {
			p.row++
			n--
		}
		if p.row >= rows {
			p.top++
			p.row = 0
		}
	}
	for p.top < len(p.win.lines) && p.isHidden(p.win.lines[p.top]) {
		p.top++
	}
}

// clamp keeps the last page full and reports whether the screen is at the window's end.
func (p *Pane) clamp() bool {
	top, row := p.endTop(p.w, p.h)
	if p.top < top || p.top == top && p.row < row {
		return false
	}
	p.top, p.row = top, row
	return true
}

// scroll moves by rows; at the very end it follows again.
func (p *Pane) scroll(n int) tea.Cmd {
	if len(p.win.lines) == 0 || n > 0 && p.follow {
		return nil
	}
	p.settleTop()
	p.move(n)
	if p.clamp() && n > 0 && p.atEnd() {
		p.follow = true
	}
	return p.fill()
}

// jump shows the i-th line of the window in the upper third of the screen.
func (p *Pane) jump(i int) tea.Cmd {
	if i < 0 {
		return nil
	}
	if p.isHidden(p.win.lines[i]) {
		p.quiet = false
	}
	p.settleTop()
	p.hit, p.follow = i, false
	p.top, p.row = i, 0
	p.move(-p.h / 3)
	p.clamp()
	return p.fill()
}

func (p *Pane) toTop() tea.Cmd {
	p.top, p.row, p.hit = 0, 0, -1
	if !p.loaded || len(p.win.lines) == 0 {
		return nil
	}
	p.follow = false
	if p.win.start > 0 {
		return p.read(askHead)
	}
	return p.fill()
}

func (p *Pane) toEnd() tea.Cmd {
	p.follow, p.hit = true, -1
	if p.loaded && !p.atEnd() {
		return p.read(askEnd)
	}
	return p.fill()
}

// turnPipelineLines hides the lines "[Pipeline] …", or shows them again.
func (p *Pane) turnPipelineLines() tea.Cmd {
	p.quiet = !p.quiet
	p.row = 0
	if !p.follow {
		p.clamp()
	}
	if p.quiet {
		return tea.Batch(p.fill(), kit.Note("lines of [Pipeline] are hidden"))
	}
	return kit.Note("lines of [Pipeline] are shown")
}
