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
		return m.popups.open(m.acts.Start(in, m.selection()))
	}
	for _, do := range []func(kit.Intent) (tea.Cmd, bool){m.panes.navigate, m.openFor, m.doProgram, m.doRun} {
		if cmd, did := do(in); did {
			return cmd
		}
	}
	if in == kit.IntentTab {
		return chooseList(m.sh, m.runs, key)
	}
	if name, ok := keys.CommandOf(in); ok {
		return m.runCommand(name)
	}
	return m.panes.toFocused(in)
}

// openFor handles what opens a popup.
func (m *Model) openFor(in kit.Intent) (tea.Cmd, bool) {
	switch in {
	case kit.IntentHelp:
		m.popups.top = newHelp(m.sh, m.keys, m.facts())
	case kit.IntentPalette:
		m.popups.top = newPalette(m.sh, m.keys, m.facts(), m.panes.want.Focus, m.runs.Lists.Tabs)
	case kit.IntentPick:
		return m.popups.open(popup.NewJobs(m.sh)), true
	case kit.IntentHistory:
		run := m.runs.Current()
		if run == nil {
			return kit.Note("no run is selected"), true
		}
		return m.popups.open(popup.NewBuilds(m.sh, run.Controller, run.Job)), true
	case kit.IntentTests, kit.IntentChanges, kit.IntentArtifacts, kit.IntentRelated, kit.IntentNodes:
		return m.popups.openInside(in, m.runs.Current()), true
	case kit.IntentSaveList:
		return m.popups.open(askList(m.sh, m.runs)), true
	default:
		return nil, false
	}
	return nil, true
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
		return tea.Batch(m.panes.refresh(), kit.Note("asking Jenkins")), true
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
		m.panes.openRun(m.latest(*r))
		return nil, true
	case kit.IntentDiff:
		if m.runs.Current() == nil {
			return kit.Note("no run is selected"), true
		}
		return tea.Batch(m.panes.bring(kit.PaneEnv), m.panes.toPane(kit.PaneEnv, kit.DiffMsg{Marked: m.runs.Marked()})), true
	case kit.IntentSendWhy:
		return m.panes.sendWhy(), true
	case kit.IntentFollowRun:
		return m.followed(m.follow.SwitchRun(m.runs.Current(), m.sh.Key(kit.IntentPalette))), true
	case kit.IntentFollowNext:
		run := m.runs.Current()
		if run == nil {
			return kit.Note("no run is selected"), true
		}
		return m.followed(m.follow.SwitchNext(run, m.runs.Data.Me[run.Controller], m.runs.Data.Snapshot(run.Controller))), true
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
	if strings.TrimSpace(done.Output) != "" && m.popups.top == nil {
		m.popups.top = popup.NewOutput(m.sh, done.Title(), done.Output)
		return nil
	}
	return done.Note()
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

// selection returns what an action is about: the runs that are marked where the list has the keys, and the selected one.
func (m *Model) selection() act.Selection {
	s := act.Selection{Run: m.runs.Current()}
	if m.panes.want.Focus == kit.PaneRuns {
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
	for _, d := range m.panes.all {
		if d != nil {
			d.Hide()
		}
	}
	return tea.Sequence(m.saver.save(m.opts.SavePrefs, m.prefs()), tea.Quit)
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
		return browser.Open(m.opts.Controllers, m.term.env, run.URL)
	}
	return kit.Send(kit.CopyMsg{Text: run.URL, What: "the URL of " + kit.RunTitle(*run)})
}

func (m *Model) opened(msg builtMsg) tea.Cmd {
	m.note = footer.Note{}
	if msg.err != nil {
		m.popups.top = popup.NewNotice("Not opened", kit.Clean(msg.target.String()), kit.WhatOf(msg.err), kit.HintOf(msg.err))
		return nil
	}
	m.panes.openRun(msg.run)
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
	log, ok := m.panes.all[kit.PaneLog].(*log.Pane)
	current := m.runs.Current()
	return keys.Facts{
		Any:     current != nil,
		Run:     current != nil && current.Number > 0,
		Stages:  ok && log.CanPickStage(),
		Why:     current != nil && status.Failing(current.Status),
		Line:    ok && log.CanCopy(),
		Lines:   ok && log.CanSend(),
		Change:  change,
		Compose: change && m.panes.all[kit.PaneCompose] != nil,
		Sent:    m.panes.all[kit.PaneSent] != nil,
		Sync:    change && m.opts.Sync != nil,
		Build:   act.CanBuild(selected),
		Stop:    act.CanStop(selected),
		Answer:  act.CanAnswer(selected),
		Started: started != nil && (selected.Run == nil || !jenkins.SameBuild(selected.Run, started)),
		Follow:  selected.Run != nil && !selected.Run.Status.Ended(),
		Zoom:    m.panes.plan.Shape != layout.One, // else it could not be seen
		Turn:    (m.panes.plan.Shape != layout.Full || m.panes.want.Zoom) && !m.panes.want.Compact && !m.panes.want.Compose,
	}
}
