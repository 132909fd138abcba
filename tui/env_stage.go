package tui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// envStage is the stage that was chosen: its steps, and what its blocks add to the environment.
type envStage struct {
	stages.Stage
	path      string // of the stage and those around it
	steps     []stages.Step
	cut       bool // which are only the first ones
	heard     bool // steps are known
	final     bool // and will not change
	asking    bool
	asked     time.Time
	err       error // why the steps could not be had
	scriptErr error // why what its blocks add could not be had
}

// stageMsg has the pane show a stage of its run; one without an ID shows the whole run again.
type stageMsg struct {
	ref   jenkins.Ref
	stage stages.Stage
	path  string
}

type stepsMsg struct {
	session int
	stage   string
	tree    stages.Tree
	err     error
	ended   bool // the run had ended when it was asked
}

// stageMenu asks for the stages and lets the user choose one.
func (p *envPane) stageMenu() tea.Cmd {
	r := p.reader(p.run.Controller)
	switch {
	case r == nil || r.stages == nil || p.ctx == nil:
		return nil
	case !p.run.Pipeline || p.run.Number == 0:
		return note("only the builds of a pipeline have stages")
	}
	p.choosing = true
	ctx, run, session := p.ctx, p.run, p.session
	return func() tea.Msg {
		s, err := r.stages(ctx, run)
		return stagesToChooseMsg{session, s.Stages, err}
	}
}

// stagesToChooseMsg answers stageMenu.
type stagesToChooseMsg struct {
	session int
	stages  []stages.Stage
	err     error
}

func (p *envPane) offerStages(msg stagesToChooseMsg) tea.Cmd {
	if msg.session != p.session || !p.choosing {
		return nil
	}
	p.choosing = false
	m := chooseMsg{name: "Stage of " + runTitle(p.run)}
	if p.stage != nil {
		m.choices = append(m.choices, choice{label: "the whole run", msg: stageMsg{ref: p.run.Ref}})
	}
	before := len(m.choices)
	m.choices = stageChoices(m.choices, p.run.Ref, msg.stages, "", "", p.sh.glyphs)
	switch {
	case msg.err != nil:
		return send(noteMsg{err: msg.err})
	case len(m.choices) == before:
		return note("Jenkins tells no stages of " + runTitle(p.run) + " that can be chosen")
	}
	return send(m)
}

// stageChoices are the stages that have an id, those within others beneath them.
func stageChoices(out []choice, ref jenkins.Ref, list []stages.Stage, indent, path string, g *glyphs) []choice {
	for _, s := range list {
		name := clean(s.Name)
		here := strings.TrimPrefix(path+" "+g.right+" "+name, " "+g.right+" ")
		if s.ID != "" {
			out = append(out, choice{label: indent + g.stage(s.State) + " " + name, note: strings.ToLower(string(s.State)),
				msg: stageMsg{ref: ref, stage: s, path: here}})
		}
		out = stageChoices(out, ref, s.Children, indent+"  ", here, g)
	}
	return out
}

func (p *envPane) chooseStage(m stageMsg) tea.Cmd {
	if m.ref != p.run.Ref {
		return nil
	}
	p.stage, p.told.staged = nil, nil
	if m.stage.ID != "" {
		p.stage = &envStage{Stage: m.stage, path: m.path}
	}
	p.diff = nil
	p.mix()
	p.place(0)
	p.at = ""
	return tea.Batch(p.askSteps(), p.askRun())
}

// stepsEvery is how often the steps of a stage that runs are asked for.
const stepsEvery = 3 * time.Second

// askSteps asks for the steps of the chosen stage, if they can have changed. It is driven by the snapshots.
func (p *envPane) askSteps() tea.Cmd {
	s := p.stage
	r := p.reader(p.run.Controller)
	if s == nil || s.asking || s.final || r == nil || r.steps == nil || p.ctx == nil || time.Since(s.asked) < stepsEvery {
		return nil
	}
	s.asking, s.asked = true, time.Now()
	ctx, run, session, id := p.ctx, p.run, p.session, s.ID
	return func() tea.Msg {
		tree, err := r.steps(ctx, run)
		return stepsMsg{session, id, tree, err, run.Status.Ended()}
	}
}

func (p *envPane) stepped(m stepsMsg) {
	s := p.stage
	if s == nil || m.session != p.session || m.stage != s.ID {
		return
	}
	s.asking, s.err = false, m.err
	if m.err == nil {
		s.steps, s.cut, s.heard = nil, false, true
		if found := m.tree.Find(s.ID); found != nil {
			s.steps, s.cut = found.Steps, found.Cut
		}
	}
	s.final = m.err == nil && m.ended || errors.Is(m.err, stages.ErrNoSteps)
	p.rebuild()
}

// stageLines adds what is known of the chosen stage: what its blocks add to the environment, and its steps.
func (p *envPane) stageLines() {
	s := p.stage
	if s == nil {
		return
	}
	add := func(kind envKind, text string) { p.lines = append(p.lines, envLine{kind: kind, text: text}) }
	say := func(text string) {
		for _, l := range wrapWords(text, p.w-4) {
			add(envNote, l)
		}
	}
	add(envHeading, "stage "+s.path)
	n := 0
	for i := range p.env.Variables {
		if p.env.Variables[i].Source == env.Staged {
			p.addVariable(env.Hit{Index: i})
			n++
		}
	}
	switch r := p.reader(p.run.Controller); {
	case n > 0:
	case r == nil || r.script == nil:
		say("What withEnv and environment blocks set here, Jenkins tells to nobody but the run. " +
			"With allow_script_console in the config the run is asked.")
	case s.scriptErr != nil:
		say(clean(s.scriptErr.Error()) + " " + hintOf(s.scriptErr))
	default:
		say("no withEnv or environment block sets anything here, as far as the run tells")
	}
	switch {
	case s.err != nil:
		say(clean(s.err.Error()) + " " + hintOf(s.err))
	case !s.heard:
		say("asking for the steps" + p.sh.glyphs.more)
	case len(s.steps) == 0:
		say("Jenkins lists no steps of this stage")
	}
	for i := range s.steps {
		p.lines = append(p.lines, envLine{kind: envStep, step: &s.steps[i]})
	}
	if s.cut {
		say(fmt.Sprintf("These are the first %d steps: Jenkins lists no more without the plugin Pipeline Graph View.", len(s.steps)))
	}
	add(envHeading, "the whole run  "+thousands(int64(len(p.env.Variables)-n)))
}

// stepLine draws a step: what it is called, what it was given, how long it took.
func stepLine(s *stages.Step, w int, now time.Time, st *styles) string {
	line := st.stage(s.State).render(st.glyphs.stage(s.State)) + " "
	took := ""
	if timed(s.State, s.StartedAt, s.Duration) {
		took = clock(s.Elapsed(now))
	}
	what, given := s.Label()
	name := clean(what)
	room := w - 2 - width(took) - 1
	text := fit(name, min(width(name), max(0, room)))
	if left := room - width(name) - 2; left >= 4 && given != "" {
		given = clean(given)
		text += "  " + st.dim.render(fit(given, min(width(given), left)))
	}
	return line + text + spaces(max(1, room+1-width(text))) + st.dim.render(took)
}
