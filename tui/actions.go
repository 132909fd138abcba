package tui

import (
	"cmp"
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// intentMsg has the root do what a key would: the palette and the mouse send it.
type intentMsg struct{ intent intent }

// do does what is intended. What is not the root's goes to the focused pane. key tells which of the binding's keys it
// was, where that matters.
func (m *Model) do(in intent, key string) tea.Cmd {
	switch in {
	case intentQuit, intentAbandon:
		return m.quit()
	case intentSuspend:
		return tea.Suspend
	case intentNextPane:
		m.turn(1)
	case intentPrevPane:
		m.turn(-1)
	case intentBack:
		m.back()
	case intentEnter:
		return m.enter()
	case intentZoom:
		m.want.zoom = !m.want.zoom
		m.want.compact = false
	case intentCompact:
		m.want.compact = !m.want.compact
		m.want.focus = paneRuns
	case intentTab:
		if len(key) == 1 && key[0] >= '1' && key[0] <= '9' {
			m.runs.choose(int(key[0] - '1'))
		} else {
			m.runs.choose((m.runs.tab + 1) % len(m.runs.tabs))
		}
	case intentMouse:
		m.mouse = !m.mouse
		if m.mouse {
			return note("mouse on")
		}
		return note("mouse off: the terminal selects text")
	case intentRefresh:
		return tea.Batch(m.poke(), m.refresh(), note("asking Jenkins"))
	case intentHelp:
		m.popup = newHelp(m)
	case intentPalette:
		m.popup = newPalette(m)
	case intentPick:
		return m.pick()
	case intentHistory:
		return m.history()
	case intentOpen, intentCopyURL:
		return m.withURL(in)
	case intentSync:
		return m.toggleSync()
	case intentSent:
		return m.toggleSent()
	case intentCompose:
		m.compose()
	case intentDiff:
		if m.runs.current() == nil {
			return note("no run is selected")
		}
		return tea.Batch(m.bring(paneEnv), m.toPane(paneEnv, in))
	case intentFilter:
		if m.want.focus == paneStatus { // it has nothing to filter: the list is meant
			m.focusOn(paneRuns)
		}
		return m.toFocused(in)
	case intentFollow:
		if m.want.focus != paneLog { // from elsewhere it is never meant to stop
			in = intentBottom
		}
		return tea.Batch(m.bring(paneLog), m.toPane(paneLog, in))
	default:
		return m.toFocused(in)
	}
	return nil
}

// refresh has the panes on the screen ask again, too.
func (m *Model) refresh() tea.Cmd {
	var cmds []tea.Cmd
	for _, p := range m.plan.panes {
		if p.id != paneRuns {
			cmds = append(cmds, m.toPane(p.id, intentRefresh))
		}
	}
	return tea.Batch(cmds...)
}

// focusOn gives a pane the keys and brings it onto the screen.
func (m *Model) focusOn(id paneID) {
	m.want.focus = id
	if id == paneCompose {
		return
	}
	m.want.compact = m.want.compact && id == paneRuns
	if id != paneRuns {
		m.want.lower = id
	}
	if id == paneLog || id == paneSent {
		m.want.bottom = id
	}
}

// bring gives a pane the keys and has it show the selected run before it is told what to do with it: it may have been off
// the screen, or waiting for the selection to rest.
func (m *Model) bring(id paneID) tea.Cmd {
	m.focusOn(id)
	m.hold = false
	m.arrange()
	return m.present()
}

// turn moves the focus round the panes. Where the runs have one pane below them, it goes to the one that is shown, then
// on through the others.
func (m *Model) turn(step int) {
	order := m.want.order(m.plan.shape)
	if m.plan.shape == shapeTwo {
		if m.want.focus == paneRuns {
			m.want.first = m.want.lower
			if i := slices.Index(order, m.want.lower); step < 0 && i > 0 {
				m.want.first = order[1:][i%(len(order)-1)] // so that the round ends with the one that is shown
			}
		}
		if i := slices.Index(order, m.want.first); i > 1 {
			order = slices.Concat(order[:1], order[i:], order[1:i])
		}
	}
	i := max(0, slices.Index(order, m.want.focus))
	m.focusOn(order[(i+step+len(order))%len(order)])
}

// enter goes one step deeper: from the list to the run, from the run to its log, and the log fills the screen.
func (m *Model) enter() tea.Cmd {
	switch m.want.focus {
	case paneRuns:
		if m.runs.current() == nil {
			return nil
		}
		if m.plan.shape == shapeTwo && !m.want.zoom && !m.want.compact {
			m.leaveSent()
			m.focusOn(m.want.lower)
		} else {
			m.focusOn(paneStatus)
		}
	case paneStatus:
		m.focusOn(paneLog)
	case paneLog:
		m.want.zoom = m.want.zoom || m.canZoom()
	default:
		return m.toFocused(intentEnter)
	}
	return nil
}

// back goes one step back: out of a popup, a search, a filter, a zoom, a pane, a tab.
func (m *Model) back() {
	switch {
	case m.popup != nil:
		m.popup = nil
	case m.want.focus != paneRuns && m.details[m.want.focus] != nil && m.details[m.want.focus].back():
	case m.want.focus == paneCompose:
		m.closeCompose()
	case m.want.zoom && m.canZoom():
		m.want.zoom = false
	case m.want.focus == paneSent:
		m.want.focus = m.leaveSent()
	case m.want.focus != paneRuns:
		m.want.focus = paneRuns
	case m.runs.back():
	case m.want.compact:
		m.want.compact = false
	default:
		m.runs.choose(0)
	}
}

// compose opens the compose pane over the lower half, or gives it the keys again.
func (m *Model) compose() {
	if m.details[paneCompose] == nil || m.want.focus == paneCompose {
		return
	}
	m.want.compose, m.want.behind = true, m.want.focus
	m.focusOn(paneCompose)
}

// closeCompose gives the keys back to who had them. What was typed is the pane's to keep.
func (m *Model) closeCompose() {
	if !m.want.compose {
		return
	}
	m.want.compose = false
	m.want.focus = m.want.behind
}

func (m *Model) toggleSent() tea.Cmd {
	if m.details[paneSent] == nil {
		return nil
	}
	if m.want.focus == paneSent {
		m.want.focus = m.leaveSent()
		return nil
	}
	if m.want.bottom != paneSent {
		m.want.before = [2]paneID{m.want.focus, m.want.lower}
	}
	m.focusOn(paneSent)
	return nil
}

// leaveSent brings back what the list of what was sent took the place of, and tells which pane had the keys then.
func (m *Model) leaveSent() paneID {
	if m.want.bottom == paneSent {
		m.want.bottom = paneLog
	}
	if m.want.lower == paneSent {
		m.want.lower = m.want.before[1]
	}
	return m.want.before[0]
}

// quit saves what is to come back and leaves.
func (m *Model) quit() tea.Cmd {
	if m.sync.on {
		m.sync.cancel()
	}
	for _, d := range m.details {
		if d != nil {
			d.hide()
		}
	}
	return tea.Sequence(m.savePrefs(), tea.Quit)
}

// withURL opens or copies the URL of the selected run.
func (m *Model) withURL(in intent) tea.Cmd {
	run := m.runs.current()
	switch {
	case run == nil:
		return note("no run is selected")
	case run.URL == "":
		return note("Jenkins gave no URL for this one")
	case in == intentOpen:
		return m.browse(run.URL)
	}
	return send(copyMsg{text: run.URL, what: "the URL of " + runTitle(*run)})
}

// askFor is how long the root's own questions may take.
const askFor = 30 * time.Second

// builtMsg answers openBuild.
type builtMsg struct {
	target Target
	run    jenkins.Run
	copied bool // Jenkins does not have it any more: run is what the local copy tells
	err    error
}

// openBuild asks for a build and puts it above the list. Of several targets, each on another controller that may have it,
// the first that is there is opened.
func (m *Model) openBuild(targets ...Target) tea.Cmd {
	var asks []func(context.Context) builtMsg
	for _, t := range targets {
		if c := m.sh.envOf(t.Controller); c != nil {
			asks = append(asks, func(ctx context.Context) builtMsg { return m.built(ctx, c, t) })
		}
	}
	if len(asks) == 0 {
		return nil
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(m.sh.context(), askFor)
		defer cancel()
		answers := make([]builtMsg, len(asks))
		var helpers crew.Crew
		for i, ask := range asks {
			helpers.Go(func() { answers[i] = ask(ctx) })
		}
		helpers.Wait()
		return slices.MinFunc(answers, func(x, y builtMsg) int { return cmp.Compare(x.rank(), y.rank()) })
	}
}

// rank orders the answers of several controllers: what is there, then the error that tells most.
func (b *builtMsg) rank() int {
	_, bare := b.err.(*jenkins.Error) //nolint:errorlint // one that is wrapped says more
	switch {
	case b.err == nil:
		return 0
	case !isGone(b.err):
		return 1
	case !bare:
		return 2
	}
	return 3
}

func (m *Model) built(ctx context.Context, c *env.Client, t Target) builtMsg {
	run, err := c.Build(ctx, t.BuildSpec)
	if isGone(err) && t.Number > 0 && c.Copies != nil {
		gone := jenkins.Run{Ref: jenkins.Ref{Controller: c.Name, Job: t.Job, Number: t.Number}}
		if kept, none := c.Copies.Env(ctx, gone); none == nil {
			return builtMsg{t, kept.Run, true, nil}
		}
	}
	if isGone(err) && m.opts.Absent != nil {
		err = m.opts.Absent(ctx, t, err)
	}
	return builtMsg{t, run, false, err}
}

func (m *Model) opened(msg builtMsg) tea.Cmd {
	m.note = noted{}
	if msg.err != nil {
		m.popup = newNotice("Not opened", clean(msg.target.String()), whatOf(msg.err), hintOf(msg.err))
		return nil
	}
	m.openRun(msg.run)
	if msg.copied {
		m.runs.mark(msg.run.Ref, stays)
		return note("Jenkins does not have " + runTitle(msg.run) + " any more: this is the local copy")
	}
	return nil
}

// openRun opens a build that is known already.
func (m *Model) openRun(r jenkins.Run) {
	m.runs.open(r)
	if m.plan.shape == shapeOne || m.want.compact {
		m.focusOn(paneStatus)
	}
}

// What the panes for sending are needed for; without them the keys are off.
func (m *Model) canCompose() bool { return m.details[paneCompose] != nil && !m.opts.ReadOnly }
func (m *Model) canChange() bool  { return !m.opts.ReadOnly }
func (m *Model) canZoom() bool    { return m.plan.shape != shapeOne } // else it could not be seen
func (m *Model) canSend() bool    { return m.details[paneSent] != nil }
func (m *Model) canDiff() bool    { return true }
func (m *Model) canFollow() bool  { return true }
