package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/act"
	"github.com/jenkwatch/jenkwatch/tui/browser"
	"github.com/jenkwatch/jenkwatch/tui/command"
	"github.com/jenkwatch/jenkwatch/tui/env"
	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// Update handles a message. It does no I/O: what takes time is in the command that it returns.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	before, had := m.runs.List.Selected, m.popups.top != nil
	cmd := m.handle(msg)
	if !had && m.popups.top != nil && m.note.Err == nil && !m.note.Unread(time.Now()) {
		m.note = footer.Note{} // it is about what was before
	}
	m.panes.noticeMove(before)
	m.runs.LearnCauses()
	m.arrange()
	return m, tea.Batch(cmd, m.panes.present(), m.saver.rest(&m.opts, m.prefs()))
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case watch.Snapshot:
		m.receive(msg)
		m.noteLate()
		return tea.Batch(m.learn(&msg), m.sh.SeekPinned(&msg))
	case kit.KeptMsg:
		m.sh.KeepFound(msg)
		return nil
	case tea.WindowSizeMsg:
		m.panes.w, m.panes.h = msg.Width, msg.Height
		return nil
	case tea.KeyPressMsg:
		m.acted()
		if run := m.keyPressed(msg.String()); run != nil {
			m.panes.openRun(m.latest(*run))
			return nil
		}
		return m.press(msg)
	case tea.PasteMsg:
		if m.popups.top != nil {
			return m.popups.update(msg)
		}
		if m.panes.typing() {
			return m.panes.toFocused(msg)
		}
		return nil
	case tea.MouseClickMsg:
		m.acted()
		return m.click(msg)
	case tea.MouseWheelMsg:
		m.acted()
		return m.wheel(msg)
	case kit.TickMsg:
		m.ticking = false
		m.noteLate()
		return tea.Batch(m.tick(), m.broadcast(msg), m.acts.Tick(m.runs.Data.InSnapshot))
	case tea.FocusMsg:
		m.setFocused(true)
		return nil
	case tea.BlurMsg:
		m.setFocused(false)
		return nil
	case settleMsg:
		if msg.n == m.panes.settle {
			m.panes.hold = false
		}
		return nil
	}
	if m.term.update(msg) {
		return nil
	}
	return m.handleOwn(msg)
}

// handleOwn handles what panes and the root's own commands send; what neither the root nor its dialogs know goes to all panes.
func (m *Model) handleOwn(msg tea.Msg) tea.Cmd {
	if cmd, did := m.sync.Update(m.sh, msg); did {
		return cmd
	}
	for _, handle := range []func(tea.Msg) (tea.Cmd, bool){m.handleAsked, m.handleCommand, m.handleNews} {
		if cmd, did := handle(msg); did {
			return cmd
		}
	}
	return m.broadcast(msg)
}

// handleAsked handles what panes ask the root for, and reports whether msg was that.
func (m *Model) handleAsked(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case act.Msg:
		return m.popups.open(m.acts.Update(msg)), true
	case kit.NoteMsg:
		if m.note.Unread(time.Now()) && !msg.Stays && !msg.Busy && msg.Err == nil {
			return nil, true
		}
		m.note = footer.NewNote(msg)
		return nil, true
	case sent.StoreTrouble:
		m.note = footer.NewNote(kit.NoteMsg{Err: msg.Err})
		return nil, true
	case kit.CopyMsg:
		text := kit.Pasteable(msg.Text)
		if text != msg.Text {
			msg.What += " without its control characters"
		}
		m.note = footer.NewNote(kit.NoteMsg{Text: "copied " + msg.What})
		return tea.SetClipboard(text), true
	case kit.PokeMsg:
		m.sh.Poke(msg.Controller)
		return nil, true
	case kit.ComposeMsg:
		if why := m.keys.Of(kit.IntentCompose).WhyNot(m.facts()); why != "" {
			return kit.Note("nothing can be sent: " + why), true
		}
		m.panes.want.OpenCompose()
		return m.panes.toPane(kit.PaneCompose, msg), true
	case kit.CloseMsg:
		m.panes.want.CloseCompose()
		return nil, true
	case kit.ChooseMsg:
		m.popups.top = popup.NewChoice(m.sh, msg)
		return nil, true
	case kit.OpenLogMsg:
		return tea.Batch(m.panes.bring(kit.PaneLog), m.panes.toPane(kit.PaneLog, msg)), true
	case kit.OpenMsg:
		return browser.Open(m.opts.Controllers, m.term.env, msg.URL), true
	}
	return nil, false
}

