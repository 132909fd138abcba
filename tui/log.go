package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
)

// logReader is what the log pane needs of a [jenkins.ConsoleClient].
type logReader interface {
	LogSize(ctx context.Context, ref jenkins.Ref) (console.LogChunk, error)
	LogTail(ctx context.Context, ref jenkins.Ref, max int) (console.LogChunk, error)
	LogBefore(ctx context.Context, ref jenkins.Ref, end int64, max int) (console.LogChunk, error)
	Log(ctx context.Context, ref jenkins.Ref, start int64, max int) (console.LogChunk, error)
}

// logPane shows the console of the focused run: the end first, the rest as it is scrolled to. It holds a window of it
// and asks for the neighbouring pieces when the screen comes near the window's edge.
type logPane struct {
	sh     *shared
	reader func(controller string) logReader
	run    jenkins.Run

	// session counts the runs that were shown. An answer that belongs to another one is dropped, and ctx, which ends
	// with the session, cancels what it was waiting for.
	session int
	ctx     context.Context
	cancel  context.CancelFunc

	win    logWindow
	size   int64 // of the whole log, as last heard
	more   bool  // it still grows, as last heard
	heard  bool  // the first answer came
	err    error // why the last question brought nothing
	stuck  bool  // nothing before the window can be read
	first  int   // number of the first line in win, counted from 0; -1 while that is not known
	asking map[logAsk]bool
	pace   time.Duration // until Jenkins is asked for more again
	timer  int           // the follow timer that counts; older ones are ignored

	top, row int  // the first line on the screen, and its first row
	follow   bool // the screen stays at the end
	left     int
	wrap     bool
	times    timesMode

	search input
	typed  bool // the search is being typed
	find   *finder
	hit    int // the line a search jumped to, -1 for none
	nth    int // which of the lines that counted finds it is, from 1; 0 while nobody knows
	of     int // how many there are; 0 while nobody knows
	turn   int // the step of a search that came to the end of the log; 0 for none
	// counted is what nth and of count.
	counted *finder
	scan    *logScan
	scans   int // were begun

	w, h    int // of the screen's part that is ours
	focused bool
}

func newLogPane(sh *shared) pane {
	p := &logPane{sh: sh, first: -1, hit: -1, follow: true, w: 80, h: 20, focused: true}
	p.reader = func(controller string) logReader {
		if c := sh.consoleOf(controller); c != nil {
			return c
		}
		return nil
	}
	return p
}

// show begins a new session for another run. For the same run it takes the newer values: one that has just ended is
// asked for its last lines at once.
func (p *logPane) show(run jenkins.Run) tea.Cmd {
	if p.ctx != nil && jenkins.SameBuild(&run, &p.run) {
		ended := run.Status.Ended() && !p.run.Status.Ended()
		p.run = run
		if ended && p.heard && p.atEnd() {
			return p.ask(askNewer)
		}
		return nil
	}
	same := jenkins.SameBuild(&run, &p.run) // it comes back onto the screen
	p.begin(run, same)
	switch {
	case run.Number == 0 || p.reader(run.Controller) == nil:
		return nil
	case same && p.heard:
		return tea.Batch(p.fill(), p.ask(p.followAsk()))
	}
	return p.ask(askEnd)
}

func (p *logPane) begin(run jenkins.Run, keep bool) {
	p.hide()
	p.session++
	p.ctx, p.cancel = context.WithCancel(p.sh.context())
	p.run = run
	p.asking = map[logAsk]bool{}
	p.pace = followMin
	if keep {
		return
	}
	p.win, p.size, p.more, p.heard, p.err = logWindow{keep: p.win.keep}, 0, false, false, nil
	p.top, p.row, p.left, p.first, p.hit, p.follow, p.stuck = 0, 0, 0, -1, -1, true, false
	p.counted, p.nth, p.of, p.turn = nil, 0, 0, 0
}

// hide stops following and whatever is under way. What was read stays, for when the pane comes back.
func (p *logPane) hide() {
	if p.cancel != nil {
		p.cancel()
	}
	p.ctx, p.cancel, p.scan, p.asking = nil, nil, nil, nil
}

// resize tells the pane how much room it has: paging and reading ahead go by it.
func (p *logPane) resize(w, h int) { p.w, p.h = max(1, w), max(1, h) }

// focus tells whether the pane has the keys.
func (p *logPane) focus(on bool) { p.focused = on }

func (p *logPane) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case logAnswerMsg:
		if msg.session == p.session && p.ctx != nil {
			return p.answer(msg)
		}
	case logTimerMsg:
		if msg.session == p.session && msg.timer == p.timer && p.ctx != nil {
			return p.ask(p.followAsk())
		}
	case logScanMsg:
		if msg.session == p.session && p.scan != nil && msg.scan == p.scan.id {
			return p.scanned(msg)
		}
	case intent:
		return p.do(msg)
	case wheelMsg:
		return p.scroll(msg.lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		if p.typed {
			return p.typeSearch(msg)
		}
	}
	return nil
}

// do handles an intent.
func (p *logPane) do(in intent) tea.Cmd {
	switch in {
	case intentTop:
		return p.toTop()
	case intentBottom:
		return p.toEnd()
	case intentFollow:
		if p.follow {
			p.settleTop()
			return nil
		}
		return p.toEnd()
	case intentLeft:
		p.left = max(0, p.left-tabWidth)
	case intentRight:
		if !p.wrap {
			p.left = min(p.left+tabWidth, logLineMax)
		}
	case intentWrap:
		p.wrap, p.left, p.row = !p.wrap, 0, 0
		if p.wrap {
			return note("long lines are wrapped")
		}
		return note("long lines are cut: ← → move along them")
	case intentTimes:
		return p.turnTimes()
	case intentFilter:
		p.typed = true
		p.search.set(p.search.text())
	case intentSearchNext:
		return p.next(p.find, 1)
	case intentSearchPrev:
		return p.next(p.find, -1)
	case intentNextError:
		return p.next(errorFinder, 1)
	case intentPrevError:
		return p.next(errorFinder, -1)
	case intentRefresh:
		p.pace = followMin
		return p.ask(p.followAsk())
	}
	if n, ok := in.lines(p.h); ok {
		return p.scroll(n)
	}
	return nil
}

// back gives up a search that is under way, then the search, then the scrolling to the side.
func (p *logPane) back() bool {
	switch {
	case p.typed:
		p.typed, p.find = false, nil
	case p.scan != nil:
		p.scan = nil
	case p.find != nil:
		p.find, p.hit = nil, -1
		p.search.set("")
	case p.left > 0:
		p.left = 0
	default:
		return false
	}
	return true
}

func (p *logPane) typing() bool { return p.typed }
