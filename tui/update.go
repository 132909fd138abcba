package tui

import (
	"strconv"
	"strings"
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
	"github.com/jenkwatch/jenkwatch/tui/notify"
	"github.com/jenkwatch/jenkwatch/tui/popup"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// Update handles a message. It does no I/O: what takes time is in the command that it returns.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	before, had := m.runs.List.Selected, m.popup != nil
	cmd := m.handle(msg)
	if !had && m.popup != nil && m.note.Err == nil {
		m.note = footer.Note{} // it is about what was before
	}
	m.noticeMove(before)
	m.runs.LearnCauses()
	m.arrange()
	return m, tea.Batch(cmd, m.present(), m.keepPrefs())
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
		m.w, m.h = msg.Width, msg.Height
		return nil
	case tea.KeyPressMsg:
		m.acted()
		if run := m.keyPressed(msg.String()); run != nil {
			m.openRun(m.latest(*run))
			return nil
		}
		return m.press(msg)
	case tea.PasteMsg:
		if m.popup != nil {
			return m.toPopup(msg)
		}
		if m.typing() {
			return m.toFocused(msg)
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
		if msg.n == m.settle {
			m.hold = false
		}
		return nil
	}
	if m.handleLook(msg) {
		return nil
	}
	return m.handleOwn(msg)
}

// handleLook handles what the terminal reports about itself, and reports whether msg was such a message.
func (m *Model) handleLook(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg:
		m.look.Dark, m.look.Unasked, m.look.Unknown = msg.IsDark(), false, false
	case backgroundLateMsg:
		if !m.look.Unasked {
			return true
		}
		m.look.Unasked, m.look.Unknown = false, true
		if dark, ok := darkByEnv(m.env); ok {
			m.look.Dark, m.look.Unknown = dark, false
		}
	case tea.ColorProfileMsg:
		m.look.Profile = msg.Profile
	case tea.EnvMsg:
		m.env = msg
		m.term = notify.Detect(msg.Getenv, notify.Outer{})
		// Any value counts, also those that Bubble Tea's own look at NO_COLOR does not take for true.
		m.look.NoColor = m.look.NoColor || msg.Getenv("NO_COLOR") != ""
	default:
		return false
	}
	m.restyle()
	return true
}

// darkByEnv reads COLORFGBG, "15;0" or "0;default;15", with which some terminals say their background: the last number is its
// color among the sixteen.
func darkByEnv(env tea.EnvMsg) (dark, ok bool) {
	value := env.Getenv("COLORFGBG")
	n, err := strconv.Atoi(value[strings.LastIndexByte(value, ';')+1:])
	return n < 7 || n == 8, err == nil
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
		return m.open(m.acts.Update(msg)), true
	case kit.NoteMsg:
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
		if !m.facts().Compose {
			return kit.Note("nothing can be sent: no endpoint is configured, or the session is read-only"), true
		}
		m.want.OpenCompose()
		return m.toPane(kit.PaneCompose, msg), true
	case kit.CloseMsg:
		m.want.CloseCompose()
		return nil, true
	case kit.ChooseMsg:
		m.popup = popup.NewChoice(m.sh, msg)
		return nil, true
	case kit.OpenLogMsg:
		return tea.Batch(m.bring(kit.PaneLog), m.toPane(kit.PaneLog, msg)), true
	case kit.OpenMsg:
		return browser.Open(m.opts.Controllers, m.env, msg.URL), true
	}
	return nil, false
}

// handleCommand handles what was chosen, and what came of the root's own commands, and reports whether msg was that.
func (m *Model) handleCommand(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case intentMsg:
		var cmd tea.Cmd
		if msg.pane != m.want.Focus {
			cmd = m.bring(msg.pane)
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
		return m.saveList(msg.name), true
	case removeListMsg:
		m.runs.RemoveList()
		return nil, true
	case popup.JobMsg:
		m.note = footer.NewNote(kit.NoteMsg{Text: "opening " + m.runs.Data.Name(msg.Job) + "…", Busy: true})
		return openBuild(m.sh, msg.Target), true
	case popup.BuildJobMsg:
		run := jenkins.Run{Ref: jenkins.Ref{Controller: msg.Controller, Job: msg.Job}}
		return m.open(m.acts.Start(kit.IntentBuild, act.Selection{Run: &run})), true
	case popup.BuildMsg:
		m.openRun(msg.Run)
		return nil, true
	case builtMsg:
		return m.opened(msg), true
	case SavePrefsMsg:
		return m.savePrefs(), true
	}
	return nil, false
}

