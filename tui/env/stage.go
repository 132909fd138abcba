package env

import (
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// stageView is the stage that was chosen: its steps, and what its blocks add to the environment.
type stageView struct {
	stages.Stage
	path      string // of the stage and those around it
	steps     []stages.Step
	cut       bool // which are only the first ones
	loaded    bool // steps are known
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
func (p *Pane) stageMenu() tea.Cmd {
	r := p.Reader(p.Run.Controller)
	switch {
	case r == nil || r.Stages == nil || p.ctx == nil:
		return nil
	case !p.Run.Pipeline || p.Run.Number == 0:
		return kit.Note("only the builds of a pipeline have stages")
	}
	p.choosing = "stages"
	ctx, run, session := p.ctx, p.Run, p.session
	return func() tea.Msg {
		s, err := r.Stages(ctx, run)
		return stagesToChooseMsg{session, s.Stages, err}
	}
}

// stagesToChooseMsg answers stageMenu.
type stagesToChooseMsg struct {
	session int
	stages  []stages.Stage
	err     error
}

func (p *Pane) offerStages(msg stagesToChooseMsg) tea.Cmd {
	if msg.session != p.session || p.choosing != "stages" {
		return nil
	}
	p.choosing = ""
	m := kit.ChooseMsg{Name: "Stage of " + kit.RunTitle(p.Run)}
	if p.stage != nil {
		m.Choices = append(m.Choices, kit.Choice{Label: "the whole run", Msg: stageMsg{ref: p.Run.Ref}})
	}
	before := len(m.Choices)
	m.Choices = stageChoices(m.Choices, p.Run.Ref, msg.stages, "", "", p.sh.Glyphs)
	switch {
	case msg.err != nil:
		return kit.Send(kit.NoteMsg{Err: msg.err})
	case len(m.Choices) == before:
		return kit.Note("Jenkins lists no stages of " + kit.RunTitle(p.Run) + " that can be chosen")
	}
	return kit.Send(m)
}

// stageChoices are the stages that have an id, those within others beneath them.
func stageChoices(out []kit.Choice, ref jenkins.Ref, list []stages.Stage, indent, path string, g *kit.Glyphs) []kit.Choice {
	for _, s := range list {
		name := kit.Clean(s.Name)
		here := strings.TrimPrefix(path+" "+g.Right+" "+name, " "+g.Right+" ")
		if s.ID != "" {
			out = append(out, kit.Choice{Label: indent + g.Stage(s.State) + " " + name, Note: strings.ToLower(string(s.State)),
				Msg: stageMsg{ref: ref, stage: s, path: here}})
		}
		out = stageChoices(out, ref, s.Children, indent+"  ", here, g)
	}
	return out
}

func (p *Pane) chooseStage(m stageMsg) tea.Cmd {
	if m.ref != p.Run.Ref {
		return nil
	}
	p.stage, p.answers.staged = nil, nil
	if m.stage.ID != "" {
		p.stage = &stageView{Stage: m.stage, path: m.path}
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
func (p *Pane) askSteps() tea.Cmd {
	s := p.stage
	r := p.Reader(p.Run.Controller)
	if s == nil || s.asking || s.final || r == nil || r.Steps == nil || p.ctx == nil || time.Since(s.asked) < stepsEvery {
		return nil
	}
	s.asking, s.asked = true, time.Now()
	ctx, run, session, id := p.ctx, p.Run, p.session, s.ID
	return func() tea.Msg {
		tree, err := r.Steps(ctx, run)
		return stepsMsg{session, id, tree, err, run.Status.Ended()}
	}
}

func (p *Pane) stepped(m stepsMsg) {
	s := p.stage
	if s == nil || m.session != p.session || m.stage != s.ID {
		return
	}
	s.asking, s.err = false, m.err
	if m.err == nil {
		s.steps, s.cut, s.loaded = nil, false, true
		if found := m.tree.Find(s.ID); found != nil {
			s.steps, s.cut = found.Steps, found.Cut
		}
	}
	s.final = m.err == nil && m.ended || errors.Is(m.err, stages.ErrNoSteps)
	p.rebuild()
}

// stageLines adds what is known of the chosen stage: what its blocks add to the environment, and its steps.
func (p *Pane) stageLines() {
	s := p.stage
	if s == nil {
		return
	}
	add := func(kind lineKind, text string) { p.lines = append(p.lines, line{kind: kind, text: text}) }
	say := func(text string) {
		for _, l := range kit.WrapWords(text, p.w-4) {
			add(noteLine, l)
		}
	}
	add(headingLine, "stage "+s.path)
	n := 0
	for i := range p.Env.Variables {
		if p.Env.Variables[i].Source == env.Staged {
			p.addVariable(env.Hit{Index: i})
			n++
		}
	}
	switch r := p.Reader(p.Run.Controller); {
	case n > 0:
	case r == nil || r.Script == nil:
		say("Jenkins does not show what withEnv and environment blocks set here. " +
			"With allow_script_console in the config the run is asked.")
	case s.scriptErr != nil:
		say(kit.Clean(s.scriptErr.Error()) + " " + kit.HintOf(s.scriptErr))
	default:
		say("no withEnv or environment block sets anything here, as far as the run says")
	}
	switch {
	case s.err != nil:
		say(kit.Clean(s.err.Error()) + " " + kit.HintOf(s.err))
	case !s.loaded:
		say("asking for the steps" + p.sh.Glyphs.More)
	case len(s.steps) == 0:
		say("Jenkins lists no steps of this stage")
	}
	for i := range s.steps {
		p.lines = append(p.lines, line{kind: stepLine, step: &s.steps[i]})
	}
	if s.cut {
		say(fmt.Sprintf("These are the first %d steps: Jenkins lists no more without the plugin Pipeline Graph View.", len(s.steps)))
	}
	add(headingLine, "the whole run  "+kit.Thousands(int64(len(p.Env.Variables)-n)))
}
