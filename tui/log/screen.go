package log

import (
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// layout is how logs are drawn, and the room for them. All logs that the pane shows share it.
type layout struct {
	w, h  int
	wrap  bool
	times textview.TimesMode
	quiet bool // the lines "[Pipeline] …" are hidden
}

// screen is the lines of one log that are held and where the screen stands in them. It asks for nothing.
type screen struct {
	*layout
	win   window
	first int // number of the first line in win, counted from 0; -1 while that is not known

	top, row int  // the first line on the screen, and its first row
	follow   bool // the screen stays at the end
	moved    bool // by the user
	left     int
	block    *block // the marked lines, nil for none
	hit      int    // the line a search jumped to, -1 for none
}

func newScreen(l *layout) screen { return screen{layout: l, first: -1, hit: -1, follow: true} }

func (s *screen) look(w int, st *kit.Styles) textview.Look {
	return textview.Look{St: st, W: w, Left: s.left, Wrap: s.wrap, Times: s.times}
}

// isHidden reports whether a line takes no room on the screen.
func (s *screen) isHidden(l textview.Line) bool { return s.quiet && l.IsPipeline() }

// height is how many rows a line takes.
func (s *screen) height(d textview.Look, l textview.Line) int {
	if s.isHidden(l) {
		return 0
	}
	return d.Height(l)
}

// hidden is how many lines of the window are hidden.
func (s *screen) hidden() int {
	n := 0
	for i := range s.win.lines {
		if s.isHidden(s.win.lines[i]) {
			n++
		}
	}
	return n
}

// rows draws what is on a screen of w by h cells, with what find finds marked; they may be fewer than h.
func (s *screen) rows(w, h int, find *textview.Finder, st *kit.Styles) []string {
	d := s.look(w, st)
	d.Find = find
	top, row := s.top, s.row
	if s.follow {
		top, row = s.endTop(w, h)
	}
	var rows []string
	for i := top; i < len(s.win.lines) && len(rows) < h; i++ {
		if l := s.win.lines[i]; !s.isHidden(l) {
			rows = d.Rows(rows, l, i == s.hit || s.block.has(i), row, h-len(rows))
		}
		row = 0
	}
	return rows
}

// topLine is the first line on the screen.
func (s *screen) topLine() int {
	if s.follow {
		top, _ := s.endTop(s.w, s.h)
		return top
	}
	return min(s.top, max(0, len(s.win.lines)-1))
}

// endTop is where the screen begins when it shows the end.
func (s *screen) endTop(w, h int) (top, row int) {
	need := h
	d := s.look(w, nil)
	for i := len(s.win.lines) - 1; i >= 0; i-- {
		n := s.height(d, s.win.lines[i])
		if n >= need {
			return i, n - need
		}
		need -= n
	}
	return 0, 0
}

// settleTop leaves the end: the screen stays where it is.
func (s *screen) settleTop() {
	if s.follow {
		s.top, s.row = s.endTop(s.w, s.h)
		s.follow = false
	}
}

// move goes n rows down, or up if negative.
func (s *screen) move(n int) {
	d := s.look(s.w, nil)
	for n < 0 && (s.row > 0 || s.top > 0) {
		if s.row > 0 {
			s.row--
			n++
			continue
		}
		s.top--
		if rows := s.height(d, s.win.lines[s.top]); rows > 0 {
			s.row = rows - 1
			n++
		}
	}
	for n > 0 && s.top < len(s.win.lines) {
		rows := s.height(d, s.win.lines[s.top])
		if rows > 0 {
			s.row++
			n--
		}
		if s.row >= rows {
			s.top++
			s.row = 0
		}
	}
	for s.top < len(s.win.lines) && s.isHidden(s.win.lines[s.top]) {
		s.top++
	}
}

// clamp keeps the last page full and reports whether the screen is at the window's end.
func (s *screen) clamp() bool {
	top, row := s.endTop(s.w, s.h)
	if s.top < top || s.top == top && s.row < row {
		return false
	}
	s.top, s.row = top, row
	return true
}

// scroll moves by rows and reports whether it could. At the very end, which atEnd says the window holds, it follows again.
func (s *screen) scroll(n int, atEnd bool) bool {
	if len(s.win.lines) == 0 || n > 0 && s.follow {
		return false
	}
	s.settleTop()
	s.move(n)
	if s.clamp() && n > 0 && atEnd {
		s.follow = true
	}
	return true
}

// jump shows the i-th line of the window in the upper third of the screen.
func (s *screen) jump(i int) {
	if s.isHidden(s.win.lines[i]) {
		s.quiet = false
	}
	s.settleTop()
	s.hit, s.follow = i, false
	s.top, s.row = i, 0
	s.move(-s.h / 3)
	s.clamp()
}

// replace makes c all that is held.
func (s *screen) replace(c console.Chunk) {
	s.win.reset(c)
	s.first, s.hit, s.block = -1, -1, nil
	if c.Start == 0 {
		s.first = 0
	}
}

// replaceAgain shows a log that became shorter from where it differs.
func (s *screen) replaceAgain(a reread) {
	a.win.keep = s.win.keep
	s.win = a.win
	s.hit, s.block = -1, nil
	if s.first = -1; s.win.start == 0 {
		s.first = 0
	}
	s.top, s.row = min(a.differs, max(0, len(s.win.lines)-1)), 0
}

// keepSight has the window keep the lines around the screen.
func (s *screen) keepSight() {
	top := s.topLine()
	ahead := 2*s.h + 1
	s.win.sight = [2]int{top - ahead, top + s.h + ahead}
}

// shift keeps the screen on the same lines when n lines came in front of them, or -n left.
func (s *screen) shift(n int) {
	s.top += n
	if s.hit >= 0 {
		s.hit = max(-1, s.hit+n)
	}
	if s.block != nil {
		s.block.from, s.block.to = max(0, s.block.from+n), max(0, s.block.to+n)
	}
	if s.first >= 0 {
		s.first -= n
	}
	if s.top < 0 {
		s.top, s.row = 0, 0
	}
}

// hidePipelineLines hides the lines "[Pipeline] …", or shows them.
func (s *screen) hidePipelineLines(hide bool) {
	s.quiet, s.row = hide, 0
	if !s.follow {
		s.clamp()
	}
}

// hasTimes reports whether a line that is held begins with a time.
func (s *screen) hasTimes() bool {
	for _, l := range s.win.lines {
		if _, n := textview.SplitStamp(l.Text); n > 0 && !l.Cont {
			return true
		}
	}
	return false
}
