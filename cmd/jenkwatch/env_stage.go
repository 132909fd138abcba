package main

import (
	"context"
	"strings"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	jenkinsenv "github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// withStage returns the env with what withEnv and environment {} blocks add for a stage, which only the run itself knows.
func withStage(ctx context.Context, b find.Build, env jenkinsenv.Env, name string) (jenkinsenv.Env, error) {
	if !b.On.Env.AllowScript {
		return env, exit.Usage("set allow_script_console = true for this controller in the config (docs/script-console.md)",
			"what a stage adds to its environment is only available from the script console, which the config does not allow")
	}
	tree, err := b.On.Stages.Tree(ctx, b.Run)
	if err != nil {
		return env, err
	}
	stage, all := findStage(tree.Stages, name)
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

// findStage finds a stage by its name, its path (Test/e2e) or its id, and lists the paths of all that have an id. Of
// several stages of one name it is the first; a whole path beats a name.
func findStage(all []stages.Stage, name string) (match stages.Stage, paths []string) {
	exact := false
	var walk func([]stages.Stage, string)
	walk = func(list []stages.Stage, above string) {
		for _, s := range list {
			path := above + s.Name
			if s.ID != "" {
				paths = append(paths, path)
				switch whole := strings.EqualFold(path, name) || s.ID == name; {
				case whole && !exact:
					match, exact = s, true
				case match.ID == "" && strings.EqualFold(s.Name, name):
					match = s
				}
			}
			walk(s.Children, path+"/")
		}
	}
	walk(all, "")
	return match, paths
}
