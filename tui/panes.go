package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/compose"
	"github.com/jenkwatch/jenkwatch/tui/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/layout"
	"github.com/jenkwatch/jenkwatch/tui/log"
	"github.com/jenkwatch/jenkwatch/tui/runs"
	"github.com/jenkwatch/jenkwatch/tui/sent"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

// paneSet is the panes: where they stand, what each shows, and which one has the keys.
type paneSet struct {
	sh    *kit.Shared
	w, h  int
	want  layout.Want
	plan  layout.Plan
	runs  *runs.Pane
	all   [kit.PaneCount]kit.Pane // the runs among them; nil for those that need the outbox when there is none
	shown [kit.PaneCount]showing
	list  runs.Choice    // for which want.Rows was chosen
	gen   map[string]int // how many snapshots each controller has sent

	settle  int       // counts moves of the selection; a settleMsg of an older one is void
	awaited int       // the settle that a settleMsg is under way for
	movedAt time.Time // when the selection last moved
	hold    bool      // the selection runs down the list: the panes wait until it rests
}

// newPanes makes the panes around the list of runs.
func newPanes(sh *kit.Shared, list *runs.Pane) paneSet {
	l := paneSet{sh: sh, runs: list, gen: map[string]int{}}
	l.all[kit.PaneRuns] = list
	l.all[kit.PaneStatus] = status.New(sh)
	l.all[kit.PaneEnv] = env.New(sh)
	l.all[kit.PaneLog] = log.New(sh)
	if sh.Opts.Outbox != nil {
		l.all[kit.PaneCompose] = compose.New(sh)
		l.all[kit.PaneSent] = sent.New(sh)
	}
	return l
}

// showing is what a pane was last given to show.
type showing struct {
	on    bool
	build kit.BuildKey
	gen   int
}

// place computes the plan for the size and the wanted panes, and resizes the panes.
func (l *paneSet) place() {
	l.plan = layout.For(l.w, l.h, l.want)
	l.runs.TabsApart = l.plan.Tabs
	for _, p := range l.plan.Panes {
		if d := l.all[p.ID]; d != nil {
			in := p.Inner()
			left, right := kit.MarginsOf(p.ID, in.W)
			d.Resize(in.W-left-right, in.H)
			d.Focus(p.ID == l.want.Focus)
		}
	}
}

// fitList chooses how many lines the list of runs takes above another pane: no more than its rows need. It shrinks only when the
// user has chosen another list or filter, and grows when rows no longer fit: no refresh makes the panes jump to and fro.
func (l *paneSet) fitList() {
	need := l.runs.Lines(l.w)
	switch list, typed := l.runs.Choice(); {
	case list != l.list && !typed:
		l.list, l.want.Rows = list, need
	case l.want.Rows > 0:
		l.want.Rows = max(l.want.Rows, need)
	}
}

// settleMsg says that the selection has rested.
type settleMsg struct{ n int }

const (
	restFor   = 150 * time.Millisecond // how long the selection rests before the panes follow it
	restAlone = 300 * time.Millisecond // a move this long after the last is followed at once
)

// present has the panes on the screen show the selected run, and hides those that left the screen. While the selection
// runs down the list the panes wait until it rests, so that no run on the way is asked for.
func (l *paneSet) present() tea.Cmd {
	run := l.runs.Current()
	var cmds []tea.Cmd
	var on [kit.PaneCount]bool
	for _, p := range l.plan.Panes {
		on[p.ID] = true
	}
	moved := false
	for id, d := range l.all {
		if d == nil || id == int(kit.PaneRuns) {
			continue
		}
		s := &l.shown[id]
		if s.on && (!on[id] || l.blank(kit.PaneID(id))) {
			d.Hide()
			*s = showing{}
		}
		shown := run
		if run == nil && kit.PaneID(id).Alone() {
			shown = &jenkins.Run{} // a notification can be about no run
		}
		if !on[id] || shown == nil {
			continue
		}
		now := showing{on: true, build: kit.KeyOf(shown), gen: l.gen[shown.Controller]}
		if *s == now {
			continue
		}
		if s.on && s.build != now.build && l.hold {
			moved = true
			continue
		}
		*s = now
		cmds = append(cmds, d.Show(*shown))
	}
	if moved && l.awaited != l.settle {
		n := l.settle
		l.awaited = n
		cmds = append(cmds, tea.Tick(restFor, func(time.Time) tea.Msg { return settleMsg{n} }))
	}
	return tea.Batch(cmds...)
}

