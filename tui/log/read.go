package log

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// question is a question about the log: each is under way at most once.
type question int

const (
	askEnd   question = iota // how long it is, and its last piece
	askHead                  // its first piece
	askOlder                 // the piece before the window
	askNewer                 // what follows the window
	askSize                  // how long it is now, while the window is not at its end
	askAgain                 // the window, of a log that became shorter
)

// A log that grows is asked for again after followMin, one that does not after ever more, up to followMax, which is also
// enough while the terminal is not focused. After errors it is asked for ever more rarely, up to followRarest.
const (
	followMin    = 500 * time.Millisecond
	followMax    = 5 * time.Second
	followRarest = 30 * time.Second

	jumpAhead = 8 * piece // following, as far behind as this, goes on at the end instead of reading all between
)

type (
	timerMsg  struct{ session, timer int }
	answerMsg struct {
		session  int
		question question
		at       int64 // the edge of the window that was asked about
		chunk    console.Chunk
		again    reread         // of askAgain
		printed  []env.Variable // of its environment, for which a console is searched when it is read anyway
		err      error
	}
)

// read makes the command that asks a question, unless it is under way.
func (p *Pane) read(what question) tea.Cmd {
	if p.ctx == nil || p.log == nil || p.pending[what] {
		return nil
	}
	p.pending[what] = true
	ctx, r, run, session, whole := p.ctx, p.log, p.run, p.session, p.part == nil
	ref, start, end := run.Ref, p.win.start, p.win.end
	var old []textview.Line
	if what == askAgain {
		old = slices.Clone(p.win.lines)
	}
	return func() tea.Msg {
		a := answerMsg{session: session, question: what}
		switch what {
		case askEnd:
			a.chunk, a.err = r.LogTail(ctx, ref, piece)
		case askHead:
			a.chunk, a.err = r.Log(ctx, ref, 0, piece)
		case askOlder:
			a.at = start
			a.chunk, a.err = r.LogBefore(ctx, ref, start, piece)
		case askNewer:
			a.at = end
			a.chunk, a.err = r.Log(ctx, ref, end, piece)
		case askSize:
			a.chunk, a.err = r.LogSize(ctx, ref)
		case askAgain:
			a.again, a.chunk, a.err = readAgain(ctx, r, ref, start, old)
		}
		if whole {
			a.printed = env.ScanConsole(run, a.chunk.Start, a.chunk.Text)
		}
		return a
	}
}

// answer takes what Jenkins said.
func (p *Pane) answer(a answerMsg) tea.Cmd {
	delete(p.pending, a.question)
	p.err = a.err
	if a.err != nil {
		p.pace = min(max(followMax, 2*p.pace), followRarest)
		if p.part != nil && !errors.Is(a.err, jenkins.ErrOtherBuild) { // a step without a log says nothing about the run
			return p.later()
		}
		return tea.Batch(p.later(), kit.Missed(p.run, a.err))
	}
	c := a.chunk
	opened := !p.loaded
	p.loaded = true
	p.keepSight()
	if (a.question == askNewer || a.question == askSize) && c.Size < p.win.end { // its owner cut it
		p.moved, p.pace, p.clean = true, followMin, 0
		return tea.Batch(p.read(askAgain), p.later())
	}
	p.size, p.more = max(c.Size, c.Next), c.More
	if c.More && a.question == askNewer && c.Next-c.Start < piece/16 {
		p.size = c.Next // all that can be had: the rest is a line that is being written, which Jenkins keeps back
	}
	switch a.question {
	case askEnd, askHead:
		p.replace(c)
		p.follow = a.question == askEnd
		p.top, p.row = 0, 0
	case askAgain:
		return tea.Batch(kit.Note("the log is shorter than it was: shown from where it differs"), p.showAgain(a.again), p.later())
	case askNewer:
		if a.at == p.win.end { // else a search has moved the window meanwhile
			p.grow(c)
		}
	case askOlder:
		if a.at == p.win.start {
			p.growUp(c)
		}
	}
	cmds := []tea.Cmd{p.later()}
	if opened {
		cmds = append(cmds, p.toFirstError())
	}
	cmds = append(cmds, p.fill())
	if len(a.printed) > 0 {
		cmds = append(cmds, kit.Send(kit.PrintedMsg{Build: kit.KeyOf(&p.run), Vars: a.printed}))
	}
	return tea.Batch(cmds...)
}

// reread is a log that became shorter, as far as it was read again.
type reread struct {
	win     window
	differs int // the first of its lines that is another than before
}

