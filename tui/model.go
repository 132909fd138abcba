package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// Model is the root model: it owns the panes, routes messages and keys to them, and draws what lies around them.
type Model struct {
	opts Options
	sh   *shared
	keys *keyMap
	look look
	st   *styles

	w, h  int
	want  want
	plan  plan
	drawn string // the last frame
	seen  bool   // nothing has come since that would change it
	quiet bool   // and the last message was such a one

	snaps     map[string]*watch.Snapshot // the latest of each controller
	gen       map[string]int             // how many each controller has sent
	explained map[string]time.Time       // when each was asked who started what has ended

	runs    *runsPane
	details [paneCount]pane // nil for the runs, which are no detail
	shown   [paneCount]showing
	popup   popup

	sync   announcing
	pushes int // received

	env   tea.EnvMsg // of the terminal
	mouse bool
	note  noted

	settle    int       // counts moves of the selection; a settleMsg of an older one is void
	awaited   int       // the settle that a settleMsg is under way for
	movedAt   time.Time // when the selection last moved
	hold      bool      // the selection runs down the list: the panes wait until it rests
	actedAt   time.Time // when the user last did something
	saved     Prefs     // as last handed to SavePrefs
	saving    bool      // a savePrefsMsg is under way
	ticking   bool
	openFirst []Target
}

// showing is what a pane was last told to show.
type showing struct {
	on  bool
	ref jenkins.Ref
	gen int
}

// noted is the last noteMsg and when it came.
type noted struct {
	noteMsg
	at time.Time
}

// New makes the screen. It does no I/O.
func New(o Options) *Model {
	g := &unicodeGlyphs
	if o.ASCII {
		g = &asciiGlyphs
	}
	m := &Model{
		opts:      o,
		keys:      newKeyMap(o.Keys),
		look:      look{dark: true, noColor: o.NoColor, profile: colorprofile.TrueColor},
		snaps:     map[string]*watch.Snapshot{},
		gen:       map[string]int{},
		explained: map[string]time.Time{},
		mouse:     o.Mouse,
		openFirst: o.Open,
	}
	m.sh = &shared{opts: &m.opts, glyphs: g, focused: true, away: map[string]absence{}}
	m.st = newStyles(m.look, g)
	m.runs = newRunsPane(m.sh)
	m.runs.tabs = append(standardTabs(), o.Tabs...)
	m.runs.me = meOf(o)
	m.details[paneStatus] = newStatusPane(m.sh)
	m.details[paneEnv] = newEnvPane(m.sh)
	m.details[paneLog] = newLogPane(m.sh)
	if o.Outbox != nil {
		m.details[paneCompose] = newComposePane(m.sh)
		m.details[paneSent] = newDeliveriesPane(m.sh)
	}
	m.restore(o.Prefs)
	m.saved = m.prefs()
	m.runs.snaps = make([]*watch.Snapshot, len(o.Controllers))
	m.runs.rebuild()
	return m
}

// meOf lists, for each controller, the names that mean me there.
func meOf(o Options) map[string][]string {
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

// backgroundLate is how long the terminal is given to tell its background. One that does not is taken for a dark one.
const backgroundLate = 300 * time.Millisecond

type backgroundLateMsg struct{}

// Init asks the terminal for its background, opens what the command line named and starts the clock.
func (m *Model) Init() tea.Cmd {
	m.look.unasked = true
	m.st = newStyles(m.look, m.sh.glyphs)
	return tea.Batch(tea.RequestBackgroundColor, m.tick(), tea.Tick(backgroundLate, func(time.Time) tea.Msg { return backgroundLateMsg{} }),
		m.openBuild(m.openFirst...))
}

// receive takes a snapshot in.
func (m *Model) receive(s watch.Snapshot) {
	m.snaps[s.Controller] = &s
	delete(m.sh.away, s.Controller)
	if s.Err != nil && !s.At.IsZero() {
		m.sh.away[s.Controller] = absence{since: s.ErrAt, known: s.At}
	}
	m.gen[s.Controller]++
	known := false
	for i, c := range m.opts.Controllers {
		if c.Name == s.Controller {
			m.runs.snaps[i] = &s
			known = true
		}
	}
	if !known {
		m.opts.Controllers = append(m.opts.Controllers, Controller{Name: s.Controller, Host: s.Controller})
		m.runs.snaps = append(m.runs.snaps, &s)
	}
	m.runs.seeGone(&s)
	m.runs.rebuild()
	if m.gen[s.Controller] == 1 && m.actedAt.IsZero() && len(m.runs.opened) == 0 {
		m.runs.move(-len(m.runs.rows)) // the first answer of another controller is no reason to leave the top
	}
}

// tick makes the command of the next second, once.
func (m *Model) tick() tea.Cmd {
	if m.ticking {
		return nil
	}
	m.ticking = true
	return tea.Every(time.Second, func(time.Time) tea.Msg { return tickMsg{} })
}

// arrange computes the plan for the size and what is wanted, and tells the runs how many fit.
func (m *Model) arrange() {
	m.want.trouble, m.want.note = len(m.troubleLines(m.w)), len(m.errorLines(m.w, time.Now()))
	m.plan = planFor(m.w, m.h, m.want)
	for _, p := range m.plan.panes {
		if p.id == paneRuns {
			m.runs.resize(p.inner().h)
		}
		in := p.inner()
		switch d := m.details[p.id].(type) {
		case *statusPane:
			d.measure(in.w, in.h, m.st)
		case interface{ resize(w, h int) }:
			left, right := marginsOf(p.id, in.w)
			d.resize(in.w-left-right, in.h)
		}
		if f, ok := m.details[p.id].(interface{ focus(on bool) }); ok {
			f.focus(p.id == m.want.focus)
		}
	}
	if l, ok := m.popup.(*listPopup); ok {
		w, room := m.popupRoom()
		_, h := l.size(w, room)
		l.height = max(1, min(h, room)-1)
		l.moveTo(l.cursor)
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
func (m *Model) present() tea.Cmd {
	run := m.runs.current()
	var cmds []tea.Cmd
	var on [paneCount]bool
	for _, p := range m.plan.panes {
		on[p.id] = true
	}
	moved := false
	for id, d := range m.details {
		if d == nil {
			continue
		}
		s := &m.shown[id]
		if s.on && !on[id] {
			d.hide()
			*s = showing{}
		}
		shown := run
		if run == nil && paneID(id).alone() {
			shown = &jenkins.Run{} // a notification can be about no run
		}
		if !on[id] || shown == nil {
			continue
		}
		now := showing{on: true, ref: shown.Ref, gen: m.gen[shown.Controller]}
		if *s == now {
			continue
		}
		if s.on && s.ref != shown.Ref && m.hold {
			moved = true
			continue
		}
		*s = now
		cmds = append(cmds, d.show(*shown))
	}
	if moved && m.awaited != m.settle {
		n := m.settle
		m.awaited = n
		cmds = append(cmds, tea.Tick(restFor, func(time.Time) tea.Msg { return settleMsg{n} }))
	}
	return tea.Batch(cmds...)
}

// noticeMove remembers that the selection moved from before. A single move is followed at once.
func (m *Model) noticeMove(before jenkins.Ref) {
	if m.runs.selected == before {
		return
	}
	m.forgetGone()
	m.settle++
	m.hold = time.Since(m.movedAt) < restAlone
	m.movedAt = time.Now()
}
