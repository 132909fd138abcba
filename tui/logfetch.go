package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// logAsk is a question about the log: each kind is under way at most once.
type logAsk int

const (
	askEnd   logAsk = iota // how long it is, and its last piece
	askHead                // its first piece
	askOlder               // the piece before the window
	askNewer               // what follows the window
	askSize                // how long it is now, while the window is not at its end
)

// A log that grows is asked for again after followMin, one that does not after ever more, up to followMax, which is also
// enough while nobody looks. One that cannot be had is asked for ever more rarely, up to followRarest.
const (
	followMin    = 500 * time.Millisecond
	followMax    = 5 * time.Second
	followRarest = 30 * time.Second

	logJump = 8 * logPiece // following, as far behind as this, goes on at the end instead of reading all between
)

type (
	logTimerMsg  struct{ session, timer int }
	logAnswerMsg struct {
		session int
		ask     logAsk
		at      int64 // the edge of the window that was asked about
		chunk   console.LogChunk
		printed []env.Variable // of its environment, which a console is looked through for when it is read anyway
		err     error
	}
)

// quiet tells that a message brings nothing to be seen: time to ask again, and the answer that there is nothing new. What
// else such an answer changes is seen a second later.
func (logTimerMsg) quiet() bool { return true }

func (a logAnswerMsg) quiet() bool {
	return a.ask == askNewer && a.err == nil && len(a.chunk.Text) == 0
}

// ask makes the command that asks a question, unless it is under way.
func (p *logPane) ask(what logAsk) tea.Cmd {
	r := p.reader(p.run.Controller)
	if p.ctx == nil || r == nil || p.run.Number == 0 || p.asking[what] {
		return nil
	}
	p.asking[what] = true
	ctx, run, ref, session := p.ctx, p.run, p.run.Ref, p.session
	start, end := p.win.start, p.win.end
	at := map[logAsk]int64{askOlder: start, askNewer: end}[what]
	return func() tea.Msg {
		a := logAnswerMsg{session: session, ask: what, at: at}
		switch what {
		case askEnd:
			a.chunk, a.err = r.LogTail(ctx, ref, logPiece)
		case askHead:
			a.chunk, a.err = r.Log(ctx, ref, 0, logPiece)
		case askOlder:
			a.chunk, a.err = r.LogBefore(ctx, ref, at, logPiece)
		case askNewer:
			a.chunk, a.err = r.Log(ctx, ref, at, logPiece)
		case askSize:
			a.chunk, a.err = r.LogSize(ctx, ref)
		}
		a.printed = env.ScanConsole(run, a.chunk.Start, a.chunk.Text)
		return a
	}
}

// answer takes what Jenkins said.
func (p *logPane) answer(a logAnswerMsg) tea.Cmd {
	delete(p.asking, a.ask)
	p.err = a.err
	if a.err != nil {
		p.pace = min(max(followMax, 2*p.pace), followRarest)
		return tea.Batch(p.later(), missed(p.run, a.err))
	}
	c := a.chunk
	p.heard = true
	p.keepSight()
	if (a.ask == askNewer || a.ask == askSize) && c.Size < p.win.end { // its owner cut it
		p.heard, p.follow, p.pace = false, true, followMin
		return tea.Batch(note("the console is shorter than it was: its end is shown"), p.ask(askEnd), p.later())
	}
	p.size, p.more = max(c.Size, c.Next), c.More
	if c.More && a.ask == askNewer && c.Next-c.Start < logPiece/16 {
		p.size = c.Next // all that can be had: the rest is a line that is being written, which Jenkins keeps back
	}
	switch a.ask {
	case askEnd, askHead:
		p.replace(c)
		p.follow = a.ask == askEnd
		p.top, p.row = 0, 0
	case askNewer:
		if a.at == p.win.end { // else a search has moved the window meanwhile
			p.grow(c)
		}
	case askOlder:
		if a.at == p.win.start {
			p.growUp(c)
		}
	}
	cmds := []tea.Cmd{p.fill(), p.later()}
	if len(a.printed) > 0 {
		cmds = append(cmds, send(printedMsg{p.run.Ref, a.printed}))
	}
	return tea.Batch(cmds...)
}

// replace makes c all that we hold.
func (p *logPane) replace(c console.LogChunk) {
	p.win.reset(c)
	p.stuck = false
	p.first, p.hit = -1, -1
	if c.Start == 0 {
		p.first = 0
	}
}

// grow adds what follows the window.
func (p *logPane) grow(c console.LogChunk) {
	switch {
	case c.Start < p.win.end && len(c.Text) > 0: // the log was begun anew
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

// growUp adds the piece before the window. One that does not fit there tells that nothing before can be read.
func (p *logPane) growUp(c console.LogChunk) {
	if p.stuck = c.Next != p.win.start || c.Start >= c.Next; p.stuck {
		return
	}
	p.shift(p.win.prepend(c))
	if p.win.start == 0 {
		p.first = 0
	}
}

// keepSight tells the window which lines it must not push out.
func (p *logPane) keepSight() {
	top := p.topLine()
	ahead := 2*p.h + 1
	p.win.sight = [2]int{top - ahead, top + p.h + ahead}
}

// shift keeps the screen on the same lines when n lines came in front of them, or -n left.
func (p *logPane) shift(n int) {
	p.top += n
	if p.hit >= 0 {
		p.hit = max(-1, p.hit+n)
	}
	if p.first >= 0 {
		p.first -= n
	}
	if p.top < 0 {
		p.top, p.row = 0, 0
	}
}

// atEnd tells whether the window reaches the end of the log, as far as we heard.
func (p *logPane) atEnd() bool { return p.win.end >= p.size }

// ended tells that the log will not grow any more.
func (p *logPane) ended() bool { return p.heard && !p.more && p.run.Status.Ended() }

// fill asks for the pieces that the screen needs, or soon will.
func (p *logPane) fill() tea.Cmd {
	if !p.heard {
		return p.ask(askEnd)
	}
	var cmds []tea.Cmd
	ahead := 2*p.h + 1
	above := p.top
	if p.follow {
		above = len(p.win.lines) - p.h
	}
	if p.follow && p.size-p.win.end > logJump {
		return p.ask(askEnd)
	}
	if p.win.start > 0 && !p.stuck && above < ahead {
		cmds = append(cmds, p.ask(askOlder))
	}
	if !p.atEnd() && (p.follow || p.top+p.h+ahead > len(p.win.lines)) {
		cmds = append(cmds, p.ask(askNewer))
	}
	return tea.Batch(cmds...)
}

func (p *logPane) followAsk() logAsk {
	switch {
	case !p.heard:
		return askEnd
	case p.atEnd():
		return askNewer
	}
	return askSize
}

// later starts the timer after which Jenkins is asked for more; there is one at a time.
func (p *logPane) later() tea.Cmd {
	p.timer++
	if p.ended() && p.err == nil {
		return nil
	}
	pace := p.pace
	if p.heard && !p.more && !p.run.Status.Ended() {
		pace = followMax // it says that nothing more comes, although the run goes on
	}
	if !p.sh.focused {
		pace = max(pace, followMax)
	}
	session, timer := p.session, p.timer
	return tea.Tick(pace, func(time.Time) tea.Msg { return logTimerMsg{session, timer} })
}
