package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// envReader asks for what the env pane shows and compares.
type envReader struct {
	controller string

	env     func(ctx context.Context, run jenkins.Run) (env.Env, error)
	build   func(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error)
	history func(ctx context.Context, job string, from, n int) ([]jenkins.Run, error)
	parse   func(spec string) (jenkins.BuildSpec, error)
	stages  func(ctx context.Context, run jenkins.Run) (stages.Tree, error)
	steps   func(ctx context.Context, run jenkins.Run) (stages.Tree, error)    // with the stages
	printed func(ctx context.Context, run jenkins.Run) ([]env.Variable, error) // what its console printed
	// script asks the run itself, also for what a stage adds unless its id is empty; nil where the config forbids it.
	script func(ctx context.Context, run jenkins.Run, stage string) ([]env.Variable, error)
	keep   func(ctx context.Context, e env.Env)                // keeps what is known of a run; nil keeps nothing
	copies func(ctx context.Context, job string) []jenkins.Run // runs of which something was kept, the newest first; nil: none
}

// newEnvReader asks the clients of the controllers; nil stands for a controller without one.
func newEnvReader(sh *shared) func(controller string) *envReader {
	return func(controller string) *envReader {
		c := sh.envOf(controller)
		if c == nil {
			return nil
		}
		tree := sh.stagesOf(controller)
		r := &envReader{controller: c.Name, env: c.Env, build: c.Build, history: c.History, parse: c.ParseBuildSpec, stages: tree.Tree,
			steps: tree.Whole, printed: printedBy(sh.consoleOf(controller)), keep: c.Keep}
		if c.AllowScript {
			r.script = c.ScriptEnv
		}
		if c.Copies != nil {
			r.copies = func(ctx context.Context, job string) []jenkins.Run {
				runs, _ := c.Copies.Runs(ctx, c.Name, job, comparePage) // without them only what Jenkins has is found
				return runs
			}
		}
		return r
	}
}

// whole asks for all that the controller tells of a run's environment, and the run itself where the config allows it.
// Without the right to do that the rest is shown.
func (r *envReader) whole(ctx context.Context, run jenkins.Run) (env.Env, error) {
	if r.script == nil {
		return r.env(ctx, run)
	}
	var vars []env.Variable
	var helper crew.Crew
	helper.Go(func() { vars, _ = r.script(ctx, run, "") })
	e, err := r.env(ctx, run)
	helper.Wait()
	if err != nil {
		return e, err
	}
	return e.With(vars), nil
}

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

// printedMsg is what a run's console printed of its environment.
type printedMsg struct {
	ref  jenkins.Ref
	vars []env.Variable
}

// ask asks Jenkins and, where that is allowed, the run: what comes first is shown first.
func (p *envPane) ask() tea.Cmd {
	r := p.reader(p.run.Controller)
	if r == nil || p.ctx == nil || p.run.Number == 0 {
		return nil
	}
	if p.asking {
		p.again = true
		return nil
	}
	p.asking, p.again = true, false
	ctx, run, session := p.ctx, p.run, p.session
	return tea.Batch(func() tea.Msg {
		e, err := r.env(ctx, run)
		return envMsg{session, e, err}
	}, p.askRun())
}

// askRun asks the run itself, also for what the chosen stage adds.
func (p *envPane) askRun() tea.Cmd {
	r := p.reader(p.run.Controller)
	if r == nil || r.script == nil || p.ctx == nil || p.run.Number == 0 {
		return nil
	}
	stage := ""
	if p.stage != nil {
		stage = p.stage.ID
	}
	ctx, run, session := p.ctx, p.run, p.session
	return func() tea.Msg {
		vars, err := r.script(ctx, run, stage)
		return scriptMsg{session, stage, vars, err}
	}
}

func (p *envPane) answered(msg envMsg) tea.Cmd {
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
	return missed(p.run, msg.err)
}

func (p *envPane) scripted(msg scriptMsg) tea.Cmd {
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

func (p *envPane) printed(msg printedMsg) tea.Cmd {
	if msg.ref != p.run.Ref || len(msg.vars) == 0 {
		return nil
	}
	p.told.console = append(p.told.console, msg.vars...)
	p.mix()
	return p.keepAll()
}

// received asks again for a run for which a push came: it lies among the copies now.
func (p *envPane) received(msg EnvReceived) tea.Cmd {
	if msg.Ref != p.run.Ref {
		p.kept.drop(msg.Ref)
		return nil
	}
	return p.ask()
}

// keepAll keeps what is known beyond what Jenkins told, so that it outlives the build.
func (p *envPane) keepAll() tea.Cmd {
	r := p.reader(p.run.Controller)
	if r == nil || r.keep == nil || p.ctx == nil || !p.heard {
		return nil
	}
	ctx, e := p.ctx, p.said.With(p.told.console)
	return func() tea.Msg {
		r.keep(ctx, e)
		return nil
	}
}

// put shows what was told now, and remembers it if the run will not change any more.
func (p *envPane) put() {
	p.said = p.told.api
	if len(p.told.run) > 0 && p.heard { // which of it is a password, Jenkins tells
		p.said = p.said.With(p.told.run)
	}
	p.compareAgain()
	if p.heard && (p.said.Run.Status.Ended() || p.run.Status.Ended()) {
		p.kept.put(&p.run, p.told.api)
	}
	p.mix()
}

// mix shows what was said with what is not compared: what the console printed and what the chosen stage adds.
func (p *envPane) mix() {
	p.env = p.said
	if len(p.told.console)+len(p.told.staged) > 0 && p.heard {
		p.env = p.env.With(p.told.staged, p.told.console)
	}
	if p.heard {
		p.sh.lookedAt(p.env)
	} else {
		p.env.Missing = nil
	}
	p.rebuild()
}

// isGone tells whether Jenkins does not have a build, or the whole job.
func isGone(err error) bool {
	asked, ok := errors.AsType[*jenkins.Error](err)
	return ok && asked.Kind == jenkins.NotFound
}
