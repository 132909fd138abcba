package kit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// EnvReader asks for what the env pane shows and compares.
type EnvReader struct {
	Controller string

	Env     func(ctx context.Context, run jenkins.Run) (env.Env, error)
	Build   func(ctx context.Context, spec jenkins.BuildSpec) (jenkins.Run, error)
	History func(ctx context.Context, job string, from, n int) ([]jenkins.Run, error)
	Parse   func(spec string) (jenkins.BuildSpec, error)
	Stages  func(ctx context.Context, run jenkins.Run) (stages.Tree, error)
	Steps   func(ctx context.Context, run jenkins.Run) (stages.Tree, error)    // with the stages
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
			Steps: tree.Whole, Printed: printedBy(sh.ConsoleOf(controller)), Keep: c.Keep}
		if c.AllowScript {
			r.Script = c.ScriptEnv
		}
		if c.Copies != nil {
			r.Copies = func(ctx context.Context, job string) []jenkins.Run {
				runs, _ := c.Copies.Runs(ctx, c.Name, job, comparePage) // without them only what Jenkins has is found
				return runs
			}
		}
		return r
	}
}

// Whole asks for all that the controller tells of a run's environment, and the run itself where the config allows it.
// Without the right to do that the rest is shown.
func (r *EnvReader) Whole(ctx context.Context, run jenkins.Run) (env.Env, error) {
	if r.Script == nil {
		return r.Env(ctx, run)
	}
	var vars []env.Variable
	var helper crew.Crew
	helper.Go(func() { vars, _ = r.Script(ctx, run, "") })
	e, err := r.Env(ctx, run)
	helper.Wait()
	if err != nil {
		return e, err
	}
	return e.With(vars), nil
}

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

// CompareMsg has the pane compare its run with another one: one of the job's by what it is, a known run, or one that a
// person named.
type CompareMsg struct {
	What string // of compareWith, or empty
	Run  jenkins.Run
	Name string
}

// CompareWith are the runs of the same job that can be compared with, and how each is found among the others, newest
// first.
var CompareWith = []struct {
	What  string
	Label string
	is    func(than, r jenkins.Run) bool
}{
	{"previous", "the previous run", func(than, r jenkins.Run) bool { return r.Number < than.Number }},
	{"last good", "the last good run", func(than, r jenkins.Run) bool {
		return r.Number != than.Number && r.Status == jenkins.Success
	}},
	{"last failed", "the last failed run", func(than, r jenkins.Run) bool {
		return r.Number != than.Number && r.Status == jenkins.Failure
	}},
}

// comparePage is how many of a job's last builds are looked through for the one to compare with.
const comparePage = 100

func (r *EnvReader) Find(ctx context.Context, than jenkins.Run, m CompareMsg) (jenkins.Run, error) {
	switch {
	case m.Run.Job != "":
		return m.Run, nil
	case m.Name != "":
		spec, err := r.specOf(than, m.Name)
		if err != nil {
			return jenkins.Run{}, err
		}
		run, err := r.Build(ctx, spec)
		if IsGone(err) && spec.Number > 0 { // then there may be a copy
			ref := jenkins.Ref{Controller: r.Controller, Job: spec.Job, Number: spec.Number}
			return jenkins.Run{Ref: ref}, nil
		}
		return run, err
	}
	runs, err := r.History(ctx, than.Job, 0, comparePage)
	if err != nil && !IsGone(err) {
		return jenkins.Run{}, err
	}
	if r.Copies != nil {
		runs = withCopies(runs, r.Copies(ctx, than.Job))
	}
	for _, c := range CompareWith {
		if c.What != m.What {
			continue
		}
		if i := slices.IndexFunc(runs, func(r jenkins.Run) bool { return c.is(than, r) }); i >= 0 {
			return runs[i], nil
		}
	}
	return jenkins.Run{}, &SaidError{
		fmt.Sprintf("there is no %s run of %s to compare with", m.What, Clean(jenkins.DisplayName(than.Job))),
		"Choose another one with D, or mark a run with m.",
	}
}

// withCopies adds the runs that Jenkins has discarded and of which a copy is kept, all the newest first.
func withCopies(runs, copies []jenkins.Run) []jenkins.Run {
	has := make(map[int]bool, len(runs))
	for i := range runs {
		has[runs[i].Number] = true
	}
	for i := range copies {
		if !has[copies[i].Number] {
			runs = append(runs, copies[i])
		}
	}
	slices.SortFunc(runs, func(a, b jenkins.Run) int { return cmp.Compare(b.Number, a.Number) })
	return runs
}

// specOf reads the name of a run: #7 or 7 is one of the same job.
func (r *EnvReader) specOf(than jenkins.Run, name string) (jenkins.BuildSpec, error) {
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "#")); err == nil && n > 0 {
		return jenkins.BuildSpec{Job: than.Job, Number: n}, nil
	}
	return r.Parse(name)
}
