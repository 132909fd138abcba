package env

import (
	"context"
	"maps"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// reading asks for the environment of one run and holds what was answered.
type reading struct {
	run     jenkins.Run
	reader  *kit.EnvReader // of its controller, nil for none
	session int            // as the log pane's
	ctx     context.Context
	cancel  context.CancelFunc

	answers  answers
	said     env.Env // what Jenkins and the run itself answered: this is compared
	env      env.Env // all that is known, as it is shown
	loaded   bool    // Jenkins answered; before that env holds what the refresh of the list brought
	asking   bool
	again    bool // there is more to ask for since
	err      error
	kept     cache
	stage    *stageView // the stage that was chosen, nil for none
	choosing string     // "stages" or "builds" while those to choose from are asked for
}

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

// refreshed takes newer values of the run that is read, and reports whether its environment may be another.
func (r *reading) refreshed(run jenkins.Run) bool {
	old := r.run
	r.run = run
	return old.Status.Ended() != run.Status.Ended() || !maps.Equal(old.Environment, run.Environment)
}

// begin goes to another run, of which known is what the refresh of the list brought.
func (r *reading) begin(run jenkins.Run, known env.Env) {
	r.end()
	r.run, r.err, r.answers, r.stage = run, nil, answers{}, nil
	if r.answers.api, r.loaded = r.kept.get(&run); !r.loaded {
		r.answers.api = known
	}
	r.put()
}

// start has what is asked for from now on belong to a new session, which ends with ctx or by end. It reports whether
// there is something to ask: what is known of a run that has ended does not change.
func (r *reading) start(ctx context.Context, run jenkins.Run) bool {
	r.run = run
	r.session++
	r.ctx, r.cancel = context.WithCancel(ctx)
	r.asking, r.choosing = false, ""
	return !r.loaded || !run.Status.Ended()
}

// end gives up what is asked for.
func (r *reading) end() {
	if r.cancel != nil {
		r.cancel()
	}
	r.ctx, r.cancel, r.asking = nil, nil, false
}

// possible reports whether the run can be asked for.
func (r *reading) possible() bool { return r.reader != nil && r.ctx != nil && r.run.Number != 0 }

// ask asks Jenkins and, where that is allowed, the run: what comes first is shown first.
func (r *reading) ask() tea.Cmd {
	if !r.possible() {
		return nil
	}
	if r.asking {
		r.again = true
		return nil
	}
	r.asking, r.again = true, false
	ctx, reader, run, session := r.ctx, r.reader, r.run, r.session
	return tea.Batch(func() tea.Msg {
		e, err := reader.Env(ctx, run)
		return envMsg{session, e, err}
	}, r.askRun())
}

// asksRun reports whether the run itself may be asked.
func (r *reading) asksRun() bool { return r.reader != nil && r.reader.Script != nil }

// askRun asks the run itself, also for what the chosen stage adds.
func (r *reading) askRun() tea.Cmd {
	if !r.asksRun() || !r.possible() {
		return nil
	}
	stage := ""
	if r.stage != nil {
		stage = r.stage.ID
	}
	ctx, reader, run, session := r.ctx, r.reader, r.run, r.session
	return func() tea.Msg {
		vars, err := reader.Script(ctx, run, stage)
		return scriptMsg{session, stage, vars, err}
	}
}

// current reports whether an answer belongs to what is asked now.
func (r *reading) current(session int) bool { return session == r.session && r.ctx != nil }

// answered takes the answer of Jenkins and reports whether it says more.
func (r *reading) answered(msg envMsg) (more bool) {
	r.asking, r.err = false, msg.err
	if msg.err != nil {
		return false
	}
	r.loaded, r.answers.api = true, msg.env
	r.put()
	return true
}

// scripted takes the answer of the run itself and reports whether it says more. Without the right to ask it, the rest is
// shown.
func (r *reading) scripted(msg scriptMsg) (more bool) {
	ofStage := r.stage != nil && r.stage.ID == msg.stage
	if ofStage {
		r.stage.err = msg.err
	}
	if msg.err != nil {
		return false
	}
	r.answers.run, r.answers.staged = nil, nil
	for _, v := range msg.vars {
		switch {
		case v.Source != env.Staged:
			r.answers.run = append(r.answers.run, v)
		case ofStage:
			r.answers.staged = append(r.answers.staged, v)
		}
	}
	r.put()
	return true
}

// printed takes what a console printed, and reports whether it was the run's and says more.
func (r *reading) printed(msg kit.PrintedMsg) (more bool) {
	if !msg.Build.Names(&r.run) || len(msg.Vars) == 0 {
		return false
	}
	r.answers.console = append(r.answers.console, msg.Vars...)
	r.mix()
	return true
}

// received asks again for a run for which a push came: it lies among the copies now.
func (r *reading) received(ref jenkins.Ref) tea.Cmd {
	if ref != r.run.Ref {
		r.kept.drop(ref)
		return nil
	}
	return r.ask()
}

// keepAll keeps all that is known, so that it outlives the build.
func (r *reading) keepAll() tea.Cmd {
	if r.reader == nil || r.reader.Keep == nil || r.ctx == nil || !r.loaded {
		return nil
	}
	ctx, reader, e := r.ctx, r.reader, r.said.With(r.answers.console)
	return func() tea.Msg {
		reader.Keep(ctx, e)
		return nil
	}
}

// put joins what the sources said, and caches it if the run will not change again.
func (r *reading) put() {
	r.said = r.answers.api
	if len(r.answers.run) > 0 && r.loaded { // only Jenkins says which of it is a password
		r.said = r.said.With(r.answers.run)
	}
	if r.loaded && (r.said.Run.Status.Ended() || r.run.Status.Ended()) {
		r.kept.put(&r.run, r.answers.api)
	}
	r.mix()
}

// mix adds what is not compared to what was said: what the console printed and what the chosen stage adds.
func (r *reading) mix() {
	r.env = r.said
	if len(r.answers.console)+len(r.answers.staged) > 0 && r.loaded {
		r.env = r.env.With(r.answers.staged, r.answers.console)
	}
	if !r.loaded {
		r.env.Missing = nil
	}
}

// whyUnknown says why a variable has a name but no value.
func (r *reading) whyUnknown(v *env.Variable) string {
	if r.env.FromCopy && !v.Password {
		return "the local copy keeps no secrets: the value of " + kit.Clean(v.Name) + " is gone with the build"
	}
	return "Jenkins does not show the value of " + kit.Clean(v.Name)
}
