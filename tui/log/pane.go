// Package log is the pane that shows the log of a run, a stage or a step: its end first and live, or its first error
// where it failed, the rest as it is scrolled to.
package log

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// Pane shows the log of the focused run, or of a part of it. It holds a window of the log and asks for the neighbouring
// pieces when the screen comes near the window's edge. Its parts do the work; the pane routes to them.
type Pane struct {
	kit.Base
	sh  *kit.Shared
	ask asker

	log      openLog  // what is shown
	whole    *openLog // the whole run's, while a part is shown
	sessions int      // were begun
	resume   bool     // esc led back to the whole log, which is read on with the next tick

	layout  *layout
	search  search
	export  export
	stages  stageList
	typed   typedFor
	focused bool
}

// typedFor is what is being typed.
type typedFor int

const (
	typedNothing typedFor = iota
	typedSearch
	typedFile
)

// New returns the log pane.
func New(sh *kit.Shared) *Pane {
	l := &layout{w: 80, h: 20}
	tree := func(ctx context.Context, run jenkins.Run) (stages.Tree, error) {
		return sh.StagesOf(run.Controller).Tree(ctx, run)
	}
	return &Pane{sh: sh, ask: askerOf(sh), log: newOpenLog(l), layout: l, stages: stageList{ask: tree}, focused: true}
}

// Show begins a new session for another run. For the same run it takes the newer values: one that has just ended is
// asked for its last lines at once.
func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	src := &p.log.src
	same := jenkins.SameBuild(&run, &src.run)
	if src.ctx != nil && same {
		ended := run.Status.Ended() && !src.run.Status.Ended()
		src.run = run
		if ended && src.loaded && p.log.atEnd() {
			return p.log.read(askNewer)
		}
		return nil
	}
	if !same {
		p.stop()
		p.whole, p.log = nil, newOpenLog(p.layout)
	}
	src.run = run
	return p.begin()
}

// open shows a part of a run's log, or all of it again.
func (p *Pane) open(msg kit.OpenLogMsg) tea.Cmd {
	p.showWhole()
	p.stop()
	if !jenkins.SameBuild(&msg.Run, &p.log.src.run) {
		p.log = newOpenLog(p.layout)
	}
	p.log.src.run = msg.Run
	if next := partOf(msg); next != nil {
		whole := p.log
		p.whole, p.log = &whole, newOpenLog(p.layout)
		p.log.src.run, p.log.src.part = msg.Run, next
	}
	return p.begin()
}

// showWhole goes back to the log of the whole run, where it was left. The next tick reads on.
func (p *Pane) showWhole() {
	if p.whole == nil {
		return
	}
	p.stop()
	run := p.log.src.run
	p.log, p.whole = *p.whole, nil
	p.log.src.run = run
}

// begin begins to read the log that is to be shown, or reads on where it was left.
func (p *Pane) begin() tea.Cmd {
	p.stop()
	p.sessions++
	src := &p.log.src
	src.begin(p.sh.Context(), p.sessions, p.ask.log(src.run, src.part))
	if src.loaded {
		return tea.Batch(p.log.fill(), p.log.readOn())
	}
	return p.log.read(askEnd)
}

// stop ends following and whatever is under way.
func (p *Pane) stop() {
	p.log.src.stop()
	p.search.scan, p.resume = nil, false
}

// Hide stops following. What was read stays, for when the pane comes back.
func (p *Pane) Hide() { p.stop() }

// Resize sets how much room the pane has: paging and reading ahead go by it.
func (p *Pane) Resize(w, h int) {
	w, h = max(1, w), max(1, h)
	if w == p.layout.w && h == p.layout.h {
		return
	}
	p.layout.w, p.layout.h = w, h
	if !p.log.scr.follow {
		p.log.scr.clamp()
	}
}

// Focus sets whether the pane has the keys.
func (p *Pane) Focus(on bool) { p.focused = on }

