package env

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// stageView is the stage that was chosen, for what its blocks add to the environment.
type stageView struct {
	stages.Stage
	path string // of the stage and those around it
	err  error  // why what its blocks add could not be had
}

// stageMsg has the pane show a stage of its run; one without an ID shows the whole run again.
type stageMsg struct {
	ref   jenkins.Ref
	stage stages.Stage
	path  string
}

// seekStage asks for the stages, for the next one (1), the previous one (-1), or to let the user choose one (0).
func (p *Pane) seekStage(step int) tea.Cmd {
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
		return stagesToChooseMsg{session, s.Stages, err, step}
	}
}

// stagesToChooseMsg answers seekStage.
type stagesToChooseMsg struct {
	session int
	stages  []stages.Stage
	err     error
	step    int
}

func (p *Pane) offerStages(msg stagesToChooseMsg) tea.Cmd {
	if msg.session != p.session || p.choosing != "stages" {
		return nil
	}
	p.choosing = ""
	m := kit.ChooseMsg{Name: "Stage of " + kit.RunTitle(p.Run)}
	if p.stage != nil || msg.step != 0 {
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
	if msg.step != 0 {
		return p.stepStage(m.Choices, msg.step)
	}
	return kit.Send(m)
}

// stepStage chooses the neighbour of the stage that is shown; the first choice is the whole run.
func (p *Pane) stepStage(choices []kit.Choice, step int) tea.Cmd {
	at := 0
	if p.stage != nil {
		at = max(0, slices.IndexFunc(choices, func(c kit.Choice) bool { return c.Msg.(stageMsg).stage.ID == p.stage.ID }))
	}
	switch at += step; {
	case at < 0:
		return kit.Note("this is the whole run: there is nothing before it")
	case at >= len(choices):
		return kit.Note("this is the last stage")
	}
	return p.chooseStage(choices[at].Msg.(stageMsg))
}

// stageChoices returns the stages that have an id, those within others beneath them.
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
	return p.askRun()
}

// stageLines adds what the blocks of the chosen stage add to the environment.
func (p *Pane) stageLines() {
	if p.stage == nil {
		return
	}
	p.lines = append(p.lines, line{kind: headingLine, text: "stage " + p.stage.path})
	n := 0
	for i := range p.Env.Variables {
		if p.Env.Variables[i].Source == env.Staged {
			p.addVariable(env.Hit{Index: i})
			n++
		}
	}
	text := "no withEnv or environment block sets anything here, as far as the run says"
	switch r := p.Reader(p.Run.Controller); {
	case n > 0:
		text = ""
	case r == nil || r.Script == nil:
		text = "Jenkins does not show what withEnv and environment blocks set here. With allow_script_console in the config the run is asked."
	case p.stage.err != nil:
		text = kit.Clean(p.stage.err.Error()) + " " + kit.HintOf(p.stage.err)
	}
	for _, l := range kit.WrapWords(text, p.w-4) {
		p.lines = append(p.lines, line{kind: noteLine, text: l})
	}
	p.lines = append(p.lines, line{kind: headingLine, text: "the whole run  " + kit.Thousands(int64(len(p.Env.Variables)-n))})
}
