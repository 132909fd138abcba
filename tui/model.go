package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/act"
	"github.com/jenkwatch/jenkwatch/tui/follow"
	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/header"
	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/runs"
	"github.com/jenkwatch/jenkwatch/tui/syncing"
)

// Model is the root model: it owns the panes, routes messages and keys to them, and draws what lies around them.
type Model struct {
	sh     *kit.Shared
	opts   kit.Options
	keys   *keys.Map
	panes  paneSet
	runs   *runs.Pane // one of panes
	popups popups
	term   terminal
	note   footer.Note // what the last action did
	acts   *act.Acts
	sync   syncing.State
	follow follow.Set // with what happened to them
	saver  prefsSaver

	pushes    int  // received
	quitAsked bool // it was said that something waits to be delivered
	mouse     bool
	actedAt   time.Time // when the user last did something
	ticking   bool
	openFirst []kit.Target
}

// New makes the screen. It does no I/O.
func New(o kit.Options) *Model {
	g := &kit.UnicodeGlyphs
	if o.ASCII {
		g = &kit.ASCIIGlyphs
	}
	m := &Model{
		opts:      o,
		keys:      keys.New(o.Keys, o.Commands...),
		mouse:     o.Mouse,
		openFirst: o.Open,
		follow:    follow.Set{On: o.Notify.On, Mine: o.Notify.Mine},
	}
	m.sh = &kit.Shared{Opts: &m.opts, Glyphs: g, Keys: m.keys.ByIntent(), Focused: true, Away: map[string]kit.Absence{}}
	m.term = terminal{sh: m.sh, look: kit.Look{Dark: true, NoColor: o.NoColor, Profile: colorprofile.TrueColor, Theme: o.Theme}}
	m.term.restyle()
	m.popups.sh = m.sh
	m.acts = act.New(m.sh)
	m.runs = runs.New(m.sh)
	m.runs.Lists.Tabs = append(runs.StandardTabs(), o.Tabs...)
	m.runs.Data.Me = meOf(o)
	m.runs.Followed = func(r *jenkins.Run) bool { return m.follow.Follows(r, m.runs.Data.Me[r.Controller]) }
	m.panes = newPanes(m.sh, m.runs)
	m.panes.restore(o.Prefs)
	m.follow.Restore(o.Prefs.Follow, o.Controllers)
	m.saver.saved = m.prefs()
	m.runs.Data.Snaps = make([]*watch.Snapshot, len(o.Controllers))
	m.runs.Rebuild()
	return m
}

// meOf lists, for each controller, the names that mean me there.
func meOf(o kit.Options) map[string][]string {
	me := map[string][]string{}
	for _, c := range o.Controllers {
		names := append([]string(nil), o.Me...)
		if c.Client != nil && c.Client.User != "" {
			names = append(names, c.Client.User)
		}
		me[c.Name] = names
	}
	return me
}

// Init asks the terminal for its background, opens what the command line named and starts the clock.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.term.ask(), m.tick(), openBuild(m.sh, m.openFirst...))
}

// arrange places the panes and the popup.
func (m *Model) arrange() {
	says := m.says()
	m.panes.want.Trouble, m.panes.want.Note = len(m.header().Trouble(m.panes.w)), len(says.Lines(m.panes.w, time.Now(), m.sh.Styles))
	m.panes.fitList()
	m.panes.place()
	if m.popups.top != nil { // its keys stay in sight in the footer
		m.popups.top.Resize(max(0, m.panes.w-2), m.panes.plan.PopupRoom(m.panes.h))
	}
}

// receive takes a snapshot in.
func (m *Model) receive(s watch.Snapshot) {
	delete(m.sh.Away, s.Controller)
	if s.Err != nil && !s.At.IsZero() {
		m.sh.Away[s.Controller] = kit.Absence{Since: s.ErrAt, Known: s.At}
	}
	if text := header.Restarted(m.runs.Data.Snapshot(s.Controller), &s, len(m.opts.Controllers) > 1); text != "" {
		m.follow.News.Restarted, m.follow.News.At = text, time.Now()
	}
	m.panes.gen[s.Controller]++
	known := false
	for i, c := range m.opts.Controllers {
		if c.Name == s.Controller {
			m.runs.Data.Snaps[i] = &s
			known = true
		}
	}
	if !known {
		m.opts.Controllers = append(m.opts.Controllers, kit.Controller{Name: s.Controller, Host: s.Controller})
		m.runs.Data.Snaps = append(m.runs.Data.Snaps, &s)
	}
	m.runs.Data.SeeGone(&s)
	selected := m.runs.List.Selected
	m.runs.Rebuild()
	if now := m.runs.List.Selected; selected.Replaced(now) {
		m.note = footer.NewNote(kit.NoteMsg{Text: kit.RunTitle(*m.runs.Current()) + " is another build now: its job was deleted and created again"})
	}
	if m.panes.gen[s.Controller] == 1 && m.actedAt.IsZero() && len(m.runs.Data.Opened) == 0 {
		m.runs.List.Move(-len(m.runs.List.Rows)) // the first answer of another controller does not move the list from its top
	}
}

// noteLate notes which controllers' data is old, so that their clocks stand still. While the screen is not looked at and nothing is
// followed they are asked so rarely that it means nothing.
func (m *Model) noteLate() {
	m.sh.Late = nil
	if m.sh.Focused || m.follow.Active() {
		m.sh.Late = header.Late(m.opts.Controllers, m.runs.Data.Snaps, time.Now())
	}
}

// tick makes the command of the next second, once.
func (m *Model) tick() tea.Cmd {
	if m.ticking {
		return nil
	}
	m.ticking = true
	return tea.Every(time.Second, func(time.Time) tea.Msg { return kit.TickMsg{} })
}
