// Package log is the pane that shows the log of a run, a stage or a step: its end first and live, or its first error
// where it failed, the rest as it is scrolled to.
package log

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// Pane shows the log of the focused run, or of a part of it. It holds a window of the log and asks for the neighbouring
// pieces when the screen comes near the window's edge.
type Pane struct {
	kit.Base
	sh  *kit.Shared
	ask asker
	run jenkins.Run

	// session counts the logs that were shown. An answer that belongs to another one is dropped, and ctx, which ends
	// with the session, cancels what it was waiting for.
	session int
	ctx     context.Context
	cancel  context.CancelFunc
	log     reader
	resume  bool // esc led back to the whole log, which is read on with the next tick

	part   *part // of the run whose log is shown, nil for all of it
	tree   stages.Tree
	treeOf kit.BuildKey // the ended run that tree is of
	view                // of the log that is shown
	saved  *view        // of the whole run's, while a part is shown

	wrap  bool
	times textview.TimesMode
	quiet bool // the lines "[Pipeline] …" are hidden

	typed  typedFor
	search kit.Input
	file   kit.Input // where to save the log
	busy   string    // what is done with the whole log now
	find   *textview.Finder
	scan   *scan
	scans  int // were begun

	w, h    int // of the screen's part that is ours
	focused bool
}

// typedFor is what is being typed.
type typedFor int

const (
	typedNothing typedFor = iota
	typedSearch
	typedFile
)

// view is what is known of one log and where the screen stands in it.
type view struct {
	win     window
	size    int64 // of the whole log, as last answered
	more    bool  // it still grows, as last answered
	loaded  bool  // the first answer came
	err     error // why the last question brought nothing
	stuck   bool  // nothing before the window can be read
	clean   int64 // up to this offset there is no error: a search has read it all
	first   int   // number of the first line in win, counted from 0; -1 while that is not known
	pending map[question]bool
	pace    time.Duration // until Jenkins is asked for more again
	timer   int           // the follow timer that counts; older ones are ignored

	top, row int  // the first line on the screen, and its first row
	follow   bool // the screen stays at the end
	moved    bool // by the user
	left     int
	block    *block // the marked lines, nil for none

	hit  int // the line a search jumped to, -1 for none
	nth  int // which of the lines that counted finds it is, from 1; 0 while unknown
	of   int // how many there are; 0 while unknown
	turn int // the step of a search that came to the end of the log; 0 for none
	// counted is what nth and of count.
	counted *textview.Finder
}

func newView() view {
	return view{first: -1, hit: -1, follow: true, pace: followMin, pending: map[question]bool{}}
}

// New returns the log pane.
func New(sh *kit.Shared) *Pane {
	return &Pane{sh: sh, ask: askerOf(sh), view: newView(), w: 80, h: 20, focused: true}
}

// Show begins a new session for another run. For the same run it takes the newer values: one that has just ended is
// asked for its last lines at once.
func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	same := jenkins.SameBuild(&run, &p.run)
	if p.ctx != nil && same {
		ended := run.Status.Ended() && !p.run.Status.Ended()
		p.run = run
		if ended && p.loaded && p.atEnd() {
			return p.read(askNewer)
		}
		return nil
	}
	p.run = run
	if !same {
		p.part, p.saved, p.view = nil, nil, newView()
	}
	return p.begin()
}

// open shows a part of a run's log, or all of it again.
func (p *Pane) open(msg kit.OpenLogMsg) tea.Cmd {
	p.showWhole()
	if !jenkins.SameBuild(&msg.Run, &p.run) {
		p.view = newView()
	}
	p.run = msg.Run
	if next := partOf(msg); next != nil {
		whole := p.view
		p.part, p.saved, p.view = next, &whole, newView()
	}
	return p.begin()
}

// showWhole goes back to the log of the whole run, where it was left. The next tick reads on.
func (p *Pane) showWhole() {
	if p.part == nil {
		return
	}
	p.part, p.view, p.saved = nil, *p.saved, nil
	p.stop()
}

// begin begins to read the log that is to be shown, or reads on where it was left.
func (p *Pane) begin() tea.Cmd {
	p.stop()
	p.session++
	p.ctx, p.cancel = context.WithCancel(p.sh.Context())
	p.log, p.pending, p.pace = p.ask.log(p.run, p.part), map[question]bool{}, followMin
	if p.loaded {
		return tea.Batch(p.fill(), p.read(p.followQuestion()))
	}
	return p.read(askEnd)
}