// noticeMove remembers that the selection moved from before. A single move is followed at once.
func (l *paneSet) noticeMove(before kit.BuildKey) {
	if l.runs.List.Selected == before {
		return
	}
	l.forgetGone()
	l.settle++
	l.hold = time.Since(l.movedAt) < restAlone
	l.movedAt = time.Now()
}

// vanish marks the row of a build that is no longer there. It goes when the selection leaves it: nothing moves under
// the cursor.
func (l *paneSet) vanish(build kit.BuildKey) tea.Cmd {
	if !l.runs.Data.Mark(build, runs.Leaves) {
		return nil
	}
	if build != l.runs.List.Selected {
		l.forgetGone()
	}
	return kit.Note("Jenkins does not have " + kit.RunTitle(jenkins.Run{Ref: build.Ref}) + " any more")
}

// forgetGone takes the builds that are gone, and are not looked at, off the list, and has their controllers' watchers
// look what came before them.
func (l *paneSet) forgetGone() {
	for _, build := range l.runs.DropGone() {
		for i := range l.sh.Opts.Controllers {
			if c := &l.sh.Opts.Controllers[i]; c.Name == build.Controller && c.Watcher != nil {
				c.Watcher.NotifyMissing(build.Job, build.Number) // it never blocks
			}
		}
	}
}

// bring focuses a pane and shows it the selected run, so that it can handle an intent about that run: it may have been off
// the screen, or waiting for the selection to rest.
func (l *paneSet) bring(id kit.PaneID) tea.Cmd {
	l.want.FocusOn(id)
	l.hold = false
	l.place()
	return l.present()
}

// navigate handles what moves the focus or changes what is on the screen, and reports whether it did.
func (l *paneSet) navigate(in kit.Intent) (tea.Cmd, bool) {
	switch in {
	case kit.IntentNextPane:
		l.want.Turn(l.plan.Shape, 1)
	case kit.IntentPrevPane:
		l.want.Turn(l.plan.Shape, -1)
	case kit.IntentNextLower:
		l.want.TurnLower(l.plan.Shape, 1)
	case kit.IntentPrevLower:
		l.want.TurnLower(l.plan.Shape, -1)
	case kit.IntentBack:
		if !l.back() {
			return kit.Note("nothing to go back to: " + l.sh.Key(kit.IntentQuit) + " quits"), true
		}
	case kit.IntentEnter:
		return l.enter(), true
	case kit.IntentZoom:
		l.want.Zoom = !l.want.Zoom
		l.want.Compact = false
	case kit.IntentCompact:
		l.want.Compact = !l.want.Compact
		l.want.Focus = kit.PaneRuns
	case kit.IntentSent:
		if l.all[kit.PaneSent] != nil {
			l.want.ToggleSent()
		}
	case kit.IntentCompose:
		if l.all[kit.PaneCompose] != nil {
			l.want.OpenCompose()
		}
	case kit.IntentFilter:
		if l.want.Focus == kit.PaneStatus { // it has nothing to filter: the list is meant
			l.want.FocusOn(kit.PaneRuns)
		}
		return l.toFocused(in), true
	default:
		return nil, false
	}
	return nil, true
}

// enter goes one step deeper: from the list to the run, from the run to its log, and the log fills the screen.
func (l *paneSet) enter() tea.Cmd {
	switch l.want.Focus {
	case kit.PaneRuns:
		if l.runs.Current() == nil {
			return nil
		}
		if l.plan.Shape == layout.Two && !l.want.Zoom && !l.want.Compact {
			l.want.LeaveSent()
			l.want.FocusOn(l.want.Lower)
		} else {
			l.want.FocusOn(kit.PaneStatus)
		}
	case kit.PaneLog:
		l.want.Zoom = l.want.Zoom || l.plan.Shape != layout.One
	default:
		return l.toFocused(kit.IntentEnter)
	}
	return nil
}

