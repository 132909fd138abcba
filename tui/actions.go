package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/tui/act"
	"github.com/jenkwatch/jenkwatch/tui/browser"
	"github.com/jenkwatch/jenkwatch/tui/command"
	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/layout"
	"github.com/jenkwatch/jenkwatch/tui/log"
	"github.com/jenkwatch/jenkwatch/tui/popup"
	"github.com/jenkwatch/jenkwatch/tui/runs"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

// do runs an intent; what the root does not handle goes to the focused pane. key is the key that was pressed, for bindings
// that have several.
func (m *Model) do(in kit.Intent, key string) tea.Cmd {
	if act.Is(in) {
		return m.open(m.acts.Start(in, m.selection()))
	}
	for _, do := range []func(kit.Intent) (tea.Cmd, bool){m.navigate, m.openFor, m.doProgram, m.doRun} {
		if cmd, did := do(in); did {
			return cmd
		}
	}
	if in == kit.IntentTab {
		return m.chooseList(key)
	}
	if name, ok := keys.CommandOf(in); ok {
		return m.runCommand(name)
	}
	return m.toFocused(in)
}

// navigate handles what moves the focus or changes what is on the screen, and reports whether it did.
func (m *Model) navigate(in kit.Intent) (tea.Cmd, bool) {
	switch in {
	case kit.IntentNextPane:
		m.want.Turn(m.plan.Shape, 1)
	case kit.IntentPrevPane:
		m.want.Turn(m.plan.Shape, -1)
	case kit.IntentNextLower:
		m.want.TurnLower(m.plan.Shape, 1)
	case kit.IntentPrevLower:
		m.want.TurnLower(m.plan.Shape, -1)
	case kit.IntentBack:
		if !m.back() {
			return kit.Note("nothing to go back to: " + m.sh.Key(kit.IntentQuit) + " quits"), true
		}
	case kit.IntentEnter:
		return m.enter(), true
	case kit.IntentZoom:
		m.want.Zoom = !m.want.Zoom
		m.want.Compact = false
	case kit.IntentCompact:
		m.want.Compact = !m.want.Compact
		m.want.Focus = kit.PaneRuns
	case kit.IntentSent:
		if m.facts().Sent {
			m.want.ToggleSent()
		}
	case kit.IntentCompose:
		if m.panes[kit.PaneCompose] != nil {
			m.want.OpenCompose()
		}
	case kit.IntentFilter:
		if m.want.Focus == kit.PaneStatus { // it has nothing to filter: the list is meant
			m.want.FocusOn(kit.PaneRuns)
		}
		return m.toFocused(in), true
	default:
		return nil, false
	}
	return nil, true
}

// openFor handles what opens a popup.
func (m *Model) openFor(in kit.Intent) (cmd tea.Cmd, did bool) {
	switch in {
	case kit.IntentHelp:
		m.popup = newHelp(m.sh, m.keys, m.facts())
	case kit.IntentPalette:
		m.popup = newPalette(m.sh, m.keys, m.facts(), m.want.Focus, m.runs.Lists.Tabs)
	case kit.IntentPick:
		m.popup, cmd = popup.NewJobs(m.sh)
	case kit.IntentHistory:
		run := m.runs.Current()
		if run == nil {
			return kit.Note("no run is selected"), true
		}
		m.popup, cmd = popup.NewBuilds(m.sh, run.Controller, run.Job)
	case kit.IntentTests, kit.IntentChanges, kit.IntentArtifacts, kit.IntentRelated, kit.IntentNodes:
		return m.openInside(in), true
	case kit.IntentSaveList:
		return m.askList(), true
	default:
		return nil, false
	}
	return cmd, true
}

// doProgram handles what is about the program itself.
func (m *Model) doProgram(in kit.Intent) (tea.Cmd, bool) {
	switch in {
	case kit.IntentQuit:
		return m.askQuit(), true
	case kit.IntentAbandon:
		return m.quit(), true
	case kit.IntentSuspend:
		return tea.Suspend, true
	case kit.IntentMouse:
		m.mouse = !m.mouse
		if m.mouse {
			return kit.Note("mouse on"), true
		}
		return kit.Note("mouse off: the terminal selects text"), true
	case kit.IntentRefresh:
		m.sh.Poke("")
		return tea.Batch(m.refresh(), kit.Note("asking Jenkins")), true
	case kit.IntentSync:
		if !m.facts().Sync {
			return nil, true
		}
		text, _ := m.runs.Chosen()
		list, _ := query.Parse(text)
		return m.sync.Toggle(m.sh, list), true
	}
	return nil, false
}

