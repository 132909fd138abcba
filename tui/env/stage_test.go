package env

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// stagedEnvs returns a pipeline with stages, whose additions the run returns if script is true.
func stagedEnvs(script bool) *kittest.Envs {
	f := kittest.SampleEnvs()
	f.Stages = []stages.Stage{{ID: "8", Name: "Checkout", State: stages.Success}, {Name: "named by the refresh"},
		{ID: "14", Name: "Test", State: stages.Running, Children: []stages.Stage{
			{ID: "19", Name: "e2e \x1b[31mred", State: stages.Running, Kind: stages.Branch}}}}
	if script {
		f.Script = map[string][]env.Variable{
			"": kittest.Vars(env.FromScript, "JENKINS_HOME", "/var/lib/jenkins"),
			"19": append(kittest.Vars(env.FromScript, "JENKINS_HOME", "/var/lib/jenkins"),
				kittest.Vars(env.Staged, "SHARD", "1/3", "TARGET", "inner", "STAGE_TOKEN", kittest.Secret)...),
		}
	}
	return f
}

func stagedRun() jenkins.Run {
	run := kittest.EndedRun(412)
	run.Pipeline = true
	return run
}

func TestEnvOfAStage(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{false, true} {
		for _, size := range []struct{ w, h int }{{60, 20}, {120, 30}} {
			t.Run(fmt.Sprintf("script=%v/%dx%d", script, size.w, size.h), func(t *testing.T) {
				t.Parallel()
				f := stagedEnvs(script)
				envScene(t, f, stagedRun(), func(t *testing.T, d *kittest.Driver, p *Pane) {
					p.Resize(size.w, size.h)
					d.Do("stage")
					d.Choose("  ▶ e2e red")
					frame := d.Frame(size.w, size.h)
					kittest.Fits(t, frame, size.w, size.h)
					golden.RequireEqual(t, []byte(p.Title(size.w)+"\n"+p.Hint()+"\n"+frame))
					if strings.Contains(frame, kittest.Secret) {
						t.Error("the frame shows a secret")
					}
					if script && !slices.Equal(f.Scripts, []string{"", "19"}) {
						t.Errorf("the run was asked for the stages %q", f.Scripts)
					}
					if v, _ := p.read.env.Lookup("TARGET"); script != (v.Value == "inner") {
						t.Errorf("TARGET is %q", v.Value)
					}
					p.Back()
					if v, _ := p.read.env.Lookup("TARGET"); v.Value != "prod" || p.read.stage != nil {
						t.Errorf("after esc TARGET is %q", v.Value)
					}
				})
			})
		}
	}
}

func TestEnvShowsNoAnswerOfTheRunBeforeJenkinsToldItsPasswords(t *testing.T) {
	t.Parallel()
	f := stagedEnvs(true)
	f.Script[""] = kittest.Vars(env.FromScript, "DEPLOY_PASSWORD", "open sesame", "PLAIN", "x")
	f.Err = errors.New("connection refused")
	envScene(t, f, stagedRun(), func(t *testing.T, d *kittest.Driver, p *Pane) {
		if _, shown := p.read.env.Lookup("PLAIN"); shown {
			t.Error("shows what the run answered alone")
		}
		f.Err = nil
		d.Do("refresh")
		if v, _ := p.read.env.Lookup("DEPLOY_PASSWORD"); v.Shown(false) != secrets.Masked || v.Shown(true) != "open sesame" {
			t.Errorf("the password is %+v", v)
		}
	})
}

func TestEnvOffersTheStagesThatHaveAnID(t *testing.T) {
	t.Parallel()
	envScene(t, stagedEnvs(false), stagedRun(), func(t *testing.T, d *kittest.Driver, p *Pane) {
		d.Do("stage")
		var labels []string
		for _, c := range d.Menu.Choices {
			labels = append(labels, c.Label)
		}
		if got := strings.Join(labels, "|"); got != "✓ Checkout|▶ Test|  ▶ e2e red" {
			t.Errorf("offers %s", got)
		}
		d.Choose("▶ Test")
		d.Do("stage")
		if got := d.Menu.Choices[0].Label; got != "the whole run" {
			t.Errorf("the first choice is %q", got)
		}
		d.Choose("the whole run")
		if p.read.stage != nil {
			t.Error("the stage is still there")
		}
		d.Show(kittest.EndedRun(411))
		d.Do("stage")
		if got := d.Notes[len(d.Notes)-1].Text; got != "only the builds of a pipeline have stages" {
			t.Errorf("says %q", got)
		}
	})
}

func TestEnvSaysWhyItCannotListTheStages(t *testing.T) {
	t.Parallel()
	f := stagedEnvs(false)
	envScene(t, f, stagedRun(), func(t *testing.T, d *kittest.Driver, p *Pane) {
		f.Err = errors.New("connection refused")
		d.Do("stage")
		if n := d.Notes[len(d.Notes)-1]; n.Err == nil || p.read.choosing != "" {
			t.Errorf("says %+v", n)
		}
	})
}

func TestStagesOfTheEnvironmentAreStepped(t *testing.T) {
	t.Parallel()
	envScene(t, stagedEnvs(false), stagedRun(), func(t *testing.T, d *kittest.Driver, p *Pane) {
		for i, want := range []string{"Checkout", "Test", "Test ▸ e2e red", "Test ▸ e2e red", "Test", "Checkout", "", ""} {
			in := "environment of the next stage"
			if i > 3 {
				in = "environment of the previous stage"
			}
			d.Do(in)
			got := ""
			if p.read.stage != nil {
				got = p.read.stage.path
			}
			if got != want {
				t.Errorf("step %d shows the stage %q, want %q", i, got, want)
			}
		}
		if last := d.Notes[len(d.Notes)-1].Text; last != "this is the whole run: there is nothing before it" {
			t.Errorf("before the whole run it says %q", last)
		}
	})
}
