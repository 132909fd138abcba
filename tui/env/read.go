package env

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// answers are what the sources said of the run's environment, each when it came.
type answers struct {
	api     env.Env        // of Jenkins; before that, of the refresh of the list
	run     []env.Variable // the run itself, through the script console
	console []env.Variable // what its console printed
	staged  []env.Variable // what the chosen stage adds
}

// EnvReceived says that a push for a run was received and kept: what it brought can be shown.
type EnvReceived struct{ jenkins.Ref }

type envMsg struct {
	session int
	env     env.Env
	err     error
}

// scriptMsg is what the run answered itself.
type scriptMsg struct {
	session int
	stage   string // that it was asked for, empty for none
	vars    []env.Variable
	err     error
}

// ask asks Jenkins and, where that is allowed, the run: what comes first is shown first.
func (p *Pane) ask() tea.Cmd {
	r := p.Reader(p.Run.Controller)
	if r == nil || p.ctx == nil || p.Run.Number == 0 {
		return nil
	}
	if p.asking {
		p.again = true
		return nil
	}
	p.asking, p.again = true, false
	ctx, run, session := p.ctx, p.Run, p.session
	return tea.Batch(func() tea.Msg {
		e, err := r.Env(ctx, run)
		return envMsg{session, e, err}
	}, p.askRun())
}

// askRun asks the run itself, also for what the chosen stage adds.
func (p *Pane) askRun() tea.Cmd {
	r := p.Reader(p.Run.Controller)
	if r == nil || r.Script == nil || p.ctx == nil || p.Run.Number == 0 {
		return nil
	}
	stage := ""
	if p.stage != nil {
		stage = p.stage.ID
	}
	ctx, run, session := p.ctx, p.Run, p.session
	return func() tea.Msg {
		vars, err := r.Script(ctx, run, stage)
		return scriptMsg{session, stage, vars, err}
	}
}

func (p *Pane) answered(msg envMsg) tea.Cmd {
	if msg.session != p.session || p.ctx == nil {
		return nil
	}
	p.asking, p.err = false, msg.err
	if msg.err == nil {
		p.loaded, p.answers.api = true, msg.env
		p.put()
	}
	if p.again {
		return p.ask()
	}
	return kit.Missed(p.Run, msg.err)
}

func (p *Pane) scripted(msg scriptMsg) tea.Cmd {
	if msg.session != p.session || p.ctx == nil {
		return nil
	}
	if p.stage != nil && p.stage.ID == msg.stage {
		p.stage.err = msg.err
	}
	if msg.err != nil {
		return nil // without the right to ask the rest is shown
	}
	p.answers.run, p.answers.staged = nil, nil
	for _, v := range msg.vars {
		switch {
		case v.Source != env.Staged:
			p.answers.run = append(p.answers.run, v)
		case p.stage != nil && p.stage.ID == msg.stage:
			p.answers.staged = append(p.answers.staged, v)
		}
	}
	p.put()
	return p.keepAll()
}

func (p *Pane) printed(msg kit.PrintedMsg) tea.Cmd {
	if !msg.Build.Names(&p.Run) || len(msg.Vars) == 0 {
		return nil
	}
	p.answers.console = append(p.answers.console, msg.Vars...)
	p.mix()
	return p.keepAll()
}

// received asks again for a run for which a push came: it lies among the copies now.
func (p *Pane) received(msg EnvReceived) tea.Cmd {
	if msg.Ref != p.Run.Ref {
		p.kept.drop(msg.Ref)
		return nil
	}
	return p.ask()
}

// keepAll keeps all that is known, so that it outlives the build.
func (p *Pane) keepAll() tea.Cmd {
	r := p.Reader(p.Run.Controller)
	if r == nil || r.Keep == nil || p.ctx == nil || !p.loaded {
		return nil
	}
	ctx, e := p.ctx, p.said.With(p.answers.console)
	return func() tea.Msg {
		r.Keep(ctx, e)
		return nil
	}
}

// put shows what the sources said, and caches it if the run will not change again.
func (p *Pane) put() {
	p.said = p.answers.api
	if len(p.answers.run) > 0 && p.loaded { // only Jenkins says which of it is a password
		p.said = p.said.With(p.answers.run)
	}
	p.compareAgain()
	if p.loaded && (p.said.Run.Status.Ended() || p.Run.Status.Ended()) {
		p.kept.put(&p.Run, p.answers.api)
	}
	p.mix()
}

// mix adds what is not compared to what was said: what the console printed and what the chosen stage adds.
func (p *Pane) mix() {
	p.Env = p.said
	if len(p.answers.console)+len(p.answers.staged) > 0 && p.loaded {
		p.Env = p.Env.With(p.answers.staged, p.answers.console)
	}
	if p.loaded {
		p.sh.LookedAt(p.Env)
	} else {
		p.Env.Missing = nil
	}
	p.rebuild()
}