// doRun handles what is about the selected run, and changes nothing in Jenkins.
func (m *Model) doRun(in kit.Intent) (tea.Cmd, bool) {
	switch in {
	case kit.IntentOpen, kit.IntentCopyURL:
		return m.withURL(in), true
	case kit.IntentStarted:
		r := m.acts.Started()
		if r == nil {
			return kit.Note("nothing was started in this session"), true
		}
		m.openRun(m.latest(*r))
		return nil, true
	case kit.IntentDiff:
		if m.runs.Current() == nil {
			return kit.Note("no run is selected"), true
		}
		return tea.Batch(m.bring(kit.PaneEnv), m.toPane(kit.PaneEnv, kit.DiffMsg{Marked: m.runs.Marked()})), true
	case kit.IntentSendWhy:
		return m.sendWhy(), true
	case kit.IntentFollowRun:
		return m.followed(m.follow.SwitchRun(m.runs.Current(), m.sh.Key(kit.IntentPalette))), true
	case kit.IntentFollowNext:
		return m.switchNext(), true
	case kit.IntentFollowMine:
		return m.followed(m.follow.SwitchMine()), true
	}
	return nil, false
}

// runCommand runs a command of the config on the selected run.
func (m *Model) runCommand(name string) tea.Cmd {
	i := slices.IndexFunc(m.opts.Commands, func(c kit.Command) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	c := m.opts.Commands[i]
	if !c.Terminal {
		m.note = footer.NewNote(kit.NoteMsg{Text: c.Name + " runs…", Busy: true})
	}
	return command.Run(m.sh.Context(), c, command.Vars(m.sh, m.runs.Current()))
}

// commandDone shows what a command of the config printed, or that it is done.
func (m *Model) commandDone(done command.Done) tea.Cmd {
	m.note = footer.Note{}
	if strings.TrimSpace(done.Output) != "" && m.popup == nil {
		m.popup = popup.NewOutput(m.sh, done.Title(), done.Output)
		return nil
	}
	return done.Note()
}

// sendWhy has the status pane, which knows or asks why the selected run failed, write a notification about that.
func (m *Model) sendWhy() tea.Cmd {
	var cmd tea.Cmd
	if s := m.shown[kit.PaneStatus]; !s.on || s.build != m.runs.List.Selected {
		cmd = m.bring(kit.PaneStatus)
	}
	return tea.Batch(cmd, m.toPane(kit.PaneStatus, kit.IntentSendWhy))
}

// chooseList shows the list of a digit, or the next one.
func (m *Model) chooseList(key string) tea.Cmd {
	if len(key) != 1 || key[0] < '1' || key[0] > '9' {
		m.runs.Choose((m.runs.Lists.Tab + 1) % len(m.runs.Lists.Tabs))
		return nil
	}
	if n := int(key[0] - '0'); n > len(m.runs.Lists.Tabs) {
		return kit.Note("there is no list " + key + ": " + m.sh.Key(kit.IntentSaveList) + " saves a filter as one")
	}
	m.runs.Choose(int(key[0] - '1'))
	return nil
}

// quitMsg is the user's yes to leave although something waits to be delivered.
type quitMsg struct{}

// askQuit leaves, after it has said once that notifications wait.
func (m *Model) askQuit() tea.Cmd {
	waiting := m.header().Waiting
	if waiting == 0 || m.quitAsked {
		return m.quit()
	}
	m.quitAsked = true
	return kit.Send(kit.ChooseMsg{Name: kit.Plural(waiting, "notification") + " not delivered yet. Quit?", Choices: []kit.Choice{
		{Label: "quit", Note: "kept: this program, `outbox flush --watch` or `sync` delivers", Msg: quitMsg{}},
		{Label: "stay", Note: m.sh.Key(kit.IntentSent) + " shows them"},
	}})
}

// open opens a dialog, if there is one.
func (m *Model) open(p popup.Popup, cmd tea.Cmd) tea.Cmd {
	if p != nil {
		m.popup = p
	}
	return cmd
}

// selection returns what an action is about: the runs that are marked where the list has the keys, and the selected one.
func (m *Model) selection() act.Selection {
	s := act.Selection{Run: m.runs.Current()}
	if m.want.Focus == kit.PaneRuns {
		s.Marked = m.runs.Marked()
	}
	return s
}

// latest returns a run as the list has it by now.
func (m *Model) latest(r jenkins.Run) jenkins.Run {
	if l := m.runs.Data.InSnapshot(r.Ref); l != nil && jenkins.SameBuild(l, &r) {
		return *l
	}
	return r
}

// quit saves what is to come back and leaves.
func (m *Model) quit() tea.Cmd {
	m.sync.Stop()
	for _, d := range m.panes {
		if d != nil {
			d.Hide()
		}
	}
	return tea.Sequence(m.savePrefs(), tea.Quit)
}

// openInside opens what is asked about the selected build, or about its controller.
func (m *Model) openInside(in kit.Intent) (cmd tea.Cmd) {
	run := m.runs.Current()
	if in == kit.IntentNodes {
		controller := ""
		switch {
		case run != nil:
			controller = run.Controller
		case len(m.opts.Controllers) > 0:
			controller = m.opts.Controllers[0].Name
		}
		m.popup, cmd = popup.NewNodes(m.sh, controller)
		return cmd
	}
	if run == nil || run.Number == 0 {
		return kit.Note("no build is selected")
	}
	switch in {
	case kit.IntentTests:
		m.popup, cmd = popup.NewTests(m.sh, &m.kept, *run)
	case kit.IntentArtifacts:
		m.popup, cmd = popup.NewArtifacts(m.sh, &m.kept, *run)
	case kit.IntentChanges:
		m.popup, cmd = popup.NewChanges(m.sh, &m.kept, *run)
	case kit.IntentRelated:
		m.popup, cmd = popup.NewRelated(m.sh, *run)
	}
	return cmd
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
		return browser.Open(m.opts.Controllers, m.env, run.URL)
	}
	return kit.Send(kit.CopyMsg{Text: run.URL, What: "the URL of " + kit.RunTitle(*run)})
}

