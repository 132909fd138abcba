package env

import (
	"context"
	"maps"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Pane shows the environment of the focused run: name, value and source of each variable, and what differs from
// another run's. Secrets are masked until they are revealed, one at a time, and are masked again when the run changes.
type Pane struct {
	kit.Base
	sh     *kit.Shared
	Reader func(controller string) *kit.EnvReader
	Run    jenkins.Run

	session int // as the log pane's
	ctx     context.Context
	cancel  context.CancelFunc

	Env      env.Env // all that is known, as it is shown
	said     env.Env // what Jenkins and the run itself answered: this is compared
	answers  answers
	loaded   bool // Jenkins answered; before that Env holds what the refresh of the list brought
	asking   bool
	again    bool // there is more to ask for since
	err      error
	kept     cache
	stage    *stageView // the stage that was chosen, nil for none
	choosing string     // "stages" or "builds" while those to choose from are asked for

	filter kit.Input
	typed  typedFor
	order  order
	opened bool // what Jenkins derives is shown, too

	picked   map[string]bool // chosen to be copied, by folded name
	pinned   map[string]bool // by folded name, as the config says
	toggled  map[string]bool // pinned or unpinned by hand, against the config
	revealed map[string]bool // of this run
	unfolded map[string]int  // which form of the value is unfolded, from 1

	marked jenkins.Run // the run that others are compared with, zero for none
	diff   *comparison // nil when nothing is compared
	diffs  int         // were begun

	lines   []line
	shown   int // variables that the filter lets through
	cursor  int // index of lines
	offset  int
	at      string // folded name of the variable under the cursor, which the cursor follows
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

// order is how the variables are put together.
type order int

const (
	byUse order = iota // what people look for first, what Jenkins derives folded away
	byName
	bySource // under headings
	byPrefix // under headings
	orders
)

func New(sh *kit.Shared) *Pane {
	p := &Pane{sh: sh, w: 80, h: 20, focused: true, pinned: map[string]bool{}, revealed: map[string]bool{}, picked: map[string]bool{},
		unfolded: map[string]int{}, toggled: map[string]bool{}}
	for _, name := range sh.Opts.Pinned {
		p.pinned[kit.Fold(name)] = true
	}
	p.Reader = kit.NewEnvReader(sh)
	return p
}

// Show begins with what the refresh of the list brought and asks Jenkins for the rest, unless it is known: the
// environment of a run changes only when the pipeline assigns to it, and when it ends.
func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	if p.ctx != nil && jenkins.SameBuild(&run, &p.Run) {
		old := p.Run
		p.Run = run
		if old.Status.Ended() == run.Status.Ended() && maps.Equal(old.Environment, run.Environment) {
			return nil
		}
		return p.ask()
	}
	if !jenkins.SameBuild(&run, &p.Run) {
		p.begin(run)
	}
	p.Run = run
	p.session++
	p.ctx, p.cancel = context.WithCancel(p.sh.Context())
	p.asking, p.choosing = false, ""
	if p.loaded && run.Status.Ended() {
		return nil
	}
	return p.ask()
}

// begin clears what belongs to one run only.
func (p *Pane) begin(run jenkins.Run) {
	p.Hide()
	p.Run, p.err, p.diff, p.answers, p.stage = run, nil, nil, answers{}, nil
	clear(p.revealed)
	clear(p.picked)
	clear(p.unfolded)
	if p.answers.api, p.loaded = p.kept.get(&run); !p.loaded {
		p.answers.api = kit.RefreshEnv(run, p.sh.Own(run.Controller))
	}
	p.put()
}

func (p *Pane) Hide() {
	if p.cancel != nil {
		p.cancel()
	}
	p.ctx, p.cancel, p.asking = nil, nil, false
}

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
		return p.received(msg)
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
	case kit.Intent:
		return p.do(msg)
	case kit.ClickMsg:
		p.moveTo(p.offset + msg.Y - p.headLines())
	case kit.WheelMsg:
		p.offset = max(0, min(p.offset+msg.Lines, len(p.lines)-p.bodyH()))
		p.moveTo(min(max(p.cursor, p.offset), p.offset+p.bodyH()-1))
	case tea.KeyPressMsg, tea.PasteMsg:
		return p.typeInto(msg)
	}
	return nil
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
			p.moveTo(p.cursor + map[string]int{"up": -1, "down": 1}[k.Keystroke()])
			return nil
		}
	}
	if p.filter.Update(msg) && p.typed == typedFilter {
		p.at, p.cursor, p.offset = "", 0, 0
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
	case len(p.picked) > 0:
		clear(p.picked)
	case p.stage != nil:
		p.stage, p.answers.staged = nil, nil
		p.mix()
	case len(p.unfolded) > 0:
		clear(p.unfolded)
	default:
		return false
	}
	p.rebuild()
	return true
}
