package log

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// openLog is a log that is shown: where it is read from, what is held and seen of it, and what was found in it. It asks for the
// pieces that the screen needs.
type openLog struct {
	src   source
	scr   screen
	tally tally
}

func newOpenLog(l *layout) openLog {
	return openLog{src: source{pace: followMin, pending: map[question]bool{}}, scr: newScreen(l)}
}

// read asks a question, unless it is under way.
func (o *openLog) read(what question) tea.Cmd { return o.src.read(what, &o.scr.win) }

// readOn asks what has happened to the log since the last answer.
func (o *openLog) readOn() tea.Cmd {
	switch {
	case !o.src.loaded:
		return o.read(askEnd)
	case o.atEnd():
		return o.read(askNewer)
	}
	return o.read(askSize)
}

// fill asks for the pieces that the screen needs, or soon will.
func (o *openLog) fill() tea.Cmd {
	if !o.src.loaded {
		return o.read(askEnd)
	}
	s := &o.scr
	var cmds []tea.Cmd
	ahead := 2*s.h + 1 + s.hidden()
	above := s.top
	if s.follow {
		above = len(s.win.lines) - s.h
	}
	if s.follow && o.src.size-s.win.end > jumpAhead {
		return o.read(askEnd)
	}
	if s.win.start > 0 && !o.src.stuck && above < ahead {
		cmds = append(cmds, o.read(askOlder))
	}
	if !o.atEnd() && (s.follow || s.top+s.h+ahead > len(s.win.lines)) {
		cmds = append(cmds, o.read(askNewer))
	}
	return tea.Batch(cmds...)
}

// answer takes what Jenkins said. opened reports that it is the first answer: whoever calls chooses where the screen stands, and then
// fills it. focused: the terminal has the focus.
func (o *openLog) answer(a answerMsg, focused bool) (cmd tea.Cmd, opened bool) {
	src, scr := &o.src, &o.scr
	delete(src.pending, a.question)
	if src.err = a.err; a.err != nil {
		missed := src.failed(a.err)
		return tea.Batch(src.later(focused), missed), false
	}
	c := a.chunk
	opened = !src.loaded
	src.loaded = true
	scr.keepSight()
	if (a.question == askNewer || a.question == askSize) && c.Size < scr.win.end { // its owner cut it
		scr.moved, src.pace, o.tally.clean = true, followMin, 0
		return tea.Batch(o.read(askAgain), src.later(focused)), false
	}
	src.sized(&a)
	switch a.question {
	case askEnd, askHead:
		o.replace(c)
		scr.follow = a.question == askEnd
		scr.top, scr.row = 0, 0
	case askAgain:
		scr.replaceAgain(a.again)
		src.stuck = false
		scr.follow = scr.clamp() && o.atEnd() // where the rest fits the screen, it is its end
		return tea.Batch(kit.Note("the log is shorter than it was: shown from where it differs"), o.fill(), src.later(focused)), false
	case askNewer:
		if a.at == scr.win.end { // else a search has moved the window meanwhile
			o.grow(c)
		}
	case askOlder:
		if a.at == scr.win.start {
			o.growUp(c)
		}
	}
	cmds := []tea.Cmd{src.later(focused)}
	if !opened {
		cmds = append(cmds, o.fill())
	}
	if len(a.printed) > 0 {
		cmds = append(cmds, kit.Send(kit.PrintedMsg{Build: kit.KeyOf(&src.run), Vars: a.printed}))
	}
	return tea.Batch(cmds...), opened
}

// replace makes c all that we hold.
func (o *openLog) replace(c console.Chunk) {
	o.scr.replace(c)
	o.src.stuck = false
}

// grow adds what follows the window.
func (o *openLog) grow(c console.Chunk) {
	if c.Start < o.scr.win.end && len(c.Text) > 0 { // the log was begun anew
		o.tally.clean = 0
		o.replace(c)
		o.scr.top, o.scr.row = 0, 0
		return
	}
	o.src.grown(len(c.Text) > 0, o.scr.win.end)
	o.scr.shift(-o.scr.win.append(c))
}

