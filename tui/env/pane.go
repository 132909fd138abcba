package env

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Pane shows the environment of the focused run: name, value and source of each variable, and what differs from
// another run's. Secrets are masked until they are revealed, one at a time, and are masked again when the run changes.
type Pane struct {
	kit.Base
	sh     *kit.Shared
	Reader func(controller string) *kit.EnvReader

	read   reading       // what is known of the run
	marked jenkins.Run   // the run that others are compared with, zero for none
	listed []jenkins.Run // marked in the list of runs
	diff   *comparison   // nil when nothing is compared
	diffs  int           // were begun

	filter kit.Input
	typed  typedFor
	order  order
	opened bool // what Jenkins derives is shown, too
	pins   pins
	detail detail

	list    list
	shown   int // variables that the filter lets through
	w, h    int
	focused bool
}

// typedFor is what is being typed.
type typedFor int

const (
	typedNothing typedFor = iota
	typedFilter
	typedRun // the run to compare with
)

func New(sh *kit.Shared) *Pane {
	return &Pane{sh: sh, Reader: kit.NewEnvReader(sh), pins: newPins(sh.Opts.Pinned), detail: newDetail(), w: 80, h: 20, focused: true}
}

// Show begins with what the refresh of the list brought and asks Jenkins for the rest, unless it is known: the
// environment of a run changes only when the pipeline assigns to it, and when it ends.
func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	r := &p.read
	same := jenkins.SameBuild(&run, &r.run)
	r.reader = p.Reader(run.Controller)
	if same && r.ctx != nil {
		if !r.refreshed(run) {
			return nil
		}
		return r.ask()
	}
	if !same {
		p.diff = nil
		p.detail.clear()
		r.begin(run, kit.RefreshEnv(run, p.sh.Own(run.Controller)))
		p.show()
	}
	if !r.start(p.sh.Context(), run) {
		return nil
	}
	return r.ask()
}

func (p *Pane) Hide() { p.read.end() }

// Resize sets how much room the pane has.
func (p *Pane) Resize(w, h int) {
	w -= kit.RightOf(w)
	if w != p.w || h != p.h {
		p.w, p.h = max(1, w), max(1, h)
		p.rebuild()
	}
}

// Focus sets whether the pane has the keys.
func (p *Pane) Focus(on bool) { p.focused = on }

func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	p.list.height = p.bodyH()
	switch msg := msg.(type) {
	case envMsg:
		return p.answered(msg)
	case scriptMsg:
		return p.scripted(msg)
	case kit.PrintedMsg:
		return p.printed(msg)
	case consolesMsg:
		return p.consolesRead(msg)
	case EnvReceived:
		return p.read.received(msg.Ref)
	case stagesToChooseMsg:
		return p.offerStages(msg)
	case stageMsg:
		return p.chooseStage(msg)
	case buildsMsg:
		return p.offerBuilds(msg)
	case comparedMsg:
		p.compared(msg)
	case compareMsg:
		return p.compare(msg)
	case exportMsg:
		return p.export(msg)
	case kit.DiffMsg:
		p.listed = msg.Marked
		return p.do(kit.IntentDiff)
	case kit.Intent:
		return p.do(msg)
	case kit.ClickMsg:
		p.list.moveTo(p.list.offset + msg.Y - p.headLines())
	case kit.WheelMsg:
		p.list.wheel(msg.Lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		return p.typeInto(msg)
	}
	return nil
}

func (p *Pane) answered(msg envMsg) tea.Cmd {
	if !p.read.current(msg.session) {
		return nil
	}
	if p.read.answered(msg) {
		p.show()
	}
	if p.read.again {
		return p.read.ask()
	}
	return kit.Missed(p.read.run, msg.err)
}

func (p *Pane) scripted(msg scriptMsg) tea.Cmd {
	if !p.read.current(msg.session) {
		return nil
	}
	more := p.read.scripted(msg)
	p.show()
	if !more {
		return nil
	}
	return p.read.keepAll()
}

func (p *Pane) printed(msg kit.PrintedMsg) tea.Cmd {
	if !p.read.printed(msg) {
		return nil
	}
	p.show()
	return p.read.keepAll()
}

// show shows what is known now.
func (p *Pane) show() {
	if p.diff != nil {
		p.diff.redo(p.read.said)
	}
	if p.read.loaded {
		p.sh.LookedAt(p.read.env)
	}
	p.rebuild()
}

// rebuild makes the lines anew; the cursor stays on its variable.
func (p *Pane) rebuild() {
	m := p.maker()
	if p.diff != nil {
		m.comparison(p.diff)
	} else {
		m.environment()
	}
	p.shown = m.shown
	p.list.height = p.bodyH()
	p.list.replace(m.lines)
}

// maker returns what makes the lines, which take the place of those of the list.
func (p *Pane) maker() *maker {
	return &maker{env: &p.read.env, stage: p.read.stage, query: p.query(), order: p.order, opened: p.opened, pins: &p.pins,
		detail: &p.detail, w: p.w, glyphs: p.sh.Glyphs, lines: p.list.lines[:0]}
}

// typeInto handles what is typed: a filter acts at once, the name of a run on enter.
func (p *Pane) typeInto(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.Keystroke() {
		case "enter":
			was := p.typed
			p.typed = typedNothing
			if was == typedRun {
				name := strings.TrimSpace(p.filter.Text())
				p.filter.Set("")
				p.rebuild()
				return p.compare(compareMsg{name: name})
			}
			return nil
		case "up", "down":
			p.list.moveTo(p.list.cursor + map[string]int{"up": -1, "down": 1}[k.Keystroke()])
			return nil
		}
	}
	if p.filter.Update(msg) && p.typed == typedFilter {
		p.list.restart()
		p.rebuild()
	}
	return nil
}

func (p *Pane) Typing() bool { return p.typed != typedNothing }

// Back gives up what is typed, then the filter, the diff, what is unfolded.
func (p *Pane) Back() bool {
	switch {
	case p.typed != typedNothing || p.filter.Text() != "":
		p.typed = typedNothing
		p.filter.Set("")
	case p.diff != nil:
		p.diff = nil
	case len(p.detail.picked) > 0:
		clear(p.detail.picked)
	case p.read.stage != nil:
		p.read.setStage(nil)
		p.show()
	case len(p.detail.unfolded) > 0:
		clear(p.detail.unfolded)
	default:
		return false
	}
	p.rebuild()
	return true
}
