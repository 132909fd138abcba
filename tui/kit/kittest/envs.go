package kittest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Envs answers for the env pane from memory.
type Envs struct {
	mu       sync.Mutex
	ByNumber map[int]env.Env // by build number
	Err      error
	Asked    []int // builds whose environment was asked for
	Consoles []int // builds whose console was read

	Stages  []stages.Stage
	Script  map[string][]env.Variable // by stage, of which the empty one is the whole run; nil: forbidden
	Scripts []string                  // stages for which the run itself was asked
	Kept    []jenkins.Run             // with a local copy
	Builds  []jenkins.Run             // of the job, newest first
	Gone    bool                      // Jenkins no longer has the builds
	Saved   []env.Env
}

// note takes a note of a question; commands run beside each other.
func (f *Envs) note(write func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	write()
}

// Reader returns what the panes ask.
func (f *Envs) Reader() *kit.EnvReader {
	r := &kit.EnvReader{Controller: EndedRun(1).Controller,
		Stages: func(context.Context, jenkins.Run) (stages.Tree, error) {
			return stages.Tree{Stages: f.Stages}, f.Err
		},
		Keep:   func(_ context.Context, e env.Env) { f.note(func() { f.Saved = append(f.Saved, e) }) },
		Copies: func(context.Context, string) []jenkins.Run { return f.Kept },
		Env: func(ctx context.Context, run jenkins.Run) (env.Env, error) {
			f.note(func() { f.Asked = append(f.Asked, run.Number) })
			if err := errors.Join(ctx.Err(), f.Err); err != nil {
				return env.Env{}, f.Err
			}
			e := f.ByNumber[run.Number]
			e.Ref, e.Run = run.Ref, run
			return e, nil
		},
		Build: func(_ context.Context, spec jenkins.BuildSpec) (jenkins.Run, error) {
			if f.Gone {
				return jenkins.Run{}, &jenkins.Error{Kind: jenkins.NotFound}
			}
			r := EndedRun(spec.Number)
			r.Job = spec.Job
			return r, f.Err
		},
		History: func(_ context.Context, _ string, from, n int) ([]jenkins.Run, error) {
			if f.Gone {
				return nil, &jenkins.Error{Kind: jenkins.NotFound}
			}
			return f.Builds[min(from, len(f.Builds)):min(from+n, len(f.Builds))], f.Err
		},
		Printed: func(_ context.Context, run jenkins.Run) ([]env.Variable, error) {
			f.note(func() { f.Consoles = append(f.Consoles, run.Number) })
			return Vars(env.Printed, "STEP_SAW", fmt.Sprint(run.Number)), nil
		},
		Parse: func(s string) (jenkins.BuildSpec, error) { return jenkins.BuildSpec{Job: s, Number: 9}, nil },
	}
	if f.Script != nil {
		r.Script = func(_ context.Context, _ jenkins.Run, stage string) ([]env.Variable, error) {
			f.note(func() { f.Scripts = append(f.Scripts, stage) })
			return f.Script[stage], nil
		}
	}
	return r
}

func Vars(source env.Source, pairs ...string) []env.Variable {
	var out []env.Variable
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, env.Variable{Name: pairs[i], Value: pairs[i+1], Source: source, Known: true})
	}
	return out
}

const Secret = "hunter2-the-secret"

// SampleEnv returns what a run saw; n changes what differs from run to run.
func SampleEnv(n int) env.Env {
	password := env.Variable{Name: "DEPLOY_PASSWORD", Source: env.Param, Secret: true, MaskWhole: true, Password: true}
	token := env.Variable{Name: "API_KEY", Value: Secret, Source: env.Param, Known: true, Secret: true, MaskWhole: true}
	e := env.Env{}.With(
		Vars(env.Param, "TARGET", "prod", "NOTE", "first line\nsecond line\twith a tab\nthird", "GREETING", "日本語 👩‍👩‍👧"),
		[]env.Variable{password, token},
		Vars(env.SCM, "GIT_COMMIT", "9f31c02", "GIT_BRANCH", "origin/main"),
		Vars(env.Assigned, "APP_VERSION", fmt.Sprintf("2.14.%d-rc.3", n), "CONFIG", `{"replicas":3,"regions":["eu","us"]}`),
		Vars(env.Derived, "BRANCH_NAME", "main", "BUILD_NUMBER", fmt.Sprint(n), "BUILD_URL",
			fmt.Sprintf("https://ci.example.com/job/shop/job/checkout/job/main/%d/", n), "CLASSPATH", "", "TARGET", "default"),
		Vars(env.Received, "PATH", fmt.Sprintf("/usr/local/bin:/usr/bin:/opt/tools-%d/bin:/bin:/sbin", n)),
		Vars(env.Printed, "HELLO_B64", "aGVsbG8gd29ybGQ=", "ODD \x1b[31mNAME", "esc\x1b]0;x\x07aped"),
	)
	e.Missing = []string{"HOME", "LANG"}
	return e
}

func SampleEnvs() *Envs {
	before := SampleEnv(411).With(Vars(env.Param, "OLD_FLAG", "yes"))
	now := SampleEnv(412).With(Vars(env.Param, "NEW_FLAG", "on"))
	good := EndedRun(410)
	good.Status = jenkins.Success
	return &Envs{Builds: []jenkins.Run{RunningRun(412), EndedRun(411), good}, ByNumber: map[int]env.Env{412: now, 411: before, 410: SampleEnv(410)}}
}