// handleCommand handles what was chosen, and what came of the root's own commands, and reports whether msg was that.
func (m *Model) handleCommand(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case intentMsg:
		var cmd tea.Cmd
		if msg.pane != m.panes.want.Focus {
			cmd = m.panes.bring(msg.pane)
		}
		return tea.Batch(cmd, m.do(msg.intent, "")), true
	case listMsg:
		m.runs.Choose(int(msg))
		return nil, true
	case command.Done:
		return m.commandDone(msg), true
	case quitMsg:
		return m.quit(), true
	case saveListMsg:
		return saveList(m.runs, msg.name), true
	case removeListMsg:
		m.runs.RemoveList()
		return nil, true
	case popup.JobMsg:
		m.note = footer.NewNote(kit.NoteMsg{Text: "opening " + m.runs.Data.Name(msg.Job) + "…", Busy: true})
		return openBuild(m.sh, msg.Target), true
	case popup.BuildJobMsg:
		run := jenkins.Run{Ref: jenkins.Ref{Controller: msg.Controller, Job: msg.Job}}
		return m.popups.open(m.acts.Start(kit.IntentBuild, act.Selection{Run: &run})), true
	case popup.BuildMsg:
		m.panes.openRun(msg.Run)
		return nil, true
	case builtMsg:
		return m.opened(msg), true
	case savePrefsMsg:
		return m.saver.save(m.opts.SavePrefs, m.prefs()), true
	}
	return nil, false
}

// handleNews handles what was learned without having been asked for, and reports whether msg was that.
func (m *Model) handleNews(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case kit.GoneMsg:
		if cmd := m.panes.vanish(msg.Build); !msg.Deleted {
			return cmd, true
		}
		return nil, true
	case kit.FoundMsg:
		delete(m.runs.Data.Gone, msg.Build)
		return nil, true
	case RuleApplied:
		m.follow.News.Rule, m.follow.News.At = msg.Text, time.Now()
		return m.term.notify(msg.Text, msg.Bell, msg.Desktop), true
	case RuleFailed:
		m.note = footer.NewNote(kit.NoteMsg{Err: msg.Err})
		return nil, true
	case PushReceived:
		m.pushes++
		if text := msg.text(); text != "" && (m.note.Err == nil && !m.note.Busy || m.note.Line(time.Now(), m.sh.Styles) == "") { // never over an error
			m.note = footer.NewNote(kit.NoteMsg{Text: text})
		}
		return m.broadcast(env.EnvReceived{Ref: msg.Ref}), true
	}
	return nil, false
}

// broadcast hands a message to everything that may have asked for it.
func (m *Model) broadcast(msg tea.Msg) tea.Cmd {
	cmds := []tea.Cmd{m.popups.update(msg)}
	for _, d := range m.panes.all {
		if d != nil {
			cmds = append(cmds, d.Update(msg))
		}
	}
	return tea.Batch(cmds...)
}

// press finds who has the keys: leaving and suspending come before all, then a popup, then a pane that reads text, then
// the key map.
func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	key := k.String()
	if b := m.keys.Find(m.facts(), "", key); b != nil && b.Fixed {
		return m.do(b.Intent, key)
	}
	if m.popups.top != nil {
		return m.popups.update(k)
	}
	if m.panes.want.Focus == kit.PaneCompose {
		if b := m.keys.FindIn(m.facts(), keys.Compose, key); b != nil { // these are not letters of the text
			m.clearNote()
			return m.do(b.Intent, key)
		}
	}
	if m.panes.typing() {
		if k.Keystroke() == "esc" {
			m.panes.back()
			return nil
		}
		if m.note.Stays {
			m.clearNote()
		}
		return m.panes.toFocused(k)
	}
	b := m.keys.Find(m.facts(), keys.ScopeOf(m.panes.want.Focus), key)
	if b == nil {
		return kit.Note(m.keys.Nothing(m.facts(), keys.ScopeOf(m.panes.want.Focus), key))
	}
	m.clearNote()
	return m.do(b.Intent, key)
}

// clearNote takes away what the last action said, unless it is still under way or was said this moment.
func (m *Model) clearNote() {
	if m.acts.Busy() == 0 && !m.note.Unread(time.Now()) {
		m.note = footer.Note{}
	}
}

func (m *Model) click(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Button != tea.MouseLeft {
		return nil
	}
	if m.note.Stays {
		m.clearNote()
	}
	if m.panes.plan.Footer && msg.Y == m.panes.plan.FooterRow() {
		return m.clickFooter(msg.X)
	}
	if m.popups.top != nil {
		return m.popups.click(&m.panes, msg.X, msg.Y)
	}
	return m.panes.click(msg.X, msg.Y)
}

const wheelLines = 3

func (m *Model) wheel(msg tea.MouseWheelMsg) tea.Cmd {
	n := 0
	switch msg.Button {
	case tea.MouseWheelUp:
		n = -wheelLines
	case tea.MouseWheelDown:
		n = wheelLines
	default:
		return nil
	}
	if m.popups.top != nil {
		return m.popups.update(kit.WheelMsg{Lines: n})
	}
	return m.panes.wheel(msg.X, msg.Y, n)
}

// idleFor is how long the user must have been away for the next key to ask Jenkins at once.
const idleFor = 10 * time.Second

// setFocused takes in whether the terminal has the focus.
func (m *Model) setFocused(on bool) {
	m.sh.Focused, m.term.attended = on, on
	m.keepPace()
}

// acted notices that the user is there: after a while of silence the controllers are asked at once.
func (m *Model) acted() {
	if !m.actedAt.IsZero() && time.Since(m.actedAt) > idleFor {
		m.sh.Poke("")
	}
	m.actedAt = time.Now()
}
