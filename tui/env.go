package tui

import (
	"context"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// envReader asks for what the env pane shows and compares.
type envReader struct {
	env     func(ctx context.Context, run jenkins.Run) (jenkins.Env, error)
	build   func(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error)
	history func(ctx context.Context, job string, from, n int) ([]jenkins.Run, error)
	parse   func(spec string) (jenkins.BuildSpec, error)
}

// envPane shows the environment of the focused run: name, value and source of each variable, and what differs from
// another run's. Secrets are masked until they are revealed, one at a time, and are masked again when the run changes.
type envPane struct {
	sh     *shared
	reader func(controller string) *envReader
	run    jenkins.Run

	session int // as the log pane's
	ctx     context.Context
	cancel  context.CancelFunc

	env    jenkins.Env
	said   jenkins.Env        // what Jenkins answered, without what the console printed: this is compared
	heard  bool               // Jenkins answered; before that env holds what the refresh told
	told   []jenkins.Variable // what the console printed
	asking bool
	err    error
	kept   envCache

	filter input
	typed  typedFor
	group  grouping

	pinned   map[string]bool // by folded name, as the config says
	toggled  map[string]bool // pinned or unpinned by hand, against the config
	revealed map[string]bool // of this run
	unfolded map[string]int  // which form of the value is unfolded, from 1

	marked jenkins.Run // the run that others are compared with, zero for none
	diff   *envDiff    // nil when nothing is compared
	diffs  int         // were begun

	lines   []envLine
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

// grouping is how the variables are put together.
type grouping int

const (
	ungrouped grouping = iota
	bySource
	byPrefix
	groupings
)

func newEnvPane(sh *shared) pane {
	p := &envPane{sh: sh, w: 80, h: 20, focused: true, pinned: map[string]bool{}, revealed: map[string]bool{},
		unfolded: map[string]int{}, toggled: map[string]bool{}}
	for _, name := range sh.opts.Pinned {
		p.pinned[fold(name)] = true
	}
	p.reader = newEnvReader(sh)
	return p
}

// newEnvReader asks the clients of the controllers; nil stands for a controller without one.
func newEnvReader(sh *shared) func(controller string) *envReader {
	return func(controller string) *envReader {
		c := sh.client(controller)
		if c == nil {
			return nil
		}
		return &envReader{env: func(ctx context.Context, run jenkins.Run) (jenkins.Env, error) { return envOf(ctx, c, run) },
			build: c.Build, history: c.History, parse: c.ParseBuildSpec}
	}
}

// envOf asks for all that the controller tells of a run's environment. The script console is asked where the config
// allows it; without the right to use it the rest is shown.
func envOf(ctx context.Context, c *jenkins.Client, run jenkins.Run) (jenkins.Env, error) {
	if !c.AllowScript {
		return c.Env(ctx, run)
	}
	said := make(chan []jenkins.Variable, 1)
	go func() {
		vars, _ := c.ScriptEnv(ctx, run, "")
		said <- vars
	}()
	e, err := c.Env(ctx, run)
	vars := <-said
	if err != nil {
		return e, err
	}
	return e.With(vars), nil
}

// fold is a variable's name as Jenkins compares it.
func fold(name string) string { return strings.ToLower(name) }

// show begins with what the refresh told about the run and asks Jenkins for the rest, unless it is known: the
// environment of a run changes only when the pipeline assigns to it, and when it ends.
func (p *envPane) show(run jenkins.Run) tea.Cmd {
	if p.ctx != nil && run.Ref == p.run.Ref {
		old := p.run
		p.run = run
		if old.Status.Ended() == run.Status.Ended() && maps.Equal(old.Environment, run.Environment) {
			return nil
		}
		return p.ask()
	}
	if run.Ref != p.run.Ref {
		p.begin(run)
	}
	p.run = run
	p.session++
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.asking = false
	if p.heard && run.Status.Ended() {
		return nil
	}
	return p.ask()
}

// begin clears what belongs to one run only.
func (p *envPane) begin(run jenkins.Run) {
	p.hide()
	p.run, p.err, p.diff, p.told = run, nil, nil, nil
	clear(p.revealed)
	clear(p.unfolded)
	p.env, p.heard = p.kept.get(run.Ref)
	p.said = p.env
	if !p.heard {
		p.env = toldEnv(run)
	}
	p.rebuild()
}

// toldEnv is what the refresh told about a run's environment: its parameters and what the pipeline assigned.
func toldEnv(run jenkins.Run) jenkins.Env {
	var params, assigned []jenkins.Variable
	for _, x := range run.Parameters {
		params = append(params, jenkins.Variable{Name: x.Name, Value: x.Value, Source: jenkins.Param,
			Known: !x.Secret, Secret: x.Secret, Whole: x.Secret, Password: x.Secret})
	}
	for _, name := range slices.Sorted(maps.Keys(run.Environment)) {
		assigned = append(assigned, jenkins.Variable{Name: name, Value: run.Environment[name], Source: jenkins.Assigned,
			Known: true})
	}
	e := jenkins.Env{Ref: run.Ref, Run: run}.With(params, assigned)
	e.Missing = nil // nothing was asked yet
	return e
}

func (p *envPane) hide() {
	if p.cancel != nil {
		p.cancel()
	}
	p.ctx, p.cancel, p.asking = nil, nil, false
}

// resize tells the pane how much room it has.
func (p *envPane) resize(w, h int) {
	if w != p.w || h != p.h {
		p.w, p.h = max(1, w), max(1, h)
		p.rebuild()
	}
}

// focus tells whether the pane has the keys.
func (p *envPane) focus(on bool) { p.focused = on }

type envMsg struct {
	session int
	env     jenkins.Env
	err     error
}

// printedMsg is what a run's console printed of its environment.
type printedMsg struct {
	ref  jenkins.Ref
	vars []jenkins.Variable
}

func (p *envPane) ask() tea.Cmd {
	r := p.reader(p.run.Controller)
	if r == nil || p.ctx == nil || p.asking || p.run.Number == 0 {
		return nil
	}
	p.asking = true
	ctx, run, session := p.ctx, p.run, p.session
	return func() tea.Msg {
		e, err := r.env(ctx, run)
		return envMsg{session, e, err}
	}
}

func (p *envPane) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case envMsg:
		if msg.session == p.session && p.ctx != nil {
			p.asking = false
			p.err = msg.err
			if msg.err == nil {
				p.heard, p.said = true, msg.env
				p.take(msg.env)
			}
		}
	case printedMsg:
		if msg.ref == p.run.Ref {
			p.told = append(p.told, msg.vars...)
			p.take(p.env)
		}
	case comparedMsg:
		if msg.session == p.session && p.diff != nil && msg.id == p.diff.id {
			p.compared(msg)
		}
	case compareMsg:
		return p.compare(msg)
	case exportMsg:
		return p.export(msg)
	case intent:
		return p.do(msg)
	case clickMsg:
		p.moveTo(p.offset + msg.y - p.headLines())
	case wheelMsg:
		p.offset = max(0, min(p.offset+msg.lines, len(p.lines)-p.bodyH()))
		p.moveTo(min(max(p.cursor, p.offset), p.offset+p.bodyH()-1))
	case tea.KeyPressMsg, tea.PasteMsg:
		return p.typeInto(msg)
	}
	return nil
}