// Update handles a message.
func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	src := &p.log.src
	switch msg := msg.(type) {
	case answerMsg:
		if src.on(msg.session) {
			return p.answer(msg)
		}
	case timerMsg:
		if src.on(msg.session) && msg.timer == src.timer {
			return p.log.readOn()
		}
	case scanMsg:
		if msg.session == src.session && p.search.scan != nil && msg.scan == p.search.scan.id {
			return p.search.scanned(msg, &p.log)
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
		return p.export.runPager(msg)
	case savedMsg:
		p.export.busy = ""
		return kit.Send(kit.NoteMsg(msg))
	case kit.Intent:
		return p.do(msg)
	case kit.WheelMsg:
		p.log.scr.moved = true
		return p.log.scroll(msg.Lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		return p.key(msg)
	}
	return nil
}

// answer takes what Jenkins said. A failed log that is opened stands at its first error.
func (p *Pane) answer(msg answerMsg) tea.Cmd {
	cmd, opened := p.log.answer(msg, p.sh.Focused)
	if !opened {
		return cmd
	}
	return tea.Batch(cmd, p.search.toFirstError(&p.log), p.log.fill())
}

// key handles a key while something is typed.
func (p *Pane) key(msg tea.Msg) (cmd tea.Cmd) {
	done := false
	switch p.typed {
	case typedSearch:
		cmd, done = p.search.key(msg, &p.log)
	case typedFile:
		cmd, done = p.export.key(p.sh.Context(), msg, &p.log.src)
	}
	if done {
		p.typed = typedNothing
	}
	return cmd
}

// do handles an intent.
func (p *Pane) do(in kit.Intent) tea.Cmd {
	scr := &p.log.scr
	scr.moved = true
	p.search.userMoves()
	if scr.block != nil {
		if cmd, ok := p.doBlock(in); ok {
			return cmd
		}
	}
	switch in {
	case kit.IntentTop:
		return p.log.toTop()
	case kit.IntentBottom:
		return p.log.toEnd()
	case kit.IntentFollow:
		if scr.follow {
			scr.settleTop()
			return nil
		}
		return p.log.toEnd()
	case kit.IntentLeft:
		scr.left = max(0, scr.left-textview.TabWidth)
	case kit.IntentRight:
		if !scr.wrap {
			scr.left = min(scr.left+textview.TabWidth, textview.LogLineMax)
		}
	case kit.IntentWrap, kit.IntentTimes, kit.IntentPipelineLines:
		return p.turn(in)
	case kit.IntentMarkLines:
		scr.beginBlock()
	case kit.IntentCopyLines:
		text, ok := scr.hitText()
		if !ok {
			return kit.Note("no line is marked: m marks lines")
		}
		return kit.Send(kit.CopyMsg{Text: text, What: "the line"})
	case kit.IntentSaveLog:
		if p.log.src.log == nil || !p.log.src.loaded {
			return kit.Note("there is no log to save yet")
		}
		p.typed = typedFile
		p.export.name.Set(p.log.src.fileName())
	case kit.IntentPager:
		return p.export.page(p.sh.Context(), &p.log.src)
	case kit.IntentPickStage:
		return p.seekStage(0)
	case kit.IntentNextStageLog:
		return p.seekStage(1)
	case kit.IntentPrevStageLog:
		return p.seekStage(-1)
	case kit.IntentRefresh:
		p.log.src.pace = followMin
		return p.log.readOn()
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
		p.search.input.Set(p.search.input.Text())
	case kit.IntentSearchNext:
		return p.search.next(p.search.find, 1, &p.log)
	case kit.IntentSearchPrev:
		return p.search.next(p.search.find, -1, &p.log)
	case kit.IntentNextError:
		return p.search.next(textview.ErrorFinder, 1, &p.log)
	case kit.IntentPrevError:
		return p.search.next(textview.ErrorFinder, -1, &p.log)
	}
	if n, ok := in.Lines(p.layout.h); ok {
		return p.log.scroll(n)
	}
	return nil
}

// doBlock handles an intent while lines are marked, and reports whether it did.
func (p *Pane) doBlock(in kit.Intent) (tea.Cmd, bool) {
	scr := &p.log.scr
	switch in {
	case kit.IntentMarkLines:
		scr.block = nil
		return nil, true
	case kit.IntentCopyLines:
		text, n := scr.blockText(), scr.block.lines()
		scr.block = nil
		return kit.Send(kit.CopyMsg{Text: text, What: kit.Plural(n, "line") + " of the log"}), true
	case kit.IntentSendLines:
		text := scr.blockText()
		scr.block = nil
		return kit.Send(kit.ComposeMsg{Text: text}), true
	case kit.IntentTop:
		scr.moveBlock(-len(scr.win.lines))
		return p.log.fill(), true
	case kit.IntentBottom:
		scr.moveBlock(len(scr.win.lines))
		return p.log.fill(), true
	}
	if n, ok := in.Lines(p.layout.h); ok {
		scr.moveBlock(n)
		return p.log.fill(), true
	}
	return nil, false
}

// turn draws logs another way, and says which.
func (p *Pane) turn(in kit.Intent) tea.Cmd {
	scr := &p.log.scr
	switch in {
	case kit.IntentWrap:
		scr.wrap, scr.left, scr.row = !scr.wrap, 0, 0
		if scr.wrap {
			return kit.Note("long lines are wrapped")
		}
		return kit.Note("long lines are cut: ← → move along them")
	case kit.IntentPipelineLines:
		if scr.hidePipelineLines(!scr.quiet); scr.quiet {
			return tea.Batch(p.log.fill(), kit.Note("lines of [Pipeline] are hidden"))
		}
		return kit.Note("lines of [Pipeline] are shown")
	}
	if !scr.hasTimes() {
		return kit.Note("no timestamps in this console: the plugin Timestamper adds them")
	}
	scr.times = (scr.times + 1) % textview.TimesModes
	return kit.Note(map[textview.TimesMode]string{
		textview.TimesShort: "timestamps: the time of day", textview.TimesOff: "timestamps: not shown", textview.TimesFull: "timestamps: as they stand in the log",
	}[scr.times])
}

// seekStage shows the log of the next stage or the one before, or lets one be chosen, as soon as the stages are known.
func (p *Pane) seekStage(step int) tea.Cmd {
	if !p.CanPickStage() {
		return kit.Note("only the builds of pipelines have stages")
	}
	return p.stages.seek(p.sh, p.log.src.run, step)
}

func (p *Pane) gotTree(msg treeMsg) tea.Cmd {
	run, part := p.log.src.run, p.log.src.part
	if msg.of != kit.KeyOf(&run) {
		return nil
	}
	lines := p.stages.take(msg, &run)
	ended := run.Status.Ended()
	if !slices.ContainsFunc(lines, func(l stageLine) bool { return l.hasLog() || l.stage.State.NotBegun(ended) }) {
		if msg.err != nil {
			return kit.Send(kit.NoteMsg{Err: msg.err})
		}
		return kit.Note("this build has no stages with a log")
	}
	if msg.step == 0 {
		return tea.Batch(kit.Note(""), kit.Send(stageChoices(run, lines, p.sh.Glyphs)))
	}
	switch at := walk(lines, part, msg.step, ended); {
	case at >= len(lines) && !ended:
		return kit.Note("no later stage has begun")
	case at >= len(lines):
		return kit.Note("this is the last stage with a log")
	case at >= 0:
		return tea.Batch(kit.Note(""), p.open(lines[at].open(run)))
	case part == nil:
		return kit.Note("this is the whole log: there is nothing before it")
	}
	return tea.Batch(kit.Note("the whole log"), p.open(kit.OpenLogMsg{Run: run}))
}

// Back gives up what is typed, the marked lines, a search that is under way, then the search, then the scrolling to the
// side; then it leads from a part of the log back to the whole.
func (p *Pane) Back() bool {
	scr := &p.log.scr
	switch {
	case p.typed == typedFile:
		p.typed = typedNothing
	case p.typed == typedSearch:
		p.typed, p.search.find = typedNothing, nil
	case scr.block != nil:
		scr.block = nil
	case p.search.scan != nil:
		p.search.scan = nil
	case p.search.find != nil:
		p.search.end(&p.log)
	case scr.left > 0:
		scr.left = 0
	case p.whole != nil:
		on := p.log.src.ctx != nil
		p.showWhole()
		p.resume = on
	default:
		return false
	}
	return true
}

// Typing reports whether a search or the name of a file is typed.
func (p *Pane) Typing() bool { return p.typed != typedNothing }

// CanCopy reports whether there is a line to copy: one that was jumped to, or marked ones.
func (p *Pane) CanCopy() bool {
	_, ok := p.log.scr.hitText()
	return ok || p.log.scr.block != nil
}

// CanSend reports whether lines are marked.
func (p *Pane) CanSend() bool { return p.log.scr.block != nil }

// CanPickStage reports whether the run may have stages with logs of their own.
func (p *Pane) CanPickStage() bool { return p.log.src.run.Pipeline && p.log.src.run.Number > 0 }
