package env

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// fakeEnvs answers for the env pane from memory.
type fakeEnvs struct {
	mu       sync.Mutex
	consoles []int           // that were read
	envs     map[int]env.Env // by build number
	err      error
	asked    []int

	stages  []stages.Stage
	steps   []stages.Step
	script  map[string][]env.Variable // by stage, of which the empty one is the whole run; nil: forbidden
	scripts []string                  // stages for which the run itself was asked
	copies  []jenkins.Run
	gone    bool // Jenkins does not have the builds any more
	kept    []env.Env
}

// note takes a note of a question; commands run beside each other.
func (f *fakeEnvs) note(write func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	write()
}

func (f *fakeEnvs) reader() *kit.EnvReader {
	r := &kit.EnvReader{Controller: endedRun(1).Controller,
		Stages: func(context.Context, jenkins.Run) (stages.Tree, error) {
			return stages.Tree{Stages: f.stages}, f.err
		},
		Steps: func(context.Context, jenkins.Run) (stages.Tree, error) {
			return f.tree(), f.err
		},
		Keep:   func(_ context.Context, e env.Env) { f.note(func() { f.kept = append(f.kept, e) }) },
		Copies: func(context.Context, string) []jenkins.Run { return f.copies },
		Env: func(ctx context.Context, run jenkins.Run) (env.Env, error) {
			f.note(func() { f.asked = append(f.asked, run.Number) })
			if err := errors.Join(ctx.Err(), f.err); err != nil {
				return env.Env{}, f.err
			}
			e := f.envs[run.Number]
			e.Ref, e.Run = run.Ref, run
			return e, nil
		},
		Build: func(_ context.Context, spec jenkins.BuildSpec) (jenkins.Run, error) {
			if f.gone {
				return jenkins.Run{}, &jenkins.Error{Kind: jenkins.NotFound}
			}
			r := endedRun(spec.Number)
			r.Job = spec.Job
			return r, f.err
		},
		History: func(context.Context, string, int, int) ([]jenkins.Run, error) {
			if f.gone {
				return nil, &jenkins.Error{Kind: jenkins.NotFound}
			}
			good := endedRun(410)
			good.Status = jenkins.Success
			return []jenkins.Run{runningRun(412), endedRun(411), good}, f.err
		},
		Printed: func(_ context.Context, run jenkins.Run) ([]env.Variable, error) {
			f.note(func() { f.consoles = append(f.consoles, run.Number) })
			return vars(env.Printed, "STEP_SAW", fmt.Sprint(run.Number)), nil
		},
		Parse: func(s string) (jenkins.BuildSpec, error) { return jenkins.BuildSpec{Job: s, Number: 9}, nil },
	}
	if f.script != nil {
		r.Script = func(_ context.Context, _ jenkins.Run, stage string) ([]env.Variable, error) {
			f.note(func() { f.scripts = append(f.scripts, stage) })
			return f.script[stage], nil
		}
	}
	return r
}

func vars(source env.Source, pairs ...string) []env.Variable {
	var out []env.Variable
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, env.Variable{Name: pairs[i], Value: pairs[i+1], Source: source, Known: true})
	}
	return out
}

const aSecret = "hunter2-the-secret"

// sampleEnv is what a run saw; n changes what differs from run to run.
func sampleEnv(n int) env.Env {
	password := env.Variable{Name: "DEPLOY_PASSWORD", Source: env.Param, Secret: true, Whole: true, Password: true}
	token := env.Variable{Name: "API_KEY", Value: aSecret, Source: env.Param, Known: true, Secret: true, Whole: true}
	e := env.Env{}.With(
		vars(env.Param, "TARGET", "prod", "NOTE", "first line\nsecond line\twith a tab\nthird", "GREETING", "日本語 👩‍👩‍👧"),
		[]env.Variable{password, token},
		vars(env.SCM, "GIT_COMMIT", "9f31c02", "GIT_BRANCH", "origin/main"),
		vars(env.Assigned, "APP_VERSION", fmt.Sprintf("2.14.%d-rc.3", n), "CONFIG", `{"replicas":3,"regions":["eu","us"]}`),
		vars(env.Derived, "BRANCH_NAME", "main", "BUILD_NUMBER", fmt.Sprint(n), "BUILD_URL",
			fmt.Sprintf("https://ci.example.com/job/shop/job/checkout/job/main/%d/", n), "CLASSPATH", "", "TARGET", "default"),
		vars(env.Received, "PATH", fmt.Sprintf("/usr/local/bin:/usr/bin:/opt/tools-%d/bin:/bin:/sbin", n)),
		vars(env.Printed, "HELLO_B64", "aGVsbG8gd29ybGQ=", "ODD \x1b[31mNAME", "esc\x1b]0;x\x07aped"),
	)
	e.Missing = []string{"HOME", "LANG"}
	return e
}

func sampleEnvs() *fakeEnvs {
	before := sampleEnv(411).With(vars(env.Param, "OLD_FLAG", "yes"))
	now := sampleEnv(412).With(vars(env.Param, "NEW_FLAG", "on"))
	return &fakeEnvs{envs: map[int]env.Env{412: now, 411: before, 410: sampleEnv(410)}}
}

func envScene(t *testing.T, f *fakeEnvs, run jenkins.Run, do func(*testing.T, *paneDriver, *Pane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sh := testShared()
		sh.Opts.Pinned = []string{"TARGET", "git_commit"}
		p := New(sh).(*Pane)
		p.Reader = func(string) *kit.EnvReader { return f.reader() }
		p.resize(80, 24)
		d := newPaneDriver(t, p)
		d.Show(run)
		do(t, d, p)
		p.Hide()
	})
}

// on puts the cursor on a variable.
func (p *Pane) on(t *testing.T, name string) {
	t.Helper()
	for i, l := range p.lines {
		if l.v != nil && l.v.Name == name {
			p.moveTo(i)
			return
		}
	}
	t.Fatalf("no line for %s", name)
}

// tree is the stages, each with the steps.
func (f *fakeEnvs) tree() stages.Tree {
	var whole func([]stages.Stage) []stages.Stage
	whole = func(list []stages.Stage) []stages.Stage {
		list = slices.Clone(list)
		for i := range list {
			list[i].Steps, list[i].Children = f.steps, whole(list[i].Children)
		}
		return list
	}
	return stages.Tree{Stages: whole(f.stages)}
}
