package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
	"github.com/jenkwatch/jenkwatch/tui/sent"
)

// Update handles a message. It does no I/O: what takes time is in the command that it returns.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	before := m.runs.Selected
	cmd := m.handle(msg)
	m.noticeMove(before)
	m.runs.LearnCauses()
	m.arrange()
	return m, tea.Batch(cmd, m.present(), m.keepPrefs())
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case watch.Snapshot:
		m.receive(msg)
		return m.seekPinned(&msg)
	case kit.KeptMsg:
		m.keptPinned(msg)
		return nil
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		return nil
	case tea.KeyPressMsg:
		return tea.Batch(m.press(msg), m.acted())
	case tea.PasteMsg:
		return m.paste(msg)
	case tea.MouseClickMsg:
		return tea.Batch(m.click(msg), m.acted())
	case tea.MouseWheelMsg:
		return tea.Batch(m.wheel(msg), m.acted())
	case kit.TickMsg:
		m.ticking = false
		return tea.Batch(m.tick(), m.broadcast(msg))
	case tea.FocusMsg:
		m.sh.Focused = true
		return m.tellFocus(true)
	case tea.BlurMsg:
		m.sh.Focused = false
		return m.tellFocus(false)
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

// handleLook takes in what the terminal tells about itself, and tells whether that is what msg was.
func (m *Model) handleLook(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg:
		m.look.Dark, m.look.Unasked = msg.IsDark(), false
	case backgroundLateMsg:
		if !m.look.Unasked {
			return true
		}
		m.look.Unasked = false
	case tea.ColorProfileMsg:
		m.look.Profile = msg.Profile
	case tea.EnvMsg:
		m.env = msg
		// Any value counts, also those that Bubble Tea's own look at NO_COLOR does not take for true.
		m.look.NoColor = m.look.NoColor || msg.Getenv("NO_COLOR") != ""
	default:
		return false
	}
	m.restyle()
	return true
}

// handleOwn handles what panes and the root's own commands send.
func (m *Model) handleOwn(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kit.NoteMsg:
		m.note = newNote(msg)
		return nil
	case sent.StoreTrouble:
		m.note = newNote(kit.NoteMsg{Err: msg.Err})
		return nil
	case kit.CopyMsg:
		text := kit.Pasteable(msg.Text)
		if text != msg.Text {
			msg.What += " without its control characters"
		}
		m.note = newNote(kit.NoteMsg{Text: "copied " + msg.What})
		return tea.SetClipboard(text)
	case kit.PokeMsg:
		m.pokeOne(msg.Controller)
		return nil
	case kit.ComposeMsg:
		if !m.facts().compose {
			return kit.Note("nothing can be sent: no endpoint is configured, or the session is read-only")
		}
		m.compose()
		return m.toPane(kit.PaneCompose, msg)
	case kit.CloseMsg:
		m.closeCompose()
		return nil
	case kit.ChooseMsg:
		m.popup = popup.NewChoice(m.sh, msg)
		return nil
	case kit.OpenLogMsg:
		return tea.Batch(m.bring(kit.PaneLog), m.toPane(kit.PaneLog, msg))
	case kit.OpenMsg:
		return m.browse(msg.Url)
	case intentMsg:
		return m.do(msg.intent, "")
	case listMsg:
		m.runs.Choose(int(msg))
		return nil
	case popup.JobMsg:
		m.note = newNote(kit.NoteMsg{Text: "opening " + m.runs.Name(msg.Job) + "…", Busy: true})
		return m.openBuild(msg.Target)
	case popup.BuildMsg:
		m.openRun(msg.Run)
		return nil
	case builtMsg:
		return m.opened(msg)
	case kit.GoneMsg:
		return m.vanish(msg.Ref)
	case kit.ThereMsg:
		delete(m.runs.Gone, msg.Ref)
		return nil
	case SavePrefsMsg:
		return m.savePrefs()
	}
	if cmd, ok := m.handleSync(msg); ok {
		return cmd
	}
	return m.broadcast(msg)
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
	if b := m.keys.find(m.facts(), "", key); b != nil && b.fixed {
		return m.do(b.intent, key)
	}
	if m.popup != nil {
		return m.toPopup(k)
	}
	if m.want.focus == kit.PaneCompose {
		if b := m.keys.findIn(m.facts(), scopeCompose, key); b != nil { // these are not letters of the text
			m.note = note{}
			return m.do(b.intent, key)
		}
	}
	if m.typing() {
		if k.Keystroke() == "esc" {
			m.back()
			return nil
		}
		return m.toFocused(k)
	}
	b := m.keys.find(m.facts(), paneScopes[m.want.focus], key)
	if b == nil {
		return nil
	}
	m.note = note{}
	return m.do(b.intent, key)
}