func (m *Model) opened(msg builtMsg) tea.Cmd {
	m.note = footer.Note{}
	if msg.err != nil {
		m.popup = popup.NewNotice("Not opened", kit.Clean(msg.target.String()), kit.WhatOf(msg.err), kit.HintOf(msg.err))
		return nil
	}
	m.openRun(msg.run)
	if msg.copied {
		m.runs.Data.Mark(kit.KeyOf(&msg.run), runs.Stays)
		return kit.Note("Jenkins does not have " + kit.RunTitle(msg.run) + " any more: this is the local copy")
	}
	return nil
}

// facts returns what is possible now.
func (m *Model) facts() keys.Facts {
	change := !m.opts.ReadOnly
	selected, started := m.selection(), m.acts.Started()
	log, ok := m.panes[kit.PaneLog].(*log.Pane)
	current := m.runs.Current()
	return keys.Facts{
		Any:     current != nil,
		Run:     current != nil && current.Number > 0,
		Stages:  ok && log.CanPickStage(),
		Why:     current != nil && status.Failing(current.Status),
		Line:    ok && log.CanCopy(),
		Lines:   ok && log.CanSend(),
		Change:  change,
		Compose: change && m.panes[kit.PaneCompose] != nil,
		Sent:    m.panes[kit.PaneSent] != nil,
		Sync:    change && m.opts.Sync != nil,
		Build:   act.CanBuild(selected),
		Stop:    act.CanStop(selected),
		Answer:  act.CanAnswer(selected),
		Started: started != nil && (selected.Run == nil || !jenkins.SameBuild(selected.Run, started)),
		Follow:  selected.Run != nil && !selected.Run.Status.Ended(),
		Zoom:    m.plan.Shape != layout.One, // else it could not be seen
		Turn:    (m.plan.Shape != layout.Full || m.want.Zoom) && !m.want.Compact && !m.want.Compose,
	}
}
