package tui

import (
	"cmp"
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/log"
	"github.com/jenkwatch/jenkwatch/tui/popup"
	"github.com/jenkwatch/jenkwatch/tui/runs"
	"github.com/sourcegraph/conc"
)

// intentMsg has the root do what a key would, listMsg chooses a list: the list of commands sends them.
type (
	intentMsg struct{ intent kit.Intent }
	listMsg   int
)

// do does what is intended. What is not the root's goes to the focused pane. key tells which of the binding's keys it
// was, where that matters.
func (m *Model) do(in kit.Intent, key string) tea.Cmd {
	switch in {
	case kit.IntentQuit, kit.IntentAbandon:
		return m.quit()
	case kit.IntentSuspend:
		return tea.Suspend
	case kit.IntentNextPane:
		m.turn(1)
	case kit.IntentPrevPane:
		m.turn(-1)
	case kit.IntentBack:
		m.back()
	case kit.IntentEnter:
		return m.enter()
	case kit.IntentZoom:
		m.want.zoom = !m.want.zoom
		m.want.compact = false
	case kit.IntentCompact:
		m.want.compact = !m.want.compact
		m.want.focus = kit.PaneRuns
	case kit.IntentTab:
		if len(key) == 1 && key[0] >= '1' && key[0] <= '9' {
			m.runs.Choose(int(key[0] - '1'))
		} else {
			m.runs.Choose((m.runs.Tab + 1) % len(m.runs.Tabs))
		}
	case kit.IntentMouse:
		m.mouse = !m.mouse
		if m.mouse {
			return kit.Note("mouse on")
		}
		return kit.Note("mouse off: the terminal selects text")
	case kit.IntentRefresh:
		return tea.Batch(m.poke(), m.refresh(), kit.Note("asking Jenkins"))
	case kit.IntentHelp:
		m.popup = m.keys.help(m.sh, m.facts(), paneScopes[m.want.focus])
	case kit.IntentPalette:
		m.popup = m.keys.commands(m.sh, m.facts(), paneScopes[m.want.focus], m.runs.Tabs)
	case kit.IntentPick:
		var cmd tea.Cmd
		m.popup, cmd = popup.NewJobs(m.sh)
		return cmd
	case kit.IntentHistory:
		run := m.runs.Current()
		if run == nil {
			return kit.Note("no run is selected")
		}
		var cmd tea.Cmd
		m.popup, cmd = popup.NewBuilds(m.sh, run.Controller, run.Job)
		return cmd
	case kit.IntentOpen, kit.IntentCopyURL:
		return m.withURL(in)
	case kit.IntentSync:
		return m.toggleSync()
	case kit.IntentSent:
		return m.toggleSent()
	case kit.IntentCompose:
		m.compose()
	case kit.IntentDiff:
		if m.runs.Current() == nil {
			return kit.Note("no run is selected")
		}
		return tea.Batch(m.bring(kit.PaneEnv), m.toPane(kit.PaneEnv, in))
	case kit.IntentFilter:
		if m.want.focus == kit.PaneStatus { // it has nothing to filter: the list is meant
			m.focusOn(kit.PaneRuns)
		}
		return m.toFocused(in)
	case kit.IntentFollow:
		if m.want.focus != kit.PaneLog { // from elsewhere it is never meant to stop
			in = kit.IntentBottom
		}
		return tea.Batch(m.bring(kit.PaneLog), m.toPane(kit.PaneLog, in))
	default:
		return m.toFocused(in)
	}
	return nil
}

// refresh has the panes on the screen ask again, too.
func (m *Model) refresh() tea.Cmd {
	var cmds []tea.Cmd
	for _, p := range m.plan.panes {
		if p.id != kit.PaneRuns {
			cmds = append(cmds, m.toPane(p.id, kit.IntentRefresh))
		}
	}
	return tea.Batch(cmds...)
}

// focusOn gives a pane the keys and brings it onto the screen.
func (m *Model) focusOn(id kit.PaneID) {
	m.want.focus = id
	if id == kit.PaneCompose {
		return
	}
	m.want.compact = m.want.compact && id == kit.PaneRuns
	if id != kit.PaneRuns {
		m.want.lower = id
	}
	if id == kit.PaneLog || id == kit.PaneSent {
		m.want.bottom = id
	}
}

// bring gives a pane the keys and has it show the selected run before it is told what to do with it: it may have been off
// the screen, or waiting for the selection to rest.
func (m *Model) bring(id kit.PaneID) tea.Cmd {
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
		if m.want.focus == kit.PaneRuns {
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
	case kit.PaneRuns:
		if m.runs.Current() == nil {
			return nil
		}
		if m.plan.shape == shapeTwo && !m.want.zoom && !m.want.compact {
			m.leaveSent()
			m.focusOn(m.want.lower)
		} else {
			m.focusOn(kit.PaneStatus)
		}
	case kit.PaneLog:
		m.want.zoom = m.want.zoom || m.facts().zoom
	default:
		return m.toFocused(kit.IntentEnter)
	}
	return nil
}