// handleNews handles what was learned without having been asked for, and reports whether msg was that.
func (m *Model) handleNews(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case kit.GoneMsg:
		if cmd := m.vanish(msg.Build); !msg.Deleted {
			return cmd, true
		}
		return nil, true
	case kit.FoundMsg:
		delete(m.runs.Data.Gone, msg.Build)
		return nil, true
	case RuleApplied:
		return m.applied(msg), true
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
	cmds := []tea.Cmd{m.toPopup(msg)}
	for _, d := range m.panes {
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
	if m.popup != nil {
		return m.toPopup(k)
	}
	if m.want.Focus == kit.PaneCompose {
		if b := m.keys.FindIn(m.facts(), keys.Compose, key); b != nil { // these are not letters of the text
			m.clearNote()
			return m.do(b.Intent, key)
		}
	}
	if m.typing() {
		if k.Keystroke() == "esc" {
			m.back()
			return nil
		}
		return m.toFocused(k)
	}
	b := m.keys.Find(m.facts(), keys.ScopeOf(m.want.Focus), key)
	if b == nil {
		return kit.Note(m.keys.Nothing(m.facts(), keys.ScopeOf(m.want.Focus), key))
	}
	m.clearNote()
	return m.do(b.Intent, key)
}

// clearNote takes away what the last action said, unless it is still under way.
func (m *Model) clearNote() {
	if m.acts.Busy() == 0 {
		m.note = footer.Note{}
	}
}

// toPopup hands a message to the popup, if there is one.
func (m *Model) toPopup(msg tea.Msg) (cmd tea.Cmd) {
	if m.popup != nil {
		m.popup, cmd = m.popup.Update(msg)
	}
	return cmd
}

func (m *Model) click(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Button != tea.MouseLeft {
		return nil
	}
	if m.plan.Footer && msg.Y == m.plan.FooterRow() {
		return m.clickFooter(msg.X)
	}
	if m.popup != nil {
		at := kit.ClickMsg{X: -1, Y: -1}
		if in := m.popupAt().Inner(); in.Holds(msg.X, msg.Y) {
			at = kit.ClickMsg{X: msg.X - in.X, Y: msg.Y - in.Y}
		}
		return m.toPopup(at)
	}
	if tab, ok := m.tabAt(msg.X, msg.Y); ok {
		m.runs.Choose(tab)
		return nil
	}
	for _, p := range m.plan.Panes {
		if !p.At.Holds(msg.X, msg.Y) {
			continue
		}
		m.want.FocusOn(p.ID)
		if in := p.Inner(); in.Holds(msg.X, msg.Y) {
			return m.toPane(p.ID, kit.ClickMsg{X: msg.X - in.X, Y: msg.Y - in.Y})
		}
	}
	return nil
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
	if m.popup != nil {
		return m.toPopup(kit.WheelMsg{Lines: n})
	}
	for _, p := range m.plan.Panes {
		if p.At.Holds(msg.X, msg.Y) {
			return m.toPane(p.ID, kit.WheelMsg{Lines: n})
		}
	}
	return nil
}

// idleFor is how long the user must have been away for the next key to ask Jenkins at once.
const idleFor = 10 * time.Second

// setFocused takes in whether the terminal has the focus.
func (m *Model) setFocused(on bool) {
	m.sh.Focused, m.looking = on, on
	m.keepPace()
}

// acted notices that the user is there: after a while of silence the controllers are asked at once.
func (m *Model) acted() {
	if !m.actedAt.IsZero() && time.Since(m.actedAt) > idleFor {
		m.sh.Poke("")
	}
	m.actedAt = time.Now()
}
