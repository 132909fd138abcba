package log

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// logReader is what the log pane needs of a [jenkins.ConsoleClient].
type logReader interface {
	LogSize(ctx context.Context, ref jenkins.Ref) (console.Chunk, error)
	LogTail(ctx context.Context, ref jenkins.Ref, max int) (console.Chunk, error)
	LogBefore(ctx context.Context, ref jenkins.Ref, end int64, max int) (console.Chunk, error)
	Log(ctx context.Context, ref jenkins.Ref, start int64, max int) (console.Chunk, error)
}

// Pane shows the console of the focused run: the end first, the rest as it is scrolled to. It holds a window of it
// and asks for the neighbouring pieces when the screen comes near the window's edge.
type Pane struct {
	kit.Base
	sh     *kit.Shared
	reader func(controller string) logReader
	run    jenkins.Run

	// session counts the runs that were shown. An answer that belongs to another one is dropped, and ctx, which ends
	// with the session, cancels what it was waiting for.
	session int
	ctx     context.Context
	cancel  context.CancelFunc

	Win    logWindow
	size   int64 // of the whole log, as last heard
	more   bool  // it still grows, as last heard
	Heard  bool  // the first answer came
	err    error // why the last question brought nothing
	stuck  bool  // nothing before the window can be read
	first  int   // number of the first line in win, counted from 0; -1 while that is not known
	asking map[logAsk]bool
	pace   time.Duration // until Jenkins is asked for more again
	timer  int           // the follow timer that counts; older ones are ignored

	top, row int  // the first line on the screen, and its first row
	Follow   bool // the screen stays at the end
	left     int
	wrap     bool
	times    textview.TimesMode

	search kit.Input
	typed  bool // the search is being typed
	Find   *textview.Finder
	Hit    int // the line a search jumped to, -1 for none
	nth    int // which of the lines that counted finds it is, from 1; 0 while nobody knows
	of     int // how many there are; 0 while nobody knows
	turn   int // the step of a search that came to the end of the log; 0 for none
	// counted is what nth and of count.
	counted *textview.Finder
	scan    *logScan
	scans   int // were begun

	w, h    int // of the screen's part that is ours
	focused bool
}

func New(sh *kit.Shared) *Pane {
	p := &Pane{sh: sh, first: -1, Hit: -1, Follow: true, w: 80, h: 20, focused: true}
	p.reader = func(controller string) logReader {
		if c := sh.ConsoleOf(controller); c != nil {
			return c
		}
		return nil
	}
	return p
}

// Show begins a new session for another run. For the same run it takes the newer values: one that has just ended is
// asked for its last lines at once.
func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	if p.ctx != nil && jenkins.SameBuild(&run, &p.run) {
		ended := run.Status.Ended() && !p.run.Status.Ended()
		p.run = run
		if ended && p.Heard && p.atEnd() {
			return p.ask(AskNewer)
		}
		return nil
	}
	same := jenkins.SameBuild(&run, &p.run) // it comes back onto the screen
	p.begin(run, same)
	switch {
	case run.Number == 0 || p.reader(run.Controller) == nil:
		return nil
	case same && p.Heard:
		return tea.Batch(p.fill(), p.ask(p.followAsk()))
	}
	return p.ask(askEnd)
}

func (p *Pane) begin(run jenkins.Run, keep bool) {
	p.Hide()
	p.session++
	p.ctx, p.cancel = context.WithCancel(p.sh.Context())
	p.run = run
	p.asking = map[logAsk]bool{}
	p.pace = followMin
	if keep {
		return
	}
	p.Win, p.size, p.more, p.Heard, p.err = logWindow{keep: p.Win.keep}, 0, false, false, nil
	p.top, p.row, p.left, p.first, p.Hit, p.Follow, p.stuck = 0, 0, 0, -1, -1, true, false
	p.counted, p.nth, p.of, p.turn = nil, 0, 0, 0
}

// Hide stops following and whatever is under way. What was read stays, for when the pane comes back.
func (p *Pane) Hide() {
	if p.cancel != nil {
		p.cancel()
	}
	p.ctx, p.cancel, p.scan, p.asking = nil, nil, nil, nil
}

// resize tells the pane how much room it has: paging and reading ahead go by it.
func (p *Pane) Resize(w, h int) { p.w, p.h = max(1, w), max(1, h) }

// focus tells whether the pane has the keys.
func (p *Pane) Focus(on bool) { p.focused = on }

func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case LogAnswerMsg:
		if msg.session == p.session && p.ctx != nil {
			return p.answer(msg)
		}
	case LogTimerMsg:
		if msg.session == p.session && msg.timer == p.timer && p.ctx != nil {
			return p.ask(p.followAsk())
		}
	case logScanMsg:
		if msg.session == p.session && p.scan != nil && msg.scan == p.scan.id {
			return p.scanned(msg)
		}
	case kit.Intent:
		return p.do(msg)
	case kit.WheelMsg:
		return p.scroll(msg.Lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		if p.typed {
			return p.typeSearch(msg)
		}
	}
	return nil
}

// do handles an intent.
func (p *Pane) do(in kit.Intent) tea.Cmd {
	switch in {
	case kit.IntentTop:
		return p.toTop()
	case kit.IntentBottom:
		return p.toEnd()
	case kit.IntentFollow:
		if p.Follow {
			p.settleTop()
			return nil
		}
		return p.toEnd()
	case kit.IntentLeft:
		p.left = max(0, p.left-textview.TabWidth)
	case kit.IntentRight:
		if !p.wrap {
			p.left = min(p.left+textview.TabWidth, textview.LogLineMax)
		}
	case kit.IntentWrap:
		p.wrap, p.left, p.row = !p.wrap, 0, 0
		if p.wrap {
			return kit.Note("long lines are wrapped")
		}
		return kit.Note("long lines are cut: ← → move along them")
	case kit.IntentTimes:
		return p.turnTimes()
	case kit.IntentFilter:
		p.typed = true
		p.search.Set(p.search.Text())
	case kit.IntentSearchNext:
		return p.next(p.Find, 1)
	case kit.IntentSearchPrev:
		return p.next(p.Find, -1)
	case kit.IntentNextError:
		return p.next(textview.ErrorFinder, 1)
	case kit.IntentPrevError:
		return p.next(textview.ErrorFinder, -1)
	case kit.IntentRefresh:
		p.pace = followMin
		return p.ask(p.followAsk())
	}
	if n, ok := in.Lines(p.h); ok {
		return p.scroll(n)
	}
	return nil
}

// Back gives up a search that is under way, then the search, then the scrolling to the side.
func (p *Pane) Back() bool {
	switch {
	case p.typed:
		p.typed, p.Find = false, nil
	case p.scan != nil:
		p.scan = nil
	case p.Find != nil:
		p.Find, p.Hit = nil, -1
		p.search.Set("")
	case p.left > 0:
		p.left = 0
	default:
		return false
	}
	return true
}

func (p *Pane) Typing() bool { return p.typed }
