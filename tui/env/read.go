package env

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// told is what the several sources told of the run's environment, each when it came.
type told struct {
	api     env.Env        // Jenkins, or before it answered, the refresh
	run     []env.Variable // the run itself, through the script console
	console []env.Variable // what its console printed
	staged  []env.Variable // what the chosen stage adds
}

// EnvReceived tells the screen that a push for a run was received and kept: what it told can be shown.
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
		p.heard, p.told.api = true, msg.env
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
		p.stage.scriptErr = msg.err
	}
	if msg.err != nil {
		return nil // without the right to ask the rest is shown
	}
	p.told.run, p.told.staged = nil, nil
	for _, v := range msg.vars {
		switch {
		case v.Source != env.Staged:
			p.told.run = append(p.told.run, v)
		case p.stage != nil && p.stage.ID == msg.stage:
			p.told.staged = append(p.told.staged, v)
		}
	}
	p.put()
	return p.keepAll()
}

func (p *Pane) printed(msg kit.PrintedMsg) tea.Cmd {
	if msg.Ref != p.Run.Ref || len(msg.Vars) == 0 {
		return nil
	}
	p.told.console = append(p.told.console, msg.Vars...)
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

// keepAll keeps what is known beyond what Jenkins told, so that it outlives the build.
func (p *Pane) keepAll() tea.Cmd {
	r := p.Reader(p.Run.Controller)
	if r == nil || r.Keep == nil || p.ctx == nil || !p.heard {
		return nil
	}
	ctx, e := p.ctx, p.said.With(p.told.console)
	return func() tea.Msg {
		r.Keep(ctx, e)
		return nil
	}
}

// put shows what was told now, and remembers it if the run will not change any more.
func (p *Pane) put() {
	p.said = p.told.api
	if len(p.told.run) > 0 && p.heard { // which of it is a password, Jenkins tells
		p.said = p.said.With(p.told.run)
	}
	p.compareAgain()
	if p.heard && (p.said.Run.Status.Ended() || p.Run.Status.Ended()) {
		p.kept.put(&p.Run, p.told.api)
	}
	p.mix()
}

// mix shows what was said with what is not compared: what the console printed and what the chosen stage adds.
func (p *Pane) mix() {
	p.Env = p.said
	if len(p.told.console)+len(p.told.staged) > 0 && p.heard {
		p.Env = p.Env.With(p.told.staged, p.told.console)
	}
	if p.heard {
		p.sh.LookedAt(p.Env)
	} else {
		p.Env.Missing = nil
	}
	p.rebuild()
}