// readAgain reads a log that became shorter from where the window began, until a line is another than it was there. Of a
// log that does not reach so far it reads the beginning.
func readAgain(ctx context.Context, r reader, ref jenkins.Ref, start int64, old []textview.Line) (again reread, c console.Chunk, err error) {
	for at := start; ; at = c.Next {
		if c, err = r.Log(ctx, ref, at, piece); err != nil {
			return again, c, err
		}
		if again.win.lines == nil && c.Size < start {
			return readAgain(ctx, r, ref, 0, nil)
		}
		if again.win.lines == nil {
			again.win.reset(c)
		} else {
			again.win.append(c)
		}
		lines := again.win.lines
		same := len(lines)
		if again.win.open {
			same-- // its rest may be in the next piece
		}
		for again.differs < same && again.differs < len(old) && lines[again.differs].Text == old[again.differs].Text {
			again.differs++
		}
		if again.differs < same || len(c.Text) == 0 || c.Next >= c.Size || again.win.weight >= windowSize {
			return again, c, nil
		}
	}
}

// showAgain shows a log that became shorter from where it differs. Where the rest fits the screen, it is its end.
func (p *Pane) showAgain(a reread) tea.Cmd {
	a.win.keep = p.win.keep
	p.win, p.stuck = a.win, false
	p.hit, p.block = -1, nil
	if p.first = -1; p.win.start == 0 {
		p.first = 0
	}
	p.top, p.row = min(a.differs, max(0, len(p.win.lines)-1)), 0
	p.follow = p.clamp() && p.atEnd()
	return p.fill()
}

// replace makes c all that we hold.
func (p *Pane) replace(c console.Chunk) {
	p.win.reset(c)
	p.stuck = false
	p.first, p.hit, p.block = -1, -1, nil
	if c.Start == 0 {
		p.first = 0
	}
}

// grow adds what follows the window.
func (p *Pane) grow(c console.Chunk) {
	switch {
	case c.Start < p.win.end && len(c.Text) > 0: // the log was begun anew
		p.clean = 0
		p.replace(c)
		p.top, p.row = 0, 0
		return
	case len(c.Text) > 0 || p.pace > followMax:
		p.pace = followMin
	default:
		p.pace = min(p.pace*3/2, followMax)
		p.size = p.win.end // whatever it says: there is nothing to be read now
	}
	p.shift(-p.win.append(c))
}

// growUp adds the piece before the window. Where it does not fit there, nothing before can be read.
func (p *Pane) growUp(c console.Chunk) {
	if p.stuck = c.Next != p.win.start || c.Start >= c.Next; p.stuck {
		return
	}
	p.shift(p.win.prepend(c))
	if p.win.start == 0 {
		p.first = 0
	}
}

// keepSight has the window keep the lines around the screen.
func (p *Pane) keepSight() {
	top := p.topLine()
	ahead := 2*p.h + 1
	p.win.sight = [2]int{top - ahead, top + p.h + ahead}
}

// shift keeps the screen on the same lines when n lines came in front of them, or -n left.
func (p *Pane) shift(n int) {
	p.top += n
	if p.hit >= 0 {
		p.hit = max(-1, p.hit+n)
	}
	if p.block != nil {
		p.block.from, p.block.to = max(0, p.block.from+n), max(0, p.block.to+n)
	}
	if p.first >= 0 {
		p.first -= n
	}
	if p.top < 0 {
		p.top, p.row = 0, 0
	}
}

// atEnd reports whether the window reaches the end of the log, as far as is known.
func (p *Pane) atEnd() bool { return p.win.end >= p.size }

// ended reports whether the log will not grow any more. Of a step Jenkins says that itself; of a run it may say so early.
func (p *Pane) ended() bool { return p.loaded && !p.more && (p.part != nil || p.run.Status.Ended()) }

// fill asks for the pieces that the screen needs, or soon will.
func (p *Pane) fill() tea.Cmd {
	if !p.loaded {
		return p.read(askEnd)
	}
	var cmds []tea.Cmd
	ahead := 2*p.h + 1 + p.hidden()
	above := p.top
	if p.follow {
		above = len(p.win.lines) - p.h
	}
	if p.follow && p.size-p.win.end > jumpAhead {
		return p.read(askEnd)
	}
	if p.win.start > 0 && !p.stuck && above < ahead {
		cmds = append(cmds, p.read(askOlder))
	}
	if !p.atEnd() && (p.follow || p.top+p.h+ahead > len(p.win.lines)) {
		cmds = append(cmds, p.read(askNewer))
	}
	return tea.Batch(cmds...)
}

func (p *Pane) followQuestion() question {
	switch {
	case !p.loaded:
		return askEnd
	case p.atEnd():
		return askNewer
	}
	return askSize
}

// later starts the timer after which Jenkins is asked for more; there is one at a time.
func (p *Pane) later() tea.Cmd {
	p.timer++
	if p.ended() && p.err == nil {
		return nil
	}
	pace := p.pace
	if p.loaded && !p.more {
		pace = followMax // it says that nothing more comes, although the run goes on
	}
	if !p.sh.Focused {
		pace = max(pace, followMax)
	}
	session, timer := p.session, p.timer
	return tea.Tick(pace, func(time.Time) tea.Msg { return timerMsg{session, timer} })
}