// growUp adds the piece before the window. Where it does not fit there, nothing before can be read.
func (o *openLog) growUp(c console.Chunk) {
	if o.src.stuck = c.Next != o.scr.win.start || c.Start >= c.Next; o.src.stuck {
		return
	}
	o.scr.shift(o.scr.win.prepend(c))
	if o.scr.win.start == 0 {
		o.scr.first = 0
	}
}

// atEnd reports whether the window reaches the end of the log, as far as is known.
func (o *openLog) atEnd() bool { return o.scr.win.end >= o.src.size }

// whole reports whether the window holds all of the log.
func (o *openLog) whole() bool { return o.src.loaded && o.scr.win.start == 0 && o.atEnd() }

// scroll moves by rows.
func (o *openLog) scroll(n int) tea.Cmd {
	if !o.scr.scroll(n, o.atEnd()) {
		return nil
	}
	return o.fill()
}

// jump shows the i-th line of the window.
func (o *openLog) jump(i int) tea.Cmd {
	if i < 0 {
		return nil
	}
	o.scr.jump(i)
	return o.fill()
}

func (o *openLog) toTop() tea.Cmd {
	s := &o.scr
	s.top, s.row, s.hit = 0, 0, -1
	if !o.src.loaded || len(s.win.lines) == 0 {
		return nil
	}
	s.follow = false
	if s.win.start > 0 {
		return o.read(askHead)
	}
	return o.fill()
}

func (o *openLog) toEnd() tea.Cmd {
	o.scr.follow, o.scr.hit = true, -1
	if o.src.loaded && !o.atEnd() {
		return o.read(askEnd)
	}
	return o.fill()
}

// grows reports whether more may come.
func (o *openLog) grows() bool {
	return len(o.scr.win.lines) > 0 && !o.src.ended() && (o.src.part != nil || !o.src.run.Status.Ended())
}

// place says where in the log the screen is, in parts.
func (o *openLog) place() []string {
	s := &o.scr
	if !o.src.loaded || len(s.win.lines) == 0 {
		return nil
	}
	var parts []string
	switch {
	case s.follow && o.src.ended():
		parts = append(parts, "ended")
	case s.follow && o.src.part == nil && o.src.run.Status.Ended():
		parts = append(parts, "ends")
	case s.follow:
		parts = append(parts, "following")
	case s.first >= 0 && o.whole():
		parts = append(parts, "line "+kit.Thousands(int64(s.top+1))+" of "+kit.Thousands(int64(len(s.win.lines))))
	case s.first >= 0:
		parts = append(parts, "line "+kit.Thousands(int64(s.first+s.top+1)))
	}
	if at := o.percent(); !s.follow && at >= 0 {
		parts = append(parts, strconv.Itoa(at)+"%")
	}
	return slices.Clip(parts)
}

// percent is how much of the log lies above the end of the screen: of its lines where all of them are held, else of its
// bytes, console notes among them.
func (o *openLog) percent() int {
	s := &o.scr
	n := len(s.win.lines)
	below := min(s.top+s.h, n)
	switch {
	case o.src.size <= 0 || s.top >= n:
		return -1
	case o.whole():
		return below * 100 / n
	case below == n:
		return int(s.win.end * 100 / o.src.size)
	}
	return int(s.win.lines[below].Start * 100 / o.src.size)
}

// errorsOf is what is known of the errors in a log.
type errorsOf int

const (
	noErrors     errorsOf = iota // all of it was read, and none was found
	unreadErrors                 // none was found in what was read
	knownErrors
)

func (o *openLog) errors() errorsOf {
	switch {
	case o.scr.win.errors:
		return knownErrors
	case len(o.scr.win.lines) == 0, o.scr.win.start <= o.tally.clean && o.atEnd(), o.tally.clean >= o.src.size:
		return noErrors
	}
	return unreadErrors
}
