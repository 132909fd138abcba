package find

import (
	"context"
	"strings"
	"sync"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	jenkinsconsole "github.com/jenkwatch/jenkwatch/jenkins/console"
	jenkinsenv "github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// Env gets the environment of the build that a person named, and of a stage of it unless that is empty. One that Jenkins has
// discarded may still be among the local copies.
func Env(ctx context.Context, a *cli.App, arg, stage string) (jenkinsenv.Env, error) {
	return On(ctx, a, arg, func(ctx context.Context, c *cli.Controller, spec jenkins.BuildSpec) (jenkinsenv.Env, error) {
		run, err := c.Client.Build(ctx, spec)
		if err == nil {
			env, err := envOn(ctx, Build{On: c, Run: run})
			if err == nil && stage != "" {
				env, err = withStage(ctx, Build{On: c, Run: run}, env, stage)
			}
			return env, err
		}
		if exit.CodeOf(err) == exit.CodeNotFound && spec.Number > 0 {
			gone := jenkins.Run{Ref: jenkins.Ref{Controller: c.Name, Job: spec.Job, Number: spec.Number}}
			if kept, kerr := c.Env.Env(ctx, gone); kerr == nil {
				return kept, nil
			}
		}
		return jenkinsenv.Env{}, err
	})
}

// envOn asks for the environment of a build that was found.
func envOn(ctx context.Context, b Build) (jenkinsenv.Env, error) {
	// The console is scanned for what it printed of the environment, as far as one piece of it goes.
	var console jenkinsconsole.Chunk
	var script []jenkinsenv.Variable
	var wg sync.WaitGroup
	if b.Run.Number > 0 {
		wg.Go(func() { console, _ = b.On.Console.Log(ctx, b.Run.Ref, 0, scannedConsole) })
		if b.On.Env.AllowScript {
			wg.Go(func() { script, _ = b.On.Env.ScriptEnv(ctx, b.Run, "") }) // without the right for it the rest is shown
		}
	}
	env, err := b.On.Env.Env(ctx, b.Run)
	wg.Wait()
	if err != nil {
		return jenkinsenv.Env{}, err
	}
	printed := jenkinsenv.ScanConsole(b.Run, 0, console.Text)
	env = env.With(printed, script)
	if len(printed)+len(script) > 0 {
		b.On.Env.Keep(ctx, env)
	}
	return env, nil
}

// scannedConsole is how much of a console is searched for listings of the environment, in bytes.
const scannedConsole = 1 << 20

// withStage returns the env with what withEnv and environment {} blocks add for a stage, which only the run itself knows.
func withStage(ctx context.Context, b Build, env jenkinsenv.Env, name string) (jenkinsenv.Env, error) {
	if !b.On.Env.AllowScript {
		return env, exit.Usage("set allow_script_console = true for this controller in the config (docs/script-console.md)",
			"what a stage adds to its environment is only available from the script console, which the config does not allow")
	}
	tree, err := b.On.Stages.Tree(ctx, b.Run)
	if err != nil {
		return env, err
	}
	stage, all := stages.Named(tree.Stages, name)
	if stage.ID == "" {
		hint := "Jenkins reports none for it"
		if len(all) > 0 {
			hint = "one of " + strings.Join(all, ", ")
		}
		return env, exit.Usage(hint, "the build has no stage %q", name)
	}
	said, err := b.On.Env.ScriptEnv(ctx, b.Run, stage.ID)
	if err != nil {
		return env, err
	}
	return env.With(said), nil
}