// typing reports whether the focused pane reads text.
func (m *Model) typing() bool {
	d := m.panes[m.want.focus]
	return d != nil && d.Typing()
}

// toFocused hands a message to the focused pane.
func (m *Model) toFocused(msg tea.Msg) tea.Cmd { return m.toPane(m.want.focus, msg) }

func (m *Model) toPane(id kit.PaneID, msg tea.Msg) tea.Cmd {
	if d := m.panes[id]; d != nil {
		return d.Update(msg)
	}
	return nil
}

// toPopup hands a message to the popup, if there is one.
func (m *Model) toPopup(msg tea.Msg) (cmd tea.Cmd) {
	if m.popup != nil {
		m.popup, cmd = m.popup.Update(msg)
	}
	return cmd
}

func (m *Model) paste(msg tea.PasteMsg) tea.Cmd {
	if m.popup != nil {
		return m.toPopup(msg)
	}
	if m.typing() {
		return m.toFocused(msg)
	}
	return nil
}

func (m *Model) click(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Button != tea.MouseLeft {
		return nil
	}
	if m.popup != nil {
		line := -1
		if in := m.popupAt().inner(); in.holds(msg.X, msg.Y) {
			line = msg.Y - in.y
		}
		return m.toPopup(kit.ClickMsg{Y: line})
	}
	if tab, ok := m.tabAt(msg.X, msg.Y); ok {
		m.runs.Choose(tab)
		return nil
	}
	for _, p := range m.plan.panes {
		if !p.at.holds(msg.X, msg.Y) {
			continue
		}
		m.focusOn(p.id)
		if in := p.inner(); in.holds(msg.X, msg.Y) {
			return m.toPane(p.id, kit.ClickMsg{X: msg.X - in.x, Y: msg.Y - in.y})
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
	for _, p := range m.plan.panes {
		if p.at.holds(msg.X, msg.Y) {
			return m.toPane(p.id, kit.WheelMsg{Lines: n})
		}
	}
	return nil
}

// idleFor is how long the user must have been away for the next key to ask Jenkins at once.
const idleFor = 10 * time.Second

// acted notices that the user is there: after a while of silence the controllers are asked at once.
func (m *Model) acted() tea.Cmd {
	idle := time.Since(m.actedAt) > idleFor
	first := m.actedAt.IsZero()
	m.actedAt = time.Now()
	if !idle || first {
		return nil
	}
	return m.poke()
}

// pokeOne has one controller asked now.
func (m *Model) pokeOne(controller string) {
	for i := range m.opts.Controllers {
		if c := &m.opts.Controllers[i]; c.Name == controller && c.Watcher != nil {
			c.Watcher.Poke() // it never blocks
		}
	}
}

// poke has every controller asked now.
func (m *Model) poke() tea.Cmd {
	ws := m.watchers()
	if len(ws) == 0 {
		return nil
	}
	return func() tea.Msg {
		for _, w := range ws {
			w.Poke()
		}
		return nil
	}
}

func (m *Model) tellFocus(on bool) tea.Cmd {
	ws := m.watchers()
	if len(ws) == 0 {
		return nil
	}
	return func() tea.Msg {
		for _, w := range ws {
			w.SetFocused(on)
		}
		return nil
	}
}

func (m *Model) watchers() []*watch.Watcher {
	var ws []*watch.Watcher
	for _, c := range m.opts.Controllers {
		if c.Watcher != nil {
			ws = append(ws, c.Watcher)
		}
	}
	return ws
}