// back goes one step back: out of a popup, a search, a filter, a zoom, a pane, a tab.
func (m *Model) back() {
	switch {
	case m.popup != nil:
		m.popup = nil
	case m.want.focus != kit.PaneRuns && m.panes[m.want.focus] != nil && m.panes[m.want.focus].Back():
	case m.want.focus == kit.PaneCompose:
		m.closeCompose()
	case m.want.zoom && m.facts().zoom:
		m.want.zoom = false
	case m.want.focus == kit.PaneSent:
		m.want.focus = m.leaveSent()
	case m.want.focus != kit.PaneRuns:
		m.want.focus = kit.PaneRuns
	case m.runs.Back():
	case m.want.compact:
		m.want.compact = false
	default:
		m.runs.Choose(0)
	}
}

// compose opens the compose pane over the lower half, or gives it the keys again.
func (m *Model) compose() {
	if m.panes[kit.PaneCompose] == nil || m.want.focus == kit.PaneCompose {
		return
	}
	m.want.compose, m.want.behind = true, m.want.focus
	m.focusOn(kit.PaneCompose)
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
	if m.panes[kit.PaneSent] == nil {
		return nil
	}
	if m.want.focus == kit.PaneSent {
		m.want.focus = m.leaveSent()
		return nil
	}
	if m.want.bottom != kit.PaneSent {
		m.want.before = [2]kit.PaneID{m.want.focus, m.want.lower}
	}
	m.focusOn(kit.PaneSent)
	return nil
}

// leaveSent brings back what the list of what was sent took the place of, and tells which pane had the keys then.
func (m *Model) leaveSent() kit.PaneID {
	if m.want.bottom == kit.PaneSent {
		m.want.bottom = kit.PaneLog
	}
	if m.want.lower == kit.PaneSent {
		m.want.lower = m.want.before[1]
	}
	return m.want.before[0]
}

// quit saves what is to come back and leaves.
func (m *Model) quit() tea.Cmd {
	if m.sync.on {
		m.sync.cancel()
	}
	for _, d := range m.panes {
		if d != nil {
			d.Hide()
		}
	}
	return tea.Sequence(m.savePrefs(), tea.Quit)
}

// withURL opens or copies the URL of the selected run.
func (m *Model) withURL(in kit.Intent) tea.Cmd {
	run := m.runs.Current()
	switch {
	case run == nil:
		return kit.Note("no run is selected")
	case run.URL == "":
		return kit.Note("Jenkins gave no URL for this one")
	case in == kit.IntentOpen:
		return m.browse(run.URL)
	}
	return kit.Send(kit.CopyMsg{Text: run.URL, What: "the URL of " + kit.RunTitle(*run)})
}

// builtMsg answers openBuild.
type builtMsg struct {
	target kit.Target
	run    jenkins.Run
	copied bool // Jenkins does not have it any more: run is what the local copy tells
	err    error
}

// openBuild asks for a build and puts it above the list. Of several targets, each on another controller that may have it,
// the first that is there is opened.
func (m *Model) openBuild(targets ...kit.Target) tea.Cmd {
	var asks []func(context.Context) builtMsg
	for _, t := range targets {
		if c := m.sh.EnvOf(t.Controller); c != nil {
			asks = append(asks, func(ctx context.Context) builtMsg { return m.built(ctx, c, t) })
		}
	}
	if len(asks) == 0 {
		return nil
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(m.sh.Context(), kit.AskFor)
		defer cancel()
		answers := make([]builtMsg, len(asks))
		var helpers conc.WaitGroup
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
	case !kit.IsGone(b.err):
		return 1
	case !bare:
		return 2
	}
	return 3
}

func (m *Model) built(ctx context.Context, c *env.Client, t kit.Target) builtMsg {
	run, err := c.Build(ctx, t.BuildSpec)
	if kit.IsGone(err) && t.Number > 0 && c.Copies != nil {
		gone := jenkins.Run{Ref: jenkins.Ref{Controller: c.Name, Job: t.Job, Number: t.Number}}
		if kept, none := c.Copies.Env(ctx, gone); none == nil {
			return builtMsg{t, kept.Run, true, nil}
		}
	}
	if kit.IsGone(err) && m.opts.Absent != nil {
		err = m.opts.Absent(ctx, t, err)
	}
	return builtMsg{t, run, false, err}
}

func (m *Model) opened(msg builtMsg) tea.Cmd {
	m.note = note{}
	if msg.err != nil {
		m.popup = popup.NewNotice("Not opened", kit.Clean(msg.target.String()), kit.WhatOf(msg.err), kit.HintOf(msg.err))
		return nil
	}
	m.openRun(msg.run)
	if msg.copied {
		m.runs.Mark(msg.run.Ref, runs.Stays)
		return kit.Note("Jenkins does not have " + kit.RunTitle(msg.run) + " any more: this is the local copy")
	}
	return nil
}

// openRun opens a build that is known already.
func (m *Model) openRun(r jenkins.Run) {
	m.runs.Open(r)
	if m.plan.shape == shapeOne || m.want.compact {
		m.focusOn(kit.PaneStatus)
	}
}

// facts is what is possible now.
func (m *Model) facts() facts {
	change := !m.opts.ReadOnly
	log, ok := m.panes[kit.PaneLog].(*log.Pane)
	return facts{
		line:    ok && log.CanCopy(),
		lines:   ok && log.CanSend(),
		change:  change,
		compose: change && m.panes[kit.PaneCompose] != nil,
		sent:    m.panes[kit.PaneSent] != nil,
		sync:    change && m.opts.Sync != nil,
		zoom:    m.plan.shape != shapeOne, // else it could not be seen
	}
}
