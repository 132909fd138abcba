package log

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// logAsk is a question about the log: each kind is under way at most once.
type logAsk int

const (
	askEnd   logAsk = iota // how long it is, and its last piece
	askHead                // its first piece
	askOlder               // the piece before the window
	AskNewer               // what follows the window
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
	LogTimerMsg  struct{ session, timer int }
	LogAnswerMsg struct {
		session int
		Ask     logAsk
		at      int64 // the edge of the window that was asked about
		Chunk   console.Chunk
		printed []env.Variable // of its environment, which a console is looked through for when it is read anyway
		Err     error
	}
)

// ask makes the command that asks a question, unless it is under way.
func (p *Pane) ask(what logAsk) tea.Cmd {
	r := p.reader(p.run.Controller)
	if p.ctx == nil || r == nil || p.run.Number == 0 || p.asking[what] {
		return nil
	}
	p.asking[what] = true
	ctx, run, ref, session := p.ctx, p.run, p.run.Ref, p.session
	start, end := p.Win.start, p.Win.end
	at := map[logAsk]int64{askOlder: start, AskNewer: end}[what]
	return func() tea.Msg {
		a := LogAnswerMsg{session: session, Ask: what, at: at}
		switch what {
		case askEnd:
			a.Chunk, a.Err = r.LogTail(ctx, ref, logPiece)
		case askHead:
			a.Chunk, a.Err = r.Log(ctx, ref, 0, logPiece)
		case askOlder:
			a.Chunk, a.Err = r.LogBefore(ctx, ref, at, logPiece)
		case AskNewer:
			a.Chunk, a.Err = r.Log(ctx, ref, at, logPiece)
		case askSize:
			a.Chunk, a.Err = r.LogSize(ctx, ref)
		}
		a.printed = env.ScanConsole(run, a.Chunk.Start, a.Chunk.Text)
		return a
	}
}

// answer takes what Jenkins said.
func (p *Pane) answer(a LogAnswerMsg) tea.Cmd {
	delete(p.asking, a.Ask)
	p.err = a.Err
	if a.Err != nil {
		p.pace = min(max(followMax, 2*p.pace), followRarest)
		return tea.Batch(p.later(), kit.Missed(p.run, a.Err))
	}
	c := a.Chunk
	p.Heard = true
	p.keepSight()
	if (a.Ask == AskNewer || a.Ask == askSize) && c.Size < p.Win.end { // its owner cut it
		p.Heard, p.Follow, p.pace = false, true, followMin
		return tea.Batch(kit.Note("the console is shorter than it was: its end is shown"), p.ask(askEnd), p.later())
	}
	p.size, p.more = max(c.Size, c.Next), c.More
	if c.More && a.Ask == AskNewer && c.Next-c.Start < logPiece/16 {
		p.size = c.Next // all that can be had: the rest is a line that is being written, which Jenkins keeps back
	}
	switch a.Ask {
	case askEnd, askHead:
		p.replace(c)
		p.Follow = a.Ask == askEnd
		p.top, p.row = 0, 0
	case AskNewer:
		if a.at == p.Win.end { // else a search has moved the window meanwhile
			p.grow(c)
		}
	case askOlder:
		if a.at == p.Win.start {
			p.growUp(c)
		}
	}
	cmds := []tea.Cmd{p.fill(), p.later()}
	if len(a.printed) > 0 {
		cmds = append(cmds, kit.Send(kit.PrintedMsg{Ref: p.run.Ref, Vars: a.printed}))
	}
	return tea.Batch(cmds...)
}

// replace makes c all that we hold.
func (p *Pane) replace(c console.Chunk) {
	p.Win.reset(c)
	p.stuck = false
	p.first, p.Hit = -1, -1
	if c.Start == 0 {
		p.first = 0
	}
}

// grow adds what follows the window.
func (p *Pane) grow(c console.Chunk) {
	switch {
	case c.Start < p.Win.end && len(c.Text) > 0: // the log was begun anew
		p.replace(c)
		p.top, p.row = 0, 0
		return
	case len(c.Text) > 0 || p.pace > followMax:
		p.pace = followMin
	default:
		p.pace = min(p.pace*3/2, followMax)
		p.size = p.Win.end // whatever it says: there is nothing to be read now
	}
	p.shift(-p.Win.append(c))
}

// growUp adds the piece before the window. One that does not fit there tells that nothing before can be read.
func (p *Pane) growUp(c console.Chunk) {
	if p.stuck = c.Next != p.Win.start || c.Start >= c.Next; p.stuck {
		return
	}
	p.shift(p.Win.prepend(c))
	if p.Win.start == 0 {
		p.first = 0
	}
}

// keepSight tells the window which lines it must not push out.
func (p *Pane) keepSight() {
	top := p.topLine()
	ahead := 2*p.h + 1
	p.Win.sight = [2]int{top - ahead, top + p.h + ahead}
}

// shift keeps the screen on the same lines when n lines came in front of them, or -n left.
func (p *Pane) shift(n int) {
	p.top += n
	if p.Hit >= 0 {
		p.Hit = max(-1, p.Hit+n)
	}
	if p.first >= 0 {
		p.first -= n
	}
	if p.top < 0 {
		p.top, p.row = 0, 0
	}
}

// atEnd tells whether the window reaches the end of the log, as far as we heard.
func (p *Pane) atEnd() bool { return p.Win.end >= p.size }

// ended tells that the log will not grow any more.
func (p *Pane) ended() bool { return p.Heard && !p.more && p.run.Status.Ended() }

// fill asks for the pieces that the screen needs, or soon will.
func (p *Pane) fill() tea.Cmd {
	if !p.Heard {
		return p.ask(askEnd)
	}
	var cmds []tea.Cmd
	ahead := 2*p.h + 1
	above := p.top
	if p.Follow {
		above = len(p.Win.Lines) - p.h
	}
	if p.Follow && p.size-p.Win.end > logJump {
		return p.ask(askEnd)
	}
	if p.Win.start > 0 && !p.stuck && above < ahead {
		cmds = append(cmds, p.ask(askOlder))
	}
	if !p.atEnd() && (p.Follow || p.top+p.h+ahead > len(p.Win.Lines)) {
		cmds = append(cmds, p.ask(AskNewer))
	}
	return tea.Batch(cmds...)
}

func (p *Pane) followAsk() logAsk {
	switch {
	case !p.Heard:
		return askEnd
	case p.atEnd():
		return AskNewer
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
	if p.Heard && !p.more && !p.run.Status.Ended() {
		pace = followMax // it says that nothing more comes, although the run goes on
	}
	if !p.sh.Focused {
		pace = max(pace, followMax)
	}
	session, timer := p.session, p.timer
	return tea.Tick(pace, func(time.Time) tea.Msg { return LogTimerMsg{session, timer} })
}