// take shows an environment and keeps it if the run will not change any more.
func (p *envPane) take(e jenkins.Env) {
	if len(p.told) > 0 {
		e = e.With(p.told)
	}
	p.env = e
	if !p.heard {
		p.env.Missing = nil
	} else if e.Run.Status.Ended() || p.run.Status.Ended() {
		p.kept.put(p.run.Ref, p.said)
	}
	if p.diff != nil && p.diff.done {
		p.diff.result = jenkins.Diff(p.diff.base, p.said)
	}
	p.rebuild()
}

// typeInto handles what is typed: a filter acts at once, the name of a run on enter.
func (p *envPane) typeInto(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.Keystroke() {
		case "enter":
			was := p.typed
			p.typed = typedNothing
			if was == typedRun {
				name := strings.TrimSpace(p.filter.text())
				p.filter.set("")
				p.rebuild()
				return p.compare(compareMsg{name: name})
			}
			return nil
		case "up", "down":
			p.moveTo(p.cursor + map[string]int{"up": -1, "down": 1}[k.Keystroke()])
			return nil
		}
	}
	if p.filter.update(msg) && p.typed == typedFilter {
		p.at, p.cursor, p.offset = "", 0, 0
		p.rebuild()
	}
	return nil
}

func (p *envPane) typing() bool { return p.typed != typedNothing }

// back gives up what is typed, then the filter, the diff, what is unfolded.
func (p *envPane) back() bool {
	switch {
	case p.typed != typedNothing || p.filter.text() != "":
		p.typed = typedNothing
		p.filter.set("")
	case p.diff != nil:
		p.diff = nil
	case len(p.unfolded) > 0:
		clear(p.unfolded)
	default:
		return false
	}
	p.rebuild()
	return true
}