// stop ends following and whatever is under way.
func (p *Pane) stop() {
	if p.cancel != nil {
		p.cancel()
	}
	p.ctx, p.cancel, p.scan, p.pending, p.resume = nil, nil, nil, nil, false
}

// Hide stops following. What was read stays, for when the pane comes back.
func (p *Pane) Hide() { p.stop() }

// Resize sets how much room the pane has: paging and reading ahead go by it.
func (p *Pane) Resize(w, h int) {
	w, h = max(1, w), max(1, h)
	if w == p.w && h == p.h {
		return
	}
	p.w, p.h = w, h
	if !p.follow {
		p.clamp()
	}
}

// Focus sets whether the pane has the keys.
func (p *Pane) Focus(on bool) { p.focused = on }

// Update handles a message.
func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case answerMsg:
		if msg.session == p.session && p.ctx != nil {
			return p.answer(msg)
		}
	case timerMsg:
		if msg.session == p.session && msg.timer == p.timer && p.ctx != nil {
			return p.read(p.followQuestion())
		}
	case scanMsg:
		if msg.session == p.session && p.scan != nil && msg.scan == p.scan.id {
			return p.scanned(msg)
		}
	case kit.OpenLogMsg:
		return p.open(msg)
	case treeMsg:
		return p.gotTree(msg)
	case kit.TickMsg:
		if p.resume {
			return p.begin()
		}
	case pageMsg:
		return p.runPager(msg)
	case savedMsg:
		p.busy = ""
		return kit.Send(kit.NoteMsg(msg))
	case kit.Intent:
		return p.do(msg)
	case kit.WheelMsg:
		p.moved = true
		return p.scroll(msg.Lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		switch p.typed {
		case typedSearch:
			return p.typeSearch(msg)
		case typedFile:
			return p.typeFile(msg)
		}
	}
	return nil
}

// do handles an intent.
func (p *Pane) do(in kit.Intent) tea.Cmd {
	p.moved = true
	if p.scan != nil && p.scan.opening {
		p.scan = nil
	}
	if p.block != nil {
		if cmd, ok := p.doBlock(in); ok {
			return cmd
		}
	}
	switch in {
	case kit.IntentTop:
		return p.toTop()
	case kit.IntentBottom:
		return p.toEnd()
	case kit.IntentFollow:
		if p.follow {
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
	case kit.IntentPipelineLines:
		return p.turnPipelineLines()
	case kit.IntentMarkLines:
		return p.beginBlock()
	case kit.IntentCopyLines:
		return p.copyHit()
	case kit.IntentSaveLog:
		return p.askFile()
	case kit.IntentPager:
		return p.page()
	case kit.IntentPickStage:
		return p.seekStage(0)
	case kit.IntentNextStageLog:
		return p.seekStage(1)
	case kit.IntentPrevStageLog:
		return p.seekStage(-1)
	case kit.IntentRefresh:
		p.pace = followMin
		return p.read(p.followQuestion())
	default:
		return p.doSearch(in)
	}
	return nil
}

// doSearch handles the intents that look for something, and those that scroll.
func (p *Pane) doSearch(in kit.Intent) tea.Cmd {
	switch in {
	case kit.IntentFilter:
		p.typed = typedSearch
		p.search.Set(p.search.Text())
	case kit.IntentSearchNext:
		return p.next(p.find, 1)
	case kit.IntentSearchPrev:
		return p.next(p.find, -1)
	case kit.IntentNextError:
		return p.next(textview.ErrorFinder, 1)
	case kit.IntentPrevError:
		return p.next(textview.ErrorFinder, -1)
	}
	if n, ok := in.Lines(p.h); ok {
		return p.scroll(n)
	}
	return nil
}

// Back gives up what is typed, the marked lines, a search that is under way, then the search, then the scrolling to the
// side; then it leads from a part of the log back to the whole.
func (p *Pane) Back() bool {
	switch {
	case p.typed == typedFile:
		p.typed = typedNothing
	case p.typed == typedSearch:
		p.typed, p.find = typedNothing, nil
	case p.block != nil:
		p.block = nil
	case p.scan != nil:
		p.scan = nil
	case p.find != nil:
		p.find, p.hit = nil, -1
		p.search.Set("")
	case p.left > 0:
		p.left = 0
	case p.part != nil:
		on := p.ctx != nil
		p.showWhole()
		p.resume = on
	default:
		return false
	}
	return true
}

// Typing reports whether a search or the name of a file is typed.
func (p *Pane) Typing() bool { return p.typed != typedNothing }

// Searching reports whether something was searched for, so that there is a next match.
func (p *Pane) Searching() bool { return p.find != nil }