// sendWhy has the status pane, which knows or asks why the selected run failed, write a notification about that.
func (l *paneSet) sendWhy() tea.Cmd {
	var cmd tea.Cmd
	if s := l.shown[kit.PaneStatus]; !s.on || s.build != l.runs.List.Selected {
		cmd = l.bring(kit.PaneStatus)
	}
	return tea.Batch(cmd, l.toPane(kit.PaneStatus, kit.IntentSendWhy))
}

// click chooses the tab or the pane at a cell, which handles the click.
func (l *paneSet) click(x, y int) tea.Cmd {
	if tab, ok := l.tabAt(x, y); ok {
		l.runs.Choose(tab)
		return nil
	}
	for _, p := range l.plan.Panes {
		if !p.At.Holds(x, y) {
			continue
		}
		l.want.FocusOn(p.ID)
		if in := p.Inner(); in.Holds(x, y) {
			return l.toPane(p.ID, kit.ClickMsg{X: x - in.X, Y: y - in.Y})
		}
	}
	return nil
}

// wheel scrolls the pane at a cell.
func (l *paneSet) wheel(x, y, lines int) tea.Cmd {
	for _, p := range l.plan.Panes {
		if p.At.Holds(x, y) {
			return l.toPane(p.ID, kit.WheelMsg{Lines: lines})
		}
	}
	return nil
}

// refresh has the panes on the screen ask again, too.
func (l *paneSet) refresh() tea.Cmd {
	var cmds []tea.Cmd
	for _, p := range l.plan.Panes {
		if p.ID != kit.PaneRuns {
			cmds = append(cmds, l.toPane(p.ID, kit.IntentRefresh))
		}
	}
	return tea.Batch(cmds...)
}

// openRun opens a build that is known already.
func (l *paneSet) openRun(r jenkins.Run) {
	l.runs.Open(r)
	if l.plan.Shape == layout.One || l.want.Compact {
		l.want.FocusOn(kit.PaneStatus)
	}
}

// typing reports whether the focused pane reads text.
func (l *paneSet) typing() bool {
	d := l.all[l.want.Focus]
	return d != nil && d.Typing()
}

// toFocused hands a message to the focused pane.
func (l *paneSet) toFocused(msg tea.Msg) tea.Cmd {
	if l.blank(l.want.Focus) {
		return kit.Note("no run is selected")
	}
	return l.toPane(l.want.Focus, msg)
}

func (l *paneSet) toPane(id kit.PaneID, msg tea.Msg) tea.Cmd {
	if d := l.all[id]; d != nil {
		return d.Update(msg)
	}
	return nil
}

// tabAt returns the tab at a cell.
func (l *paneSet) tabAt(x, y int) (int, bool) {
	if l.plan.Tabs {
		if y != l.plan.TabsRow() {
			return 0, false
		}
		return l.runs.TabAt(x-1, l.w-1)
	}
	for _, p := range l.plan.Panes {
		if p.ID == kit.PaneRuns && p.Frame != layout.Bare && y == p.At.Y {
			return l.runs.TitleTabAt(x-p.At.X-kit.Width("╭─ "), p.TitleRoom())
		}
	}
	return 0, false
}

// back goes one step back, out of a search, a filter, a zoom or a pane, and reports whether there was one. It never chooses
// another list.
func (l *paneSet) back() bool {
	switch focus := l.want.Focus; {
	case focus != kit.PaneRuns && l.all[focus] != nil && l.all[focus].Back():
	case focus == kit.PaneCompose:
		l.want.CloseCompose()
	case l.want.Zoom && l.plan.Shape != layout.One:
		l.want.Zoom = false
	case focus == kit.PaneSent:
		l.want.Focus = l.want.LeaveSent()
	case focus != kit.PaneRuns:
		l.want.Focus = kit.PaneRuns
	case l.runs.Back():
	case l.want.Compact:
		l.want.Compact = false
	default:
		return false
	}
	return true
}
