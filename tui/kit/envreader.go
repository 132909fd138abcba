package kit

import (
	"context"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/sourcegraph/conc"
)

// EnvReader asks for what the env pane shows and compares.
type EnvReader struct {
	Controller string

	Env     func(ctx context.Context, run jenkins.Run) (env.Env, error)
	Build   func(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error)
	History func(ctx context.Context, job string, from, n int) ([]jenkins.Run, error)
	Parse   func(spec string) (jenkins.BuildSpec, error)
	Stages  func(ctx context.Context, run jenkins.Run) (stages.Tree, error)
	Printed func(ctx context.Context, run jenkins.Run) ([]env.Variable, error) // what its console printed
	// script asks the run itself, also for what a stage adds unless its id is empty; nil where the config forbids it.
	Script func(ctx context.Context, run jenkins.Run, stage string) ([]env.Variable, error)
	Keep   func(ctx context.Context, e env.Env)                // keeps what is known of a run; nil keeps nothing
	Copies func(ctx context.Context, job string) []jenkins.Run // runs of which something was kept, the newest first; nil: none
}

// NewEnvReader asks the clients of the controllers; nil stands for a controller without one.
func NewEnvReader(sh *Shared) func(controller string) *EnvReader {
	return func(controller string) *EnvReader {
		c := sh.EnvOf(controller)
		if c == nil {
			return nil
		}
		tree := sh.StagesOf(controller)
		r := &EnvReader{Controller: c.Name, Env: c.Env, Build: c.Build, History: c.History, Parse: c.ParseBuildSpec, Stages: tree.Tree,
			Printed: printedBy(sh.ConsoleOf(controller)), Keep: c.Keep}
		if c.AllowScript {
			r.Script = c.ScriptEnv
		}
		if c.Copies != nil {
			r.Copies = func(ctx context.Context, job string) []jenkins.Run {
				runs, _ := c.Copies.Runs(ctx, c.Name, job, copiesPage) // without them only what Jenkins has is found
				return runs
			}
		}
		return r
	}
}

// Whole asks for all that the controller exposes of a run's environment, and the run itself where the config allows it.
// Without the right to do that the rest is shown.
func (r *EnvReader) Whole(ctx context.Context, run jenkins.Run) (env.Env, error) {
	if r.Script == nil {
		return r.Env(ctx, run)
	}
	var vars []env.Variable
	var helper conc.WaitGroup
	helper.Go(func() { vars, _ = r.Script(ctx, run, "") })
	e, err := r.Env(ctx, run)
	helper.Wait()
	if err != nil {
		return e, err
	}
	return e.With(vars), nil
}

// copiesPage is how many local copies of a job are listed.
const copiesPage = 100

// scannedConsole is how much of a console is searched for listings of the environment when that is asked for, in bytes.
// What the log pane loads is searched anyway.
const scannedConsole = 1 << 20

// printedBy reads the beginning of a run's console for what it printed of its environment.
func printedBy(c *console.Client) func(context.Context, jenkins.Run) ([]env.Variable, error) {
	return func(ctx context.Context, run jenkins.Run) ([]env.Variable, error) {
		head, err := c.Log(ctx, run.Ref, 0, scannedConsole)
		if err != nil {
			return nil, err
		}
		return env.ScanConsole(run, 0, head.Text), nil
	}
}
