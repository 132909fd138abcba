package env

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// stageView is the stage that was chosen, for what its blocks add to the environment.
type stageView struct {
	stages.Stage
	path string // of the stage and those around it
	asks bool   // the run itself is asked what its blocks add
	err  error  // why that could not be had
}

// nothing says why nothing is shown that the stage adds.
func (s *stageView) nothing() string {
	switch {
	case !s.asks:
		return "Jenkins does not show what withEnv and environment blocks set here. With allow_script_console in the config the run is asked."
	case s.err != nil:
		return kit.Clean(s.err.Error()) + " " + kit.HintOf(s.err)
	}
	return "no withEnv or environment block sets anything here, as far as the run says"
}

// stageMsg has the pane show a stage of its run; one without an ID shows the whole run again.
type stageMsg struct {
	ref   jenkins.Ref
	stage stages.Stage
	path  string
}

// seekStage asks for the stages, for the next one (1), the previous one (-1), or to let the user choose one (0).
func (r *reading) seekStage(step int) tea.Cmd {
	switch {
	case r.reader == nil || r.reader.Stages == nil || r.ctx == nil:
		return nil
	case !r.run.Pipeline || r.run.Number == 0:
		return kit.Note("only the builds of a pipeline have stages")
	}
	r.choosing = "stages"
	ctx, reader, run, session := r.ctx, r.reader, r.run, r.session
	return func() tea.Msg {
		s, err := reader.Stages(ctx, run)
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

// offerStages lets the user choose among the stages, or goes to the neighbour that was asked for.
func (p *Pane) offerStages(msg stagesToChooseMsg) tea.Cmd {
	r := &p.read
	if msg.session != r.session || r.choosing != "stages" {
		return nil
	}
	r.choosing = ""
	m := kit.ChooseMsg{Name: "Stage of " + kit.RunTitle(r.run)}
	if r.stage != nil || msg.step != 0 {
		m.Choices = append(m.Choices, kit.Choice{Label: "the whole run", Msg: stageMsg{ref: r.run.Ref}})
	}
	before := len(m.Choices)
	m.Choices = stageChoices(m.Choices, r.run.Ref, msg.stages, "", "", p.sh.Glyphs)
	switch {
	case msg.err != nil:
		return kit.Send(kit.NoteMsg{Err: msg.err})
	case len(m.Choices) == before:
		return kit.Note("Jenkins lists no stages of " + kit.RunTitle(r.run) + " that can be chosen")
	case msg.step == 0:
		return kit.Send(m)
	}
	next, why := r.neighbour(m.Choices, msg.step)
	if why != "" {
		return kit.Note(why)
	}
	return p.chooseStage(next)
}

// neighbour returns the choice beside the stage that is shown, or why there is none; the first choice is the whole run.
func (r *reading) neighbour(choices []kit.Choice, step int) (next stageMsg, why string) {
	at := 0
	if r.stage != nil {
		at = max(0, slices.IndexFunc(choices, func(c kit.Choice) bool { return c.Msg.(stageMsg).stage.ID == r.stage.ID }))
	}
	switch at += step; {
	case at < 0:
		return next, "this is the whole run: there is nothing before it"
	case at >= len(choices):
		return next, "this is the last stage"
	}
	return choices[at].Msg.(stageMsg), ""
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

// setStage chooses a stage, or the whole run with nil.
func (r *reading) setStage(stage *stageView) {
	r.stage, r.answers.staged = stage, nil
	r.mix()
}

func (p *Pane) chooseStage(m stageMsg) tea.Cmd {
	if m.ref != p.read.run.Ref {
		return nil
	}
	var stage *stageView
	if m.stage.ID != "" {
		stage = &stageView{Stage: m.stage, path: m.path, asks: p.read.asksRun()}
	}
	p.read.setStage(stage)
	p.diff = nil
	p.show()
	p.list.place(0)
	p.list.at = ""
	return p.read.askRun()
}
